"""Test your own code against the sandbox: a pytest file as you would write it.

    pytest examples/test_your_integration.py

It shows: the fixture `sandbox`, a server of both products on a free port, made anew for each test; the fixture
`sandbox_in_process`, which needs no port; records looked up and changed in the server's own store, so that a test sees
what really arrived; and faults: a server that is busy, one that cuts connections, and one that lists odd values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cwql.client import ConnectionFailedError, RetryPolicy
from cwql.manage import Client
from cwql.manage.fields import Ticket
from cwql.sandbox import Sandbox

pytest_plugins = ["cwql.sandbox.pytest_plugin"]

HIGHEST = 1


# --- your code, which stands elsewhere in earnest ------------------------------------------------------------------------


def escalate(psa: Client, board: str) -> list[int]:
    """Give every new ticket of a board the highest priority and return their ids."""
    new = (Ticket.board.name == board) & (Ticket.status.name == "New") & (Ticket.priority.id != HIGHEST)
    done = []
    for ticket in psa.service.tickets.all(new, fields=[Ticket.id]):
        assert ticket.id is not None
        psa.service.tickets.patch(ticket.id, [Ticket.priority.set(HIGHEST)])
        done.append(ticket.id)
    return done


# --- its tests -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def psa(sandbox: Sandbox) -> Iterator[Client]:
    """Return a client of the sandbox, with waits between attempts too short to notice."""
    with Client.from_env(environ=sandbox.environment, retry=RetryPolicy(base=0.001)) as client:
        yield client


def priorities(box: Sandbox, ids: list[int]) -> set[Any]:
    """Return the priorities that tickets have on the server."""
    found = [box.store.get("manage", "Ticket", id) for id in ids]
    return {row.document["priority"]["id"] for row in found if row is not None}


def test_new_tickets_are_escalated_once(psa: Client, sandbox: Sandbox) -> None:
    done = escalate(psa, "Help Desk")
    assert done
    assert priorities(sandbox, done) == {HIGHEST}
    assert escalate(psa, "Help Desk") == []


def test_a_busy_server_is_asked_again(psa: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add("503:1:2")
    done = escalate(psa, "Help Desk")
    assert done
    assert priorities(sandbox, done) == {HIGHEST}


def test_a_lost_reply_is_not_taken_for_success(psa: Client, sandbox: Sandbox) -> None:
    ticket = psa.service.tickets.first(Ticket.status.name == "New")
    assert ticket is not None
    assert ticket.id is not None
    sandbox.faults.add("reset:1:1")
    # The request may have arrived: a PATCH is not sent twice, and the caller is told.
    with pytest.raises(ConnectionFailedError) as caught:
        psa.service.tickets.patch(ticket.id, [Ticket.priority.set(HIGHEST)])
    assert caught.value.sent


def test_without_a_port(sandbox_in_process: Sandbox) -> None:
    box = sandbox_in_process
    with Client.from_env(environ=box.environment, transport=box.transport()) as psa:
        assert priorities(box, escalate(psa, "Help Desk")) == {HIGHEST}
