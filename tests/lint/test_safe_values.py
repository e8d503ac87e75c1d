"""Values that a reader sees to be safe, and values like them that are not, in the languages of web services."""

from __future__ import annotations

import pytest

from cwql.lint.linter import lint_text


def _codes(filename: str, language: str, text: str) -> list[str]:
    return [each.code for each in lint_text(text, filename=filename, language=language).diagnostics]


def _perl(statements: str) -> list[str]:
    text = f"""# connectwise
sub find {{
    my ($self, $text) = @_;
    {statements}
    return $self->get('/company/contacts', conditions => "lastName = '$text'");
}}
"""
    return _codes("find.pl", "perl", text)


@pytest.mark.parametrize(
    "statements",
    [
        "$text =~ s/['\"]//g;",
        "$text =~ s{[^a-z]}{}gi;",
        "$text =~ tr/0-9//cd;",
        "(my $digits = $text) =~ s/\\D//g; $text = $digits;",
        "$text = $text =~ s/\\W//gr;",
        "$text =~ /^\\w+$/ or die 'text';",
        "croak 'text' unless $text =~ m{^[a-z/]+$};",
    ],
)
def test_a_text_of_perl_is_safe_after_a_substitution_or_a_match(statements: str) -> None:
    assert _perl(statements) == []


@pytest.mark.parametrize(
    "statements", ["", "$text =~ s/a/b/;", "$text =~ tr/a-z/A-Z/;", "$text =~ /\\w/ or die 'text';", "y(1);"]
)
def test_a_text_of_perl_may_contain_quotes_after_other_changes(statements: str) -> None:
    assert _perl(statements) == ["CW601"]


def test_a_group_of_a_match_in_perl_is_a_placeholder() -> None:
    text = """# connectwise
sub find {
    my ($self, $text) = @_;
    if ($text =~ /^(\\d+)$/) { return $self->get('/service/tickets', conditions => "id = $1 and closedFlag = false"); }
}
"""
    assert _codes("find.pl", "perl", text) == []


def test_methods_of_rust_get_their_arguments_after_self() -> None:
    text = """// connectwise
impl Client {
    pub fn named(&self, name: &str) -> Rows { self.list(&["name = '", name, "'"].concat()) }
    fn list(&self, conditions: &str) -> Rows {
        self.http.get("https://x/v4_6_release/apis/3.0/company/companies").query(&[("conditions", conditions)]).send()
    }
}
"""
    assert _codes("client.rs", "rust", text) == ["CW601"]


@pytest.mark.parametrize(
    ("filename", "language", "text"),
    [
        ("a.rb", "ruby", "def a(tag)\n  _, n = *tag.match(/^A(\\d+)$/)\n  {}\nend"),
        ("a.rb", "ruby", "def a(tag)\n  n = tag[/^A(\\d+)$/, 1]\n  {}\nend"),
        ("a.js", "javascript", "function a(tag) {\n  const [, n] = tag.match(/^A(\\d+)$/) || [];\n  {}\n}"),
        ("a.pl", "perl", "sub a { my ($tag) = @_;\n  my ($n) = $tag =~ /^A(\\d+)$/;\n  {}\n}"),
        ("a.php", "php", "<?php function a($tag) {\n  preg_match('/^A(\\d+)$/', $tag, $m); [, $n] = $m;\n  {}\n}"),
    ],
)
@pytest.mark.parametrize("safe", [True, False])
def test_a_group_of_a_match_is_as_safe_as_its_pattern(filename: str, language: str, text: str, safe: bool) -> None:
    calls = {
        "ruby": 'get("/company/configurations", conditions: "tagNumber = \'#{n}\'")',
        "javascript": "get(\"/company/configurations\", { conditions: `tagNumber = '${n}'` });",
        "perl": 'get("/company/configurations", conditions => "tagNumber = \'$n\'");',
        "php": 'get("/company/configurations", ["conditions" => "tagNumber = \'$n\'"]);',
    }
    written = text.replace("{}", calls[language])
    assert _codes(filename, language, written if safe else written.replace("\\d+", ".+")) == ([] if safe else ["CW601"])


@pytest.mark.parametrize(
    ("route", "codes"),
    [
        ("'/t/{id<\\d+>}'", []),
        ("'/t/{id}', requirements: ['id' => '\\d+']", []),
        ("'/t/{id<.+>}'", ["CW602"]),
        ("'/t/{id}'", ["CW602"]),
    ],
)
def test_a_part_of_a_route_of_symfony_is_as_safe_as_its_rule(route: str, codes: list[str]) -> None:
    text = f"""<?php
class A {{
    #[Route({route})]
    public function time(string $id) {{ return $this->psa->get('/time/entries', ['conditions' => 'chargeToId = ' . $id]); }}
}}
"""
    assert _codes("A.php", "php", text) == codes


def test_a_wrapper_passes_conditions_on_to_a_method_that_names_a_list() -> None:
    text = """# connectwise
def named(name): return tickets(f"sumary = '{name}'")
def tickets(conditions): return client.get_tickets(conditions)
"""
    assert _codes("a.py", "python", text) == ["CW203", "CW601"]


@pytest.mark.parametrize("part", ["names[:50]", "names[10:]", "names[10:50]"])
def test_a_part_of_a_list_has_its_items(part: str) -> None:
    text = f"""package x
func find(name string) {{
	var names []string
	names = append(names, "'"+name+"'")
	http.Get("/company/companies?conditions=" + url.QueryEscape("name in (" + strings.Join({part}, ",") + ")"))
}}
"""
    assert _codes("find.go", "go", text) == ["CW601"]


def test_a_class_of_kotlin_without_a_block_ends_before_the_next_declaration() -> None:
    text = """// connectwise
data class Device(val id: Long)

interface Api {
    @GET("company/configurations")
    suspend fun devices(@Query("conditions") conditions: String): List<Device>
}

class Devices(private val api: Api) {
    suspend fun find(tag: String) = api.devices("tagNumber = '$tag'")
}
"""
    assert _codes("Devices.kt", "kotlin", text) == ["CW601"]


@pytest.mark.parametrize(
    ("filename", "language", "text"),
    [
        ("a.php", "php", "<?php foreach (range('a', 'f') as $l) { get('/company/companies', ['conditions' => \"name like '$l%'\"]); }"),
        ("A.java", "java", "class A { void f() { for (Range range : ranges) get(range); } }"),
        ("a.ts", "typescript", "for (const range of ranges) { get('/company/companies', { conditions: 'id = 5' }); }"),
        ("a.php", "php", "<?php foreach (in as $x) {} foreach () {}"),
    ],
)  # fmt: skip
def test_loops_over_something_called_range_are_parsed(filename: str, language: str, text: str) -> None:
    assert _codes(filename, language, text) == []


@pytest.mark.parametrize(
    "call",
    [
        '.uri(b -> b.path("/company/companies").queryParam("conditions", "{c}").build(filter))',
        '.uri("/company/companies?conditions={c}&pageSize={n}", filter, 100)',
    ],
)
def test_values_of_a_template_of_spring_come_in_order(call: str) -> None:
    text = f"""class A {{
    Rows list(String filter) {{ return rest.get(){call}.retrieve(); }}
    Rows all() {{ return list("deletedFlg = false"); }}
}}
"""
    assert _codes("A.java", "java", text) == ["CW203"]


@pytest.mark.parametrize(
    ("filename", "language", "template", "safe", "unsafe"),
    [
        ("a.cs", "csharp", "class A {{ void F(object o) {{ if (o is {} t) Get($\"{}'{{t}}'\"); }} }}", "int", "string"),
        ("b.cs", "csharp", "class A {{ void F(object o) {{ if (o is not {} t) return; Get($\"{}'{{t}}'\"); }} }}", "Guid", "{ }"),
        ("c.cs", "csharp", "class A {{ void F(string o) {{ if (o is {}) Get($\"{}'{{o}}'\"); }} }}", '"New" or "Open"', "not null"),
        ("d.cs", "csharp", "class A {{ void F(object o) {{ var q = o switch {{ {} t => $\"{}'{{t}}'\", _ => \"\" }}; Get(q); }} }}", "int", "string"),
        ("A.java", "java", "class A {{ void f(Object o) {{ if (o instanceof {} t) get(\"{}'\" + t + \"'\"); }} }}", "Long", "String"),
        ("B.java", "java", "class A {{ void f(Object o) {{ switch (o) {{ case {} t -> get(\"{}'\" + t + \"'\"); }} }} }}", "Integer", "String"),
        ("a.kt", "kotlin", "fun f(o: Any) {{ when (o) {{ is {} -> get(\"{}'$o'\") }} }}", "Int", "String"),
        ("b.kt", "kotlin", "fun f(o: Any) {{ if (o !is {}) return\n get(\"{}'$o'\") }}", "Int", "String"),
        ("a.swift", "swift", "func f(o: Any) {{ switch o {{ case let t as {}: get(\"{}'\\(t)'\")\n default: break }} }}", "Int", "String"),
        ("a.rs", "rust", "fn f(o: Option<{}>) {{ match o {{ Some(t) => get(format!(\"{}'{{}}'\", t)), None => () }} }}", "u32", "String"),
        ("a.go", "go", "func f(o any) {{ switch t := o.(type) {{ case {}: get(fmt.Sprintf(\"{}'%v'\", t)) }} }}", "int, int64", "string"),
        ("a.py", "python", "def f(o):\n    match o:\n        case {}(t):\n            get(f\"{}'{{t}}'\")\n", "int", "str"),
        ("a.vb", "vbnet", "Class A\nSub F(o As Object)\nIf TypeOf o Is {} Then\nGet($\"{}'{{o}}'\")\nEnd If\nEnd Sub\nEnd Class", "Integer", "String"),
    ],
)  # fmt: skip
def test_a_pattern_says_whether_the_value_that_it_names_is_safe(
    filename: str, language: str, template: str, safe: str, unsafe: str
) -> None:
    url = "https://na.myconnectwise.net/v4_6_release/apis/3.0/company/companies?conditions=name = "
    assert _codes(filename, language, template.format(safe, url)) == []
    assert _codes(filename, language, template.format(unsafe, url)) == ["CW601"]


@pytest.mark.parametrize(
    ("filename", "language", "text"),
    [
        ("a.cs", "csharp", 'class A { void F(string conditions) { string t = "closedFlg = 1"; if (t is { } q) Get("/service/tickets?conditions=" + q); } }'),
        ("a.rs", "rust", 'fn f() { let t = Some("closedFlg = 1"); match t { Some(q) => get("/service/tickets").query(&[("conditions", q)]), None => () } }'),
        ("a.py", "python", 't = "closedFlg = 1"\nmatch t:\n    case q:\n        get("/service/tickets", params={"conditions": q})\n'),
    ],
)  # fmt: skip
def test_a_name_in_a_pattern_has_the_text_that_is_matched(filename: str, language: str, text: str) -> None:
    assert "CW203" in _codes(filename, language, f"{text}{'#' if language == 'python' else '//'} connectwise")


@pytest.mark.parametrize(
    ("filename", "language", "template"),
    [
        ("a.cs", "csharp", 'class A {{ static readonly HashSet<string> S = new(StringComparer.Ordinal) {{ "New", {1} }}; void F(string t) {{ if (S.Contains(t)) Get($"{0}\'{{t}}\'"); }} }}'),
        ("b.cs", "csharp", 'class A {{ void F(string t) {{ HashSet<string> s = new(["New", {1}]); if (s.Contains(t)) Get($"{0}\'{{t}}\'"); }} }}'),
        ("A.java", "java", 'class A {{ void f(String t) {{ if (Stream.concat(Stream.of("New"), Stream.of({1})).toList().contains(t)) get("{0}\'" + t + "\'"); }} }}'),
        ("a.ts", "typescript", 'export function f(t: string) {{ if (new Set([...["New"], {1}]).has(t)) get(`{0}\'${{t}}\'`); }}'),
        ("a.go", "go", 'func f(t string) {{ if slices.Contains(slices.Concat([]string{{"New"}}, []string{{ {1} }}), t) {{ get(fmt.Sprintf("{0}\'%s\'", t)) }} }}'),
        ("b.go", "go", 'func f(t string) {{ if set := []string{{ {1} }}; slices.Contains(set, t) {{ get(fmt.Sprintf("{0}\'%s\'", t)) }} }}'),
        ("a.py", "python", 'BASE = ["New"]\ndef f(t: str):\n    if t in frozenset(BASE) | {{ {1} }}:\n        get(f"{0}\'{{t}}\'")\n'),
        ("b.py", "python", 'BASE = ["New"]\nALL = (*BASE, {1})\ndef f(t: str):\n    if t in ALL:\n        get(f"{0}\'{{t}}\'")\n'),
        ("a.rb", "ruby", 'def f(t)\n  get("{0}\'#{{t}}\'") if Set.new(["New", {1}]).include?(t)\nend'),
        ("a.kt", "kotlin", 'val BASE = setOf("New")\nfun f(t: String) {{ if (t in BASE + {1}) get("{0}\'$t\'") }}'),
        ("a.swift", "swift", 'let base: Set<String> = ["New"]\nfunc f(t: String) {{ guard base.union([{1}]).contains(t) else {{ return }}\n get("{0}\'\\(t)\'") }}'),
        ("a.exs", "elixir", 'defmodule A do\n@base ["New"]\n@all @base ++ [{1}]\ndef f(t) when t in @all do\nget("{0}\'#{{t}}\'")\nend\nend'),
    ],
)  # fmt: skip
def test_lists_in_one_are_an_allow_list_if_all_of_them_are(filename: str, language: str, template: str) -> None:
    url = "https://na.myconnectwise.net/v4_6_release/apis/3.0/company/companies?conditions=name = "
    assert _codes(filename, language, template.format(url, '"Open"')) == []
    assert _codes(filename, language, template.format(url, "t")) == ["CW601"]


@pytest.mark.parametrize(
    ("filename", "language", "text"),
    [
        ("a.cs", "csharp", 'class A { string term; void Set(string t) { term = %s; } void Run() { Get($"URL\'{term}\'"); } }'),
        ("A.java", "java", 'class A { String term; void set(String t) { term = %s; } void run() { get("URL\'" + term + "\'"); } }'),
        ("a.kt", "kotlin", 'class A { var term = ""\n fun set(t: String) { term = %s }\n fun run() { get("URL\'$term\'") } }'),
        ("a.swift", "swift", 'class A { var term = ""\n func set(t: String) { term = %s }\n func run() { get("URL\'\\(term)\'") } }'),
        ("a.vb", "vbnet", 'Class A\nPrivate term As String\nSub SetTerm(t As String)\nterm = %s\nEnd Sub\nSub Run()\nGet($"URL\'{term}\'")\nEnd Sub\nEnd Class'),
        ("a.ts", "typescript", "class A { term = ''; set(t: string) { this.term = %s; } run() { get(`URL'${this.term}'`); } }"),
        ("a.py", "python", 'class A:\n    term = ""\n    def set(self, t):\n        self.term = %s\n    def run(self):\n        get(f"URL\'{self.term}\'")\n'),
    ],
)  # fmt: skip
def test_a_method_gives_a_member_its_value(filename: str, language: str, text: str) -> None:
    text = text.replace(
        "URL", "https://na.myconnectwise.net/v4_6_release/apis/3.0/company/companies?conditions=name = "
    )
    assert _codes(filename, language, text % '"New"') == []
    assert _codes(filename, language, text % "t") == ["CW601"]


@pytest.mark.parametrize("local", ["string term = t;", "var term = t;"])
def test_a_local_variable_is_not_the_member_of_its_name(local: str) -> None:
    text = f"""class A {{
    string term = "New";
    void Set(string t) {{ {local} Log(term); }}
    void Run() {{ Get($"https://na.myconnectwise.net/v4_6_release/apis/3.0/company/companies?conditions=name = '{{term}}'"); }}
}}"""
    assert _codes("a.cs", "csharp", text) == []


@pytest.mark.parametrize(
    ("filename", "language", "text"),
    [
        ("a.cs", "csharp", 'class A { void F(bool x, DateTime d) { Get($"URL{(x ? d.ToString("yyyy-MM-dd") : d.ToString("o"))}"); } }'),
        ("a.py", "python", 'def f(x, d: date):\n    get(f"URL{d.isoformat() if x else d:%Y-%m-%d}")\n'),
        ("a.kt", "kotlin", 'fun f(x: Boolean, d: LocalDate) { val s = if (x) d.format(DateTimeFormatter.ISO_DATE) else DateTimeFormatter.ofPattern("yyyy").format(d)\n get("URL$s") }'),
        ("a.rs", "rust", 'fn f(x: bool, d: DateTime<Utc>) { let s = if x { d.format("%Y-%m-%d") } else { d.format("%F") }; get(format!("URL{s}")); }'),
        ("a.rb", "ruby", 'def f(x, d)\n  s = if x then d.strftime("%F") else d.iso8601 end\n  get("URL#{s}")\nend'),
        ("A.java", "java", 'class A { void f(boolean x, LocalDate d) { get("URL" + (x ? d.format(DateTimeFormatter.ISO_DATE) : F.format(d))); } static final DateTimeFormatter F = DateTimeFormatter.ofPattern("yyyy-MM-dd"); }'),
        ("a.swift", "swift", 'func f(x: Bool, d: Date) { let f = ISO8601DateFormatter()\n let s = x ? f.string(from: d) : f.string(from: Date())\n get("URL\\(s)") }'),
        ("a.vb", "vbnet", 'Class A\nSub F(x As Boolean, d As Date)\nDim s = If(x, d.ToString("yyyy-MM-dd"), d.ToString("o"))\nGet($"URL{s}")\nEnd Sub\nEnd Class'),
    ],
)  # fmt: skip
def test_both_values_of_a_choice_are_dates_without_brackets(filename: str, language: str, text: str) -> None:
    url = "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=lastUpdated > "
    assert _codes(filename, language, text.replace("URL", url)) == ["CW127"]


@pytest.mark.parametrize(
    ("filename", "language", "text"),
    [
        ("a.py", "python", 'def ask(q):\n    get(f"URL?{q}")\nask("conditions=closedFlg=false")\n'),
        ("a.ts", "typescript", 'const ask = (q: string) => fetch(`URL?pageSize=1&${q}`);\nask("conditions=closedFlg=false");'),
        ("a.php", "php", '<?php function ask($q) { get("URL?$q"); }\nask("conditions=closedFlg=false&pageSize=10");'),
        ("a.ps1", "powershell", 'function Ask($q) { irm "URL?$q" }\nAsk "conditions=closedFlg=false"'),
        ("a.cs", "csharp", 'class A { void Ask(string q) => Get($"URL?{q}"); void F() { Ask("conditions=closedFlg=false"); } }'),
        ("a.sh", "shell", 'ask() { local IFS="&"; curl "URL?$*"; }\nask "pageSize=1" "conditions=closedFlg=false"\n'),
    ],
)  # fmt: skip
def test_an_argument_is_the_query_of_the_url_that_its_function_requests(
    filename: str, language: str, text: str
) -> None:
    url = "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets"
    assert _codes(filename, language, text.replace("URL", url)) == ["CW203"]


@pytest.mark.parametrize(
    ("call", "codes"), [("ticket.getId()", []), ("ticket.company().id()", []), ("ticket.getSummary()", ["CW601"])]
)
def test_a_method_returns_the_id_of_a_record(call: str, codes: list[str]) -> None:
    url = "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=externalXRef = "
    text = f"""import com.acme.Ticket; class A {{ void f(Ticket ticket) {{ get("{url}'" + {call} + "'"); }} }}"""
    assert _codes("A.java", "java", text) == codes
