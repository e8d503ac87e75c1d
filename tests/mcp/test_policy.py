"""The limits of a session: hidden fields, allowed endpoints and fields, budgets, and lists without a condition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from cwql import parse
from cwql.manage import Client
from cwql.mcp.narrowing import narrows
from cwql.mcp.policy import Policy, read_paths, read_patterns
from tests.mcp.assistant import FAST, connect

if TYPE_CHECKING:
    from cwql.sandbox import Sandbox
    from tests.mcp.assistant import Assistant

TICKETS = "/service/tickets"


def hiding(*names: str, **more: Any) -> Policy:
    return Policy(hidden=read_paths(names), **more)


# Hidden fields


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("query", {"where": "contact/name = 'Will Dubois'"}),
        ("query", {"where": "id = 7 and (contactName = 'x' or id = 8)"}),
        ("query", {"where": "CONTACTNAME like 'W%'"}),
        ("query", {"where": "id = 7", "fields": ["contactName"]}),
        ("query", {"where": "id = 7", "fields": ["id", "contact/name"]}),
        ("query", {"where": "id = 7", "fields": ["contact"]}),
        ("query", {"where": "id = 7", "fields": ["id,contactName"]}),
        ("query", {"where": "id = 7", "order_by": "contactName asc"}),
        ("query", {"where": "id = 7", "order_by": "contact/name desc"}),
        ("query", {"where": "customFields/caption = 'x'"}),
        ("count", {"where": "contactName = 'Will Dubois'"}),
        ("count", {"where": "contact/id = 14"}),
        ("count", {"where": "customFields/value = 'x' and customFields/caption = 'y'"}),
        ("compile", {"where": "contactName = 'x'"}),
        ("get", {"id": 7, "fields": ["contactName"]}),
        ("get", {"id": 7, "fields": ["customFields"]}),
    ],
)
def test_hidden_fields_are_neither_shown_nor_compared(sandbox: Sandbox, tool: str, arguments: dict[str, Any]) -> None:
    with connect(sandbox, hiding("contact", "contactName", "customFields")) as assistant:
        before = assistant.requests
        assert assistant.refusal(tool, endpoint=TICKETS, **arguments)["code"] == "hidden-field"
        assert assistant.requests == before


def test_hidden_fields_are_left_out_of_whole_records(sandbox: Sandbox) -> None:
    with connect(
        sandbox, hiding("contact", "contactName", "customFields", "company/identifier", "summary")
    ) as assistant:
        record = assistant.ask("get", endpoint=TICKETS, id=7)["record"]
        assert not {"contact", "contactName", "customFields", "summary"} & set(record)
        assert record["company"] == {"id": 4, "name": 'Bar 12" Steel'}
        row = assistant.ask("query", endpoint=TICKETS, where="id = 7", fields=["company"])["rows"][0]
        assert row == {"company": {"id": 4, "name": 'Bar 12" Steel'}}
        assert "summary" not in assistant.ask("query", endpoint=TICKETS, where="id = 7")["rows"][0]
        paths = [it["path"] for it in assistant.ask("describe", endpoint=TICKETS)["fields"]]
        assert "contactName" not in paths
        assert "id" in paths
        candidates = assistant.ask("complete", endpoint=TICKETS, where="conta")["candidates"]
        assert not {"contact", "contactName"} & {it["text"] for it in candidates}


def test_hidden_name_is_hidden_at_any_depth(sandbox: Sandbox) -> None:
    with connect(sandbox, hiding("name")) as assistant:
        text = json.dumps(assistant.ask("get", endpoint=TICKETS, id=7))
        assert 'Bar 12\\" Steel' not in text
        assert assistant.refusal("lookup", kind="boards")["code"] == "hidden-field"
        assert assistant.refusal("count", endpoint=TICKETS, where="company/name = 'x'")["code"] == "hidden-field"
        assert assistant.refusal("count", endpoint="/Computers", where="Client.Name = 'x'")["code"] == "hidden-field"


def test_other_name_of_a_hidden_field_is_hidden(sandbox: Sandbox) -> None:
    with connect(sandbox, hiding("_info/dateEntered")) as assistant:
        error = assistant.refusal("count", endpoint="/company/companies", where="dateEntered > [2020-01-01]")
        assert error["code"] == "hidden-field"


def test_credentials_are_always_hidden(assistant: Assistant) -> None:
    for endpoint, field in (
        ("/company/contacts", "portalPassword"),
        ("/system/members", "token"),
        ("/Locations", "ScriptPassword"),
    ):
        error = assistant.refusal("query", endpoint=endpoint, where="id = 1", fields=[field])
        assert error["code"] == "hidden-field"
        assert field not in {it["path"] for it in assistant.ask("describe", endpoint=endpoint)["fields"]}


def test_only_chosen_fields_are_shown(sandbox: Sandbox) -> None:
    policy = Policy(fields=read_paths(["summary", "company/name", "board"]))
    with connect(sandbox, policy) as assistant:
        record = assistant.ask("get", endpoint=TICKETS, id=7)["record"]
        assert set(record) == {"id", "summary", "company", "board"}
        assert record["company"] == {"name": 'Bar 12" Steel'}
        assert assistant.refusal("count", endpoint=TICKETS, where="owner/id = 1")["code"] == "hidden-field"
        assert assistant.ask("count", endpoint=TICKETS, where="board/name = 'Security'")["count"] > 0


# Endpoints


def test_other_endpoints_are_refused(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(endpoints=read_patterns(["service/*", "/Computers"]), allow_write=True)) as assistant:
        assert assistant.ask("count", endpoint=TICKETS, where="id = 1")["count"] == 1
        assert assistant.ask("get", endpoint="/Computers", id=5, fields=["ComputerName"])
        for endpoint in ("/company/companies", "/system/members", "/Clients", "/COMPANY/companies"):
            for tool in ("describe", "count", "query"):
                assert assistant.refusal(tool, endpoint=endpoint)["code"] == "not-allowed"
            assert assistant.refusal("get", endpoint=endpoint, id=1)["code"] == "not-allowed"
            error = assistant.refusal("plan", endpoint=endpoint, action="delete", id=1)
            assert error["code"] == "not-allowed"
        assert assistant.refusal("lookup", kind="members")["code"] == "not-allowed"
        assert assistant.ask("lookup", kind="boards")["names"]
        found = {it["endpoint"] for it in assistant.ask("find_endpoint", words="companies")["endpoints"]}
        assert all(endpoint.lower().startswith("/service/") for endpoint in found)


# Lists without a narrowing condition


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id > 0", False),
        ("id >= 1", False),
        ("id != 5", False),
        ("closedFlag = false", False),
        ("closedFlag = false and id > 5", False),
        ("summary like '%'", False),
        ("summary like '%%'", False),
        ("summary contains ''", False),
        ("summary != null", False),
        ("owner/id = null", False),
        ("summary not like 'x%'", False),
        ("status/id not in (1, 2)", False),
        ("id = 5 or id > 0", False),
        ("(id = 5 or closedFlag = false) and summary like '*'", False),
        ("id = 5", True),
        ("id in (1, 2)", True),
        ("id < 50", True),
        ("dateEntered > [2024-01-01]", True),
        ("summary like 'x%'", True),
        ("closedFlag = false and board/id = 1", True),
        ("id = 5 or id = 6", True),
    ],
)
def test_conditions_that_narrow_a_list(text: str, expected: bool) -> None:
    assert narrows(parse(text)) is expected


def test_list_without_condition_needs_a_small_count(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(small_count=100)) as assistant:
        error = assistant.refusal("query", endpoint="/company/companies")
        assert error["code"] == "unbounded"
        assert "count" in error["hint"]
        assert assistant.ask("count", endpoint="/company/companies")["count"] == 8
        assert len(assistant.ask("query", endpoint="/company/companies")["rows"]) == 8
        # The count of another list, or of another condition, is not one of this list.
        assert assistant.refusal("query", endpoint="/company/contacts")["code"] == "unbounded"
        assert assistant.refusal("query", endpoint="/company/companies", where="id > 0")["code"] == "unbounded"
        assert assistant.ask("count", endpoint=TICKETS)["count"] == 150
        assert "150 records match" in assistant.refusal("query", endpoint=TICKETS)["message"]


# Budgets


def test_budget_of_requests_includes_every_request(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(requests=3)) as assistant:
        for _ in range(3):
            assistant.ask("count", endpoint=TICKETS, where="id = 1")
        error = assistant.refusal("count", endpoint=TICKETS, where="id = 1")
        assert error["code"] == "budget"
        assert "--max-requests" in error["hint"]
        assert assistant.ask("check", endpoint=TICKETS, where="id = 1")["ok"]


def test_budget_of_records_cuts_rows(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(records=5)) as assistant:
        found = assistant.ask("query", endpoint=TICKETS, where="id < 100", limit=3)
        assert len(found["rows"]) == 3
        found = assistant.ask("query", endpoint=TICKETS, cursor=found["cursor"], limit=3)
        assert len(found["rows"]) == 2
        assert found["more"]
        assert assistant.refusal("query", endpoint=TICKETS, cursor=found["cursor"])["code"] == "budget"
        assert assistant.refusal("get", endpoint=TICKETS, id=1)["code"] == "budget"


@pytest.mark.parametrize(("requests", "records"), [(5, 10_000), (10_000, 12)])
def test_parallel_calls_do_not_exceed_the_budget(sandbox: Sandbox, requests: int, records: int) -> None:
    with connect(sandbox, Policy(requests=requests, records=records)) as assistant:
        rows: list[object] = []
        codes: list[str] = []

        async def one(number: int) -> None:
            arguments = {"endpoint": TICKETS, "where": f"id > {number} and id < 100", "limit": 4}
            result = await assistant.client.call_tool("query", arguments)
            content = result.structured_content
            rows.extend(content.get("rows", ()))
            codes.append(content.get("error", {}).get("code", ""))

        async def all_at_once() -> None:
            async with anyio.create_task_group() as group:
                for number in range(20):
                    group.start_soon(one, number)

        assistant.portal.call(all_at_once)
        assert assistant.requests <= requests
        assert len(rows) <= records
        assert codes.count("") == min(requests, records // 4)
        assert set(codes) == {"", "budget"}


def test_rows_are_cut_by_size_between_records(sandbox: Sandbox, assistant: Assistant) -> None:
    texts = [f"{number} {'x' * 25_000}" for number in range(6)]
    with Client.from_env(environ=sandbox.environment, **FAST) as psa:
        for text in texts:
            psa.service.tickets(30).notes.create({"text": text, "detailDescriptionFlag": True})
    endpoint, where = "/service/tickets/30/notes", "text like '%xxx'"
    found = assistant.ask("query", endpoint=endpoint, where=where, fields=["text"], limit=6)
    assert len(found["rows"]) == 2
    assert found["more"]
    assert [row["text"] for row in assistant.rows(endpoint, where=where, fields=["text"], limit=6)] == texts


def test_record_that_is_too_large_is_refused(sandbox: Sandbox, assistant: Assistant) -> None:
    with Client.from_env(environ=sandbox.environment, **FAST) as psa:
        psa.service.tickets(31).notes.create({"text": "y" * 300_000, "detailDescriptionFlag": True})
    error = assistant.refusal("query", endpoint="/service/tickets/31/notes", where="text like 'yyy%'", fields=["text"])
    assert (error["code"], error["argument"]) == ("too-large", "fields")
    rows = assistant.rows("/service/tickets/31/notes", where="text like 'yyy%'", fields=["id"])
    assert len(rows) == 1
