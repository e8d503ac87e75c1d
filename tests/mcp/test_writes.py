"""Writing: off by default; a plan shows the request, and applying it sends that request once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from cwql.manage import Client
from cwql.mcp import plans
from cwql.mcp.policy import Policy, read_paths, read_patterns
from cwql.sandbox import Sandbox
from tests.mcp.assistant import FAST, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.mcp.assistant import Assistant

TICKETS = "/service/tickets"


@pytest.fixture
def writer(sandbox: Sandbox) -> Iterator[Assistant]:
    with connect(sandbox, Policy(allow_write=True)) as assistant:
        yield assistant


@pytest.fixture
def psa(sandbox: Sandbox) -> Iterator[Client]:
    with Client.from_env(environ=sandbox.environment, **FAST) as client:
        yield client


def test_reading_server_refuses_writes(assistant: Assistant) -> None:
    for name, arguments in (("plan", {"endpoint": TICKETS, "action": "delete", "id": 1}), ("apply", {"plan": "x"})):
        assert assistant.refusal(name, **arguments)["code"] == "read-only"


def test_plan_sends_nothing(writer: Assistant, psa: Client) -> None:
    before = psa.service.tickets.get(8).summary
    found = writer.ask("plan", endpoint=TICKETS, action="update", id=8, body={"summary": "planned"})
    assert (found["method"], found["body"]) == ("PATCH", [{"op": "replace", "path": "summary", "value": "planned"}])
    assert found["url"].endswith("/service/tickets/8")
    assert writer.requests == 0
    assert psa.service.tickets.get(8).summary == before


def test_every_action_is_applied(writer: Assistant, psa: Client) -> None:
    def perform(**arguments: object) -> Any:
        plan = writer.ask("plan", **arguments)["plan"]
        return writer.ask("apply", plan=plan).get("record")

    body = {"summary": "made by plan", "company": {"id": 1}}
    made = perform(endpoint=TICKETS, action="create", body=body)
    assert psa.service.tickets.get(made["id"]).summary == "made by plan"
    changed = perform(endpoint=TICKETS, action="update", id=made["id"], body={"summary": "changed"})
    assert changed["summary"] == psa.service.tickets.get(made["id"]).summary == "changed"
    note = perform(
        endpoint=f"{TICKETS}/{made['id']}/notes", action="create", body={"text": "done", "internalAnalysisFlag": True}
    )
    assert psa.service.tickets(made["id"]).notes.get(note["id"]).text == "done"
    assert perform(endpoint=TICKETS, action="delete", id=made["id"]) is None
    assert psa.service.tickets.count(f"id = {made['id']}") == 0


def test_plan_is_applied_once(writer: Assistant, psa: Client) -> None:
    plan = writer.ask(
        "plan", endpoint=f"{TICKETS}/9/notes", action="create", body={"text": "once", "internalAnalysisFlag": True}
    )
    before = psa.service.tickets(9).notes.count()
    results: list[bool] = []

    async def apply_it() -> None:
        result = await writer.client.call_tool("apply", {"plan": plan["plan"]})
        results.append(result.is_error)

    async def all_at_once() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(apply_it)

    writer.portal.call(all_at_once)
    assert sorted(results) == [False] + [True] * 9
    assert psa.service.tickets(9).notes.count() == before + 1
    assert writer.refusal("apply", plan=plan["plan"])["code"] == "plan"


def test_write_that_fails_is_not_sent_again(sandbox: Sandbox, writer: Assistant) -> None:
    plan = writer.ask("plan", endpoint=TICKETS, action="delete", id=999_999)["plan"]
    sent = writer.requests
    assert writer.refusal("apply", plan=plan)["code"] == "server-error"
    assert writer.requests == sent + 1
    assert writer.refusal("apply", plan=plan)["code"] == "plan"


def test_old_plan_is_refused(writer: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = writer.ask("plan", endpoint=TICKETS, action="delete", id=10)["plan"]
    monkeypatch.setattr(plans, "SECONDS", -1.0)
    assert writer.refusal("apply", plan=plan)["code"] == "plan"


def test_body_of_a_plan_cannot_be_changed_afterwards(writer: Assistant) -> None:
    body = {"summary": "as shown"}
    plan = writer.ask("plan", endpoint=TICKETS, action="update", id=11, body=body)["plan"]
    body["summary"] = "changed"
    (made,) = writer.session.plans._plans.values()
    content = made.content
    assert content == {"summary": "as shown"}
    assert isinstance(content, dict)
    content["summary"] = "changed"
    assert made.content == {"summary": "as shown"}
    assert writer.ask("apply", plan=plan)["record"]["summary"] == "as shown"


def test_plan_whose_request_became_another_one_is_refused(writer: Assistant) -> None:
    plan = writer.ask("plan", endpoint=TICKETS, action="update", id=12, body={"summary": "x"})["plan"]
    core = writer.session.client("manage")._core
    object.__setattr__(core.line, "base_url", f"{core.line.base_url}/elsewhere")
    before = writer.requests
    assert "no longer" in writer.refusal("apply", plan=plan)["message"]
    assert writer.requests == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"action": "update", "id": 7, "body": {"sumary": "x"}}, "unknown-name"),
        ({"action": "update", "id": 7, "body": {"summary": "x" * 101}}, "invalid-body"),
        ({"action": "update", "id": 7, "body": {"severity": "Urgent"}}, "invalid-body"),
        ({"action": "update", "id": 7, "body": {"budgetHours": "many"}}, "invalid-body"),
        ({"action": "update", "id": 7, "body": {}}, "invalid-argument"),
        ({"action": "update", "id": 7}, "invalid-argument"),
        ({"action": "update", "body": {"summary": "x"}}, "not-allowed"),
        ({"action": "create", "id": 7, "body": {"summary": "x"}}, "invalid-argument"),
        ({"action": "create", "body": {"summary": "x"}}, "invalid-body"),
        ({"action": "delete"}, "not-allowed"),
        ({"action": "delete", "id": 7, "body": {"summary": "x"}}, "invalid-argument"),
        ({"action": "delete", "id": "../5"}, "invalid-argument"),
        ({"action": "delete", "id": "."}, "invalid-argument"),
        ({"action": "delete", "id": "search"}, "invalid-argument"),
        ({"action": "drop", "id": 7}, "invalid-argument"),
        ({"action": "create", "endpoint": f"{TICKETS}/search", "body": {"conditions": "id = 1"}}, "not-allowed"),
        ({"action": "create", "endpoint": f"{TICKETS}/7/merge", "body": {"mergingTicketIds": [8]}}, "not-allowed"),
        (
            {"action": "create", "endpoint": "/Computers/5/CommandExecute", "body": {"Command": {"Id": 1}}},
            "not-allowed",
        ),
        ({"action": "create", "endpoint": "/system/callbacks", "body": {"url": "https://evil.example"}}, "not-allowed"),
        ({"action": "update", "endpoint": "/system/members", "id": 1, "body": {"inactiveFlag": True}}, "not-allowed"),
        ({"action": "update", "endpoint": "/Scripts", "id": 1, "body": {"Name": "x"}}, "not-allowed"),
    ],
)
def test_wrong_plans_are_refused(writer: Assistant, arguments: dict[str, Any], code: str) -> None:
    assert writer.refusal("plan", **{"endpoint": TICKETS, **arguments})["code"] == code
    assert writer.requests == 0


def test_protected_areas_have_to_be_named(sandbox: Sandbox) -> None:
    policy = Policy(allow_write=True, endpoints=read_patterns(["/system/callbacks"]))
    with connect(sandbox, policy) as writer:
        body = {
            "url": "https://example.com/hook",
            "objectId": 1,
            "type": "ticket",
            "level": "owner",
            "description": "x",
        }
        assert writer.ask("plan", endpoint="/system/callbacks", action="create", body=body)["method"] == "POST"


def test_hidden_members_are_not_written(sandbox: Sandbox) -> None:
    policy = Policy(allow_write=True, hidden=read_paths(["contact", "customFields"]))
    with connect(sandbox, policy) as writer:
        for body in ({"contact": {"id": 1}}, {"customFields": [{"id": 1, "value": "x"}]}):
            assert writer.refusal("plan", endpoint=TICKETS, action="update", id=7, body=body)["code"] == "hidden-field"
        plan = writer.ask("plan", endpoint=TICKETS, action="update", id=7, body={"summary": "y"})["plan"]
        assert not {"contact", "customFields"} & set(writer.ask("apply", plan=plan)["record"])


@pytest.mark.parametrize("fault", ["503", "429", "reset"])
def test_write_is_sent_once_whatever_the_server_does(fault: str) -> None:
    with Sandbox() as broken, connect(broken, Policy(allow_write=True)) as writer:
        body = {"summary": "sent once", "company": {"id": 1}}
        plan = writer.ask("plan", endpoint=TICKETS, action="create", body=body)["plan"]
        broken.faults.add(fault)
        assert writer.refusal("apply", plan=plan)["code"] == "server-error"
        assert writer.requests == 1
        assert writer.refusal("apply", plan=plan)["code"] == "plan"
        assert writer.requests == 1
