"""Values that are not proved to be safe: those from outside are reported, unknown ones unless their name or place makes them fit."""

from __future__ import annotations

import pytest

from cwql.lint.dataflow.origins import says
from cwql.lint.linter import lint_text
from tests.lint.writing import write

URL = "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions="

UNKNOWN = [
    # a number in the name, or a field of numbers
    ("x.ps1", f'$n = Find-Board $x; irm "{URL}board/id = $($n.Value)"'),
    ("x.ps1", f'Get-Boards | % {{ irm "{URL}board/id = $_" }}'),
    ("x.ps1", f'$t = Find-One\nirm "{URL}id = $($t.recId)"'),
    ("x.py", f'import requests\nrequests.get(f"{URL}id in ({{chosen()}})")'),
    ("x.py", f'import requests\nrequests.get(f"{URL}company/id = {{lookup(name)[0]}}")'),
    ("x.js", f"fetch(`{URL}id = ${{boards[name]}}`)"),
    ("x.rb", f'HTTParty.get("{URL}owner/id in (#{{@member_id}})")'),
    ("x.go", f'package a\nfunc f(c *Company) {{ http.Get(fmt.Sprintf("{URL}company/id=%s", c.Id)) }}'),
    (
        "x.cs",
        f'class A {{ void F(Company company) {{ http.Get(string.Format("{URL}company/id={{0}}", company.Id)); }} }}',
    ),
    ("x.php", f'<?php\n$n = pick();\nget("{URL}board/id=$n");'),
    ("x.sh", f'client_id=$(jq -r .id board.json)\ncurl "{URL}company/id=$client_id"'),
    # dates
    ("x.ps1", f'$stamp = Get-Stamp\nirm "{URL}lastUpdated > [$stamp]"'),
    ("x.js", f"fetch(`{URL}lastUpdated > [${{daysAgo(30)}}]`)"),
    ("x.java", f'class A {{ void f() {{ get("{URL}lastUpdated > [" + window.getStart() + "]"); }} }}'),
    # codes of the program
    ("x.ts", f"fetch(`{URL}priority/name = '${{priority.label}}'`)"),
    ("x.kt", f"""fun f(level: TicketPriority) {{ get("{URL}priority/name = '$level'") }}"""),
    (
        "x.py",
        f"import requests\nTEMPLATE = \"{URL}status/name = '{{status}}'\"\nrequests.get(TEMPLATE.format(**words))",
    ),
    ("x.php", f"""<?php\nget("{URL}status/name='" . Config::DEFAULT_STATUS . "'");"""),
]
OUTSIDE = [
    # parameters of text type or without type
    ("x.py", f'import requests\ndef f(board_id):\n    requests.get(f"{URL}board/id = {{board_id}}")'),
    ("x.js", f"function f(id) {{ fetch(`{URL}id = ${{id}}`) }}"),
    ("x.cs", f'class A {{ void F(string id) {{ http.Get($"{URL}id={{id}}"); }} }}'),
    ("x.ps1", f'function F {{ param([string]$Id) irm "{URL}id = $Id" }}'),
    ("x.ps1", f'param($Since)\nirm "{URL}lastUpdated > [$Since]"'),
    ("x.php", f'<?php\nfunction f($ids) {{ get("{URL}id in (" . implode(",", $ids) . ")"); }}'),
    ("x.rb", f"def f(status)\n  HTTParty.get(\"{URL}status/name = '#{{status}}'\")\nend"),
    ("x.ex", f'defmodule C do # ConnectWise\n  def f(id), do: get("{URL}id=" <> to_string(id))\nend'),
    ("x.py", f'import requests\ndef f(id):\n    id = str(id)\n    requests.get("{URL}id=" + id)'),
    # options of commands, parameters of requests
    (
        "x.php",
        f"""<?php\nclass A extends Command {{ function handle() {{ $kind = $this->option('kind'); get("{URL}type/name = '$kind'"); }} }}""",
    ),
    (
        "x.go",
        f'package a\nfunc f(cmd *cobra.Command) {{ kind, _ := cmd.Flags().GetString("kind"); http.Get(fmt.Sprintf("{URL}type/name = \'%s\'", kind)) }}',
    ),
    (
        "x.go",
        f'package a\nfunc f(r *http.Request) {{ status := r.URL.Query().Get("status"); http.Get(fmt.Sprintf("{URL}status/name = \'%s\'", status)) }}',
    ),
    (
        "x.go",
        f'package a\nfunc f(c echo.Context) {{ status := c.Param("status"); http.Get(fmt.Sprintf("{URL}status/name = \'%s\'", status)) }}',
    ),
    (
        "x.cs",
        f"class A {{ void F(InvocationContext c) {{ var status = c.ParseResult.GetValueForOption(option); http.Get($\"{URL}status/name = '{{status}}'\"); }} }}",
    ),
    ("x.js", f"const options = program.opts();\nfetch(`{URL}status/name = '${{options.status}}'`)"),
    # fields without a value, or with an empty one
    (
        "x.py",
        f"import requests\nclass A(BaseModel):\n    site: str | None = None\n    def f(self):\n        requests.get(f\"{URL}site/name = '{{self.site}}'\")",
    ),
    (
        "x.py",
        f"import requests\n@dataclass\nclass A:\n    site: Optional[str] = None\n    def f(self):\n        requests.get(\"{URL}site/name = '%s'\" % self.site)",
    ),
    ("x.ts", f"class A {{ site: string | null = null;\n  f() {{ fetch(`{URL}site/name = '${{this.site}}'`); }} }}"),
    (
        "x.php",
        f"<?php\nclass A {{ private ?string $site = null;\n  function f() {{ get(\"{URL}site/name = '{{$this->site}}'\"); }} }}",
    ),
    ("x.cs", f"class A {{ string? site = null;\n  void F() {{ http.Get($\"{URL}site/name = '{{site}}'\"); }} }}"),
    ("x.kt", f"class A {{\n  var site: String? = null\n  fun f() {{ get(\"{URL}site/name = '$site'\") }} }}"),
    # input, arguments, the environment, files
    (
        "x.ts",
        f"const {{ searchParams }} = new URL(request.url);\nconst priority = searchParams.get('p');\nfetch(`{URL}priority/name = '${{priority}}'`)",
    ),
    # empty unless it is given, and then tested
    ("x.js", f"const q = req.query.q || '';\nif (q) {{ fetch(`{URL}summary like '${{q}}%'`) }}"),
    (
        "x.php",
        f"""<?php\n$q = isset($_GET['q']) ? trim($_GET['q']) : '';\nif ($q != '') {{ get("{URL}summary like '$q%'"); }}""",
    ),
    (
        "x.py",
        f'import requests, sys\nq = sys.argv[1] if len(sys.argv) > 1 else ""\nif q:\n    requests.get(f"{URL}summary like \'{{q}}%\'")',
    ),
    ("x.py", f'import requests\nboard_id = input("Board: ")\nrequests.get(f"{URL}board/id = {{board_id}}")'),
    (
        "x.py",
        f'import requests, csv\nfor row in csv.DictReader(open("x")):\n    requests.get(f"{URL}id = {{row[\'id\']}}")',
    ),
    ("x.py", f"import requests, os\nrequests.get(f\"{URL}board/id = {{os.environ['BOARD']}}\")"),
    ("x.ps1", f'$id = Read-Host "Ticket"\nirm "{URL}id = $id"'),
    ("x.ps1", f'Import-Csv x.csv | % {{ irm "{URL}id = $($_.TicketId)" }}'),
    ("x.ps1", f'irm "{URL}board/id = $env:BOARD_ID"'),
    ("x.js", f"const board = process.env.BOARD\nfetch(`{URL}board/id = ${{board}}`)"),
    ("x.js", f"app.get('/t', (req, res) => {{ fetch(`{URL}id = ${{req.query.id}}`) }})"),
    ("x.sh", f'curl "{URL}id=$1"'),
    ("x.php", f"<?php\nget(\"{URL}id=\" . $_GET['id']);"),
    ("x.go", f'package a\nfunc f() {{ b := flag.String("board", "", ""); http.Get("{URL}board/id=" + *b) }}'),
    ("x.sh", f'read -rp "Ticket: " id\ncurl "{URL}id=$id"'),
    (
        "x.py",
        f'import requests, json\nwith open("x") as f:\n    data = json.load(f)\nfor t in data:\n    requests.get(f"{URL}id={{t[\'id\']}}")',
    ),
    ("x.py", f'import requests\nfor line in open("x"):\n    requests.get(f"{URL}id = {{line.strip()}}")'),
    ("x.js", f"for (const row of JSON.parse(fs.readFileSync('x'))) {{ fetch(`{URL}id = ${{row.ticket}}`) }}"),
    (
        "x.cs",
        f'class A {{ void F() {{ foreach (var n in File.ReadAllLines("x")) http.Get($"{URL}id = {{n.Trim()}}"); }} }}',
    ),
    (
        "x.go",
        f'package a\nfunc f() {{ h, _ := os.Open("x"); s := bufio.NewScanner(h); for s.Scan() {{ http.Get("{URL}id=" + s.Text()) }} }}',
    ),
    ("x.rb", f'File.readlines("x").each {{ |line| HTTParty.get("{URL}id=#{{line.chomp}}") }}'),
    ("x.kt", f'fun main(args: Array<String>) {{ get("{URL}id=${{args[0]}}") }}'),
    ("x.java", f'class A {{ void f(HttpServletRequest request) {{ get("{URL}id=" + request.getParameter("id")); }} }}'),
    ("x.rs", f'fn main() {{ let id = std::env::args().nth(1).unwrap(); get(format!("{URL}id={{}}", id)); }}'),
    ("x.vb", f'Module A\n Sub Main()\n  Dim id = Console.ReadLine()\n  Fetch("{URL}id = " & id)\n End Sub\nEnd Module'),
    # the group of a pattern that may be anything, a date in the culture of the user
    ("x.ps1", f'if ($s -match "#(.+)") {{ irm "{URL}id = $($Matches[1])" }}'),
    ("x.ps1", f'$since = (Get-Date).AddDays(-7)\nirm "{URL}lastUpdated > [$since]"'),
    ("x.js", f"const today = new Date()\nfetch(`{URL}lastUpdated > [${{today}}]`)"),
    # free text by its name, and names that say nothing between quotes
    ("x.py", f"import requests\nrequests.get(f\"{URL}company/name = '{{find().name}}'\")"),
    ("x.js", f"fetch(`{URL}board/name = '${{found()}}'`)"),
    ("x.ps1", f"$t = Find-One\nirm \"{URL}summary contains '$($t.summary)'\""),
    # the name of a number in the place of a text
    ("x.js", f"fetch(`{URL}company/identifier = '${{id}}'`)"),
]


@pytest.mark.parametrize(("file", "source"), UNKNOWN)
def test_unknown_value_that_fits_its_place_is_not_reported(file: str, source: str) -> None:
    found = lint_text(source, filename=file)
    assert len(found.conditions) == 1
    assert not found.diagnostics


@pytest.mark.parametrize(("file", "source"), OUTSIDE)
def test_value_from_outside_is_reported(file: str, source: str) -> None:
    assert [each.code[:4] for each in lint_text(source, filename=file).diagnostics] == ["CW60"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("id ticket.boardId BoardIDs rec_ids companyid $row['siteId'] getCompanyRecID()", "id"),
        ("page_size daysAgo(30) ticketNumber lastYear SINCE from Get-StartDate", "number"),
        ("status priority.level SortOrder DEFAULT_BOARD Config.STATUS_NAME", "code"),
        ("name companyname serialNumber phone_number assignedTo user.emailAddress $names", "text"),
        ("x value paid board valid android grid window", ""),
    ],
)
def test_last_word_of_a_name(names: str, expected: str) -> None:
    assert {name: says(name) for name in names.split()} == dict.fromkeys(names.split(), expected)


@pytest.mark.parametrize(
    ("text", "origin", "codes"),
    [
        ("board/id = «x»", "", []),
        ("boardName = «x»", "", ["CW602"]),
        ("summary = '«x»'", "code", []),
        ("summary = «x»", "code", ["CW602"]),
        ("summary = '«x»'", "number", ["CW601"]),
        ("dateEntered > '«x»'", "number", []),
        ("dateEntered > [«x»]", "", []),
        ("dateEntered > [«x»]", "rows", ["CW601"]),
    ],
)
def test_place_and_origin(text: str, origin: str, codes: list[str]) -> None:
    from cwql.lint.checker import ConditionChecker

    found = ConditionChecker().judge(write(text, origin=origin))
    assert [each.code for each in found if each.code in ("CW601", "CW602")] == codes


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("x.py", f'class A:\n    @property\n    def all(self):\n        return "closedFlag = false and id > 1"\n    def f(self):\n        get(f"{URL}{{self.all}} and id < 9")'),
        ("x.ts", f'class A {{ get all() {{ return "closedFlag = false and id > 1"; }} f() {{ fetch(`{URL}${{this.all}} and id < 9`); }} }}'),
        ("x.cs", f'class A {{ string All => "closedFlag = false and id > 1"; void F() {{ http.Get($"{URL}{{All}} and id < 9"); }} }}'),
        ("x.rb", f'class A\n  def all\n    "closedFlag = false and id > 1"\n  end\n  def f\n    get("{URL}#{{all}} and id < 9")\n  end\nend'),
    ],
)  # fmt: skip
def test_text_of_a_property_is_followed(file: str, source: str) -> None:
    assert not lint_text(source, filename=file).diagnostics


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("x.cs", "class A { void F(string code) { if (!code.All(char.IsLetterOrDigit)) return; Get($", "); } }"),
        ("x.vb", "Module A\n Sub F(code As String)\n  If Not code.All(AddressOf Char.IsLetterOrDigit) Then Return\n  Get($", ")\n End Sub\nEnd Module"),
        ("x.py", "def f(code):\n    if not all(c.isalnum() for c in code): return\n    get(f", ")"),
        ("x.java", "class A { void f(String code) { if (!code.chars().allMatch(Character::isLetterOrDigit)) return; get(String.format(", ", code)); } }"),
        ("x.kt", "fun f(code: String) { if (!code.all { it.isLetterOrDigit() }) return\n get(", ") }"),
        ("x.rs", "fn f(code: &str) { if !code.chars().all(|c| c.is_alphanumeric()) { return; } get(format!(", ", code)); }"),
        ("x.js", "function f(code) { if (![...code].every((c) => /[a-z]/.test(c))) return; fetch(", ") }"),
        ("x.ts", "const S = z.object({ code: z.string().regex(/^[A-Z0-9-]{3,30}$/) });\nconst { code } = S.parse(input);\nfetch(", ")"),
        ("x.ts", "const S = z.object({ code: z.string().uuid() });\nconst { code } = S.parse(input);\nfetch(", ")"),
    ],
)  # fmt: skip
def test_text_whose_characters_are_all_tested_is_safe(file: str, before: str, after: str) -> None:
    place = {"x.java": "%s", "x.rs": "{}", "x.kt": "$code", "x.js": "${code}", "x.ts": "${code}"}.get(file, "{code}")
    quote = "`" if file in ("x.js", "x.ts") else '"'
    source = f"{before}{quote}{URL}summary contains '{place}'{quote}{after}"
    found = lint_text(source, filename=file)
    assert len(found.conditions) == 1
    assert not found.diagnostics


@pytest.mark.parametrize(
    ("end", "reported"),
    [
        ('def main():\n    for board in ["Desk", "Network"]:\n        find(board)\nif __name__ == "__main__":\n    main()\n', False),
        ('def main():\n    find("Desk")\nif __name__ == "__main__":  # a script\n    sys.exit(main(sys.argv))\n', False),
        ('def main():\n    find(sys.argv[1])\nif __name__ == "__main__":\n    main()\n', True),
        # a module with an example
        ('if __name__ == "__main__":\n    print(find("Desk"))\n', True),
        ('find("Desk")\n', True),
    ],
)  # fmt: skip
def test_functions_of_a_script_are_only_called_by_it(end: str, reported: bool) -> None:
    source = f"import requests, sys\ndef find(board):\n    requests.get(f\"{URL}board/name = '{{board}}'\")\n{end}"
    assert [each.code for each in lint_text(source, filename="x.py").diagnostics] == ["CW601"] * reported


def test_text_with_a_default_is_found_in_a_list() -> None:
    source = f"""<?php\n$s = in_array($_GET['s'] ?? '', ['New', 'Open'], true) ? $_GET['s'] : 'New';\nget("{URL}status/name = '$s'");"""
    assert not lint_text(source, filename="x.php").diagnostics
