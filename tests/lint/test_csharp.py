"""Conditions in C#: their texts, placeholders and targets."""

from __future__ import annotations

import pytest

from tests.lint.scripts import describe, find

TICKETS = "conditions /service/tickets"
MANAGE = "conditions manage"

FOUND = [
    # keys
    ('Get("/service/tickets", conditions: "id = 1", orderBy: "id desc");',
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id desc"]),
    ('var q = new Query { Conditions = "id = 1", ChildConditions = "types/id = 1" };',
     [f"{MANAGE}: id = 1", "childConditions manage: types/id = 1"]),
    ('new Dictionary<string, string> { ["conditions"] = "id = 1" }', [f"{MANAGE}: id = 1"]),
    ('new Dictionary<string, string>() { { "conditions", "id = 1" } }', [f"{MANAGE}: id = 1"]),
    ('var r = new RestRequest("/service/tickets"); r.AddQueryParameter("conditions", "id = 1");', [f"{TICKETS}: id = 1"]),
    ('QueryHelpers.AddQueryString(b + "/service/tickets", "conditions", "id = 1")', [f"{TICKETS}: id = 1"]),
    ('q["conditions"] = "id = 1"; var u = "/service/tickets";', [f"{TICKETS}: id = 1"]),
    ('class C { string Conditions => "id = 1"; }', [f"{MANAGE}: id = 1"]),
    ('psa.Service.Tickets.List(conditions: "id = 1")', [f"{TICKETS}: id = 1"]),
    ('Translate("conditions", "id = 1"); [Conditions("id = 1")]', []),
    # literals
    ('Get(conditions: "a = \\"x\\" \\u0041");', [f'{MANAGE}: a = "x" A']),
    ('Get(conditions: @"a = ""x"" \\ b");', [f'{MANAGE}: a = "x" \\ b']),
    ('Get(conditions: """a = "x" \\ b""");', [f'{MANAGE}: a = "x" \\ b']),
    ('Get(conditions: """\n    a = "x"\n      and b = 1\n    """);', [f'{MANAGE}: a = "x"\n  and b = 1']),
    ("Get(c: '\"', conditions: \"a = 1\");", [f"{MANAGE}: a = 1"]),
    ('Get(conditions: "not closed\n);', []),
    # placeholders
    ('Get(conditions: $"a = \'{b.C}\' and {{d}} = {e[0]}");', [f"{MANAGE}: a = '<b.C>' and {{d}} = <e[0]>"]),
    ('Get(conditions: $@"a = ""{b}""");', [f'{MANAGE}: a = "<b>"']),
    ('Get(conditions: $"""a = "{b}" """);', [f'{MANAGE}: a = "<b>" ']),
    ('Get(conditions: $$"""a = {b} and c = {{d}}""");', [f"{MANAGE}: a = {{b}} and c = <d>"]),
    ('Get(conditions: $"a = {b:h\'m} and c = 1");', [f"{MANAGE}: a = <!b:h'm> and c = 1"]),
    ('Get(conditions: $"a = {F("x", $"{y}")}");', [f'{MANAGE}: a = <F("x", $"{{y}}")>']),
    ('Get(conditions: $"a = {(int)b} and c = {int.Parse(d)} and e = {f.Count} and g = {h:N0}");',
     [f"{MANAGE}: a = <!(int)b> and c = <!int.Parse(d)> and e = <!f.Count> and g = <!h:N0>"]),
    ('Get(conditions: $"a = {(int?)b}");', [f"{MANAGE}: a = <!(int?)b>"]),
    ('Get(conditions: ("a = 1") as string);', [f"{MANAGE}: a = 1"]),
    ('Get(conditions: (object)("a = 1"));', [f"{MANAGE}: a = 1"]),
    ('Get(conditions: (Wrap)("a = 1"));', []),
    ('Get(conditions: $"a > [{d:yyyy-MM-ddTHH:mm:ssZ}] and b > [{e.ToString("yyyy-MM-dd")}] and c = {f.ToString()}");',
     [f'{MANAGE}: a > [<!d:yyyy-MM-ddTHH:mm:ssZ>] and b > [<!e.ToString("yyyy-MM-dd")>] and c = <f.ToString()>']),
    ('void F(int a, string b, DateTime? c) { Get(conditions: $"x = {a} and y = \'{b}\' and z > [{c}]"); }',
     [f"{MANAGE}: x = <!a> and y = '<b>' and z > [<!c>]"]),
    ('Get(conditions: "a = \'" + b + "\' and c = " + (1 + 2));', [f"{MANAGE}: a = '<b>' and c = <!1 + 2>"]),
    ('Get(conditions: string.Format("a = \'{0}\' and b = {1:D} and c = {0}", x, y));',
     [f"{MANAGE}: a = '<x>' and b = <!y> and c = <x>"]),
    ('Get(conditions: "id in (" + string.Join(",", ids) + ")");', [f'{MANAGE}: id in (<string.Join(",", ids):,>)']),
    ('Get(conditions: string.Join(" and ", new[] { "a = 1", $"b = {c}" }));', [f"{MANAGE}: a = 1 and b = <c>"]),
    # names
    ('const string C = "id = 1"; void F() { Get("/service/tickets", conditions: C); }', [f"{TICKETS}: id = 1"]),
    ('void F() { var c = "id = 1"; c += " and id = 2"; Get(conditions: c); }', [f"{MANAGE}: id = 1 and id = 2"]),
    ('void F(string c = "id = 1") { Get(conditions: c); }', [f"{MANAGE}: id = 1"]),
    ('void F() { var c = "id = 1"; if (x) { c = "id = 2"; } Get(conditions: c); }', [f"{MANAGE}: id = 1", f"{MANAGE}: id = 2"]),
    ('var conditions = x ? "a = 1" : $"b = {c}";', [f"{MANAGE}: a = 1", f"{MANAGE}: b = <c>"]),
    # values that were tested
    ('void F(string s) { if (!int.TryParse(s, out var n)) return; Get(conditions: $"id = {n}"); }', [f"{MANAGE}: id = <!n>"]),
    ('void F(string s) { if (!Filter.TryParse(s, out var n)) return; Get(conditions: $"id = {n}"); }', [f"{MANAGE}: id = <n>"]),
    ('void F(string s) { if (s != "Low" && s != "High") return; Get(conditions: $"a = \'{s}\'"); }', [f"{MANAGE}: a = '<!s>'"]),
    ('void F(string s) { if (s != "Low" || s != "High") return; Get(conditions: $"a = \'{s}\'"); }', [f"{MANAGE}: a = '<!s>'"]),
    ('void F(string s) { if (s == "Low" || t) { Get(conditions: $"a = \'{s}\'"); } }', [f"{MANAGE}: a = '<s>'"]),
    ('void F(string s) { if (s != "\' or 1=1") return; Get(conditions: $"a = \'{s}\'"); }', [f"{MANAGE}: a = '<s>'"]),
    ('var s = new string(t.Where(char.IsLetterOrDigit).ToArray()); Get(conditions: $"a = \'{s}\'");', [f"{MANAGE}: a = '<!s>'"]),
    # URLs
    ('var c = "id = 1"; var u = $"{b}/service/tickets?conditions={Uri.EscapeDataString(c)}&page=1";', [f"{TICKETS}: id = 1"]),
    ('var u = b + "/service/tickets?conditions=id%3D" + id;', [f"{TICKETS}: id=<id>"]),
    # no code
    ('// conditions = "id = 1";\n/* Conditions = "id = 1" */', []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), FOUND)
def test_finds(source: str, expected: list[str]) -> None:
    assert describe("csharp", source) == expected


@pytest.mark.parametrize(("literal", "spelling"), [
    ('"a = 1"', '\\"{'),
    ('@"a = 1"', '""{'),
    ('$"a = 1"', '\\"{{'),
    ('$@"a = 1"', '""{{'),
    ('"""a = 1"""', None),
    ('"""\na = 1\n"""', '"{'),
])  # fmt: skip
def test_quoting(literal: str, spelling: str | None) -> None:
    source = f"Get(conditions: {literal})"
    [found] = find("csharp", source)
    assert source[found.span.start : found.span.end] == literal
    quoting = found.segments[0].quoting
    assert quoting is not None
    assert quoting.encode('"{') == spelling
