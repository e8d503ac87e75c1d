"""Conditions in Go: their texts, placeholders and targets."""

from __future__ import annotations

import pytest

from tests.lint.scripts import describe, find

TICKETS = "conditions /service/tickets"
MANAGE = "conditions manage"

FOUND = [
    # methods
    ('func (f F) text() string { return "id = 1" }\nfunc g(f F) { get("/service/tickets", M{"conditions": f.text()}) }',
     ["conditions /service/tickets: id = 1"]),
    (('func (f F) text() string { return "id = 1" }\nfunc (e E) text() string { return "id = 2" }\n'
     'func g(f F) { get("/service/tickets", M{"conditions": f.text()}) }'), []),
    # groups of declarations
    ('const (\n\tBoard = 5\n\tConditions = "id = 1"\n)', [f"{MANAGE}: id = 1"]),
    ('var (\n\tpage = 1\n\tfilter = "id = 1"\n)\nfunc f() { get("/service/tickets", M{"conditions": filter}) }',
     [f"{TICKETS}: id = 1"]),
    # keys
    ('q.Set("conditions", "id = 1")\nq.Add("orderBy", "id")\nget("/service/tickets", q)',
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id"]),
    ('get("/service/tickets", map[string]string{"conditions": "id = 1"})', [f"{TICKETS}: id = 1"]),
    ('get("/service/tickets", url.Values{"conditions": {"id = 1"}})', [f"{TICKETS}: id = 1"]),
    ('get("/service/tickets", url.Values{"conditions": []string{"id = 1"}})', [f"{TICKETS}: id = 1"]),
    ('get(&Options{Path: "/service/tickets", Conditions: "id = 1"})', [f"{TICKETS}: id = 1"]),
    ('c.R().SetQueryParam("conditions", "id = 1").Get(base + "/service/tickets")', [f"{TICKETS}: id = 1"]),
    ('conditions := "id = 1"\nlog("x")', [f"{MANAGE}: id = 1"]),
    ('var conditions = "id = 1"\nconst Condition string = "id = 2"', [f"{MANAGE}: id = 1"]),
    ('// Automate\nconst Condition string = "id = 2"', ["conditions anywhere: id = 2"]),
    ('klog.Info("conditions", "id = 1")', []),
    ("if x.Status.Conditions == nil {\n}", []),
    # literals
    ('q.Set("conditions", "a = \\"x\\" \\x41")', [f'{MANAGE}: a = "x" A']),
    ('q.Set("conditions", `a = "x" \\ b`)', [f'{MANAGE}: a = "x" \\ b']),
    ("q.Set(\"conditions\", \"a = 1\" + '\"' + \"b\")", [f'{MANAGE}: a = 1"b']),
    # placeholders
    ('q.Set("conditions", fmt.Sprintf("a = \'%s\' and b = %d and c = %v and d = 5%%", x, y, z))',
     [f"{MANAGE}: a = '<x>' and b = <!y> and c = <z> and d = 5%"]),
    ('q.Set("conditions", fmt.Sprintf("a = %[2]s and b = %[1]d", x, y))', [f"{MANAGE}: a = <y> and b = <!x>"]),
    ('q.Set("conditions", "a = " + strconv.Itoa(x) + " and b = \'" + y.Z + "\'")',
     [f"{MANAGE}: a = <!strconv.Itoa(x)> and b = '<y.Z>'"]),
    ('q.Set("conditions", "a > [" + t.Format(time.RFC3339) + "]")', [f"{MANAGE}: a > [<!t.Format(time.RFC3339)>]"]),
    ('func F(a int, b string) {\n\tq.Set("conditions", fmt.Sprintf("x = %v and y = \'%v\'", a, b))\n}',
     [f"{MANAGE}: x = <!a> and y = '<b>'"]),
    ('if strings.Contains(b, "\'") {\n\treturn\n}\nq.Set("conditions", fmt.Sprintf("x = \'%v\'", b))', [f"{MANAGE}: x = '<!b>'"]),
    ('q.Set("conditions", strings.Join([]string{"a = 1", "b = " + c}, " and "))', [f"{MANAGE}: a = 1 and b = <c>"]),
    ('q.Set("conditions", "a in (" + strings.Join(ids, ",") + ")")', [f'{MANAGE}: a in (<strings.Join(ids, ","):,>)']),
    ('q.Set("conditions", "a in (" + strings.Join(f(x, y), ",") + ") and b = " + strings.Join(m[k], ","))',
     [f'{MANAGE}: a in (<strings.Join(f(x, y), ","):,>) and b = <strings.Join(m[k], ","):,>']),
    # names
    ('const C = "id = 1"\n\nfunc f() {\n\tq.Set("conditions", C)\n\tget("/service/tickets", q)\n}', [f"{TICKETS}: id = 1"]),
    ('c := "id = 1"\nc += " and id = 2"\nq.Set("conditions", c)', [f"{MANAGE}: id = 1 and id = 2"]),
    ('c := "id = 1"\nif x {\n\tc = "id = 2"\n}\nq.Set("conditions", c)', [f"{MANAGE}: id = 1", f"{MANAGE}: id = 2"]),
    ('func f(c string) {\n\tq.Set("conditions", c)\n}\nvar c = "id = 1"', []),
    # URLs
    ('c := "id = 1"\nget(base + "/service/tickets?conditions=" + url.QueryEscape(c))', [f"{TICKETS}: id = 1"]),
    ('get(fmt.Sprintf("%s/service/tickets?conditions=id%%3D%d", base, id))', [f"{TICKETS}: id=<!id>"]),
    # two functions
    ('func f() {\n\tget("/service/tickets", url.Values{})\n}\n\nfunc g() {\n\tq.Set("conditions", "id = 1")\n\tget("/company/contacts", q)\n}',
     ["conditions /company/contacts: id = 1"]),
    # statements before a test, and a test without brackets before a block
    ('if path, ok := paths[kind]; ok {\n\tget("/service/tickets", url.Values{"conditions": {"id = 1"}})\n}', [f"{TICKETS}: id = 1"]),
    ('var term string\nif name, ok := names[kind]; ok && time.Since(name.at) < time.Minute {\n\tterm = "id = 1"\n}\nget("/service/tickets", url.Values{"conditions": {term}})',
     [f"{TICKETS}: id = 1"]),
    # several names
    ('var path, term = "/service/tickets", "id = 1"\nget(path, url.Values{"conditions": {term}})', [f"{TICKETS}: id = 1"]),
    ('path, term := "/service/tickets", "id = 1"\nget(path, url.Values{"conditions": {term}})', [f"{TICKETS}: id = 1"]),
    ('q.Set("conditions", value.(string))\nq.Set("conditions", "id = 1")', ["conditions manage: id = 1"]),
    # no code
    ('// q.Set("conditions", "id = 1")\n/* q.Set("conditions", "id = 1") */', []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), FOUND)
def test_finds(source: str, expected: list[str]) -> None:
    assert describe("go", source) == expected


@pytest.mark.parametrize(("literal", "spelling"), [('"a = 1"', '\\"\\\\'), ("`a = 1`", '"\\')])
def test_quoting(literal: str, spelling: str) -> None:
    source = f'q.Set("conditions", {literal})'
    [found] = find("go", source)
    assert source[found.span.start : found.span.end] == literal
    quoting = found.segments[0].quoting
    assert quoting is not None
    assert quoting.encode('"\\') == spelling
