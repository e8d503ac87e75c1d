"""Resources, prompts and completions of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import PromptReference, ResourceTemplateReference

from cwql.mcp.policy import Policy, read_paths
from tests.mcp.assistant import connect

if TYPE_CHECKING:
    from cwql.sandbox import Sandbox
    from tests.mcp.assistant import Assistant


def read(assistant: Assistant, uri: str) -> str:
    result: Any = assistant.portal.call(assistant.client.read_resource, uri)
    (content,) = result.contents
    assert content.mime_type == "text/markdown"
    return str(content.text)


def complete(assistant: Assistant, reference: Any, name: str, typed: str, **known: str) -> list[str]:
    def call() -> Any:
        return assistant.client.complete(reference, {"name": name, "value": typed}, context_arguments=known)

    result: Any = assistant.portal.call(call)
    return list(result.completion.values)


def test_listed_resources_can_be_read(assistant: Assistant) -> None:
    listed: Any = assistant.portal.call(assistant.client.list_resources)
    assert [str(resource.uri) for resource in listed.resources] == [
        "cwql://languages/manage",
        "cwql://languages/automate",
        "cwql://rules",
    ]
    for resource in listed.resources:
        assert read(assistant, str(resource.uri)).startswith("# ")
    templates: Any = assistant.portal.call(assistant.client.list_resource_templates)
    assert [it.uri_template for it in templates.resource_templates] == [
        "cwql://{product}/{record}",
        "cwql://rules/{code}",
    ]


def test_record_lists_fields_with_members(assistant: Assistant) -> None:
    text = read(assistant, "cwql://manage/Ticket")
    assert "- severity enum: Low, Medium, High" in text
    assert "- summary text(100) (required)" in text
    assert len(text) < 6_000
    assert "- ComputerName text" in read(assistant, "cwql://automate/Computer")


def test_hidden_fields_are_not_in_resources(sandbox: Sandbox) -> None:
    with connect(sandbox, Policy(hidden=read_paths(["severity"]))) as assistant:
        assert "severity" not in read(assistant, "cwql://manage/Ticket")


def test_languages_have_examples_that_are_accepted(assistant: Assistant) -> None:
    assert '`status/name like "New%"`' in read(assistant, "cwql://languages/manage") or "like" in read(
        assistant, "cwql://languages/manage"
    )
    assert "Client.Name" in read(assistant, "cwql://languages/automate")
    assert "CW203 unknown-field" in read(assistant, "cwql://rules")
    assert "did you mean" not in read(assistant, "cwql://rules/CW203")


@pytest.mark.parametrize(
    "uri",
    [
        "cwql://manage/Tickt", "cwql://manage/", "cwql://nope/Ticket", "cwql://rules/CW999", "cwql://languages/sql", "file:///etc/passwd",
        "cwql://manage/../../etc/passwd", "cwql://manage/" + "x" * 500, "http://127.0.0.1/", "cwql://",
    ],
)  # fmt: skip
def test_other_resources_are_refused(assistant: Assistant, uri: str) -> None:
    with pytest.raises(MCPError):
        read(assistant, uri)


def test_prompts_quote_their_arguments(assistant: Assistant) -> None:
    listed: Any = assistant.portal.call(assistant.client.list_prompts)
    assert [prompt.name for prompt in listed.prompts] == [
        "triage",
        "agreement_gaps",
        "offline_servers",
        "list_by_value",
    ]

    def text(name: str, **arguments: str) -> str:
        result: Any = assistant.portal.call(assistant.client.get_prompt, name, arguments)
        return str(result.messages[0].content.text)

    assert 'board/name = "Help Desk"' in text("triage", board="Help Desk")
    assert "board/name = 'x\" or id > 0'" in text("triage", board='x" or id > 0')
    assert 'and company/name = "O\'Brien & Sons"' in text("agreement_gaps", company="O'Brien & Sons")
    assert "Client.Name = 'Acme'" in text("offline_servers", client="Acme")
    for name, arguments in (
        ("nope", {}),
        ("triage", {}),
        ("triage", {"board": "a\nb"}),
        ("triage", {"board": "x" * 201}),
        ("triage", {"board": "x", "key": "y"}),
    ):
        with pytest.raises(MCPError):
            text(name, **arguments)


def test_conditions_of_prompts_are_accepted(assistant: Assistant) -> None:
    for endpoint, where in (
        ("/service/tickets", 'board/name = "Help Desk" and status/name contains "New" and closedFlag = false'),
        ("/finance/agreements", 'agreementStatus = "Active" and company/name = "Acme Industries"'),
        ("/time/entries", 'timeStart > [2025-01-01] and company/name = "Acme Industries"'),
        ("/Computers", "Type = 'Server' and Status = 'Offline' and Client.Name = 'Acme'"),
    ):
        found = assistant.ask("check", endpoint=endpoint, where=where)
        assert found == {"ok": True, "diagnostics": []}, where
    for endpoint, fields in (
        ("/service/tickets", ["id", "summary", "company/name", "contactName", "priority/name", "_info/dateEntered"]),
        ("/time/entries", ["id", "company/name", "agreement/name", "actualHours", "billableOption"]),
        ("/finance/agreements", ["id", "name", "company/name", "endDate"]),
        ("/Computers", ["Id", "ComputerName", "Client.Name", "Location.Name", "RemoteAgentLastContact"]),
    ):
        assistant.ask("query", endpoint=endpoint, where="id = 1", fields=fields)


def test_arguments_are_completed(assistant: Assistant) -> None:
    prompt = PromptReference(name="list_by_value")
    assert "/service/tickets" in complete(assistant, prompt, "endpoint", "/service/ti")
    assert complete(assistant, prompt, "field", "sev", endpoint="/service/tickets") == ["severity"]
    assert "company/name" in complete(assistant, prompt, "field", "company/na", endpoint="/service/tickets")
    members = complete(assistant, prompt, "value", "", endpoint="/service/tickets", field="severity")
    assert members == ["High", "Low", "Medium"]
    assert complete(assistant, prompt, "value", "", endpoint="/nope", field="severity") == []
    record = ResourceTemplateReference(uri="cwql://{product}/{record}")
    assert complete(assistant, record, "product", "") == ["automate", "manage"]
    assert "Ticket" in complete(assistant, record, "record", "tick", product="manage")
    rules = ResourceTemplateReference(uri="cwql://rules/{code}")
    assert complete(assistant, rules, "code", "CW203") == ["CW203"]
    assert len(complete(assistant, rules, "code", "CW")) == 100
    assert complete(assistant, rules, "nope", "") == []
