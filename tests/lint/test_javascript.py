"""Conditions in JavaScript and TypeScript: their texts, placeholders and targets."""

from __future__ import annotations

import pytest

from tests.lint.scripts import describe, find

TICKETS = "conditions /service/tickets"

FOUND = [
    # keys
    ("cw.ServiceAPI.getServiceTickets({ conditions: 'id = 1' })", [f"{TICKETS}: id = 1"]),
    ('cw.ServiceAPI.getServiceTickets({ "conditions": "id = 1", orderBy: "id desc" });',
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id desc"]),
    ("cw.ServiceAPI.getServiceTicketsCount({ conditions: 'id = 1' })", [f"{TICKETS}: id = 1"]),
    ("cw.ServiceAPI.getServiceTicketsByParentIdNotes(5, { conditions: 'id = 1' })",
     ["conditions /service/tickets/{parentId}/notes: id = 1"]),
    ("cw.ServiceDeskAPI.Tickets.getTickets({ conditions: 'id = 1' })", [f"{TICKETS}: id = 1"]),
    ("cwm.paginate(cwm.ServiceAPI.getServiceTickets, {}, { conditions: 'id = 1' })", [f"{TICKETS}: id = 1"]),
    ("cwa.ComputersAPI.getComputerList({ condition: 'Id = 1' })", ["conditions /Computers: Id = 1"]),
    ("manage.request({ path: '/service/tickets', params: { conditions: 'id = 1' } })", [f"{TICKETS}: id = 1"]),
    ("axios.get(`${base}/service/tickets`, { params: { conditions: 'id = 1' } })", [f"{TICKETS}: id = 1"]),
    ("Promise.all([get('/service/tickets', { conditions: 'id = 1' }), get('/company/contacts', { conditions: 'id = 2' })])",
     [f"{TICKETS}: id = 1", "conditions /company/contacts: id = 2"]),
    ("new URLSearchParams({ conditions: 'id = 1' })", ["conditions manage: id = 1"]),
    ("p.append('conditions', 'id = 1'); p.set(\"childConditions\", `types/id = 1`)",
     ["conditions manage: id = 1", "childConditions manage: types/id = 1"]),
    ("params.conditions = 'id = 1'\nparams['orderBy'] = 'id'\naxios.get('/service/tickets', { params })",
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id"]),
    # elements of JSX
    ("const a = <p>Can't read \"x\"</p>;\ncw.ServiceAPI.getServiceTickets({ conditions: 'id = 1' })", [f"{TICKETS}: id = 1"]),
    ("const path = '/service/tickets';\nconst a = <><Tickets path={path} conditions=\"id = 1\" orderBy={'id'} wide>it's<br/></Tickets></>;",
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id"]),
    ("const a = <a href=\"https://x/v4_6_release/apis/3.0/service/tickets?conditions=id = 1\">don't</a>", [f"{TICKETS}: id = 1"]),
    ("const one = <T,>(x: T) => x;\nconst two = <T extends Row>(x: T) => `it's`;\nget('/service/tickets', { conditions: 'id = 1' })",
     [f"{TICKETS}: id = 1"]),
    # a variable with the name of a keyword, a value that is only a default
    ("var async = require('async');\nlet conditions = 'id = 1';\nconditions ??= 'id = 2';\nget('/service/tickets', { conditions })",
     [f"{TICKETS}: id = 1", f"{TICKETS}: id = 2"]),
    # brackets are no cast of what follows in the next line
    ("let conditions\n(ready)\nconditions = 'id = 1'\nget('/service/tickets', { conditions })", [f"{TICKETS}: id = 1"]),
    ("const params = { conditions: 'id = 1' };\nfetch('/service/tickets', { params });", [f"{TICKETS}: id = 1"]),
    ("get(`/service/tickets?${new URLSearchParams({ conditions: 'id = 1', orderBy: 'id' })}`)",
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id"]),
    ("get(`/service/tickets/${find({ conditions: 'id = 1' })}`)", ["conditions manage: id = 1"]),
    ("const q = new URLSearchParams();\nq.set('orderBy', 'id desc');\nget(`/service/tickets?${q}`)",
     ["orderBy /service/tickets: id desc"]),
    ("const q = new URLSearchParams();\nq.set('orderBy', 'id desc');\nget(`/service/tickets/${q}`)", []),
    ("const conditions = ['id = 1'];\nif (x) conditions.push('id = 2');\nget('/service/tickets', { conditions: all(conditions) })",
     [f"{TICKETS}: id = 1", f"{TICKETS}: id = 2"]),
    ("get('/service/tickets', { conditions: ['id = 1', x && `id = 2`, y ? 'id = 3' : null].filter(Boolean).join(' and ') })",
     [f"{TICKETS}: id = 1", f"{TICKETS}: id = 2", f"{TICKETS}: id = 3"]),
    ("get('/service/tickets', { conditions: [{ field: 'id', value: 'a = 1' }, ['b = 1']] })", []),
    ("get('/service/tickets', { conditions: `id = 1${x ? ` and id = ${x}` : ''} ${y && 'or id = 3'}` })",
     [f"{TICKETS}: id = 1 and id = <x> or id = 3"]),
    ("get('/service/tickets', { conditions: `id = 1${x ? ')' : ''} and id ${y ? '=' : '>'} 2` })",
     [f"{TICKETS}: id = 1<!x ? ')' : ''> and id = 2", f"{TICKETS}: id = 1<!x ? ')' : ''> and id > 2"]),
    ("get(`/service/tickets?conditions=id=1${x ? ` and id=${x}` : ''}&page=2`)", [f"{TICKETS}: id=1 and id=<x>"]),
    # types of the values of placeholders
    (("function f(a?: number, b: number | undefined, c?: string, d: number | string) {\n"
     "  get('/service/tickets', { conditions: `id = ${a} or id = ${b} or id = ${c} or id = ${d}` })\n}"),
     [f"{TICKETS}: id = <!a> or id = <!b> or id = <c> or id = <d>"]),
    (("interface Args {\n  first: number\n  second: string\n}\n"
     "const f = ({ first, second }: Args) => get('/service/tickets', { conditions: `id = ${first} or id = ${second}` })"),
     [f"{TICKETS}: id = <!first> or id = <second>"]),
    (("tool({ a: z.number().int(), b: z.coerce.number(), c: z.string() }, ({ a, b, c }) =>\n"
     "  get('/service/tickets', { conditions: `id = ${a} or id = ${b} or id = ${c}` }))"),
     [f"{TICKETS}: id = <!a> or id = <!b> or id = <c>"]),
    ("log({ a: number, b: other });\nget('/service/tickets', { conditions: `id = ${b}` })", [f"{TICKETS}: id = <b>"]),
    # clients for Automate
    (
        "import { Client } from 'node-connectwise-automate';\nclient.computers.list({ condition: 'Id = 1' })",
        ["conditions /Computers: Id = 1"],
    ),
    ("// connectwise automate\nclient.company.contacts.list({ conditions: 'id = 1' })", ["conditions /company/contacts: id = 1"]),
    ("// connectwise\nclient.computers.list({ condition: 'Id = 1' })", []),
    ("// connectwise automate\nclient.things.list({ condition: 'Id = 1' })", ["conditions anywhere: Id = 1"]),
    # calls that make a value fit for a condition
    ("x = { conditions: `a = '${escapeCondition(b)}' and c = ${quote(d)} and e = '${this.sanitize(f)}'` }",
     ["conditions manage: a = '<!escapeCondition(b)>' and c = <!quote(d)> and e = '<!this.sanitize(f)>'"]),
    ("x = { conditions: `a = '${escape(b)}' and c = '${escapeHtml(d)}' and e = '${pg.escapeLiteral(f)}'` }",
     ["conditions manage: a = '<escape(b)>' and c = '<escapeHtml(d)>' and e = '<pg.escapeLiteral(f)>'"]),
    ("const safe = escapeText(b);\nx = { conditions: `a = '${safe}'` }", ["conditions manage: a = '<!safe>'"]),
    ("conditions: string = 'id = 1'", []),
    ("t('conditions', 'id = 1')", []),
    ("x = { conditions: [{ type: 'Ready' }], condition: 5, fields: 'a' }", []),
    # literals
    (r"x = { conditions: 'a = \"x\" and b = \'\u0041\x42\n\'' }", ['conditions manage: a = "x" and b = \'AB\n\'']),
    ("x = { conditions: `a = 1\n and b = 2` }", ["conditions manage: a = 1\n and b = 2"]),
    ("x = { conditions: sql`a = ${b}` }", []),
    ("x = { conditions: 'a = 1'.trim() }", ["conditions manage: a = 1"]),
    ("x = { conditions: 'a = 1'.replace('a', b) }", []),
    ("x = { conditions: 'not closed\n }", []),
    # placeholders
    ("x = { conditions: `a = '${b.c}' and d = ${e['f']}` }", ["conditions manage: a = '<b.c>' and d = <e['f']>"]),
    ("x = { conditions: `a = ${f({ x: `n${1}` })}` }", ["conditions manage: a = <f({ x: `n${1}` })>"]),
    ("x = { conditions: `a = ${Number(b)} and b = ${parseInt(c, 10)} and c = ${d.length} and d = ${5}` }",
     ["conditions manage: a = <!Number(b)> and b = <!parseInt(c, 10)> and c = <!d.length> and d = 5"]),
    ("x = { conditions: `a > [${d.toISOString()}] and b > [${d.format('YYYY-MM-DD')}]` }",
     ["conditions manage: a > [<!d.toISOString()>] and b > [<!d.format('YYYY-MM-DD')>]"]),
    ("const d = new Date().toISOString();\nx = { conditions: `a > [${d}]` }", ["conditions manage: a > [<!d>]"]),
    ("function f(a: number, b: string) { return { conditions: `x = ${a} and y = '${b}'` } }",
     ["conditions manage: x = <!a> and y = '<b>'"]),
    ("x = { conditions: 'a = ' + b + \" and c = '\" + d.e() + \"'\" }", ["conditions manage: a = <b> and c = '<d.e()>'"]),
    ("x = { conditions: 'id in (' + ids.join(', ') + ')' }", ["conditions manage: id in (<ids.join(', '):, >)"]),
    ("function f(b) { if (b.includes(\"'\")) { throw 1 }\nreturn { conditions: `a = '${b}'` } }",
     ["conditions manage: a = '<!b>'"]),
    ("function f(b) { if (b.includes(\"'\")) { g() }\nreturn { conditions: `a = '${b}'` } }", ["conditions manage: a = '<b>'"]),
    # names
    ("const c = 'id = 1';\ncw.ServiceAPI.getServiceTickets({ conditions: c })", [f"{TICKETS}: id = 1"]),
    ("const conditions = 'id = 1';\ncw.ServiceAPI.getServiceTickets({ conditions })", [f"{TICKETS}: id = 1"]),
    ("const C = 'id = 1';\nfunction f() { return cw.ServiceAPI.getServiceTickets({ conditions: C }) }", [f"{TICKETS}: id = 1"]),
    ("let c = 'id = 1';\nif (x) { c = 'id = 2'; }\nget({ conditions: c })", ["conditions manage: id = 1", "conditions manage: id = 2"]),
    ("let c = 'id = 1';\nif (x) { c += ' and id = 2'; }\nget({ conditions: c })", ["conditions manage: id = 1 and id = 2"]),
    ("let c = 'id = 1';\nfor (const i of l) { c += ` or id = ${i}`; }\nget({ conditions: c })",
     ["conditions manage: id = 1 or id = <i>"]),
    ("function f(c = 'id = 1') { return { conditions: c } }", ["conditions manage: id = 1"]),
    ("const f = (c) => ({ conditions: c });\nconst g = 'id = 1'", []),
    ("const n = 'x';\nconst c = `a = '${n}'`;\nget({ conditions: c })", ["conditions manage: a = 'x'"]),
    ("get({ conditions: ['a = 1', `b = ${c}`].join(' and ') })", ["conditions manage: a = 1 and b = <c>"]),
    ("const l = ['a = 1', 'b = 2'];\nget({ conditions: l.join(' or ') })", ["conditions manage: a = 1 or b = 2"]),
    ("const l = ['a = 1'];\nl.push('b = 2');\nget({ conditions: 'c = 3 and ' + l.join(' or ') })",
     ["conditions manage: c = 3 and a = 1 or b = 2"]),
    ("get({ conditions: x ? 'a = 1' : 'b = 2' })", ["conditions manage: a = 1", "conditions manage: b = 2"]),
    ("get({ conditions: x.y || 'a = 1' })", ["conditions manage: a = 1"]),
    ("get({ conditions: x && `a = ${y}` })", ["conditions manage: a = <y>"]),
    ("get({ conditions: (await f()) ?? ('a = 1') })", ["conditions manage: a = 1"]),
    ("conditions.push('a = 1'); conditions.push(x);", ["conditions manage: a = 1"]),
    # URLs
    ("fetch('/service/tickets?conditions=' + encodeURIComponent(c) + '&page=1')", []),
    ("const c = 'id = 1';\nfetch('/service/tickets?conditions=' + encodeURIComponent(c))", [f"{TICKETS}: id = 1"]),
    ("const c = 'id = 1';\nfetch(`${b}/service/tickets?conditions=${encodeURIComponent(c)}&page=1`)", [f"{TICKETS}: id = 1"]),
    ("fetch(`${b}/service/tickets/${id}/notes?conditions=id%3D${x}`)",
     ["conditions /service/tickets/{parentId}/notes: id=<x>"]),
    # statements without semicolons
    ("const p = { conditions: 'id = 1' }\nconst q = { conditions: 'id = 2' }\nget('/service/tickets', p)\nget('/company/contacts', q)",
     [f"{TICKETS}: id = 1", "conditions /company/contacts: id = 2"]),
    # the block
    ("function f() { const u = base + '/service/tickets'; const conditions = 'id = 1'; go(u, conditions) }",
     [f"{TICKETS}: id = 1"]),
    ("function f() { return '/service/tickets' }\nfunction g() { return { conditions: 'id = 1' } }", ["conditions manage: id = 1"]),
    ("function f() { l.map(x => { get({ conditions: 'id = 1' }) }); return '/service/tickets' }", [f"{TICKETS}: id = 1"]),
    ("x = `${get({ conditions: 'id = 1' })}`", ["conditions manage: id = 1"]),
    # words that are no condition
    ("x = { conditions: 'Terms & Conditions (2024)' }; y = { conditions: `Weather in ${city}` }", []),
    ("type Q = { conditions: 'open' | 'closed' }", []),
    # no code
    ("// { conditions: 'id = 1' }\n/* { conditions: 'id = 1' } */", []),
    ("const r = /conditions: 'id = 1'/g, s = a / b / c; x = { conditions: 'id = 2' }", ["conditions manage: id = 2"]),
    ("const r = /['\"]/; x = { conditions: 'id = 2' }", ["conditions manage: id = 2"]),
    ("const text = 'conditions: \"id = 1\"'", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), FOUND)
def test_finds(source: str, expected: list[str]) -> None:
    assert describe("javascript", source) == expected


def test_typescript_is_named() -> None:
    [found] = find("typescript", "const q: Q = { conditions: 'id = 1' }")
    assert found.language == "typescript"


def test_spans_and_quoting() -> None:
    source = "get({ conditions: 'a = \\'x\\' and ' + `b = ${c}` })"
    [found] = find("javascript", source)
    assert source[found.span.start : found.span.end] == "'a = \\'x\\' and ' + `b = ${c}`"
    assert [segment.literal for segment in found.segments] == [0, 0, 0, 0, 0, 1, 1]
    assert found.segments[0].quoting is not None
    assert found.segments[0].quoting.encode("'\\") == "\\'\\\\"
    assert found.segments[-2].quoting is not None
    assert found.segments[-2].quoting.encode("`$'") == "\\`\\$'"


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ("ServiceDeskAPI.Tickets", "/service/tickets"),
        ("ServiceDeskAPI.Boards", "/service/boards"),
        ("ServiceDeskAPI.Priorities", "/service/priorities"),
        ("CompanyAPI.Companies", "/company/companies"),
        ("CompanyAPI.CompanyTypes", "/company/companies/types"),
        ("FinanceAPI.Agreements", "/finance/agreements"),
        ("ProjectAPI.ProjectTickets", "/project/tickets"),
        ("ScheduleAPI.ScheduleEntries", "/schedule/entries"),
        ("TimeAPI.TimeEntries", "/time/entries"),
    ],
)
def test_modules_name_the_words_of_paths(module: str, path: str) -> None:
    [found] = find("javascript", f"// connectwise\ncw.{module}.getRecords({{ conditions: 'id = 1' }})")
    assert found.place.endpoint == path


def test_the_constants_of_an_enum_are_no_variables() -> None:
    text = "// connectwise\nenum Keys { A = 'a', Conditions = 'id = 1' }\nconst conditions = 'id = 2';"
    assert describe("javascript", text) == ["conditions manage: id = 2"]
