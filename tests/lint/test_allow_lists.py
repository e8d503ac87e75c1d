"""Values that are safe because a program compares them with its own words, in the ways that each language offers."""

from __future__ import annotations

import pytest

from cwql.lint.linter import lint_text

_PYTHON = """class Kind(str, Enum):
    A = "a"

N = {{"a": "A", "b": "B"}}
L = ["a", "b"]

def find(client, m):
    {test}
    return client.get("/company/companies", params={{"conditions": f"market/name = '{{m}}'"}})
"""

_JAVASCRIPT = """// connectwise
const N = {{ a: "A", b: "B" }};
const L = ["a", "b"];
const TABS = [{{ key: "a", board: "A" }}, {{ key: "b", board: "B" }}];
function find(m) {{
  {test}
  return get("/company/companies", {{ conditions: `market/name = '${{m}}'` }});
}}
"""

_CSHARP = """class ConnectWise {{
  static readonly string[] L = {{ "a", "b" }};
  static readonly HashSet<string> S = new HashSet<string>(StringComparer.OrdinalIgnoreCase) {{ "a", "b" }};
  static readonly List<string> T = new List<string>(8) {{ "a", "b" }};
  static readonly HashSet<string> U = new(L, StringComparer.Ordinal);
  static readonly ImmutableHashSet<string> I = ImmutableHashSet.Create(StringComparer.Ordinal, "a", "b");
  static readonly FrozenSet<string> F = new[] {{ "a" }}.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
  static readonly Dictionary<string, string> N = new Dictionary<string, string>(StringComparer.Ordinal) {{ ["a"] = "A" }};
  public Task Find(string m) {{
    {test}
    return _http.Get("/company/companies?conditions=market/name = '" + m + "'");
  }}
}}
"""

_VB = """Class ConnectWise
  Shared ReadOnly L As String() = {{"a", "b"}}
  Shared ReadOnly N As New Dictionary(Of String, String) From {{{{"a", "A"}}, {{"b", "B"}}}}
  Function Find(m As String)
    {test}
    Return http.Get("/company/companies?conditions=market/name = '" & m & "'")
  End Function
End Class
"""

_JAVA = """class ConnectWise {{
  static final List<String> L = List.of("a", "b");
  static final Map<String, String> N = Map.of("a", "A", "b", "B");
  Object find(String m) {{
    {test}
    return get("/company/companies?conditions=market/name = '" + m + "'");
  }}
}}
"""

_KOTLIN = """package connectwise
val L = listOf("a", "b")
val N = mapOf("a" to "A", "b" to "B")
fun find(m: String) {{
  {test}
  get("/company/companies?conditions=market/name = '$m'")
}}
"""

_GO = """package connectwise
var n = map[string]string{{"a": "A", "b": "B"}}
var l = []string{{"a", "b"}}
var s = map[string]struct{{}}{{"a": {{}}, "b": {{}}}}
func find(m string) error {{
	{test}
	return get("/company/companies", "market/name = '" + m + "'")
}}
"""

_PHP = """<?php
function find($c, $m) {{
    $n = ['a' => 'A', 'b' => 'B'];
    $l = ['a', 'b'];
    {test}
    return $c->get('/company/companies', ['conditions' => "market/name = '$m'"]);
}}
"""

_RUBY = """# connectwise
N = {{ 'a' => 'A', 'b' => 'B' }}.freeze
def find(m)
  {test}
  get('/company/companies', conditions: "market/name = '#{{m}}'")
end
"""

_RUST = """// connectwise
const L: [&str; 2] = ["a", "b"];
fn find(m: &str) -> Result<()> {{
    {test}
    get(&format!("/company/companies?conditions=market/name = '{{m}}'"))
}}
"""

_SWIFT = """import connectwise
let l = ["a", "b"]
let n = ["a": "A", "b": "B"]
func find(m: String) throws {{
    {test}
    get("/company/companies?conditions=market/name = '\\(m)'")
}}
"""

_POWERSHELL = """$L = 'a', 'b'
$N = @{{ a = 'A'; b = 'B' }}
function Find {{
    param([string]$m)
    {test}
    Get-CWMCompany -Condition "market/name = '$m'"
}}
"""

_PERL = """# connectwise
my %n = (a => 'A', b => 'B');
my @l = qw(a b);
sub find {{
    my $m = shift;
    {test}
    return get('/company/companies', conditions => "market/name = '$m'");
}}
"""

_PROGRAMS = {
    "find.py": _PYTHON,
    "find.js": _JAVASCRIPT,
    "Find.cs": _CSHARP,
    "Find.vb": _VB,
    "Find.java": _JAVA,
    "Find.kt": _KOTLIN,
    "find.go": _GO,
    "find.php": _PHP,
    "find.rb": _RUBY,
    "find.rs": _RUST,
    "find.swift": _SWIFT,
    "Find.ps1": _POWERSHELL,
    "find.pl": _PERL,
}

SAFE = {
    "find.py": (
        "if m not in N.keys(): raise ValueError",
        "if m not in set(N.values()): raise ValueError",
        "if m.lower() not in [x.lower() for x in L]: raise ValueError",
        "if m not in (*L, 'c'): raise ValueError",
        "if not any(m == x for x in L): raise ValueError",
        "if m is not None and m not in L: raise ValueError",
        "if m and not m.isalnum(): raise ValueError",
        "if not (m is None or m.isalnum()): raise ValueError",
        "if len(m) > 0 and m not in L: raise ValueError",
        "if m not in Kind.__members__: raise ValueError",
        "if m not in {each.value for each in Kind}: raise ValueError",
        'if any(c in m for c in "\'\\""): raise ValueError',
        "if not m.replace('-', '').isalnum(): raise ValueError",
        "if not all(c in '0123456789abcdef:' for c in m.lower()): raise ValueError",
        "m = slugify(m)",
    ),
    "find.js": (
        "if (!Object.keys(N).includes(m)) throw 1;",
        "if (!Object.values(N).includes(m)) throw 1;",
        "if (!L.includes(m.toLowerCase())) throw 1;",
        "if (L.indexOf(m) < 0) throw 1;",
        "if (!(L.indexOf(m) >= 0)) throw 1;",
        "if (![...new Set(L)].some((x) => x === m)) throw 1;",
        "m = L.find((x) => x === m); if (!m) throw 1;",
        "m = TABS.find((tab) => tab.key === m).board;",
        "if (m !== undefined && !L.includes(m)) return;",
        "if (m != null) { if (!L.includes(m)) return; }",
        "if (!L.includes(m as Status)) return;",
    ),
    "Find.cs": (
        "if (!S.Contains(m)) throw new E();",
        "if (!T.Contains(m)) throw new E();",
        "if (!U.Contains(m)) throw new E();",
        "if (!I.Contains(m)) throw new E();",
        "if (!F.Contains(m)) throw new E();",
        "if (!L.Any(x => x == m)) throw new E();",
        "if (!L.Any(x => x.Equals(m, StringComparison.OrdinalIgnoreCase))) throw new E();",
        "if (!N.TryGetValue(m, out var name)) throw new E(); m = name;",
        "if (!string.IsNullOrEmpty(m) && !S.Contains(m)) throw new E();",
        "if (m?.Length > 0 && !L.Contains(m)) throw new E();",
        "if (m.IndexOfAny(new[] { '\\'', '\"' }) >= 0) throw new E();",
        "if (!Enum.IsDefined(typeof(Kind), m)) throw new E();",
    ),
    "Find.vb": (
        "If Array.IndexOf(L, m) < 0 Then Throw New E()",
        "If Not L.Any(Function(x) x = m) Then Throw New E()",
        'If m <> "a" AndAlso m <> "b" Then Throw New E()',
        "If Not String.IsNullOrEmpty(m) AndAlso Not L.Contains(m) Then Throw New E()",
        "m = N(m)",
        "Dim x As String = Nothing\n    If Not N.TryGetValue(m, x) Then Throw New E()\n    m = x",
    ),
    "Find.java": (
        "if (!N.keySet().contains(m)) throw new E();",
        "if (L.stream().noneMatch(m::equals)) throw new E();",
        "if (L.stream().noneMatch(x -> x.equalsIgnoreCase(m))) throw new E();",
        'if (!"a".equals(m) && !"b".equals(m)) throw new E();',
        "m = L.stream().filter(m::equals).findFirst().orElseThrow();",
        'if (m != null && !m.isBlank() && !m.matches("\\\\w+")) throw new E();',
    ),
    "Find.kt": (
        "if (m !in N.keys) throw E()",
        "if (L.none { it == m }) return",
        "check(L.contains(m.lowercase())) { m }",
        "val x = L.firstOrNull { it.equals(m, ignoreCase = true) } ?: return; m = x",
    ),
    "find.go": (
        "if _, ok := n[m]; !ok { return err }",
        "_, ok := s[m]\n\tif !ok { return err }",
        "if !slices.Contains(slices.Collect(maps.Keys(n)), m) { return err }",
        "if slices.Index(l, m) < 0 { return err }",
        'if m != "" && !slices.Contains(l, m) { return err }',
    ),
    "find.php": (
        "if (!in_array($m, array_keys($n), true)) return;",
        "if (!isset($n[$m])) return;",
        "if (array_search($m, $l) === false) return;",
        "if (!in_array(strtolower($m), $l, true)) return;",
        "if ($m !== null && !in_array($m, $l, true)) return;",
        'if (strpos($m, "\'") !== false) return;',
    ),
    "find.rb": (
        "raise 'x' unless N.keys.include?(m)",
        "raise 'x' unless N.value?(m)",
        "raise 'x' unless m.in?(%w[a b])",
        "raise 'x' unless %w[a b].include?(m.downcase)",
        "raise 'x' if m && !%w[a b].include?(m)",
        "m = N.fetch(m) { raise 'x' }",
    ),
    "find.rs": (
        'ensure!(L.contains(&m), "x");',
        "if !L.iter().any(|x| *x == m) { return Err(e); }",
        'if !matches!(m, "a" | "b") { return Err(e); }',
        'let m = match m { "a" => "A", "b" => "B", _ => return Err(e) };',
        "let m = L.iter().find(|x| **x == m).ok_or(e)?;",
    ),
    "find.swift": (
        "guard n.keys.contains(m) else { throw E.x }",
        "if !l.contains(where: { $0.lowercased() == m.lowercased() }) { return }",
        "precondition(Set(l).contains(m))",
    ),
    "Find.ps1": (
        "if ($N.Keys -notcontains $m) { throw 'x' }",
        "if ($m -notin $N.Keys) { throw 'x' }",
        "if ([array]::IndexOf($L, $m) -lt 0) { throw 'x' }",
        "if ($m -and $L -notcontains $m) { throw 'x' }",
        "if ($m -ne '' -and $m -notmatch '^[a-z]+$') { throw 'x' }",
        "$S = [Collections.Generic.HashSet[string]]::new([string[]]$L, $c); if (-not $S.Contains($m)) { throw 'x' }",
        "$m = switch ($m) { 'a' { 'A' } default { throw 'x' } }",
        "$m = $N.$m",
        "$m = [regex]::Replace($m, '[^\\w]', '')",
    ),
    "find.pl": ("die unless exists $n{$m};", "die unless grep { $_ eq $m } @l;", '$m = "$n{$m}";'),
}

UNSAFE = {
    "find.py": (
        "if other not in N.keys(): raise ValueError",
        "if m and m in L: log.warning(m)",
        "if len(m) > 3 and m not in L: pass",
        "if m is None or len(m) > 30: raise ValueError",
        "if not any(m == x for x in client.names): raise ValueError",
        "for each in ['a', 'b'].index_of(m): log.warning(each)",
    ),
    "find.js": (
        "if (L.indexOf(m) < 1) log(m);",
        "if (!Object.keys(req.body).includes(m)) throw 1;",
        "if (!L.some((x) => x === other)) throw 1;",
        "if (m && m.length > 40) throw 1;",
    ),
    "Find.cs": (
        "if (m != null && m.Length > 20) throw new E();",
        "if (!names.TryGetValue(m, out var name)) throw new E();",
    ),
    "find.go": ("if _, ok := seen[m]; !ok { return err }", "if _, ok := n[other]; !ok { return err }"),
    "find.php": (
        "if (!in_array((int) $m, [1, 2])) return;",
        "if ($m !== null && strlen($m) > 20) return;",
    ),
    "find.rs": ('ensure!(!m.is_empty(), "x");',),
    "Find.ps1": ("if ($m -and $m.Length -gt 20) { throw 'x' }", "if (-not $m) { throw 'x' }"),
}


def _codes(filename: str, test: str) -> list[str]:
    return [each.code for each in lint_text(_PROGRAMS[filename].format(test=test), filename=filename).diagnostics]


@pytest.mark.parametrize(("filename", "test"), [(name, test) for name, tests in SAFE.items() for test in tests])
def test_a_value_that_is_one_of_the_words_of_a_program_is_safe(filename: str, test: str) -> None:
    assert _codes(filename, test) == []


@pytest.mark.parametrize(("filename", "test"), [(name, test) for name, tests in UNSAFE.items() for test in tests])
def test_a_value_that_another_test_lets_pass_is_reported(filename: str, test: str) -> None:
    assert _codes(filename, test) == ["CW601"]


@pytest.mark.parametrize("filename", list(_PROGRAMS))
def test_a_value_without_a_test_is_reported(filename: str) -> None:
    assert _codes(filename, "") == ["CW601"]
