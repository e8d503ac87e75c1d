"""Values that functions return, check or take, in all languages: the diagnostics of short programs."""

from __future__ import annotations

import pytest

from cwql.lint.frontends import language_of
from cwql.lint.linter import lint_text

GO = 'package connectwise\nfunc send(c string) { get("/service/tickets", url.Values{"conditions": {c}}) }\n'
RUST = '// connectwise\nfn send(c: &str) { http.get("/service/tickets").query(&[("conditions", c)]); }\n'
TS = "// connectwise\nconst send = (c: string) => get('/service/tickets', { params: { conditions: c } });\n"
PHP = "<?php // connectwise\nfunction send($c) { get('/service/tickets', ['conditions' => $c]); }\n"
RUBY = "# connectwise\ndef send(c) = get('/service/tickets', conditions: c)\n"
ELIXIR = 'defmodule ConnectWise do\n  def send(c), do: get("/service/tickets", conditions: c)\n'
PERL = "# connectwise\nsub send_it { my ($c) = @_; get('/service/tickets', conditions => $c); }\n"
PYTHON = "# connectwise\ndef send(c): return get('/service/tickets', conditions=c)\n"
YAML = "# connectwise\n- uri: https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=board/name='%s'\n"
CLOJURE = '; connectwise\n(defn send [c] (http/get "/service/tickets" {:query-params {:conditions c}}))\n'

SAFE = [
    # results of a type whose values need no quotes
    ("a.go", GO + 'func board() int { return lookup() }\nfunc f() { b := board(); send("board/id = " + b) }'),
    ("a.go", GO + 'func board() (int, error) { return lookup() }\nfunc f() { b, err := board(); send(fmt.Sprintf("id = %v", b)) }'),
    ("a.rs", RUST + 'fn first() -> NaiveDate { lookup() }\nfn f() { let d = first(); send(&format!("dateEntered > [{d}]")); }'),
    ("a.ts", TS + "function board(): number { return lookup(); }\nsend(`board/id = ${board()}`);"),
    ("a.php", PHP + 'function board(): int { return lookup(); }\nsend("board/id = " . board());'),
    ("a.kt", "// connectwise\nfun board(): Int { return lookup() }\nfun f() { get(\"/service/tickets?conditions=board/id=${board()}\") }"),
    # results of the last statement
    ("a.rb", RUBY + "def ids(p)\n  p.map { |b| Integer(b) }\nend\nsend(\"id in (#{ids(x).join(',')})\")"),
    ("a.rb", RUBY + "def level(x)\n  if x > 3\n    'High'\n  else\n    'Low'\n  end\nend\nsend(\"severity = '#{level(4)}'\")"),
    ("a.ex", ELIXIR + '  def ids(list), do: Enum.map_join(list, ",", &Integer.to_string/1)\n  def f(x), do: send("id in (#{ids(x)})")\nend'),
    # fields of a request that it validates
    ("a.php", PHP + "$data = $request->validate(['board' => 'required|integer', 'state' => ['required', 'in:New,Closed']]);\n"
     "send(\"board/id = {$data['board']} and status/name = '{$data['state']}'\");"),
    ("a.php", PHP + "$request->validate(['board' => 'required|integer']);\nsend('board/id = ' . $request->input('board'));"),
    # entries of a mapping of the program itself
    ("a.rb", RUBY + "LABELS = { 'New' => 1, 'Open' => 2 }\nraise 'no' unless LABELS.key?(kind)\nsend(\"type/name = '#{kind}'\")"),
    ("a.rb", RUBY + "LABELS = %w[New Open]\nraise 'no' unless LABELS.member?(kind)\nsend(\"type/name = '#{kind}'\")"),
    ("a.rb", RUBY + "LABELS = { a: 'Managed', b: 'Block' }.freeze\nsend(\"type/name = '#{LABELS.fetch(kind)}'\")"),
    ("a.ex", ELIXIR + '  @names %{"a" => "New", "b" => "Open"}\n  def f(x), do: send("status/name = \'#{Map.get(@names, x, "New")}\'")\nend'),
    # items of a list of the program itself
    ("a.go", GO + 'func f() {\n\tfor _, s := range []string{"New", "Open"} {\n\t\tsend(fmt.Sprintf("status/name = \'%s\'", s))\n\t}\n}'),
    ("a.go", GO + 'var states = []struct{ a, b string }{{"n", "New"}, {"o", "Open"}}\nfunc f() {\n\tfor _, s := range states {\n'
     '\t\tsend(fmt.Sprintf("status/name = \'%s\'", s.b))\n\t}\n}'),
    # replacements
    ("a.go", GO + 'var clean = strings.NewReplacer("\'", "", "\\\\", "")\nfunc f(n string) { send("summary = \'" + clean.Replace(n) + "\'") }'),
    ("a.rb", RUBY + "send(\"summary = '#{x.delete(\"'\\\"\")}' and board/name = '#{y.tr('^A-Za-z', '')}'\")"),
    ("a.ex", ELIXIR + '  def f(x) do\n    n = Regex.replace(~r/[^a-z0-9]/, x, "")\n    send("summary = \'#{n}\'")\n  end\nend'),
    ("a.php", PHP + "send(\"summary = '\" . str_replace(['\"', \"'\", '\\\\'], '', $x) . \"'\");"),
    ("a.py", PYTHON + "QUOTES = str.maketrans('', '', '\\'\"')\ndef f(n): send(f\"summary = '{n.translate(QUOTES)}'\")"),
    ("a.py", PYTHON + "QUOTES = str.maketrans({'\\'': None})\ndef f(n): send(f\"summary = '{n.translate(QUOTES)}'\")"),
    # rows of a table
    ("a.ts", TS + "it.each([['day', '[2024-03-01]'], ['week', '[2024-02-26]']])('%s', (range, day) => send(`dateEntered > ${day}`));"),
    ("a.ts", TS + "[{ range: 'day', day: '[2024-03-01]' }].forEach(({ range, day }) => send(`dateEntered > ${day}`));"),
    # lists that only the program itself passes on
    ("a.py", "#!/usr/bin/env python\n" + PYTHON + "def f(boards): send('board/id in ({})'.format(','.join(str(each) for each in boards)))\nf([12, 17])"),
    ("a.js", ("#!/usr/bin/env node\n// connectwise\nconst f = (boards) => get('/service/tickets', { conditions: `board/id in (${boards.map((b) => String(b)).join()})` });\n"
     "f([parseInt(x, 10)]);")),
    # checks that the program refers to in declarations
    ("a.py", "import argparse, re\ndef ident(t):\n    if not re.fullmatch(r'\\w+', t): raise ValueError(t)\n    return t\n" + PYTHON
     + "p = argparse.ArgumentParser()\np.add_argument('--firm', type=ident)\na = p.parse_args()\nsend(f\"summary = '{a.firm}'\")"),
    ("a.ts", TS + "type Ident = string & { readonly __brand: 'ident' };\nexport const f = (m: Ident) => send(`summary = '${m}'`);"),
    ("a.ts", TS + "const Form = z.object({ phone: z.string().transform((v) => v.replace(/\\D/g, '')) });\n"
     "const f = (form: z.infer<typeof Form>) => send(`summary = '${form.phone}'`);"),
    ("a.cs", ('class Q { [Required, RegularExpression("^[A-Z]{2,20}$")]\n public string Tag { get; set; } = ""; }\n'
     "class ConnectWise { void F(Q q) { http.Get($\"/service/tickets?conditions=summary = '{q.Tag}'\"); } }")),
    ("a.go", GO + 'func check(t string) error { if strings.ContainsAny(t, `"\'`) { return errors.New("quote") }; return nil }\n'
     'func f(n *string) { if err := check(*n); err != nil { return }; send("summary = \'" + *n + "\'") }'),
    ("a.java", ("// connectwise\nclass A {\n  void run(String name) { if (!name.matches(\"\\\\w+\")) throw new E(); find(name); }\n"
     "  private void find(String name) { get(\"/service/tickets?conditions=summary = '\" + name + \"'\"); }\n}")),
    ("a.pq", ('let Board = if List.Contains({"NOC"}, P) then P else error "board",\n'
     'A = Web.Contents("https://na.myconnectwise.net", [RelativePath = "v4_6_release/apis/3.0/service/tickets",\n'
     'Query = [conditions = "board/name = \'" & Board & "\'"]]) in A')),
    # rules in defaults of parameters and in validators
    ("a.py", PYTHON + "def f(name: str = Query(..., pattern=r'^\\w+$')): send(f\"summary = '{name}'\")"),
    ("a.py", PYTHON + "def valid(name):\n    if not name.isalnum(): raise ValueError\n    return name\n"
     "def f(name: str = Depends(valid)): send(f\"summary = '{name}'\")"),
    ("a.py", PYTHON + "class Form(BaseModel):\n    tag: str\n    @field_validator('tag')\n    def check(cls, v):\n"
     "        if not v.isalnum(): raise ValueError\n        return v\ndef f(form: Form): send(f\"summary = '{form.tag}'\")"),
    ("a.php", PHP + "function ok($s) { return (bool) preg_match('/^\\w+$/', $s); }\nfunction f($t) { if (!ok($t)) return; send(\"summary = '$t'\"); }"),
    # parts of a condition that are encoded by themselves
    ("a.py", ("from urllib.parse import quote\ndef f(n: int):\n    url = BASE + '/service/tickets?conditions='\n"
     "    url += quote('company/id=')\n    url += str(n)\n    url += '%20and%20closedFlag=true'\n    return url\n")),
    # values that a playbook or a workflow sets
    ("a.yml", YAML % "{{ board }}" + "  vars:\n    board: Help Desk\n"),
    ("a.yml", YAML % "${{ env.BOARD }}" + "  env:\n    BOARD: 'Help Desk'\n"),
    # options of the command line
    ("a.rb", RUBY + "method_option :board, type: :numeric\nmethod_option :level, enum: %w[Low High]\n"
     "def list\n  send(\"board/id = #{options[:board]} and severity = '#{options[:level]}'\")\nend"),
    # dates
    ("a.clj", CLOJURE + "(defn f [] (send (str \"dateEntered > [\" (.plusDays (LocalDate/now) 7) \"]\")))"),
    ("a.clj", CLOJURE + '(defn f [x] (send (format "board/id = %d and dateEntered > [%s]" x (.toString (Instant/now)))))'),
    ("a.clj", CLOJURE + '(defn f [ids] (send (str "id in (" (str/join "," (map long ids)) ")")))'),
    ("a.pl", PERL + "my $now = gmtime->datetime . 'Z';\nsend_it(\"requiredDate < [$now]\");"),
    ("a.php", PHP + "$d = Carbon::today()->toDateString();\nsend(\"dateEntered > [$d]\");"),
    ("a.rs", ("// connectwise\nfn f(c: &Client, d: Option<DateTime<Utc>>, ip: IpAddr) {\n    if let Some(day) = d {\n"
     '        c.get("/service/tickets").query(&[("conditions", format!("dateEntered > [{}]", day.to_rfc3339()))]);\n    }\n}')),
    ("a.rs", RUST + 'fn f() { for id in [3u32, 7] { send(&format!("board/id = {id}")); } }'),
    # guards of functions, and tests for quotes
    ("a.ex", ELIXIR + '  @states ~w(New Open)\n  def f(%{"s" => s}) when s in @states, do: send("status/name = \'#{s}\'")\nend'),
    ("a.ex", ELIXIR + '  def f(level, id) when level in [:low, :high] and is_integer(id) do\n    name = level |> Atom.to_string() |> String.capitalize()\n'
     '    send("board/id = #{id} and severity = \'#{name}\'")\n  end\nend'),
    ("a.rs", RUST + 'fn f(n: &str) -> R {\n    if n.chars().any(|c| c == \'\\\'\' || c == \'"\') { return Err(e); }\n    send(&format!("summary = \'{n}\'"));\n}'),
    ("a.js", "// connectwise\nfunction f(n) {\n  if ([...n].some((c) => c === \"'\")) return null;\n  return get('/service/tickets', { conditions: `summary = '${n}'` });\n}"),
    ("a.kt", ("// connectwise\nfun f(n: String) {\n    require(n.none { it == '\"' })\n    if (n.any { it == '\\'' }) return\n"
     "    get(\"/service/tickets\", mapOf(\"conditions\" to \"summary = '$n'\"))\n}")),
    ("a.go", GO + 'func f(n string) {\n\tif strings.ContainsAny(n, "\'\\"") {\n\t\treturn\n\t}\n\tsend("summary = \'" + n + "\'")\n}'),
    ("a.php", PHP + "function f(string $n) {\n    if (strpbrk($n, \"'\\\"\") !== false) { throw new X(); }\n    send(\"summary = '{$n}'\");\n}"),
    ("a.php", PHP + "$n = Str::of($x)->replaceMatches('/[^\\pL -]/u', '')->value();\nsend(\"summary = '{$n}'\");"),
    # a named type of numbers, and functions that only the program calls
    ("a.go", ('package main\n\n// connectwise\ntype Level int\n\nfunc list(l Level) {\n\tget("/service/tickets", url.Values{"conditions": {fmt.Sprintf("severity = \'%s\'", l)}})\n}\n'
     "func main() {\n\tlist(High)\n}")),
    ("a.exs", ('defmodule ConnectWise do\n  def since(d), do: get("/service/tickets", conditions: "dateEntered > [#{d}]")\nend\n'
     'ConnectWise.since(Date.end_of_month(Date.from_iso8601!(hd(System.argv()))))')),
    # parameters of requests, routes and lists of the program itself
    ("a.rb", RUBY + "optional :board, type: Integer\noptional :state, values: %w[New Open]\nsend(\"board/id = #{params[:board]} and status/name = '#{params[:state]}'\")"),
    ("a.php", PHP + "$app->get('/t/{id:[0-9]+}', function ($request, $response, $args) { send(\"id = {$args['id']}\"); });"),
    ("a.php", PHP + "$l = implode(',', array_map(static fn (int $i): int => $i, $x));\nsend(\"id in ($l)\");"),
    ("a.rb", RUBY + "TEAMS = YAML.safe_load(<<~YML)\n  anna: [19, 22]\nYML\nTEAMS.each { |name, ids| ids.each_slice(20) { |part| send(\"id in (#{part.join(',')})\") } }"),
    ("a.rb", RUBY + "helpers do\n  def clean(text)\n    text.gsub(/[^[:alnum:] -]/, '')\n  end\nend\nsend(\"summary = '#{clean(x)}'\")"),
    ("a.clj", CLOJURE + '(def names ["Spam" "Ads"])\n(defn f [] (send (str "type/name not in (" (str/join "," (map #(str \\" % \\") names)) ")")))'),
    ("a.clj", CLOJURE + '(defn f [t] (send (str "lastUpdated > [" (.truncatedTo t ChronoUnit/SECONDS) "]")))'),
    ("a.rb", RUBY + "o.on('--owner NAME', /\\A\\w+\\z/) { |v| send(\"owner/identifier = '#{v}'\") }"),
    # parts of a safe text, and methods of an enum
    ("a.rb", RUBY + "mac = x.gsub(/[^0-9A-F]/, '')\nsend(\"summary = '#{mac.scan(/../).join(':')}'\")"),
    ("a.rs", RUST + 'enum Kind { Open, New }\nimpl Kind { fn label(self) -> &\'static str { match self { Kind::Open => "Open", Kind::New => "New" } } }\n'
     "struct Options { kind: Option<Kind> }\nfn f(o: Options) { if let Some(kind) = o.kind { send(&format!(\"status/name = '{}'\", kind.label())); } }"),
    # members that a constructor checks
    ("a.java", ("// connectwise\nclass A {\n  private final String name;\n  A(String name) {\n    if (!name.matches(\"[a-z]+\")) throw new X();\n    this.name = name;\n  }\n"
     "  void f() { get(\"/service/tickets?conditions=\" + encode(\"summary = '\" + name + \"'\")); }\n}")),
    ("a.swift", ("// connectwise\nclass A {\n  let name: String\n  init?(name: String) {\n    guard name.allSatisfy({ $0.isLetter }) else { return nil }\n    self.name = name\n  }\n"
     "  func f() { get(\"/service/tickets\", [\"conditions\": \"summary = '\\(name)'\"]) }\n}")),
    ("a.kt", ("// connectwise\nclass A(private val name: String) {\n  init { require(name.matches(Regex(\"[a-z]+\"))) }\n"
     "  fun f() { get(\"/service/tickets\", mapOf(\"conditions\" to \"summary = '$name'\")) }\n}")),
]  # fmt: skip

UNSAFE = [
    ("a.py", PYTHON + "def f(n): send(f\"summary = '{n.translate(str.maketrans('a', 'b'))}'\")", ["CW601"]),
    ("a.ts", TS + "it.each([['day', x.name]])('%s', (range, name) => send(`summary = '${name}'`));", ["CW601"]),
    ("a.py", "#!/usr/bin/env python\n" + PYTHON + "def f(boards): send('board/id in ({})'.format(','.join(str(each) for each in boards)))\nf(sys.argv)",
     ["CW602"]),
    ("a.yml", YAML % "{{ board }}" + "  vars:\n    board: '{{ name }}'\n", ["CW601"]),
    ("a.yml", YAML % "{{ board }}" + "  vars:\n    board: |\n      Help Desk\n", ["CW601"]),
    ("a.go", GO + 'func board() string { return lookup() }\nfunc f() { send("board/name = \'" + board() + "\'") }', ["CW601"]),
    ("a.rb", RUBY + "def level(x)\n  x.strip\nend\nsend(\"severity = '#{level(y)}'\")", ["CW601"]),
    ("a.php", PHP + "$data = $request->validate(['name' => 'required|string']);\nsend(\"summary = '{$data['name']}'\");", ["CW601"]),
    ("a.php", PHP + "send(\"summary = '\" . sanitize_text_field($x) . \"'\");", ["CW601"]),
    ("a.rb", RUBY + "LABELS = { a: 'New', b: 'Block' }\nsend(\"type/name = '#{LABELS.fetch()}'\")", ["CW601"]),
    ("a.rb", RUBY + "LABELS = { a: x, b: 'Block' }\nsend(\"type/name = '#{LABELS.fetch(kind)}'\")", ["CW601"]),
    ("a.go", GO + 'func f(n string) {\n\tvar b strings.Builder\n\tfmt.Fprintf(&b, "id > %d", 5)\n\tfmt.Fprintf(&b, " and summary = \'%s\'", n)\n'
     "\tsend(b.String())\n}", ["CW601"]),
    ("a.go", ('package connectwise\nfunc count(c string) int {\n\tu := base + "/service/tickets/count?conditions=" + url.QueryEscape(c)\n'
     '\treq := http.NewRequest("GET", u, nil)\n\treturn do(req)\n}\nfunc f() { count("isInSla = \'true\' and id > 5") }'), ["CW304"]),
    ("a.pl", PERL + "send_it(\"summary = '$x'\");", ["CW601"]),
    # lists
    ("a.java", '// connectwise\nvoid f() { get("/service/tickets", Map.of("conditions", Stream.of("closedFlg = false", "id > 5").collect(Collectors.joining(" and ")))); }', ["CW203"]),
    ("a.kt", '// connectwise\nfun f() { get("/service/tickets", mapOf("conditions" to arrayListOf("closedFlg = false").joinToString(" and "))) }', ["CW203"]),
    ("a.php", PHP + "$t = array_merge(['closedFlg = false'], array_filter(['id > 5']));\nget('/service/tickets', ['conditions' => implode(' and ', $t)]);", ["CW203"]),
    # variables that a function fills
    ("a.rs", RUST + "fn f() { let mut n = String::new(); io::stdin().read_line(&mut n)?; send(&format!(\"summary = '{n}'\")); }", ["CW601"]),
    ("a.go", GO + "func f() {\n\tn := \"\"\n\tfmt.Scanln(&n)\n\tsend(\"summary = '\" + n + \"'\")\n}", ["CW601"]),
    # methods of a client that are named after an endpoint and a parameter
    ("a.go", 'package connectwise\nfunc f() { api.GetServiceTickets(ctx).Conditions("closedFlg = false").Execute() }', ["CW203"]),
    ("a.java", '// connectwise\nvoid f() { client.listSystemMembers().withConditions("inactivFlag == false").send(); }', ["CW203", "CW112"]),
    ("a.rs", RUST + 'fn f(x: i32) { let t = vec![String::from("closedFlg = false"), format!("id > {x}")]; send(&t.join(" and ")); }', ["CW203"]),
    ("a.java", ("// connectwise\nclass A {\n  private final String name;\n  A(String name) { this.name = name; }\n"
     "  void f() { get(\"/service/tickets?conditions=\" + encode(\"summary = '\" + name + \"'\")); }\n}"), ["CW601"]),
    ("a.pl", "# connectwise\nmy @all = ('id > 5');\npush @all, \"summary = '$x'\" if $x;\nget('/service/tickets', conditions => join ' and ', @all);",
     ["CW601"]),
    ("a.clj", '; connectwise\n(defn f [by] (http/get "/service/tickets" {:query-params {:conditions (cond-> "id > 5" by (str " and owner/name = \'" by "\'"))}}))',
     ["CW601"]),
    ("a.clj", '; connectwise\n(fetch "/service/tickets" :conditions (str "summary = \'" x "\'"))', ["CW601"]),
    ("a.php", PHP + "$name = $a ?: $b . ' ' . $c;\nsend('summary = \"' . $name . '\"');", ["CW601"]),
    ("a.rb", RUBY + "t = Time.now.utc.iso8601\nsend(\"lastUpdated > #{t}\")", ["CW127"]),
    ("a.py", "import argparse\ndef ident(t):\n    if not t.strip(): raise ValueError(t)\n    return t\n" + PYTHON
     + "p = argparse.ArgumentParser()\np.add_argument('--firm', type=ident)\na = p.parse_args()\nsend(f\"summary = '{a.firm}'\")", ["CW601"]),
    ("a.cs", ("class ConnectWise { void F(string n) { http.Get(string.Format(CultureInfo.InvariantCulture,\n"
     "\"/service/tickets?conditions=summary = '{0}'\", n)); } }"), ["CW601"]),
    ("a.cs", ("class ConnectWise { void F(string n) { var b = new StringBuilder(); b.AppendFormat(CultureInfo.InvariantCulture,\n"
     "\"/service/tickets?conditions=summary = '{0}'\", n); http.Get(b.ToString()); } }"), ["CW601"]),
    ("a.java", "class ConnectWise { void f(String n) { get(String.format(Locale.ROOT, \"/service/tickets?conditions=summary = '%s'\", n)); } }",
     ["CW601"]),
    ("a.java", ("// connectwise\nclass A {\n  void run(String name) { if (!name.matches(\"\\\\w+\")) throw new E(); find(name); }\n  void go(String name) { find(name); }\n"
     "  private void find(String name) { get(\"/service/tickets?conditions=summary = '\" + name + \"'\"); }\n}"), ["CW601"]),
    ("a.pl", PERL + "my $host = '';\nGetOptions('host=s' => \\$host);\nsend_it(\"summary = '$host'\");", ["CW601"]),
    ("a.cs", ("class IndexModel : PageModel {\n [BindProperty(SupportsGet = true)]\n public string Team { get; set; } = \"A\";\n"
     " void F() { connectWise.Get($\"/service/tickets?conditions=summary = '{Team}'\"); } }"), ["CW601"]),
    ("a.py", PYTHON + "class Form(BaseModel):\n    tag: str\n    @field_validator('tag')\n    def check(cls, v):\n"
     "        return v.strip()\ndef f(form: Form): send(f\"summary = '{form.tag}'\")", ["CW601"]),
    ("a.py", PYTHON + "def trim(name): return name.strip()\ndef f(name: str = Depends(trim)): send(f\"summary = '{name}'\")", ["CW601"]),
]  # fmt: skip


def lint(filename: str, text: str) -> list[str]:
    language = language_of(filename)
    assert language is not None
    return [each.code for each in lint_text(text, filename=filename, language=language.name).diagnostics]


@pytest.mark.parametrize(("filename", "text"), SAFE)
def test_safe_value(filename: str, text: str) -> None:
    assert lint(filename, text) == []


@pytest.mark.parametrize(("filename", "text", "codes"), UNSAFE)
def test_unsafe_value(filename: str, text: str, codes: list[str]) -> None:
    assert lint(filename, text) == codes
