"""Conditions in Python: their texts, parameters, targets, placeholders and spans."""

from __future__ import annotations

import inspect
import random
import re
import textwrap
from contextlib import suppress
from datetime import datetime

import pytest

from cwql.lint.dataflow.values import MOST_SEGMENTS
from cwql.lint.frontends import UnreadableSource
from cwql.lint.templates.model import PLACEHOLDER
from tests.lint.labels import FOLDER, read
from tests.lint.python_conditions import find, items, shown

# The text of an expression

EXPRESSIONS = [
    # literals
    ('"id=1"', ["id=1"]),
    ("'a=\\'b\\x41\\u00e9\\N{BULLET}\\101\\U0001f600'", ["a='bA\u00e9\u2022A\U0001f600"]),
    (r'r"a=\d"', [r"a=\d"]),
    ('"a=1 " "and " \'b=2\'', ["a=1 and b=2"]),
    ('("a=1 "  # one\n  \'and b="2"\')', ['a=1 and b="2"']),
    ('"a=1 \\\n and b=2"', ["a=1  and b=2"]),
    ('"""a=1\n and b=2"""', ["a=1\n and b=2"]),
    ("'''a=''1 \"'''", ["a=''1 \""]),
    ("b'id=1'", []),
    ("''", []),
    ("17", []),
    # f-strings
    ("f'id={x}'", ["id=<x>"]),
    ("f'id={x} {{ }}'", ["id=<x> { }"]),
    ("F'id={ x }'", ["id=<x>"]),
    ("f'id={x!r}'", ["id=<x>"]),
    ("f'id={y:d} and b={x:>10}'", ["id=<y!> and b=<x>"]),
    ("f'id={z:{width}.{places}f}'", ["id=<z>"]),
    ("f'at=[{day:%Y-%m-%d}]'", ["at=[<day:%Y-%m-%d!>]"]),
    ("f'a={d[\"k\"]} b={(lambda: 1)()}'", ['a=<d["k"]> b=1']),
    ("rf'a\\d={x}'", ["a\\d=<x>"]),
    ("f'a=\\x41\\{x}'", ["a=A\\<x>"]),
    ("f'\\N{BULLET}={x}'", ["\u2022=<x>"]),
    ("'a=1 ' f'and b={x} ' 'and c={x}'", ["a=1 and b=<x> and c={x}"]),
    ("f'''a={\n  x\n  + d['k']\n} and c='é'{z}'''", ["a=<x\n  + d['k']> and c='é'<z>"]),
    ("f'a={\"lit\"} b={5}'", ["a=lit b=5"]),
    ("f\"a={'x' if flag else 'y'}\"", ["a=x", "a=y"]),
    ("f\"{f'a={x}'} and b=1\"", ["a=<x> and b=1"]),
    ("f'{x=}'", []),
    # operators
    ("'a=' + x + ' and b=1'", ["a=<x> and b=1"]),
    ("'a=' + str(x) + \" and b=\" + str(int(y))", ["a=<str(x)> and b=<str(int(y))!>"]),
    ("'a=1' + ' and b=2'", ["a=1 and b=2"]),
    ("x + y", []),
    ("'a=%s and b=%d and c=%% %5.1f' % (x, y, z)", ["a=<x> and b=<y!> and c=% <z!>"]),
    ("'a=%s' % x", ["a=<x>"]),
    ("'a=%(one)s and b=%(two)i' % {'one': x, 'two': y}", ["a=<x> and b=<y!>"]),
    ("'a=%s' % 'text'", ["a=text"]),
    ("'a=1' if flag else 'b=2'", ["a=1", "b=2"]),
    ("('(' if flag else '') + 'a=1' + (')' if flag else '')", ["(a=1<')' if flag else ''!>"]),
    ("x or 'a=1'", ["a=1"]),
    ("f'a={x or \"\"}'", ['a=<x or "">']),
    ("'a=' + str(x or '').strip()", ["a=<str(x or '').strip()>"]),
    ("flag and 'a=1'", ["a=1"]),
    ("(found := 'a=1')", ["a=1"]),
    # methods
    ("'a={} and b={}'.format(x, y)", ["a=<x> and b=<y>"]),
    ("'a={1} and b={0!r} {{}}'.format(x, y)", ["a=<y> and b=<x> {}"]),
    ("'a={n:d} and b={n.real} and c={t}'.format(n=y, t='text')", ["a=<y!> and b=<y.real> and c=text"]),
    ("'a={}'.format(len(x))", ["a=<len(x)!>"]),
    ("' and '.join(['a=1', 'b=2'])", ["a=1 and b=2"]),
    ("' and '.join(['a=1', x])", ["a=1 and <x>"]),
    ("' AND '.join(('a=1', f'b={x}'))", ["a=1 AND b=<x>"]),
    ("' or '.join(parts)", []),
    ("'a=1 and (' + ' or '.join(parts) + ')'", ["a=1 and (<' or '.join(parts)>)"]),
    ("' or '.join(f'a={n}' for n in names)", ["a=<n><!>"]),
    ("'id in (' + ','.join(str(int(n)) for n in names) + ')'", ["id in (<','.join(str(int(n)) for n in names)!>)"]),
    ("textwrap.dedent('a=1').strip()", ["a=1"]),
    ("quote('a=1')", ["a=1"]),
    ("unknown('a=1')", []),
    ("'a=1'.replace('a', 'b')", []),
    # braces of templates
    ("cwql.cond('a = {} and b in {names}', x, names=y)", ["a = <x!> and b in <y!>"]),
    ("cwql.cond('a = \"{{}}\" and {0} and [{}]', x)", ['a = "{}" and <x!> and [{}]']),
]


@pytest.mark.parametrize(("expression", "expected"), EXPRESSIONS)
def test_text_of_an_expression(expression: str, expected: list[str]) -> None:
    text = f'x = source()\nparams["conditions"] = {expression}\n'
    assert [shown(found) for found in find(text)] == expected


NAMES: dict[str, object] = {
    "x": "seven",
    "y": 6,
    "z": 1.5,
    "d": {"k": "three"},
    "day": datetime(2024, 1, 31),
    "names": [1, 2],
    "parts": ["p=1", "q=2"],
    "flag": True,
    "width": 8,
    "places": 2,
    "inspect": inspect,
    "textwrap": textwrap,
    "quote": str,
}


def fill(text: str, start: int, end: int, expression: str) -> str:
    """Return the value of a placeholder when the program runs."""
    spelt = text[start:end]
    value = eval(f"({expression.partition(':%')[0]})", NAMES)
    if spelt.startswith("%"):
        return str(re.sub(r"\(\w+\)", "", spelt) % value)
    if spelt.startswith("{") and ".format(" in text:
        return re.sub(r"^\{[\w.]*", "{0", spelt).format(value)
    if spelt.startswith("{"):
        return str(eval(f'(f"""{" ".join(spelt.split())}""")', NAMES))
    return str(value)


@pytest.mark.parametrize(
    "expression",
    [
        text
        for text, expected in EXPRESSIONS
        if len(expected) == 1 and not re.search(r"cwql|x or|\\\{|for n in names\)\Z|x, y", text)
    ],
)
def test_text_is_what_python_makes_of_it(expression: str) -> None:
    """Run the expression, and the placeholders of the text that was found in it."""
    text = f"f(conditions={expression})\n"
    (found,) = find(text)
    made = "".join(
        fill(text, segment.start, segment.end, segment.expression) if segment.kind == "placeholder" else segment.text
        for segment in found.segments
    )
    assert made == eval(expression, dict(NAMES))


# Positions and targets of conditions

PLACES = [
    # (source, [(text, parameter, dialect, endpoint)])
    ("f(conditions='a=1')", [("a=1", "conditions", "manage", None)]),
    ("f(condition='a=1')", []),
    ("f(child_conditions='a=1')", [("a=1", "childConditions", "manage", None)]),
    ("f(customFieldConditions='a=1')", [("a=1", "customFieldConditions", "manage", None)]),
    ("f(order_by='id desc')", []),
    ("{'conditions': 'a=1'}", [("a=1", "conditions", "manage", None)]),
    ("dict(conditions='a=1')", [("a=1", "conditions", "manage", None)]),
    ("p['conditions'] = 'a=1'", [("a=1", "conditions", "manage", None)]),
    ("p.update(conditions='a=1')", [("a=1", "conditions", "manage", None)]),
    ("p.update({'conditions': 'a=1'})", [("a=1", "conditions", "manage", None)]),
    ("p.setdefault('conditions', 'a=1')", [("a=1", "conditions", "manage", None)]),
    ("p = [('conditions', 'a=1'), ('page', 1)]", [("a=1", "conditions", "manage", None)]),
    ("p.append(('conditions', 'a=1'))", [("a=1", "conditions", "manage", None)]),
    ("p.conditions = 'a=1'", [("a=1", "conditions", "manage", None)]),
    ("conditions = 'a=1'", [("a=1", "conditions", "manage", None)]),
    ("conditions: str = 'a=1'", [("a=1", "conditions", "manage", None)]),
    ("condition = 'Sunny'", []),
    ("def f(conditions='a=1'): pass", [("a=1", "conditions", "manage", None)]),
    ("def f(*, conditions='a=1'): pass", [("a=1", "conditions", "manage", None)]),
    ("pair = ('condition', 'status')", []),
    ("fields = ('condition', 'status')", []),
    ("{'conditions': ['a=1']}", [("a=1", "conditions", "manage", None)]),
    # the call's own attributes
    ("c.service.tickets.get(params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("c.service.tickets(5).notes.list('a=1')", [("a=1", "conditions", "manage", "/service/tickets/{parentId}/notes")]),
    ("c.company.companies.id(5).notes.get(conditions='a=1')", [("a=1", "conditions", "manage", "/company/companies/{parentId}/notes")]),
    ("t = c.service.tickets\nt.count('a=1')", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("c.service.tickets.list(order_by='id', fields=['id', 'summary'])", [
        ("id", "orderBy", "manage", "/service/tickets"),
        ("id", "fields", "manage", "/service/tickets"),
        ("summary", "fields", "manage", "/service/tickets"),
    ]),
    ("x.words.list('a=1')", []),
    ("x.list('/service/tickets')", []),
    ("x.pages('/service/tickets', conditions='a=1')", [("a=1", "conditions", "manage", "/service/tickets")]),
    # the class of the client
    ("from cwql.automate import Client\nc = Client()\nc.computers.first('a=1')", [("a=1", "conditions", "automate", "/Computers")]),
    ("from cwql.automate import AsyncClient as A\nasync def f(c: A):\n await c.computers.all(where='a=1')", [("a=1", "conditions", "automate", "/Computers")]),
    ("from pyconnectwise import ConnectWiseAutomateAPIClient\nc = ConnectWiseAutomateAPIClient('u')\nc.clients.get(params={'condition': 'a=1'})", [("a=1", "conditions", "automate", "/Clients")]),
    ("from connectpyse.service import tickets_api\nt = tickets_api.TicketsAPI(url=U)\nt.conditions = 'a=1'\nt.orderBy = 'id'\nt = t.get_tickets()", [("a=1", "conditions", "manage", "/service/tickets"), ("id", "orderBy", "manage", "/service/tickets")]),
    ("from connectpyse.sales.opportunity_api import OpportunityAPI as O\ndef f():\n  o = O(url=U)\n  o.conditions = 'a=1'", [("a=1", "conditions", "manage", "/sales/opportunities")]),
    ("from connectpyse.service import tickets_api\nt = make(tickets_api)\nt.conditions = 'a=1'", [("a=1", "conditions", "manage", None)]),
    # the URL in the same call
    ("get(f'{base}/service/tickets', params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("get(base + '/service/tickets/' + str(i) + '/notes', params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", "/service/tickets/{parentId}/notes")]),
    ("get(urljoin(base, 'service/tickets'), params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("self.request('GET', 'service/tickets', params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("get(url='https://h/cwa/api/v1/Computers', params={'condition': 'a=1'})", [("a=1", "conditions", "automate", "/Computers")]),
    ("get('https://h/v4_6_release/apis/3.0/nosuch', params={'condition': 'a=1'})", [("a=1", "conditions", "manage", None)]),
    ("url = b + '/service/tickets'\nget(url, params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("get(f'{b}/service/tickets?{urlencode({\"conditions\": \"a=1\"})}')", [("a=1", "conditions", "manage", "/service/tickets")]),
    # names that are passed on
    ("p = {'conditions': 'a=1'}\nget('/service/tickets', params=p)", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("p = {'conditions': 'a=1'}\nget('/service/tickets', params=p)\nget('/company/companies', params=p)", [("a=1", "conditions", "manage", None)]),
    ("p = {}\np['conditions'] = 'a=1'\nget('/service/tickets', params=p)", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("p = {}\np.update(conditions='a=1')\nget('/service/tickets', params=p)", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("q = urlencode({'conditions': 'a=1'})\nget(f'{b}/service/tickets?{q}')", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("WANTED = 'a=1'\ndef f():\n  get('/service/tickets', params={'conditions': WANTED})", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("class A:\n  W = 'a=1'\n  def f(self):\n    get('/service/tickets', conditions=self.W)", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("class A:\n  W = 'a=1'\n  def f(self):\n    self.W += x\n    get('/service/tickets', conditions=self.W)", [(f"a=1{PLACEHOLDER}", "conditions", "manage", "/service/tickets")]),
    ("W = 'a=1'\ndef g():\n  global W\n  W = x\nget('/service/tickets', conditions=W)", []),
    ("u = '/service/tickets'\nget(u, params={'conditions': 'a=1'})\nu = '/company/companies'\nget(u, params={'conditions': 'b=2'})", [("a=1", "conditions", "manage", "/service/tickets"), ("b=2", "conditions", "manage", "/company/companies")]),
    ("u = '/service/tickets'\nif x:\n  u = '/company/companies'\nget(u, params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", None)]),
    ("p = {'conditions': 'a=1'}\nget('/service/tickets', params=p)\np = {'conditions': 'b=2'}\nget('/company/companies', params=p)", [("a=1", "conditions", "manage", "/service/tickets"), ("b=2", "conditions", "manage", "/company/companies")]),
    ("p = {}\np['conditions'] = 'a=1'\nget('/service/tickets', params=p)\np = {}\np['conditions'] = 'b=2'\nget('/company/companies', params=p)", [("a=1", "conditions", "manage", "/service/tickets"), ("b=2", "conditions", "manage", "/company/companies")]),
    ("c = 'a=1'\nconditions = c\nget('/service/tickets', conditions=c)\nc = 'b=2'\nget('/company/companies', conditions=c)", [("a=1", "conditions", "manage", "/service/tickets"), ("b=2", "conditions", "manage", "/company/companies")]),
    # the only endpoint of the function
    ("def f():\n  e = '/service/tickets'\n  return get(build(), params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("def f():\n  e = '/service/tickets'\n  g = '/company/companies'\n  return get(build(), params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", None)]),
    ("def f():\n  e = '/service/tickets'\n  return get(build(e), params={'conditions': 'a=1'})", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("def f():\n  get('/service/tickets')\n  other(conditions='a=1')", [("a=1", "conditions", "manage", None)]),
    # functions of ours
    ("import cwql\ncwql.parse('a=1')", [("a=1", "conditions", "manage", None)]),
    ("from cwql import check as look\nlook('a=1', 'automate', endpoint='/Computers')", [("a=1", "conditions", "automate", "/Computers")]),
    ("import cwql\ncwql.compile('id desc', endpoint='/service/tickets', parameter='orderBy')", [("id desc", "orderBy", "manage", "/service/tickets")]),
    ("import cwql\ncwql.translate('a=1', source='automate', target='manage')", [("a=1", "conditions", "automate", None)]),
    ("import cwql\ncwql.parse('a=1', dialect=dialect)", []),
    ("import cwql\nc.service.tickets.list(cwql.cond('a = {}', x))", [(f"a = {PLACEHOLDER}", "conditions", "manage", "/service/tickets")]),
    ("import json\njson.parse('a=1')", []),
    # markers and URLs
    ("q = 'a=1'  # cwql: manage /service/tickets", [("a=1", "conditions", "manage", "/service/tickets")]),
    ("# cwql: automate /Computers\nf(condition='a=1')", [("a=1", "conditions", "automate", "/Computers")]),
    ("u = 'https://h/v4_6_release/apis/3.0/service/tickets?conditions=id%3D1&page=2'", [("id=1", "conditions", "manage", "/service/tickets")]),
    ("QUERY = \"conditions=status/name='New' and id>[{0}]&page=1\"", [(f"status/name='New' and id>[{PLACEHOLDER}]", "conditions", "manage", None)]),
    ("def f():\n  '''See https://h/v4_6_release/apis/3.0/service/tickets?conditions=id%3D1 there'''", [("id=1", "conditions", "manage", "/service/tickets")]),
    ("c = 'a=1'\nget(f'https://h/v4_6_release/apis/3.0/service/tickets?conditions={quote(c)}')", [("a=1", "conditions", "manage", "/service/tickets")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES)
def test_places(text: str, expected: list[tuple[str, str, str | None, str | None]]) -> None:
    found = [(item.text, item.parameter, item.place.dialect, item.place.endpoint) for item in find(text)]
    assert found == expected


LIST = "def tickets(conditions=None, page=1):\n  p = {'page': page}\n  if conditions:\n    p['conditions'] = conditions\n  return get('/service/tickets', params=p)\n"
METHODS = (
    "class Client:\n"
    "  def fetch(self, path, conditions=''):\n    return self.get(f'{self.base}/{path}', params={'conditions': conditions})\n"
    "  def tickets(self, conditions):\n    return self.fetch('service/tickets', conditions=conditions)\n"
    "  def search(self, params):\n    return self.get('/company/companies', params=params)\n"
    "  @staticmethod\n  def boards(conditions):\n    return get('/service/boards', conditions=conditions)\n"
)
PASSED = [
    # functions of the file that pass a condition on
    (LIST + "tickets('a=1')", [("a=1", "/service/tickets")]),
    (LIST + "tickets(conditions='a=1')", [("a=1", "/service/tickets")]),
    (LIST + "tickets(None, 'a=1')", []),
    (LIST + "def tickets(x):\n  pass\ntickets('a=1')", []),
    (LIST + "def f(tickets):\n  tickets('a=1')", []),
    (LIST.replace("tickets(", "late(") + "other.late('a=1')", []),
    (LIST + "c = 'a=1'\ntickets(c)", [("a=1", "/service/tickets")]),
    (METHODS + "  def open(self):\n    return self.tickets('a=1')", [("a=1", "/service/tickets")]),
    (METHODS + "  def open(self):\n    return self.tickets(conditions='a=1')", [("a=1", "/service/tickets")]),
    (METHODS + "  def open(self):\n    return self.fetch('company/contacts', 'a=1')", [("a=1", "/company/contacts")]),
    (METHODS + "  def open(self):\n    return self.search({'conditions': 'a=1'})", [("a=1", "/company/companies")]),
    (METHODS + "  def open(self):\n    return self.boards('a=1')", [("a=1", "/service/boards")]),
    (METHODS + "client = Client()\nclient.tickets('a=1')", [("a=1", "/service/tickets")]),
    (METHODS + "def f(client: Client):\n  client.tickets('a=1')", [("a=1", "/service/tickets")]),
    (METHODS + "client.fetch('company/sites', 'a=1')", []),
    # methods of other objects that are named after a list
    (METHODS + "client.tickets('a=1')", [("a=1", "/service/tickets")]),
    (METHODS + "  def open(self):\n    self.tickets('a=1')\nclass Other(Client):\n  def tickets(self, conditions):\n    pass", []),
    ("def f(p):\n  p = dict(p)\n  get('/service/tickets', params=p)\nf({'conditions': 'a=1'})", [("a=1", "/service/tickets")]),
    ("def f(p):\n  p = {}\n  get('/service/tickets', params=p)\nf({'conditions': 'a=1'})", []),
    # functions that join their arguments
    ("def both(parts):\n  return ' and '.join(p for p in parts if p)\nget('/service/tickets', conditions=both(['a=1', 'b=2']))", [("a=1 and b=2", "/service/tickets")]),
    ("def both(parts):\n  known = [p for p in parts if p]\n  if not known:\n    return None\n  return ' and '.join(known)\nw = []\nw.append('a=1')\nc = both(w) or None\nget('/service/tickets', conditions=c)", [("a=1", "/service/tickets")]),
    ("def both(*parts):\n  return ' and '.join(parts)\nget('/service/tickets', conditions=both('a=1', 'b=2'))", [("a=1 and b=2", "/service/tickets")]),
    ("def both(parts):\n  return ' and '.join(f'({p})' for p in parts)\nget('/service/tickets', conditions=both(['a=1']))", []),
    ("def both(parts):\n  if len(parts) == 1:\n    return parts[0]\n  return ' and '.join(parts)\nget('/service/tickets', conditions=both(['a=1']))", [("a=1", "/service/tickets")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PASSED)
def test_functions_of_the_file(text: str, expected: list[tuple[str, str]]) -> None:
    assert sorted((item.text, item.place.endpoint) for item in find(text) if item.place.endpoint) == expected


FORMATS = [
    # a format that is stored, and filled in code that is not visible
    ("URL = '/service/tickets?conditions=id={}&page={page}'", [f"id={PLACEHOLDER}"]),
    ("URL = '/service/tickets?conditions=id=%s and board/id=%d and x like %%a%20'", [f"id={PLACEHOLDER} and board/id={PLACEHOLDER} and x like %%a%20"]),
    ("url = '/service/tickets?conditions=id={}'\nget(url.format(x))", [f"id={PLACEHOLDER}"]),
    ("class A:\n  CONDITIONS = 'id = {0} and closedFlag = false'", [f"id = {PLACEHOLDER} and closedFlag = false"]),
    ("WANTED = {'conditions': 'id = {x!r:>4}'}", [f"id = {PLACEHOLDER}"]),
    ("self.conditions = 'id = %(number)s'", [f"id = {PLACEHOLDER}"]),
    ("conditions = 'at > [{}]'\nget('/service/tickets', conditions=conditions.format(x))", [f"at > [{PLACEHOLDER}]"]),
    ("url = '/service/tickets?conditions=id={}'\nget(url)", [f"id={PLACEHOLDER}"]),
    ("get('/service/tickets?conditions=id={}')", [f"id={PLACEHOLDER}"]),
    # one that is used unchanged, judging by the visible code
    ("f(conditions='id = {x}')", ["id = {x}"]),
    ("p['conditions'] = 'id = {x}'", ["id = {x}"]),
    ("CONDITIONS = 'id = {x}'\nf(conditions=CONDITIONS)", ["id = {x}"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FORMATS)
def test_formats_that_are_kept(text: str, expected: list[str]) -> None:
    assert [item.text for item in find(text)] == expected


# Names that are put together

FLOWS = [
    ("c = 'a=1'\nc += ' and b=2'\nf(conditions=c)", ["a=1 and b=2"]),
    ("c = ''\nc += 'a=1'\nf(conditions=c)", ["a=1"]),
    ("c = 'a=1'\nc = c + ' and b=2'\nc = f'({c}) or d=3'\nf(conditions=c)", ["(a=1 and b=2) or d=3"]),
    ("c = 'a=1'\nif x:\n  c += f' and b={x}'\nif y:\n  c += ' or d=3'\nf(conditions=c)", ["a=1 and b=<x> or d=3"]),
    ("c = 'a=1'\nif x:\n  c += f(x)\nf(conditions=c)", ["a=1<f(x)>"]),
    ("c = '('\nif x:\n  c += 'a=1'\nc += ')'\nf(conditions=c)", ["(a=1)"]),
    ("c = ''\nif x:\n  c += 'a=1'\nif y:\n  c += ' and b=2'\nf(conditions=c)", ["a=1 and b=2"]),
    ("if x:\n  c = 'a=1'\nelse:\n  c = 'b=2'\nf(conditions=c)", ["a=1", "b=2"]),
    ("c = 'a=1'\nf(conditions=c)\nc = 'b=2'\nf(conditions=c)", ["a=1", "b=2"]),
    ("c = make()\nc += ' and a=1'\nf(conditions=c)", ["<!> and a=1"]),
    ("def g(c):\n  c += ' and a=1'\n  f(conditions=c)", ["<!> and a=1"]),
    ("p = {'conditions': 'a=1'}\np['conditions'] += ' and b=2'", ["a=1", "a=1 and b=2"]),
    ("p['conditions'] += ' and b=2'", ["<!> and b=2"]),
    ("w = ['a=1']\nif x:\n  w.append('b=2')\nw += [f'c={x}']\nf(conditions=' and '.join(w))", [
        "a=1", "b=2", "c=<x>",
    ]),
    ("w = ['a=1', 'b=2']\nf(conditions=' and '.join(w))", ["a=1 and b=2"]),
    ("a = 'x=1'\nb = f'{a} and y=2'\nf(conditions=b)", ["x=1 and y=2"]),
    ("a = f'{b} and y=2'\nb = f'{a} and x=1'\nf(conditions=b)", ["<b> and y=2 and x=1"]),
    ("f(conditions=c)\nc = 'a=1'", []),
    # the value that a use sees
    ("c = 'a=1'\nf(conditions=c + ' and x=1')\nc = 'b=2'\nf(conditions=c + ' and y=1')", ["a=1 and x=1", "b=2 and y=1"]),
    ("if x:\n  c = 'a=1'\n  f(conditions=f'{c} and x=1')\nelse:\n  c = 'b=2'\n  f(conditions=f'{c} and y=1')", ["a=1 and x=1", "b=2 and y=1"]),
    ("if x:\n  c = 'a=1'\nelse:\n  c = 'b=2'\nf(conditions=f'{c} and x=1')", ["a=1 and x=1", "b=2 and x=1"]),
    ("def g(c):\n  c = 'a=%s' % c\n  f(conditions=c + ' and b=1')", ["a=<c> and b=1"]),
    ("def g(c):\n  if x:\n    c = 'a=1'\n  f(conditions=c + ' and b=1')", ["a=1 and b=1"]),
    ("c = 'a=1'\nwhile x:\n  f(conditions=c + ' and b=1')\n  c = y", ["a=1 and b=1"]),
    ("c = y\nwhile x:\n  c = 'a=1'\n  f(conditions=c + ' and b=1')\n  c = y", ["a=1 and b=1"]),
    ("c = y\ntry:\n  c = 'a=1'\nfinally:\n  f(conditions=c + ' and b=1')", ["a=1 and b=1"]),
    ("s = y\nf(conditions='b=1 and ' + ' and '.join(f'a={int(s)}' for s in z))\n", ["a=<int(s)!>", "b=1 and <' and '.join(f'a={int(s)}' for s in z)>"]),
    ("c = 'a=1'\nf(c := make(), conditions=c + ' and b=1')", ["<c> and b=1"]),
    ("w = ['a=1']\nf(conditions=' or '.join(w))\nw = ['b=2']\nf(conditions=' or '.join(w))", ["a=1", "b=2"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FLOWS)
def test_names_that_are_put_together(text: str, expected: list[str]) -> None:
    assert [shown(found) for found in find(text)] == expected


# Safe placeholders

SAFE = [
    ("", "int(x)"), ("", "len(x)"), ("", "round(x)"), ("", "x.isoformat()"), ("", "x.strftime('%Y')"), ("", "5"),
    ("", "uuid.uuid4()"), ("", "str(int(x)).lower()"), ("", "int(x) + 1"), ("", "-1"), ("", "not x"),
    ("x = 5\n", "x"), ("x = int(y)\n", "x"), ("x: int = y\n", "x"), ("def f(x: int | None):\n  ", "x"),
    ("def f(x: 'datetime'):\n  ", "x"), ("def f(x: Optional[datetime.date]):\n  ", "x"), ("for x in range(5):\n  ", "x"),
    ("for x, y in enumerate(z):\n  ", "x"), ("def f(z: list[int]):\n  for x in z:\n    ", "x"),
    ("x = datetime.utcnow() - timedelta(days=y)\n", "x"), ("x = y.strftime('%Y-%m-%d')\n", "x"),
    ("from typing import Literal\ndef f(x: Literal['New', 'Open']):\n  ", "x"), ("for x in (1, 2):\n  ", "x"),
    ("class A:\n  x: int\n  def f(self):\n    ", "self.x"),
    ("x = 1\nx += 2\n", "x"), ("def f(x):\n  x = int(x)\n  ", "x"), ("x = input()\nx = len(x)\n", "x"),
    ("for x in (1, 2):\n  pass\nfor x in range(3):\n  ", "x"),
    # parts of safe values, and members of records that are numbers
    ("", "x.isoformat().split('.')[0]"), ("", "x.isoformat()[:19]"), ("", "x.isoformat().replace('+00:00', 'Z')"),
    ("x = {k: int(v) for k, v in y}\n", "x.get(z)"), ("x = {'a': 1, 'b': 2}\n", "x[z]"), ("x = [1, 2]\n", "x[0]"),
    ("", "x['id']"), ("", "x[0]['board']['id']"), ("", "x.get('id')"), ("", "x.board.id"), ("x = y['id']\n", "x"),
    # values that the program escapes
    ("", "escape_text(x)"), ("", "util.sanitize(x)"),
    ("", "re.sub(r'[^A-Za-z ]', '', x)"), ("def clean(t):\n  return ''.join(c for c in t if c not in '\\'')\n", "clean(x)"),
    ("def f(x):\n  if not x.isdigit():\n    raise ValueError\n  ", "x"),
    ("def f(x):\n  if \"'\" in x:\n    raise ValueError\n  ", "x"),
    ("def f(x):\n  if '\"' in x or \"'\" in x:\n    return None\n  ", "x"),
    ("for x in y:\n  if \"'\" in x:\n    continue\n  ", "x"),
]  # fmt: skip
UNSAFE = [
    ("", "x"), ("", "str(x)"), ("", "x.name"), ("", "x['a']"), ("", "x.strftime(y)"), ("", "f(x)"), ("", "x + 'a'"),
    ("def f(x: str):\n  ", "x"), ("def f(x):\n  ", "x"), ("x = 5\nx = y\n", "x"), ("for x in y:\n  ", "x"),
    ("def f(x: int | str):\n  ", "x"), ("for x, y in enumerate(z):\n  ", "y"), ("x = input()\n", "x"),
    ("x = int(y)\ndef g():\n  global x\n", "x"), ("def f(x):\n  if y:\n    x = int(x)\n  ", "x"),
    ("x = 5\nfor y in z:\n  x = y\n", "x"), ("", "x.split('.')[0]"), ("", "x[:19]"), ("", "x.replace('-', '')"),
    ("", "request.args['id']"), ("", "x.json.get('id')"), ("", "params['id']"), ("", "x.get('name')"), ("", "re.escape(x)"),
    ("def f(x):\n  if \"'\" in x:\n    print(x)\n  ", "x"), ("def f(x):\n  if \"'\" in x and y:\n    raise ValueError\n  ", "x"),
    ("def f(x):\n  if 'a' in x:\n    raise ValueError\n  ", "x"), ("def f(x):\n  if \"'\" not in x:\n    raise ValueError\n  ", "x"),
    ("x = {'a': y}\n", "x['a']"), ("x = {}\n", "x['a']"), ("def clean(t):\n  return t.strip()\n", "clean(x)"),
    ("", "x.isoformat().replace('T', y)"), ("def g():\n  return x.isdigit()\n", "x"),
    ("def find(t):\n  return get(\"name = '%s'\" % t)\n", "find(x)"), ("", "re.sub('[0-9]', '', x)"), ("x = 5\ndef f(x):\n  ", "x"), ("with open(y) as x:\n  ", "x"), ("x = []\nfor y in x:\n  ", "y"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "expression", "safe"), [*[(*case, True) for case in SAFE], *[(*case, False) for case in UNSAFE]]
)
def test_safe_holes(before: str, expression: str, safe: bool) -> None:
    # Quotes of another kind, since Python 3.11 allows no others in a replacement field.
    for written in (f'f"id = {{{expression}}}"', f'"id = %s" % ({expression},)', f'"id = " + ({expression})'):
        for found in find(f"{before}f(conditions={written})\n"):
            flags = [segment.safe for segment in found.segments if segment.kind == "placeholder"]
            # A number of the file itself is a part of the text.
            assert flags == [safe] or (safe and found.text in ("id = 1", "id = 2", "id = 5")), written


@pytest.mark.parametrize(
    ("expression", "safe"),
    [
        ("""x.replace("'", "")""", True),
        ("""x.replace('"', '""').strip()""", True),
        ("""re.sub("['()]", "", x)""", True),
        ("""re.sub("s$", "", x.replace('"', "").split()[0])""", True),
        ("""x.strip("'")""", False),
        ("""x.replace("it's", "")""", False),
    ],
)
def test_quotes_that_are_taken_out(expression: str, safe: bool) -> None:
    (found,) = find(f"w = {expression}\nf(conditions=f'name = \"{{w}}\"')\n")
    assert [segment.safe for segment in found.segments if segment.kind == "placeholder"] == [safe]


# Texts of every kind


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("x = (\n", 4),
        ("def f(:\n pass", 6),
        ("é = 'a", 4),
        ("\ufeffx = (", 5),
        ("x = 1\0", 0),
        ("x = '\ud800'", 0),
        ("(" * 300 + ")" * 300, 200),
        ("-" * 100_000 + "1", 0),
        ("x = " + "[" * 100_000, 204),
        ("+".join(["'a'"] * 100_000), 0),
        ("a." * 100_000 + "b", 0),
    ],
)
def test_unreadable_sources_say_where(text: str, offset: int) -> None:
    if len(text) < 1000:
        with pytest.raises(UnreadableSource, match=r"\w") as caught:
            items(text)
        assert caught.value.offset == offset
    else:
        # Later versions of Python read some of these.
        with suppress(UnreadableSource):
            items(text)


def test_a_notebook_that_is_saved_as_a_script() -> None:
    text = '%pip install requests\n# %%\n!ls\n  # %% [markdown]\n%%time\nc = """a=1\n%b=2"""\nf(conditions=c)\n'
    (found,) = find(text)
    assert shown(found) == "a=1\n%b=2"
    with pytest.raises(UnreadableSource) as caught:
        items("%pip install requests\nx = (\n")
    assert caught.value.offset == 26


def test_a_long_sum_is_read_in_one_go() -> None:
    (found,) = find(f"f(conditions={' + '.join(['x'] + ['chr(34)', repr(' and a=1')] * 70)})")
    assert found.text == PLACEHOLDER + (PLACEHOLDER + " and a=1") * 70


def test_many_choices_are_all_read_and_soon_enough() -> None:
    parts = " + ".join(f"(' and a{i}=1' if x{i} else '')" for i in range(12))
    texts = [found.text for found in find(f"f(conditions='b=1' + {parts})")]
    assert len(texts) <= 20
    assert all(any(f"a{i}=1" in text for text in texts) for i in range(12))


def test_a_name_with_very_many_steps_has_texts_of_limited_length() -> None:
    steps = "".join(f"c += ' and b={i}'\nf(conditions=c)\n" for i in range(3000))
    assert max(len(found.segments) for found in find(f"c = 'a=1'\n{steps}")) <= MOST_SEGMENTS


def test_warnings_of_the_parser_stay_inside() -> None:
    (found,) = find("5 is 5\nf(conditions='a\\d=1' f'{\"b\" is x}')")
    assert found.text == f"a\\d=1{PLACEHOLDER}"


def mutate(text: str, chance: random.Random) -> str:
    """Return the text with one to three things done to it."""
    for _ in range(chance.randint(1, 3)):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        to = min(to, at + 30)
        match chance.randrange(9):
            case 0:
                text = text[:at]
            case 1:
                text = text[:at] + text[to:]
            case 2:
                text = text[:at] + chance.choice(["\0", "\ud800", "\ufeff", "\r", "é", "\x0c", "\\"]) + text[at:]
            case 3:
                text = text[:at] + "(" * chance.choice([1, 5, 300]) + text[at:]
            case 4:
                text = text[:at] + text[at:to] * 3 + text[to:]
            case 5:
                text = text[:at] + chance.choice(["'", '"', '"""', "f'", "{", "}", "{{", "#", ":", "\n"]) + text[at:]
            case 6:
                words = text.split(" ")
                del words[chance.randrange(len(words))]
                text = " ".join(words)
            case 7:
                text = text.replace(
                    chance.choice(["'", '"', "{", "and", "=", "\n"]), chance.choice(["'", "", "%s", "\r\n"]), 3
                )
            case _:
                text = text + "\nx = " + "not " * 200 + "1"
        text = text[:20_000]
    return text


def test_mutated_sources_do_no_harm() -> None:
    chance = random.Random(7)
    sources = [snippet.source for snippet in read(FOLDER / "python.toml")]
    readable = 0
    for _ in range(1000):
        text = mutate(chance.choice(sources), chance)
        try:
            found = find(text)
        except UnreadableSource as error:
            offset = error.offset
        else:
            offset, readable = 0, readable + bool(found)
        assert 0 <= offset <= len(text)
    # Most are no longer Python; the test needs enough that are.
    assert readable > 100
