"""Test your own code against the sandbox with pytest.

    pytest examples/test_your_integration.py

This example shows the fixture `cwql_sandbox_http`, a new server on a free port for each test; the fixture `cwql_sandbox`, which needs no port;
the requests that it received; and faults: a busy server, and lost connections.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cwql import APIConnectionError, RetryPolicy
from cwql.manage import Client
from cwql.manage.fields import Ticket
from cwql.sandbox import Sandbox

HIGHEST = 1


# --- your code, usually in another module ---------------------------------------------------------------------------------


def escalate(psa: Client, board: str) -> list[int]:
    """Set the highest priority for every new ticket of a board, and return their ids."""
    new = (Ticket.board.name == board) & (Ticket.status.name == "New") & (Ticket.priority.id != HIGHEST)
    escalated = []
    for ticket in psa.service.tickets.all(new, fields=[Ticket.id]):
        psa.service.tickets.patch(ticket.id, [Ticket.priority.set(HIGHEST)])
        escalated.append(ticket.id)
    return escalated


# --- the tests -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def psa(cwql_sandbox_http: Sandbox) -> Iterator[Client]:
    """Return a client of the sandbox, with very short delays between retries."""
    with Client.from_env(environ=cwql_sandbox_http.environment, retry=RetryPolicy(backoff_factor=0.001)) as client:
        yield client


def priorities(psa: Client, ids: list[int]) -> set[int | None]:
    """Return the priorities of tickets on the server."""
    return {ticket.priority.id for ticket in psa.service.tickets.list(Ticket.id.in_(ids)) if ticket.priority}


def test_new_tickets_are_escalated_once(psa: Client) -> None:
    escalated = escalate(psa, "Help Desk")
    assert escalated
    assert priorities(psa, escalated) == {HIGHEST}
    assert escalate(psa, "Help Desk") == []


def test_request_to_a_busy_server_is_retried(psa: Client, cwql_sandbox_http: Sandbox) -> None:
    cwql_sandbox_http.faults.add("503:1:2")
    escalated = escalate(psa, "Help Desk")
    assert escalated
    assert priorities(psa, escalated) == {HIGHEST}


def test_lost_response_raises(psa: Client, cwql_sandbox_http: Sandbox) -> None:
    ticket = psa.service.tickets.first(Ticket.status.name == "New")
    assert ticket is not None
    cwql_sandbox_http.faults.add("reset:1:1")
    # The request may have arrived, so the PATCH is not sent again and an error is raised.
    with pytest.raises(APIConnectionError) as caught:
        psa.service.tickets.patch(ticket.id, [Ticket.priority.set(HIGHEST)])
    assert caught.value.request_sent


def test_without_a_port(cwql_sandbox: Sandbox, cwql_manage: Client) -> None:
    assert priorities(cwql_manage, escalate(cwql_manage, "Help Desk")) == {HIGHEST}
    assert {request.method for request in cwql_sandbox.requests} == {"GET", "PATCH"}
