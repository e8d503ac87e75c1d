"""The clients against the sandbox, which evaluates the conditions: sync, async, in process and over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from cwql import F
from cwql.automate import Client as Automate
from cwql.client.errors import NotFoundError
from cwql.manage import AsyncClient, Client
from cwql.manage.fields import Ticket
from cwql.sandbox import Sandbox

FAST: dict[str, Any] = {"requests_per_minute": 1e6, "burst": 100_000}


@pytest.fixture(scope="module", params=["documented", "observed"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(contract=request.param, odd_records=True) as running:
        yield running


@pytest.fixture
def psa(box: Sandbox) -> Iterator[Client]:
    with Client.from_env(environ=box.environment, **FAST) as client:
        yield client


def ids(records: Any) -> list[int]:
    return [record.id for record in records]


def test_every_way_of_paging_gives_the_same_records(psa: Client, box: Sandbox) -> None:
    count = psa.service.tickets.count()
    by_id = ids(psa.service.tickets.list(page_size=40))
    assert len(by_id) == len(set(by_id)) == count
    assert ids(psa.service.tickets.list(page_size=40, pagination="forward-only")) == by_id
    assert sorted(ids(psa.service.tickets.list(page_size=40, pagination="page-number"))) == by_id
    assert ids(psa.service.tickets.list(page_size=40, parallel=3)) == by_id
    assert ids(psa.service.tickets.list(page_size=40, order_by=Ticket.id.desc())) == by_id[::-1]

    async def pull() -> list[int | None]:
        async with AsyncClient.from_env(environ=box.environment, **FAST) as client:
            return [ticket.id async for ticket in client.service.tickets.list(page_size=40)]

    assert asyncio.run(pull()) == by_id


def test_long_lists_are_searched_for_or_divided(psa: Client) -> None:
    everything = ids(psa.service.tickets.list())
    strangers = list(range(1_000_000, 1_000_600))
    assert psa.service.tickets.preview(F("id").in_(everything + strangers)).strategy == "search"
    assert ids(psa.service.tickets.list(F("id").in_(everything + strangers))) == everything
    known = ids(psa.company.configurations.list())
    assert psa.company.configurations.preview(F("id").in_(known + strangers)).strategy == "split"
    assert ids(psa.company.configurations.list(F("id").in_(known + strangers), page_size=7)) == known
    assert psa.company.configurations.count(F("id").in_(known + strangers)) == len(known)
    falling = psa.company.configurations.list(F("id").in_(known + strangers), order_by="id desc", page_size=7)
    assert ids(falling) == known[::-1]


def test_records_are_made_changed_and_deleted(psa: Client) -> None:
    some: Any = psa.service.tickets.first()
    body = {"summary": "hello", "company": {"id": some.company.id}, "board": {"id": some.board.id}}
    made: Any = psa.service.tickets.create(body)
    assert psa.service.tickets.get(made.id).summary == "hello"
    assert psa.service.tickets.patch(made.id, [Ticket.summary.set("changed")]).summary == "changed"
    assert psa.service.tickets.count(Ticket.summary == "changed") == 1
    psa.service.tickets.delete(made.id)
    with pytest.raises(NotFoundError):
        psa.service.tickets.get(made.id)
    assert psa.ping().version


def test_odd_records_of_the_sandbox_arrive(psa: Client) -> None:
    tickets = psa.service.tickets.all()
    assert len(psa.schema_mismatches) >= 1
    assert {entry.id for entry in psa.schema_mismatches} <= set(ids(tickets))


def test_automate_pages_in_parallel(box: Sandbox) -> None:
    with Automate.from_env(environ=box.environment, **FAST) as rmm:
        found = [computer.Id for computer in rmm.computers.list(page_size=9)]
        assert [computer.Id for computer in rmm.computers.list(page_size=9, parallel=4)] == found
        assert len(found) == len(set(found)) > 20
        assert rmm.ping()


def test_in_process_without_a_port() -> None:
    box = Sandbox()
    try:
        with Client.from_env(environ=box.environment, transport=box.transport(), **FAST) as client:
            assert len(client.service.tickets.all(page_size=40)) == client.service.tickets.count()
    finally:
        box.close()
