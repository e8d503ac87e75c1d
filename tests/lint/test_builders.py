"""Texts that a program adds to step by step: separators before all items but the first, and functions that add to a text of another one."""

from __future__ import annotations

import pytest

from cwql.lint.linter import lint_text

GUARDED = {
    "a.java": """// connectwise
void f(List<Integer> all) {
    StringBuilder ids = new StringBuilder(64);
    for (int id : all) {
        if (ids.length() > 0) { ids.append(", "); }
        ids.append(id);
    }
    get("/service/tickets?conditions=" + encode("board/id in (" + ids + ")"));
}""",
    "b.java": """// connectwise
void f(List<Integer> all) {
    StringBuilder ids = new StringBuilder();
    String separator = "";
    for (int id : all) {
        ids.append(separator).append(id);
        separator = ", ";
    }
    get("/service/tickets?conditions=" + encode("board/id in (" + ids + ")"));
}""",
    "a.go": """package connectwise
func f(all []int) {
	var ids strings.Builder
	for _, id := range all {
		if ids.Len() > 0 {
			ids.WriteString(", ")
		}
		ids.WriteString(strconv.Itoa(id))
	}
	get("/service/tickets?conditions=" + url.QueryEscape("board/id in (" + ids.String() + ")"))
}""",
    "a.kt": """// connectwise
fun f(all: List<Int>) {
    val ids = buildString {
        for (id in all) {
            if (isNotEmpty()) append(", ")
            append(id)
        }
    }
    get("/service/tickets") { parameter("conditions", "board/id in ($ids)") }
}""",
    "a.ps1": """# ConnectWise
$ids = [System.Text.StringBuilder]::new()
foreach ($id in 1..5) {
    if ($ids.Length -gt 0) { [void]$ids.Append(', ') }
    [void]$ids.Append($id)
}
Get-CWMTicket -Condition "board/id in ($ids)" """,
    "a.py": """# connectwise
def f(all: list[int]):
    ids = io.StringIO()
    for id in all:
        if ids.tell():
            ids.write(", ")
        ids.write(str(id))
    get("/service/tickets", params={"conditions": f"board/id in ({ids.getvalue()})"})""",
    "b.py": """# connectwise
def f(all: list[int]):
    ids = separator = ""
    for id in all:
        ids += separator + str(id)
        separator = ", "
    get("/service/tickets", params={"conditions": f"board/id in ({ids})"})""",
}

PASSED = {
    "a.java": """// connectwise
void f(List<Integer> all) {
    StringBuilder text = new StringBuilder("closedFlag = false and ");
    addBoards(text, all);
    text.append(" and id > 5");
    get("/service/tickets?conditions=" + encode(text));
}""",
    "b.java": """// connectwise
void f(List<Integer> all) {
    StringBuilder text = new StringBuilder("board/id in (");
    all.forEach(text::append);
    text.append(")");
    get("/service/tickets?conditions=" + encode(text));
}""",
    "a.cs": """// connectwise
void F(List<int> all) {
    var text = "board/id in (";
    AddIds(ref text, all);
    text += ")";
    Get("/service/tickets?conditions=" + Uri.EscapeDataString(text));
}""",
    "a.rs": """// connectwise
fn f(all: &[i64]) {
    let mut text = String::from("board/id in (");
    add_ids(&mut text, all);
    text.push(')');
    get("/service/tickets").query(&[("conditions", text)]);
}""",
}

ADDED = {
    "a.go": """package connectwise
func f(all []int) {
	var text strings.Builder
	text.WriteString("x")
	text.Reset()
	text.WriteString("closedFlag = false")
	text.WriteByte(' ')
	text.WriteString("and id > 5")
	get("/service/tickets?conditions=" + url.QueryEscape(text.String()))
}""",
    "a.cs": """// connectwise
void F() {
    var text = new StringBuilder("x");
    text.Clear();
    text.AppendLine("closedFlag = false");
    text.AppendLine("and id > 5");
    Get("/service/tickets?conditions=" + Uri.EscapeDataString(text.ToString()));
}""",
    "a.py": """# connectwise
def f(all: list[int]):
    ids = ""
    for id in all:
        ids = ids + ("," if ids else "") + str(id)
    get("/service/tickets", params={"conditions": f"board/id in ({ids})"})""",
    "b.py": """# connectwise
def f(all: list[int]):
    parts = ["board/id in ("]
    add_ids(parts, all)
    parts.append(")")
    get("/service/tickets", params={"conditions": "".join(parts)})""",
    "a.js": """// connectwise
const add = (text, term) => text ? `${text} and ${term}` : term;
let text = "";
text = add(text, "closedFlag = false");
text = add(text, "board/id = 5");
get("/service/tickets", { conditions: text });""",
}


@pytest.mark.parametrize(("filename", "text"), [*GUARDED.items(), *PASSED.items(), *ADDED.items()])
def test_text_that_is_added_elsewhere_is_not_missing(filename: str, text: str) -> None:
    found = lint_text(text, filename=filename)
    assert found.conditions
    assert not found.diagnostics


CALLED = "https://x/v4_6_release/apis/3.0/service/tickets?"
URLS = [
    # relative to another URL
    ("a.py", """BASE = urljoin(SERVER, "/cwa/api/v1/")\nrequests.get(BASE + "Computers", params={"condition": "Nam = 1"})"""),
    ("a.py", """requests.get(urljoin("https://x/cwa/api/v1/", "Computers"), params={"condition": "Nam = 1"})"""),
    ("a.js", """const base = new URL("/cwa/api/v1/", "https://x");\nfetch(new URL("Computers?condition=Nam = 1", base));"""),
    ("a.js", """axios.get(new URL("/cwa/api/v1/Computers", root), { params: { condition: "Nam = 1" } });"""),
    ("a.rb", """base = URI.join("https://x", "/cwa/api/v1/")\nHTTParty.get(URI.join(base, "Computers"), query: { condition: "Nam = 1" })"""),
    ("a.cs", """var root = new Uri(new Uri("https://x"), "/cwa/api/v1/");\nhttp.GetAsync(new Uri(root, "Computers?condition=Nam = 1"));"""),
    # parameters that a program joins, some of them only if it needs them
    ("a.py", f"""q = ["conditions=nam = 1"]\nif size:\n    q.append("pageSize=" + size)\nrequests.get("{CALLED}" + "&".join(q))"""),
    ("a.js", f"""const q = [];\nq.push("conditions=nam = 1");\nif (size) q.push("page=3");\nfetch(`{CALLED}${{q.join("&")}}`);"""),
    ("a.php", f"""<?php\n$q = ["conditions=nam = 1"];\nif ($size) {{ $q[] = "pageSize=$size"; }}\nget("{CALLED}" . implode("&", $q));"""),
]  # fmt: skip


@pytest.mark.parametrize(("filename", "text"), URLS)
def test_url_that_is_put_together_has_its_endpoint(filename: str, text: str) -> None:
    found = lint_text(text, filename=filename)
    assert [condition.endpoint for condition in found.conditions] in (["/Computers"], ["/service/tickets"])
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["CW203"]


@pytest.mark.parametrize(
    "body",
    ['http GET "$ROOT/$1" "${@:2}"', 'http GET "$ROOT/$1" "$@"', 'local path=$1; shift; http GET "$ROOT/$path" "$@"'],
)
def test_function_of_a_shell_that_passes_its_arguments_to_httpie(body: str) -> None:
    text = f"ROOT=https://x/v4_6_release/apis/3.0\ncall() {{ {body}; }}\ncall service/tickets conditions=='nam = 1'\n"
    found = lint_text(text, filename="a.sh")
    assert [condition.endpoint for condition in found.conditions] == ["/service/tickets"]
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["CW203"]
