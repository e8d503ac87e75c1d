"""Functions of a program that check their arguments: they raise, end the program, or return the result of a test."""

from __future__ import annotations

import pytest

from cwql.lint.frontends import language_of
from cwql.lint.linter import lint_text

PROGRAMS = {
    "a.py": (
        "# connectwise\nimport re\ndef check(s):\n    if not re.fullmatch(r'\\d+', s):\n        raise ValueError(s)\n"
        "def ok(s):\n    return bool(re.fullmatch(r'\\d+', s))\ndef run(s):\n    %s\n"
        "    return get('/service/tickets', conditions=f\"poNumber = '{s}'\")\n"
    ),
    "a.js": (
        "// connectwise\nfunction check(s) { if (!/^\\d+$/.test(s)) { throw new Error(s); } }\n"
        "const ok = (s) => /^\\d+$/.test(s);\nfunction problem(s) { if (!ok(s)) return 'no digits'; return null; }\n"
        "function set(s) { s = Number(s); save(s); }\nfunction first(s) { if (debug) return; check(s); }\n"
        "export function run(s) { %s; return get('/service/tickets', { conditions: `poNumber = '${s}'` }); }\n"
    ),
    "a.cs": (
        '// connectwise\nclass A {\n    static void Check(string s) { if (s.Contains("\'")) throw new ArgumentException(s); }\n'
        '    static bool HasQuote(string s) => s.Contains("\'");\n'
        '    Task Run(string s) { %s; return cw.Get("/service/tickets", conditions: $"poNumber = \'{s}\'"); }\n}\n'
    ),
    "a.go": (
        "package connectwise\nvar digits = regexp.MustCompile(`^\\d+$`)\n"
        'func check(s string) error {\n\tif !digits.MatchString(s) {\n\t\treturn errors.New("no digits")\n\t}\n\treturn nil\n}\n'
        'func run(s string) {\n\t%s\n\tget("/service/tickets", url.Values{"conditions": {"poNumber = \'" + s + "\'"}})\n}\n'
    ),
    "a.rb": (
        "# connectwise\ndef check!(s)\n  raise ArgumentError unless s.match?(/\\A\\d+\\z/)\nend\n"
        "def ok?(s)\n  s.match?(/\\A\\d+\\z/)\nend\n"
        "def run(s)\n  %s\n  get('/service/tickets', conditions: \"poNumber = '#{s}'\")\nend\n"
    ),
    "a.ps1": (
        "# connectwise\nfunction Assert-It { param([string]$Value) if ($Value -notmatch '^\\d+$') { throw $Value } }\n"
        "function Test-It([string]$Value) { $Value -match '^\\d+$' }\n"
        "function Run([string]$S) { %s; Get-CWMTicket -condition \"poNumber = '$S'\" }\n"
    ),
    "a.sh": (
        '#!/bin/bash\n# connectwise\ndie() { echo "$1"; exit 1; }\ncheck() { [[ $2 =~ ^[0-9]+$ ]] || die "$1"; }\n'
        "ok() { [[ $1 =~ ^[0-9]+$ ]] || return 1; }\n"
        's=$1\n%s\ncurl -G "$CW/service/tickets" --data-urlencode "conditions=poNumber = \'$s\'"\n'
    ),
}

SAFE = [
    ("a.py", "check(s)"),
    ("a.py", "if not ok(s): return"),
    ("a.js", "check(s)"),
    ("a.js", "if (!ok(s)) return null"),
    ("a.js", "const valid = ok(s); if (!valid) return null"),
    ("a.js", "const error = problem(s); if (error) throw error"),
    ("a.cs", "Check(s)"),
    ("a.cs", "if (HasQuote(s)) return null"),
    ("a.go", "if err := check(s); err != nil {\n\t\treturn\n\t}"),
    ("a.rb", "check!(s)"),
    ("a.rb", "return unless ok?(s)"),
    ("a.ps1", "Assert-It -Value $S"),
    ("a.ps1", "if (-not (Test-It $S)) { return }"),
    ("a.sh", 'check S "$s"'),
    ("a.sh", 'ok "$s" || exit 2'),
    ("a.sh", 'if ! ok "$s"; then exit 2; fi'),
    ("a.sh", '[[ -n $s ]] || exit 2; check S "$s"'),
    ("a.py", "if s and not s.isdigit():\n        return None"),
    ("a.py", "if s != '' and not ok(s):\n        return None"),
    ("a.py", "for each in (s, t):\n        check(each)"),
    ("a.py", "for _, each in (('s', s), ('t', t)):\n        check(each)"),
    ("a.py", "for name, each in {'s': s, 't': t}.items():\n        check(each)"),
    ("a.py", "if not all(each.isdigit() for each in (s, t)):\n        return None"),
    ("a.py", "if any(not ok(each) for each in (s, t)):\n        return None"),
    ("a.js", "for (const each of [s, t ?? 5]) check(each)"),
    ("a.js", "[s, t].forEach((each) => { if (!ok(each)) throw new Error(each); })"),
    ("a.js", "for (const [name, each] of Object.entries({ s, t })) check(each)"),
    ("a.js", "if (![s, t].every((each) => /^\\d+$/.test(each))) return null"),
    ("a.cs", "if (!(string.IsNullOrEmpty(s) || int.TryParse(s, out _))) return null"),
    ("a.ps1", "if ($S -and $S -notmatch '^\\d+$') { throw $S }"),
    ("a.cs", "foreach (var each in new[] { s, t }) Check(each)"),
    ("a.go", "for _, each := range []string{s, t} {\n\t\tif !digits.MatchString(each) {\n\t\t\treturn\n\t\t}\n\t}"),
    ("a.rb", "[s, t].each { |each| raise each unless ok?(each) }"),
    ("a.ps1", "foreach ($each in $S, $T) { if ($each -notmatch '^\\d+$') { throw $each } }"),
    ("a.ps1", "$S, $T | ForEach-Object { if ($_ -notmatch '^\\d+$') { throw $_ } }"),
    ("a.sh", 'for each in "$s" ${t:+"$t"}; do\n  [[ $each =~ ^[0-9]+$ ]] || exit 2\ndone'),
]


UNSAFE = [
    ("a.py", "check(t)"),
    ("a.py", "ok(s)"),
    ("a.js", "set(s)"),
    ("a.js", "first(s)"),
    ("a.js", "if (ok(s)) return null"),
    ("a.js", "problem(s)"),
    ("a.cs", "if (!HasQuote(s)) return null"),
    ("a.go", "_ = check(s)"),
    ("a.rb", "ok?(s)"),
    ("a.ps1", "Test-It $S"),
    ("a.sh", 'check "$s" 5'),
    ("a.sh", 'ok "$s"'),
    ("a.py", "if t and not s.isdigit():\n        return None"),
    ("a.py", "for each in (t, u):\n        check(each)"),
    ("a.py", "for each in (s, t):\n        each = int(each)"),
    ("a.py", "for each, _ in ((t, s), (u, s)):\n        check(each)"),
    ("a.js", "for (const each of [s, t]) { if (debug) check(each); }"),
    ("a.sh", 'for each in "$t" "$u"; do\n  [[ $each =~ ^[0-9]+$ ]] || exit 2\ndone'),
]


def lint(filename: str, statement: str) -> list[str]:
    language = language_of(filename)
    assert language is not None
    text = PROGRAMS[filename] % statement
    return [each.code for each in lint_text(text, filename=filename, language=language.name).diagnostics]


@pytest.mark.parametrize(("filename", "statement"), SAFE)
def test_value_that_a_function_checks_is_safe(filename: str, statement: str) -> None:
    assert lint(filename, statement) == []


@pytest.mark.parametrize(("filename", "statement"), UNSAFE)
def test_value_that_a_function_lets_pass_is_not_safe(filename: str, statement: str) -> None:
    assert lint(filename, statement) == ["CW601"]
