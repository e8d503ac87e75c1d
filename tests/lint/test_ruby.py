"""Conditions in Ruby: their texts, placeholders and targets."""

from __future__ import annotations

import pytest

from tests.lint.scripts import describe, find

TICKETS = "conditions /service/tickets"
MANAGE = "conditions manage"

FOUND = [
    # keys
    ("get('/service/tickets', conditions: 'id = 1', orderBy: 'id')", [f"{TICKETS}: id = 1", "orderBy /service/tickets: id"]),
    ("get('/service/tickets', query: { 'conditions' => 'id = 1', :orderBy => 'id' })",
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id"]),
    ("get('/service/tickets', { \"conditions\": \"id = 1\" })", [f"{TICKETS}: id = 1"]),
    ("get '/service/tickets', conditions: 'id = 1'", [f"{TICKETS}: id = 1"]),
    ("q = { conditions: 'id = 1' }\nget('/service/tickets', q)", [f"{TICKETS}: id = 1"]),
    ("q[:conditions] = 'id = 1'\nget('/service/tickets', q)", [f"{TICKETS}: id = 1"]),
    ("conditions = 'id = 1'\nget('/service/tickets', conditions:)", [f"{TICKETS}: id = 1"]),
    ("@condition = 'id = 1' if x", []),
    ("# Automate\n@condition = 'id = 1' if x", ["conditions anywhere: id = 1"]),
    ("x ? conditions : 'id'", []),
    # literals
    ("get(conditions: \"a = \\\"x\\\" \\u0041\\x42\")", [f'{MANAGE}: a = "x" AB']),
    ("get(conditions: 'a = \\'x\\' \\n')", [f"{MANAGE}: a = 'x' \\n"]),
    ("get(conditions: %q(a in (1, 2) and b = 'x'))", [f"{MANAGE}: a in (1, 2) and b = 'x'"]),
    ("get(conditions: %Q[a = '#{b}'], x: 10 % 3)", [f"{MANAGE}: a = '<b>'"]),
    ("get(conditions: 'a = 1 ' \\\n  \"and b = 2\")", [f"{MANAGE}: a = 1 and b = 2"]),
    ("get(conditions: <<~SQL, page: 1)\n    a = 1\n      and b = '#{c}'\n  SQL\n", [f"{MANAGE}: a = 1\n  and b = '<c>'\n"]),
    ("get(conditions: <<-'X')\n  a = '#{c}'\n  X\n", [f"{MANAGE}:   a = '#{{c}}'\n"]),
    ("get(conditions: <<~X.squish)\n  a = 1\n   and b = 2\nX\n", [f"{MANAGE}: a = 1\n and b = 2\n"]),
    ("list << X\nget(conditions: 'a = 1')", [f"{MANAGE}: a = 1"]),
    # placeholders
    ("get(conditions: \"a = #{b.to_i} and c = #{Integer(d)} and e = '#{f[\"g\"]}' and h = #{i.count}\")",
     [f"{MANAGE}: a = <!b.to_i> and c = <!Integer(d)> and e = '<f[\"g\"]>' and h = <!i.count>"]),
    ("get(conditions: \"a > [#{t.iso8601}] and b > [#{t.strftime('%F')}]\")",
     [f"{MANAGE}: a > [<!t.iso8601>] and b > [<!t.strftime('%F')>]"]),
    ("get(conditions: format(\"a = '%s' and b = %d\", c, d))", [f"{MANAGE}: a = '<c>' and b = <!d>"]),
    ("get(conditions: \"a = '%s' and b = %d\" % [c, d])", [f"{MANAGE}: a = '<c>' and b = <!d>"]),
    ("get(conditions: \"a = '%s'\" % c)", [f"{MANAGE}: a = '<c>'"]),
    ("get(conditions: \"a = '\" + b + \"'\")", [f"{MANAGE}: a = '<b>'"]),
    ("get(conditions: \"a in (#{ids.join(',')})\")", [f"{MANAGE}: a in (<ids.join(','):,>)"]),
    ("get(conditions: ['a = 1', \"b = #{c}\"].join(' and '))", [f"{MANAGE}: a = 1 and b = <c>"]),
    # names
    ("C = 'id = 1'\ndef f\n  get(conditions: C)\nend", [f"{MANAGE}: id = 1"]),
    ("def f(c)\n  get(conditions: c)\nend\nc = 'id = 1'", []),
    ("def f(c = 'id = 1')\n  get(conditions: c)\nend", [f"{MANAGE}: id = 1"]),
    ("c = 'id = 1'\nc += ' and id = 2'\nc << ' and id = 3'\nget(conditions: c)", [f"{MANAGE}: id = 1 and id = 2 and id = 3"]),
    ("c = 'id = 1'\nif x\n  c += ' and id = 2'\nend\nget(conditions: c)", [f"{MANAGE}: id = 1 and id = 2"]),
    ("c = 'id = 1'\nc = 'id = 2'\nget(conditions: c)", ["conditions manage: id = 2"]),
    ("get(conditions: x ? 'a = 1' : 'b = 2')", [f"{MANAGE}: a = 1", f"{MANAGE}: b = 2"]),
    # URLs
    ("get(\"#{B}/service/tickets?conditions=#{CGI.escape(c)}\")", []),
    ("c = 'id = 1'\nget(\"#{B}/service/tickets?conditions=#{CGI.escape(c)}\")", [f"{TICKETS}: id = 1"]),
    # two methods
    ("def a\n  get('/service/tickets')\nend\n\ndef b\n  conditions = 'id = 1'\n  get('/company/contacts', x)\nend",
     ["conditions /company/contacts: id = 1"]),
    # no code
    ("# get(conditions: 'id = 1')\nx = 1\n=begin\nget(conditions: 'id = 1')\n=end\n", []),
    ("r = /conditions: 'id = 1'/\nputs /'/\nget(conditions: 'id = 2')", [f"{MANAGE}: id = 2"]),
    ("x == ?' and get(conditions: 'id = 2')", [f"{MANAGE}: id = 2"]),
    ("b = ?\"\nget(conditions: 'id = 2')", [f"{MANAGE}: id = 2"]),
    ("ready and text = 'id = 2'\nget(conditions: text)", [f"{MANAGE}: id = 2"]),
    ("a = b / c; d = e / f; get(conditions: 'id = 2')", [f"{MANAGE}: id = 2"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), FOUND)
def test_finds(source: str, expected: list[str]) -> None:
    assert describe("ruby", source) == expected


@pytest.mark.parametrize(("literal", "spelling"), [
    ("'a = 1'", "\\'\"#"),
    ('"a = 1"', "'\\\"\\#"),
    ("%q(a = 1)", "'\"#"),
])  # fmt: skip
def test_quoting(literal: str, spelling: str) -> None:
    source = f"get(conditions: {literal})"
    [found] = find("ruby", source)
    assert source[found.span.start : found.span.end] == literal
    quoting = found.segments[0].quoting
    assert quoting is not None
    assert quoting.encode("'\"#") == spelling
