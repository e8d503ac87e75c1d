"""The prompts: tasks of a service desk, written as steps with the tools of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mcp_types as types

from cwql.language.builder import Field
from cwql.language.printer import emit
from cwql.mcp.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    Write: TypeAlias = Callable[[Mapping[str, str]], str]

TEXT_LIMIT = 200
"""Characters of an argument."""


def _triage(given: Mapping[str, str]) -> str:
    board = emit(Field("board/name") == given["board"])
    return f"""\
Triage the new tickets of one board.
1. count /service/tickets where: {board} and status/name contains "New" and closedFlag = false
2. query the same with fields id, summary, company/name, contactName, priority/name, _info/dateEntered; order_by dateEntered asc.
3. Group them by subject and company. Name duplicates, and tickets that need somebody today, with the reason.
4. Propose a priority and an owner for each. Do not write anything: list what you would change."""


def _agreement_gaps(given: Mapping[str, str]) -> str:
    narrow = f" and {emit(Field('company/name') == given['company'])}" if given.get("company") else ""
    return f"""\
Find companies that get service without an agreement.
1. query /finance/agreements where: agreementStatus = "Active"{narrow}; fields id, name, company/name, endDate. If that field is unknown,
   use describe on the endpoint.
2. query /time/entries of the last 30 days where: timeStart > [date 30 days ago]{narrow}; fields id, company/name, agreement/name,
   actualHours, billableOption.
3. List companies with hours and without an active agreement, with the sum of their hours, the largest first; then entries without an
   agreement at companies that have one."""


def _offline_servers(given: Mapping[str, str]) -> str:
    term = emit(Field("Type") == "Server", dialect="automate")
    narrow = f" and {emit(Field('Client.Name') == given['client'], dialect='automate')}" if given.get("client") else ""
    return f"""\
Report servers that are offline.
1. query /Computers where: {term} and Status = 'Offline'{narrow}; fields Id, ComputerName, Client.Name, Location.Name,
   RemoteAgentLastContact; order_by RemoteAgentLastContact asc.
2. For each client, query /service/tickets for an open ticket whose summary contains the computer's name.
3. List servers by client, with the time of the last contact and the ticket, or "no ticket"."""


def _list_by_value(given: Mapping[str, str]) -> str:
    return f"""\
List the records of {given["endpoint"]} whose {given["field"]} is {given["value"]!r}.
describe the endpoint first, check the condition, count it, then query it with the fields that describe a record."""


_PROMPTS: tuple[tuple[types.Prompt, Write], ...] = (
    (
        types.Prompt(
            name="triage",
            description="Triage the new tickets of a board",
            arguments=[types.PromptArgument(name="board", description="the name of the board", required=True)],
        ),
        _triage,
    ),
    (
        types.Prompt(
            name="agreement_gaps",
            description="Find companies that get service without an agreement",
            arguments=[types.PromptArgument(name="company", description="one company only")],
        ),
        _agreement_gaps,
    ),
    (
        types.Prompt(
            name="offline_servers",
            description="Report servers that are offline, with their tickets",
            arguments=[types.PromptArgument(name="client", description="one client only")],
        ),
        _offline_servers,
    ),
    (
        types.Prompt(
            name="list_by_value",
            description="List the records with a value of a field",
            arguments=[
                types.PromptArgument(name="endpoint", description="such as /service/tickets", required=True),
                types.PromptArgument(name="field", description="such as impact", required=True),
                types.PromptArgument(name="value", description="such as High", required=True),
            ],
        ),
        _list_by_value,
    ),
)


def list_prompts() -> list[types.Prompt]:
    """Return every prompt."""
    return [prompt for prompt, _ in _PROMPTS]


def write_prompt(name: str, given: Mapping[str, str]) -> types.GetPromptResult:
    """Return the message of a prompt. Raises Refusal for an unknown prompt or argument."""
    found = next(((prompt, write) for prompt, write in _PROMPTS if prompt.name == name), None)
    if found is None:
        raise Refusal("unknown-name", "there is no such prompt", hint=", ".join(prompt.name for prompt, _ in _PROMPTS))
    prompt, write = found
    known = {argument.name: argument for argument in prompt.arguments or ()}
    for argument, value in given.items():
        if argument not in known:
            raise Refusal("invalid-argument", f"{name} has no such argument", hint=", ".join(known))
        if len(value) > TEXT_LIMIT or not value.isprintable():
            raise Refusal("invalid-argument", f"{argument}: expected at most {TEXT_LIMIT} visible characters")
    for argument, declared in known.items():
        if declared.required and not given.get(argument):
            raise Refusal("invalid-argument", f"{argument} is missing", argument=argument)
    message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=write(given)))
    return types.GetPromptResult(description=prompt.description, messages=[message])
