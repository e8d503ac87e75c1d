"""300 wrong calls: each is refused with a code and a message, and none of them sends a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cwql.mcp.tools import TOOLS

if TYPE_CHECKING:
    from cwql.mcp.arguments import Parameter
    from tests.mcp.assistant import Assistant

TICKETS = "/service/tickets"

GOOD: dict[str, dict[str, Any]] = {
    "find_endpoint": {"words": "tickets"},
    "describe": {"endpoint": TICKETS},
    "check": {"endpoint": TICKETS, "where": "id = 1"},
    "fix": {"endpoint": TICKETS, "where": "id = 1"},
    "complete": {"endpoint": TICKETS, "where": "id = "},
    "compile": {"endpoint": TICKETS, "where": "id = 1"},
    "explain_rule": {"code": "CW203"},
    "count": {"endpoint": TICKETS},
    "query": {"endpoint": TICKETS, "where": "id = 1"},
    "get": {"endpoint": TICKETS, "id": 1},
    "lookup": {"kind": "boards"},
    "sql": {"query": "select count(*) from manage.service.tickets where id = 1"},
    "plan": {"endpoint": TICKETS, "action": "delete", "id": 1},
    "apply": {"plan": "x"},
}

WRONG_VALUES: dict[str, list[object]] = {
    "text": [5, True, 1.5, [], ["id = 1"], {}, {"where": 1}, "x" * 10_001],
    "integer": [0, -1, 101, 10**30, 2.5, "5", True, [5], {}],
    "boolean": ["true", 1, 0, [], {}],
    "names": ["id", 5, [5], [["id"]], {}, {"id": 1}, ["id"] * 101, ["x" * 20_000]],
    "id": [1.5, True, [], [1], {}],
    "object": ["{}", 5, [], [{}], True],
}
"""Values that no argument of a kind takes."""

ENDPOINTS = [
    "", "/", "//", ".", "..", "/..", "/service/..", "/service/../system/members", "/service/./tickets", "/service//tickets",
    "/nope", "/service/tickts", "/service/tickets?conditions=id>0", "/service/tickets#x", "https://evil.example/service/tickets",
    "//evil.example/service/tickets", "/service/tickets%2f5", "/service/%2e%2e/tickets", "\\service\\tickets", "/service/tickets\x00",
    "/service/tickets\n/notes", "/service/tickets\u202e", "file:///etc/passwd", "C:/service/tickets", "/service/tickets/5/6/7/8",
    "/" + "a/" * 200, "service tickets", "/Computers/1/../2", "/system/members ;rm", "/service/. ./tickets",
]  # fmt: skip

CONDITIONS = [
    "sumary = 'x'", "company/nme = 'x'", "status = New", "id = ", "= 5", "(id = 1", "id = 1)", "id = 1 and", "and id = 1", "id = 'x'",
    "closedFlag = 'maybe'", "severity = 'Urgent'", "id in ()", "id in (1", "summary = 'O'Brien'", "summary = 'x", 'summary = "x',
    "dateEntered > yesterday", "dateEntered > [2024-99-01]", "id === 1", "id = 1; drop table tickets",
    "1 = 1", "id = 1 or", "not", "select * from tickets", "summary like 5", "board = 1", "company = 'Acme'", "summary/x = 1",
    "id > > 5", "id = 1 id = 2", "id = 99999999999999999999", "\x00", "{\"id\": 1}", "id eq 'x'", "contains(summary, 'x')",
    "customFields/caption = 'x' or id = 1", "summary.length > 5", "tickets.id = = 1",
]  # fmt: skip

ORDERS = [
    "sumary asc",
    "id upwards",
    "id asc,",
    ", id",
    "id asc asc",
    "company",
    "id;",
    "1",
    "id desc; drop",
    "status/nme desc",
]
FIELD_LISTS = [
    ["sumary"],
    ["company/nme"],
    ["id", "nope"],
    ["*"],
    ["id asc"],
    ["id,,summary"],
    ["(id)"],
    ["id = 1"],
    ["summary/x"],
]
IDS: list[object] = [
    "",
    ".",
    "..",
    "../5",
    "5/6",
    "%2e%2e",
    "5 or 1=1",
    "a b",
    "\x00",
    "count",
    "search",
    "x" * 2_000,
    10**40,
    "５/６",
]
KINDS = ["", "boardx", "boardz", "passwords", "__class__", "_read", "forget", "shelf", "../boards", "Boards "]
CODES = ["", "CW999", "203x", "CW", "../CW203", "unknown-feld", "__init__", "CW203 CW204", "0", "rule"]
CURSORS = ["", "x", "AAAAAAAAAAAAAAAA", "eyJpZCI6MX0=", "../../", "0", "null", "' or 1=1", "\x00", "x" * 100]


def wrong_value_of(parameter: Parameter) -> list[object]:
    """Return values that the parameter does not take."""
    values = list(WRONG_VALUES[parameter.kind])
    if parameter.choices:
        values += ["nope", parameter.choices[0].upper()]
    return values


def wrong_calls() -> list[tuple[str, dict[str, Any]]]:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("nope", {}),
        ("Query", {}),
        ("query ", {}),
        ("", {}),
        ("tools/call", {}),
    ]
    for tool in TOOLS:
        if tool.writes:
            # They do not exist for this session, whatever their arguments are.
            calls.append((tool.name, GOOD[tool.name]))
            continue
        good = GOOD[tool.name]
        calls.append((tool.name, {**good, "api_key": "x"}))
        calls += [(tool.name, {k: v for k, v in good.items() if k != p.name}) for p in tool.parameters if p.required]
        for parameter in tool.parameters:
            calls += [(tool.name, {**good, parameter.name: value}) for value in wrong_value_of(parameter)]
    calls += [("query", {"endpoint": text, "where": "id = 1"}) for text in ENDPOINTS]
    calls += [("describe", {"endpoint": text}) for text in ENDPOINTS]
    calls += [("query", {"endpoint": TICKETS, "where": text}) for text in CONDITIONS]
    calls += [("count", {"endpoint": TICKETS, "where": text}) for text in CONDITIONS]
    calls += [("compile", {"endpoint": TICKETS, "where": text}) for text in CONDITIONS]
    calls += [("query", {"endpoint": TICKETS, "where": "id = 1", "order_by": text}) for text in ORDERS]
    calls += [("query", {"endpoint": TICKETS, "where": "id = 1", "fields": names}) for names in FIELD_LISTS]
    calls += [("get", {"endpoint": TICKETS, "id": 1, "fields": names}) for names in FIELD_LISTS]
    calls += [("get", {"endpoint": TICKETS, "id": value}) for value in IDS]
    calls += [("lookup", {"kind": text}) for text in KINDS]
    calls += [("explain_rule", {"code": text}) for text in CODES]
    calls += [("query", {"endpoint": TICKETS, "cursor": text}) for text in CURSORS]
    calls += [
        ("query", {"endpoint": "/service/boards/{id}/statuses", "where": "id = 1"}),
        ("get", {"endpoint": TICKETS}),
    ]
    calls += [
        ("query", {"endpoint": TICKETS, "where": text})
        for text in ("", "id > 0", "closedFlag = false", "summary like '%'")
    ]
    return calls


CALLS = wrong_calls()


def test_there_are_enough_wrong_calls() -> None:
    assert len(CALLS) >= 300
    assert {name for name, _ in CALLS} >= {tool.name for tool in TOOLS}


@pytest.mark.parametrize("at", range(0, len(CALLS), 25))
def test_wrong_calls_are_refused_and_send_nothing(assistant: Assistant, at: int) -> None:
    before = assistant.requests
    for name, arguments in CALLS[at : at + 25]:
        error = assistant.refusal(name, **arguments)
        shown = f"{name} {json.dumps(arguments)[:200]}: {error}"
        assert error["code"] not in ("internal", "server-error"), shown
        assert assistant.requests == before, shown
        assert len(json.dumps(error)) < 6_000, shown


def test_refusals_of_conditions_have_rule_span_and_fixed_text(assistant: Assistant) -> None:
    error = assistant.refusal("query", endpoint=TICKETS, where="company/nme == 'x' and sumary = 'y'", fields=["sumary"])
    assert error["code"] == "CW203"
    assert error["argument"] == "where"
    spans = [(it["argument"], it["code"], it["start_offset"], it["end_offset"]) for it in error["diagnostics"]]
    assert ("where", "CW203", 8, 11) in spans
    assert ("where", "CW112", 12, 14) in spans
    assert ("fields", "CW203", 0, 6) in spans
    assert error["fixed"] == {"where": "company/name = 'x' and summary = 'y'", "fields": "summary"}


def test_fixed_text_is_accepted(assistant: Assistant) -> None:
    fixed = 0
    for where in CONDITIONS:
        error = assistant.refusal("query", endpoint=TICKETS, where=where)
        if "fixed" in error:
            fixed += 1
            assert assistant.ask("check", endpoint=TICKETS, where=error["fixed"]["where"])["ok"], where
    assert fixed >= 10


def test_form_that_is_corrected_without_a_doubt_is_accepted(assistant: Assistant) -> None:
    found = assistant.ask("compile", endpoint=TICKETS, where="dateEntered > 2024-01-01 and id == 5")
    assert found["params"] == {"conditions": "dateEntered > [2024-01-01] and id = 5"}
    assert [it["code"] for it in found["diagnostics"]] == ["CW127", "CW112"]
