"""Conditions in data files and texts: their texts, targets, and the position of every character."""

from __future__ import annotations

import random
from html import unescape

import pytest

from cwql.diagnostics import Diagnostic, apply_edits
from cwql.lint.frontends import UnreadableSource, find_language, language_or_text, load
from cwql.lint.frontends.segments import decode_json
from cwql.lint.linter import lint_text
from cwql.lint.request_targets import Context, RequestTarget, place_of_attributes, place_of_url
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate
from cwql.source import Source

TICKETS = "/service/tickets"
COMPUTERS = "/Computers"


def find(language: str, text: str) -> list[ConditionTemplate]:
    source = Source(text, "file")
    items = load(find_language(language)).extract(source, Context(source))
    return [item for item in items if isinstance(item, ConditionTemplate)]


FOUND = [
    # language, source, texts, parameter, endpoint
    ("json", '{"path": "/service/tickets", "conditions": "id = 1"}', ["id = 1"], "conditions", TICKETS),
    ("json", '{"conditions": "id = 1"}', ["id = 1"], "conditions", None),
    ("json", '{"path": "/service/tickets", "query": {"child_conditions": "id = 1"}}', ["id = 1"], "childConditions", TICKETS),
    ("json", '{"path": "/service/tickets", "q": {"r": {"conditions": "a \\u003d \\"b\\""}}}', ['a = "b"'], "conditions", TICKETS),
    ("json", '{"conditions": "\\ud83d\\ude00 \\n\\/"}', ["\U0001f600 \n/"], "conditions", None),
    ("json", '{"path": ["service", "tickets"], "query": [{"key": "conditions", "value": "id = 1"}]}', ["id = 1"], "conditions", TICKETS),
    ("json", '["/Computers?condition=ComputerName%20%3D%20%27A%27"]', ["ComputerName = 'A'"], "conditions", COMPUTERS),
    ("json", '{"conditions": ["id = 1"], "condition": 5}', [], None, None),
    ("json", '{"conditions": "{{all}}"}', [], None, None),
    ("json", '{"a": {"path": "/service/tickets"}, "b": {"conditions": "id = 1"}}', ["id = 1"], "conditions", None),
    ("json", '{"path": "/service/tickets", "also": "/company/contacts", "conditions": "id = 1"}', ["id = 1"], "conditions", None),
    ("yaml", "path: /service/tickets\nconditions: id = 1 # x\n", ["id = 1"], "conditions", TICKETS),
    ("yaml", "path: /service/tickets\nconditions:\n  id = 1\n  and id = 2\nx: 1\n", ["id = 1 and id = 2"], "conditions", TICKETS),
    ("yaml", "conditions: |\n  id = 1\n   or id = 2\n", ["id = 1\n or id = 2"], "conditions", None),
    ("yaml", "conditions: >-\n  id = 1\n  or id = 2\n\n\nz: 1", ["id = 1 or id = 2"], "conditions", None),
    ("yaml", "- path: /Computers\n  condition: 'Name = ''a'' '\n", ["Name = 'a' "], "conditions", COMPUTERS),
    ("yaml", '- path: /Computers\n- condition: "a\\x3d1"\n', ["a=1"], "conditions", None),
    ("yaml", "path: /Computers\nquery: {condition: ID = 5, page: 1}\n", ["ID = 5"], "conditions", COMPUTERS),
    ("yaml", "path: /Computers\nquery:\n  condition: ID = {{ id }}\n", [f"ID = {PLACEHOLDER}"], "conditions", COMPUTERS),
    ("yaml", "conditions: !vault id = 1\n", ["id = 1"], "conditions", None),
    ("yaml", "conditions:\n- type: Ready\n", [], None, None),
    ("yaml", '- ["curl", "/service/tickets?conditions=a=\'b\'", -s]\n', ["a='b'"], "conditions", TICKETS),
    ("yaml", "x: [curl, https://h/v4_6_release/apis/3.0/service/tickets?conditions=id=1, -s]\n", ["id=1"], "conditions", TICKETS),
    ("yaml", 'x: {"path": "/service/tickets", conditions: id = 3 and id < 5, x: 1}\n', ["id = 3 and id < 5"], "conditions", TICKETS),
    ("yaml", "x: see /service/tickets?conditions=id=1, or /service/tickets?conditions=id=2.\n", ["id=1", "id=2"], "conditions", TICKETS),
    ("yaml", 'x: curl "/service/tickets?conditions=id=1 and id<5" -o x\n', ["id=1 and id<5"], "conditions", TICKETS),
    ("yaml", "x: |\n  a\n  curl '/service/tickets?conditions=id=1' | jq .\n", ["id=1"], "conditions", TICKETS),
    ("yaml", "x: |\n  https://h/v4_6_release/apis/3.0/service/tickets?conditions=id=1\n  https://h/x\n", ["id=1"], "conditions", TICKETS),
    ("json", '{"x": "see /service/tickets?conditions=id=1, or (/service/tickets?conditions=id=2)"}', ["id=1", "id=2"], "conditions", TICKETS),
    ("json", '{"x": "curl \\"/service/tickets?conditions=id=1\\" -s"}', ["id=1"], "conditions", TICKETS),
    ("json", '{"x": "{{ base }}/service/tickets?conditions=id=1 and id<5"}', ["id=1 and id<5"], "conditions", TICKETS),
    (
        "json",
        r'''{"a": "{\"b\": \"{\\\"c\\\":\\\"https://h/v4_6_release/apis/3.0/service/tickets?conditions=id=1 and id<5\\\",\\\"d\\\":1}\"}"}''',
        ["id=1 and id<5"], "conditions", TICKETS,
    ),
    ("toml", "x = 'GET /service/tickets?conditions=id=1 and id<5'", ["id=1 and id<5"], "conditions", TICKETS),
    ("toml", 'path = "/Computers"\ncondition = "ID = 5"\n', ["ID = 5"], "conditions", COMPUTERS),
    ("toml", "[a]\npath = '/Computers'\n[b]\ncondition = 'ID = 5'\n", ["ID = 5"], "conditions", None),
    ("toml", 'x = [{path = "/Computers", condition = """\nID = \\\n   5"""}]\n', ["ID = 5"], "conditions", COMPUTERS),
    ("toml", "condition = '''ID = 5''' # condition = 'no'\n", ["ID = 5"], "conditions", None),
    ("toml", "x = [\n [ 'condition' ],\n]\n[y]\ncondition = 'ID = 5'", ["ID = 5"], "conditions", None),
    ("http", "GET /service/tickets?conditions=id = 1 HTTP/1.1\n", ["id = 1"], "conditions", TICKETS),
    ("http", "GET {{b}}/service/tickets\n  ?page=1\n  &conditions=id = <id>\n", [f"id = {PLACEHOLDER}"], "conditions", TICKETS),
    ("http", '@q = conditions=id%3D1\n\nGET /x\n\n{"conditions": "id=2"}', ["id=2", "id=1"], "conditions", None),
    ("markdown", "`/service/tickets?conditions=id=1`", ["id=1"], "conditions", TICKETS),
    ("markdown", "```\nconditions=id=1\n```\nconditions=no at all\n", ["id=1"], "conditions", None),
    ("markdown", "> ```json\n> {\"path\": \"/service/tickets\",\n>  \"conditions\": \"id=1\"}\n> ```", ["id=1"], "conditions", TICKETS),
    ("text", "(see /service/tickets?conditions=id=1).", ["id=1"], "conditions", TICKETS),
    ("text", "a /service/tickets?conditions=id=1&orderBy=id;", ["id=1", "id"], "conditions", TICKETS),
    ("text", "/service/tickets?conditions=name%3D%22a%26b%22&page=1", ['name="a&b"'], "conditions", TICKETS),
    ("text", "/service/tickets?conditions=a%3D%22caf%C3%A9%22", ['a="café"'], "conditions", TICKETS),
    ("text", '"/service/tickets?conditions=a like "%ab%" and b=1"', [], "conditions", TICKETS),
    ("text", "/service/tickets/search?conditions=id=1", ["id=1"], "conditions", TICKETS),
    ("text", "?page=1&conditions=", [], None, None),
    ("text", "GET /service/tickets?conditions=&orderBy=id", ["id"], "orderBy", TICKETS),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "texts", "parameter", "endpoint"), FOUND)
def test_find(language: str, text: str, texts: list[str], parameter: str | None, endpoint: str | None) -> None:
    found = find(language, text)
    assert [item.text for item in found] == texts
    if texts:
        assert (found[0].parameter, found[0].place.endpoint) == (parameter, endpoint)


@pytest.mark.parametrize(
    ("name", "text", "conditions"),
    [
        ("a.csv", "id,url,state\n1,%sid=1,open\n2,%sid=2,\n", ["id=1", "id=2"]),
        ("a.csv", "%sid=1,open,%sid=2\n", ["id=1", "id=2"]),
        ("a.csv", 'id,url\n1,"%sid in (1,2)",3\n', ["id in (1,2)"]),
        ("a.csv", 'id,url\n1,"%sid=1"\r\n', ["id=1"]),
        ("a.csv", 'id,url\n1,"%sid=1 and summary=""x, y""",3\n', ['id=1 and summary="x, y"']),
        ("a.csv", 'id,url\n1,"see ""%sid=1"" and ""%sid=2""",3\n', ["id=1", "id=2"]),
        ("a.csv", 'id,url\n1,"%sid=1 and summary=""x",3\n', []),
        ("a.csv", "id;url;state\n1;%sid in (1,2);open\n", ["id in (1,2)"]),
        ("a.csv", "id\turl\tx\n1\t%sid in (1,2) and closedFlag=false\t2\n", ["id in (1,2) and closedFlag=false"]),
        ("a.xml", "<url>%sid=1 and closedFlag=false</url>", ["id=1 and closedFlag=false"]),
        ("a.xml", "<url><![CDATA[%sid < 5 and closedFlag=false]]></url>", ["id < 5 and closedFlag=false"]),
        ("a.xml", '<get url="%sid &lt; 5 and summary=&quot;x&#39;s&quot;&amp;page=1"/>', ['id < 5 and summary="x\'s"']),
        ("a.html", "<td>%sid=1</td><code>%sid=2</code> <a href='%sid=3'>", ["id=1", "id=2", "id=3"]),
        ("a.md", "<kbd>%sid=1</kbd> [%sid=2](x) <%sid=3>", ["id=1", "id=2", "id=3"]),
        ("a.txt", '10.0.0.1 - - "GET %ssummary%3D%22x%22 HTTP/1.1" 200 5', ['summary="x"']),
        ("a.txt", "GET %sid=1 200 12ms", ["id=1"]),
    ],
)
def test_a_url_ends_where_its_format_says(name: str, text: str, conditions: list[str]) -> None:
    url = "https://x/v4_6_release/apis/3.0/service/tickets?conditions="
    source = Source(text.replace("%sid", f"{url}id").replace("%ssum", f"{url}sum"), name)
    found = load(language_or_text(name)).extract(source, Context(source))
    assert [item.text for item in found if isinstance(item, ConditionTemplate)] == conditions


def test_a_fix_in_markup_writes_entities() -> None:
    text = '<get url="/v4_6_release/apis/3.0/service/tickets?conditions=summary = &quot;x &lt; &#39;y&#39;"/>'
    (found,) = lint_text(text, filename="a.xml").diagnostics
    assert found.code == "CW102"
    (edit,) = found.fixes[0].edits
    fixed = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert unescape(fixed) == unescape(text.replace('&#39;"', '&#39;&quot;"'))
    assert fixed.count('"') == 2


def test_a_fix_in_a_cell_doubles_its_quotes() -> None:
    text = 'id,url\n1,"/v4_6_release/apis/3.0/service/tickets?conditions=summary = ""a"" and status/name = New"\n'
    (found,) = lint_text(text, filename="a.csv").diagnostics
    assert (found.code, text[found.span.start : found.span.end]) == ("CW121", "New")
    assert apply_edits(text, found.fixes[0].edits) == text.replace("New", '""New""')


@pytest.mark.parametrize(
    ("value", "fixed"),
    [
        ("status/name = New", 'status/name = "New"'),
        ('"status/name = New"', '"status/name = \\"New\\""'),
        ("'status/name = New'", "'status/name = \"New\"'"),
    ],
)
@pytest.mark.parametrize(
    "script",
    [
        "shell: pwsh\n  run: |\n    Get-CWMTicket -Condition $env:NEW\n",
        'run: |\n    curl -G x/service/tickets -d "conditions=$NEW"\n',
    ],
)
def test_a_fix_in_a_variable_of_a_workflow_has_the_quotes_of_the_file(value: str, fixed: str, script: str) -> None:
    text = f"name: ConnectWise\nenv:\n  NEW: {value}\nsteps:\n- {script}"
    (found,) = lint_text(text, filename="a.yml").diagnostics
    assert found.code == "CW121"
    assert apply_edits(text, found.fixes[0].edits) == text.replace(value, fixed)


@pytest.mark.parametrize(("language", "text"), [row[:2] for row in FOUND])
def test_every_character_stands_where_it_says(language: str, text: str) -> None:
    for item in find(language, text):
        at = item.span.start
        for segment in item.segments:
            assert at <= segment.start <= segment.end <= item.span.end
            at = segment.end
            if segment.kind == "same":
                assert text[segment.start : segment.end] == segment.text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?a=b",
            RequestTarget("manage", TICKETS, True),
        ),
        ("service/tickets", RequestTarget("manage", TICKETS, True)),
        ("/service/tickets/count", RequestTarget("manage", TICKETS, True)),
        ("${base}/service/tickets/${id}/notes", RequestTarget("manage", "/service/tickets/{parentId}/notes", True)),
        ("{{base}}/Computers", RequestTarget("automate", COMPUTERS, True)),
        ("https://host/cwa/api/v1/nowhere", RequestTarget("automate", None, True)),
        ("https://host/v4_6_release/apis/3.0/nowhere", RequestTarget("manage", None, True)),
        ("https://weather.example/forecast", None),
        ("a sentence / with a slash", None),
        ("", None),
        ("/", None),
    ],
)
def test_place_of_url(text: str, place: RequestTarget | None) -> None:
    assert place_of_url(text) == place


@pytest.mark.parametrize(
    ("names", "dialect", "endpoint"),
    [
        ("client service tickets list", None, TICKETS),
        ("psa service tickets {} notes list", None, "/service/tickets/{parentId}/notes"),
        ("self.api computers get", None, None),
        ("api computers get", "automate", COMPUTERS),
        ("api computers get", "manage", None),
        ("service get", None, None),
    ],
)
def test_place_of_attributes(names: str, dialect: str | None, endpoint: str | None) -> None:
    place = place_of_attributes(names.split(), dialect)
    assert (None if place is None else place.endpoint) == endpoint


@pytest.mark.parametrize("language", ["json", "yaml", "toml", "http", "markdown", "html", "text"])
def test_survive_any_text(language: str) -> None:
    """No text makes an extractor raise anything but UnreadableSource; found segments stay inside the text."""
    seeds = [text for _, text, *_ in FOUND]
    chooser = random.Random(language)
    for _ in range(300):
        text = "".join(chooser.choice(seeds) for _ in range(chooser.randint(1, 3)))
        for _ in range(chooser.randint(1, 6)):
            at = chooser.randrange(len(text) + 1)
            text = (
                text[:at]
                + chooser.choice(["", "\n", '"', "'", "\\", "{", "[", "%", "\0", "\ud800", "é", "```", ": ", "&"])
                + text[at + chooser.randint(0, 3) :]
            )
        source = Source(text, "file")
        try:
            items = list(load(find_language(language)).extract(source, Context(source)))
        except UnreadableSource:
            continue
        for item in items:
            if isinstance(item, Diagnostic):
                assert 0 <= item.span.start <= item.span.end <= len(text)
            else:
                assert all(0 <= segment.start <= segment.end <= len(text) for segment in item.segments)


@pytest.mark.parametrize("language", ["json", "yaml", "toml", "http", "markdown", "html", "text"])
@pytest.mark.parametrize(
    "unit",
    [
        '"',
        "{",
        "/*",
        "'''",
        '"""',
        "- ",
        "?conditions=",
        "a: |\n",
        "```\n",
        "conditions=a \n",
        "&conditions=",
        "<a ",
        "(",
        "\\",
        "<script>",
        "<script ",
        "{% conditions",
        "    Get-A x\n\n",
        "env:\n  A: a\nrun: |\n  conditions $A\n",
    ],
)
def test_read_repetitions_in_linear_time(language: str, unit: str) -> None:
    """A text that repeats one sign costs about as much a character, however long it is: steps are counted, not seconds."""
    import sys

    def cost(times: int) -> int:
        source = Source(unit * times, "file")
        calls = 0

        def count(frame: object, event: str, arg: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(count)
        try:
            for _ in load(find_language(language)).extract(source, Context(source)):
                pass
        except UnreadableSource:
            pass
        finally:
            sys.setprofile(None)
        return calls

    cost(10)
    assert cost(1200) <= 3.5 * cost(400) + 3000


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Salaire <= 3.5 SMIC (ratio: 2)", []),
        ("partly cloudy and windy", []),
        ("terms apply", []),
        ("closedFlag == false", ["CW112"]),
        ("(closedFlag = false", ["CW104"]),
        ("company/id=5 adn status/id!=5", ["CW109"]),
    ],
)
def test_prose_under_a_key_of_the_same_name_stays_alone(text: str, codes: list[str]) -> None:
    """If only a word in the file mentions ConnectWise, problems that any sentence would have are not reported."""
    source = f'{{"about": "ConnectWise", "conditions": "{text}"}}'
    assert [finding.code for finding in lint_text(source, filename="x.json").diagnostics] == codes


@pytest.mark.parametrize(
    ("text", "segments"), [("", [("", "same")]), ("a", [("a", "same")]), ("a\\n", [("a", "same"), ("\n", "escape")])]
)
def test_a_string_of_json_has_a_segment_for_each_escape(text: str, segments: list[tuple[str, str]]) -> None:
    assert [(segment.text, segment.kind) for segment in decode_json(text, 0, len(text))] == segments
