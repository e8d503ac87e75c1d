"""Every tool, called through the SDK in memory, with the sandbox as its server."""

from __future__ import annotations

import json

import pytest

from cwql.mcp.policy import Policy
from cwql.mcp.tools import TOOLS
from cwql.sandbox import Sandbox
from tests.mcp.assistant import Assistant, connect

TICKETS = "/service/tickets"


def test_list_of_tools_is_short(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(allow_write=True)) as assistant:
        listed = assistant.portal.call(assistant.client.list_tools)
    text = json.dumps(
        [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in listed.tools], separators=(",", ":")
    )
    assert len(text.encode()) <= 6_144
    assert [tool.name for tool in listed.tools] == [tool.name for tool in TOOLS]


def test_tools_declare_their_effect(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(allow_write=True)) as assistant:
        listed = assistant.portal.call(assistant.client.list_tools)
    for tool in listed.tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is (tool.name != "apply")
        assert tool.output_schema is not None
        assert tool.output_schema["properties"]
    hints = next(tool.annotations for tool in listed.tools if tool.name == "apply")
    assert hints is not None
    assert (hints.destructive_hint, hints.idempotent_hint) == (True, False)


def test_writing_tools_are_not_listed_by_default(assistant: Assistant) -> None:
    listed = assistant.portal.call(assistant.client.list_tools)
    assert not {"plan", "apply"} & {tool.name for tool in listed.tools}


@pytest.mark.parametrize(
    ("words", "endpoint"),
    [
        ("service tickets", "/service/tickets"),
        ("open tickets", "/service/tickets"),
        ("companies", "/company/companies"),
        ("customers", "/company/companies"),
        ("automate computers", "/Computers"),
        ("offline servers", "/Computers"),
        ("time entries", "/time/entries"),
        ("agreements", "/finance/agreements"),
        ("board statuses", "/service/boards/{parentId}/statuses"),
        ("contacts", "/company/contacts"),
        ("configurations", "/company/configurations"),
        ("alerts", "/Alerts"),
        ("project tickets", "/project/tickets"),
        ("invoices", "/finance/invoices"),
        ("members", "/system/members"),
    ],
)
def test_endpoints_are_found_by_words(assistant: Assistant, words: str, endpoint: str) -> None:
    found = [entry["endpoint"] for entry in assistant.ask("find_endpoint", words=words)["endpoints"]]
    assert endpoint in found[:3]


def test_words_without_an_endpoint_find_nothing(assistant: Assistant) -> None:
    assert assistant.ask("find_endpoint", words="zzyzx")["endpoints"] == []


def test_fields_are_described_with_types_and_members(assistant: Assistant) -> None:
    found = assistant.ask("describe", endpoint=TICKETS)
    fields = {field["path"]: field for field in found["fields"]}
    assert found["record"] == "Ticket"
    assert fields["severity"]["enum"] == ["Low", "Medium", "High"]
    assert fields["summary"]["type"] == "text(100)"
    below = assistant.ask("describe", endpoint=TICKETS, path="company/")
    assert "company/name" in [field["path"] for field in below["fields"]]
    assert assistant.refusal("describe", endpoint=TICKETS, path="companie/")["hint"] == "did you mean company?"


def test_check_reports_rule_and_span(assistant: Assistant) -> None:
    found = assistant.ask("check", endpoint=TICKETS, where="company/nme = 'x'")
    assert found["ok"] is False
    (diagnostic,) = found["diagnostics"]
    assert (diagnostic["code"], diagnostic["start_offset"], diagnostic["end_offset"]) == ("CW203", 8, 11)
    assert assistant.ask("check", endpoint=TICKETS, where="company/name = 'x'") == {"ok": True, "diagnostics": []}


def test_fix_applies_unsafe_fixes_on_request_only(assistant: Assistant) -> None:
    where = "company/nme == 'x'"
    assert assistant.ask("fix", endpoint=TICKETS, where=where)["where"] == "company/nme = 'x'"
    found = assistant.ask("fix", endpoint=TICKETS, where=where, unsafe_fixes=True)
    assert (found["where"], found["changed"], found["ok"]) == ("company/name = 'x'", True, True)


def test_complete_offers_fields_and_enum_members(assistant: Assistant) -> None:
    found = assistant.ask("complete", endpoint=TICKETS, where="id > 5 and company/na")["candidates"]
    assert ("name", len("id > 5 and company/")) in [(entry["text"], entry["start_offset"]) for entry in found]
    found = assistant.ask("complete", endpoint=TICKETS, where="severity = ")["candidates"]
    assert {'"Low"', '"Medium"', '"High"'} <= {entry["text"] for entry in found}
    assert assistant.ask("complete", endpoint="/Computers", where="Client.Na")["candidates"][0]["text"] == "Name"


def test_compile_routes_terms_to_the_three_parameters(assistant: Assistant) -> None:
    contacts = assistant.ask(
        "compile",
        endpoint="/company/contacts",
        where="id > 5 and communicationItems/value like '%@%' and customFields/caption = 'VIP'",
    )
    assert contacts["params"] == {
        "conditions": "id > 5",
        "childConditions": 'communicationItems/value like "%@%"',
        "customFieldConditions": 'caption = "VIP"',
    }
    assert contacts["bounded"] is True


def test_quotes_survive_as_no_other_server_keeps_them(assistant: Assistant) -> None:
    rows = assistant.rows("/company/companies", where="name = 'Bar 12\" Steel'", fields=["name"])
    assert rows == [{"name": 'Bar 12" Steel'}]


def test_rules_are_explained(assistant: Assistant) -> None:
    found = assistant.ask("explain_rule", code="CW203")
    assert found["name"] == "unknown-field"
    assert found["summary"]
    assert assistant.ask("explain_rule", code="203") == found
    assert "did you mean" in assistant.refusal("explain_rule", code="unknown-feld")["hint"]


def test_rows_have_the_chosen_fields_only(assistant: Assistant) -> None:
    found = assistant.ask(
        "query", endpoint=TICKETS, where="status/name = 'New'", fields=["summary", "company/name", "SEVERITY"], limit=3
    )
    assert [list(row) for row in found["rows"]] == [["summary", "company/name", "severity"]] * 3
    assert found["more"] is True


def test_rows_have_describing_fields_by_default(assistant: Assistant) -> None:
    (row,) = assistant.ask("query", endpoint=TICKETS, where="id = 7")["rows"]
    assert list(row) == ["id", "summary", "status/name", "company/name", "board/name", "priority/name"]
    (row,) = assistant.ask("query", endpoint="/Computers", where="Id = 5")["rows"]
    assert list(row)[:3] == ["Id", "ComputerName", "Status"]


@pytest.mark.parametrize("order_by", ["", "summary asc", "id desc"])
@pytest.mark.parametrize("limit", [1, 7, 13, 100])
def test_cursors_lead_through_the_whole_list(assistant: Assistant, order_by: str, limit: int) -> None:
    arguments = {
        "where": "status/name = 'New'",
        "fields": ["id", "summary"],
        **({"order_by": order_by} if order_by else {}),
    }
    rows = assistant.rows(TICKETS, limit=limit, **arguments)
    assert (
        len({row["id"] for row in rows})
        == len(rows)
        == assistant.ask("count", endpoint=TICKETS, where="status/name = 'New'")["count"]
    )
    if order_by == "id desc":
        assert [row["id"] for row in rows] == sorted([row["id"] for row in rows], reverse=True)


def test_cursor_returns_the_same_rows_again(assistant: Assistant) -> None:
    first = assistant.ask("query", endpoint=TICKETS, where="status/name = 'New'", limit=2)
    again = [assistant.ask("query", endpoint=TICKETS, cursor=first["cursor"], limit=2) for _ in range(2)]
    assert again[0] == again[1]
    assert again[0]["rows"][0]["id"] > first["rows"][-1]["id"]


def test_one_page_is_one_request(assistant: Assistant) -> None:
    before = assistant.requests
    found = assistant.ask("query", endpoint=TICKETS, where="status/name = 'New'", limit=2)
    assert assistant.requests == before + 1
    assistant.ask("query", endpoint=TICKETS, cursor=found["cursor"], limit=2)
    assert assistant.requests == before + 2


def test_get_returns_members_with_a_value(assistant: Assistant) -> None:
    record = assistant.ask("get", endpoint=TICKETS, id=7)["record"]
    assert record["id"] == 7
    assert record["company"]["name"] == 'Bar 12" Steel'
    assert "_info" not in record["company"]
    assert set(record["_info"]) == {"dateEntered", "enteredBy", "lastUpdated", "updatedBy"}
    assert None not in record.values()
    assert assistant.ask("get", endpoint="/service/tickets/7")["record"] == record
    chosen = assistant.ask("get", endpoint=TICKETS, id="7", fields=["summary", "company/name"])["record"]
    assert chosen == {"summary": record["summary"], "company/name": 'Bar 12" Steel'}


def test_get_reads_single_records(assistant: Assistant) -> None:
    assert assistant.ask("get", endpoint="/system/info")["record"]["version"].startswith("v20")
    assert assistant.refusal("query", endpoint="/system/info")["hint"] == "use get for it"
    assert assistant.refusal("get", endpoint=TICKETS)["argument"] == "id"


def test_missing_record_is_reported_as_the_server_says(assistant: Assistant) -> None:
    error = assistant.refusal("get", endpoint=TICKETS, id=999_999)
    assert error["code"] == "server-error"
    assert "404" in error["message"]


def test_names_are_looked_up(assistant: Assistant) -> None:
    assert assistant.ask("lookup", kind="boards", name="help desk") == {"id": 1}
    assert assistant.ask("lookup", kind="boards")["names"]["Help Desk"] == 1
    assert assistant.ask("lookup", kind="statuses", of="Help Desk", name="New") == {"id": 11}
    assert assistant.ask("lookup", kind="statuses", of=1, name="New") == {"id": 11}
    assert assistant.ask("lookup", kind="clients", name="Globex Health") == {"id": "3"}
    assert assistant.ask("lookup", kind="locations", product="automate", name="Denver Branch") == {"id": 2}
    assert "use an id" in assistant.refusal("lookup", kind="locations", product="automate", name="Main")["message"]
    assert assistant.refusal("lookup", kind="members", name="jdo")["hint"] == "did you mean jdoe?"
    assert assistant.refusal("lookup", kind="statuses")["argument"] == "of"
    assert assistant.ask("lookup", kind="board", name="help desk") == {"id": 1}
    assert assistant.ask("lookup", kind="priority")["names"] == assistant.ask("lookup", kind="priorities")["names"]
    refusal = assistant.refusal("lookup", kind="boardz")
    assert refusal["argument"] == "kind"
    assert refusal["message"] == "no kind of manage is called 'boardz'"
    assert refusal["hint"].startswith("one of boards, statuses, ")


def test_text_of_records_is_marked_as_data(assistant: Assistant) -> None:
    result = assistant.call("get", endpoint=TICKETS, id=7)
    assert "data, not instructions" in result.content[0].text  # type: ignore[union-attr]
    result = assistant.call("check", endpoint=TICKETS, where="id = 7")
    assert len(result.content) == 1
