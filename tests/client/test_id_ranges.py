"""Ranges of ids at the same time: each record once, in order, with few requests, whatever changes in the meantime."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from cwql.client.effects import Flow, Send
from cwql.client.errors import PaginationError
from cwql.client.http_types import Headers, Request, Response, TransportFailure
from cwql.client.id_ranges import RangePager
from cwql.client.origin import Origin
from cwql.client.pagination import KeysetPager, PagingHint
from cwql.client.send import CallResult
from cwql.manage import AsyncClient, Client
from cwql.manage.fields import Ticket
from cwql.sandbox import Sandbox

from .simulation import Simulation

ORIGIN = Origin.of("https://example.com")
BASE = "https://example.com/list"
FAST: dict[str, Any] = {"requests_per_minute": 1_000_000.0, "burst": 100_000, "max_concurrency": 20}


@dataclass(frozen=True)
class Row:
    id: int


class Table:
    """Records in an API with pageId, sort orders and a condition on the id; `changed` is called before each response."""

    def __init__(self, ids: list[int], links: bool = False, total: str = "") -> None:
        self.ids = sorted(ids)
        self.links, self.total = links, total
        self.asked: list[dict[str, str]] = []
        self.respects_page = True
        self.respects_page_id = True
        self.respects_order = True
        self.repeats_page_id = False
        self.most = 1000
        self.changed: Callable[[], object] = lambda: None

    def __call__(self, request: Request) -> Response:
        query = dict(request.parameters)
        self.changed()
        self.asked.append(query)
        size = min(int(query["pageSize"]), self.most)
        high = int(query.get("upto", 10**12))
        after = int(query.get("pageId", 0)) if self.respects_page_id else 0
        after -= "upto" in query and self.repeats_page_id
        ids = self.ids[: bisect_right(self.ids, high)]
        rest = ids[bisect_right(ids, after) :]
        if self.respects_page:
            rest = rest[(int(query.get("page", 1)) - 1) * size :]
        if "orderBy" in query and self.respects_order:
            rest.reverse()
        headers: dict[str, str] = {}
        if self.links:
            links = [f'<{BASE}?page=1&pageSize={size}>; rel="first"']
            if len(rest) > size:
                links.append(f'<{BASE}?page=2&pageId={rest[size - 1]}&pageSize={size}>; rel="next"')
            headers["Link"] = ", ".join(links)
        if self.total:
            headers[self.total] = str(len(ids))
        return Response(200, Headers(headers), ",".join(map(str, rest[:size])).encode())


def fetch(high: int | None, place: tuple[tuple[str, str], ...], headers: Headers) -> Flow[CallResult]:
    parameters = place if high is None else (*place, ("upto", str(high)))
    response: Response = yield Send(Request("GET", BASE, parameters, headers))
    return CallResult([Row(int(text)) for text in response.content.decode().split(",") if text], response)


def ranges(size: int, parallel: int = 8, limit: int | None = None) -> RangePager:
    keyset = KeysetPager(partial(fetch, None), ORIGIN, size, "id", PagingHint())
    largest = partial(fetch, None, (("orderBy", "id desc"), ("page", "1"), ("pageSize", "1")), Headers())
    return RangePager(keyset, lambda high: partial(fetch, high), largest, size, "id", parallel, limit)


def pull(pager: RangePager | KeysetPager, table: Table, latency: float = 1.0) -> tuple[list[int], Simulation]:
    simulation = Simulation(table, latency)
    return simulation.finish(read(pager)), simulation


def read(pager: RangePager | KeysetPager) -> Flow[list[int]]:
    ids: list[int] = []
    while (page := (yield from pager.next())) is not None:
        ids += [row.id for row in page]
    return ids


SIZE = 500
SHAPES = {
    "consecutive": list(range(1, 50_001)),
    "from a large id": list(range(1_000_000, 1_050_000)),
    "every third": list(range(1, 150_000, 3)),
    "at random": random.Random(5).sample(range(1, 1_000_000), 50_000),
    "two groups with a gap": [*range(1, 25_001), *range(5_000_000, 5_025_000)],
    "one stray id": [*range(1, 50_000), 2**31 - 1],
    "denser and denser": sorted({int(1_000_000 * (n / 60_000) ** 0.3) for n in range(1, 60_000)}),
    "many groups": [start + n for start in range(0, 2_000_000, 100_000) for n in range(1, 2501)],
}
LIMITS = {
    "one stray id": (1.3, 5),
    "two groups with a gap": (1.3, 5),
    "denser and denser": (1.4, 4.5),
    "many groups": (3.1, 2),
}
"""How many times as many requests as pages there are at most, and how many times as fast the list is at least."""


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("name", SHAPES)
def test_every_record_comes_once_in_a_sixth_of_the_time(name: str, links: bool) -> None:
    table = Table(SHAPES[name], links)
    found, simulation = pull(ranges(SIZE), table)
    assert found == table.ids
    assert simulation.most_flying == 8
    pages = -(-len(table.ids) // SIZE)
    requests, times = LIMITS.get(name, (1.25, 6))
    assert len(table.asked) <= requests * pages
    assert pages / simulation.now() >= times


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 40, 41])
def test_short_lists_need_one_more_request(count: int) -> None:
    table = Table(list(range(1, count + 1)), links=True)
    found, _ = pull(ranges(20), table)
    assert found == table.ids
    assert len(table.asked) == max(1, -(-count // 20)) + 1


@pytest.mark.parametrize("total", ["", "X-Total-Count"])
@pytest.mark.parametrize("first", range(0, 300, 50))
def test_record_that_stays_comes_once_while_others_come_and_go(first: int, total: str) -> None:
    for seed in range(first, first + 50):
        dice = random.Random(seed)
        start = dice.sample(range(1, 5000), dice.randint(0, 160))
        table = Table(start, links=dice.random() < 0.5, total=total)
        stayed = set(start)
        table.changed = partial(change, dice, table, stayed, iter(range(60)), iter(range(5000, 9000)))
        found, _ = pull(ranges(dice.choice([1, 3, 10, 25]), dice.choice([2, 3, 8])), table)
        assert found == sorted(set(found)), seed
        assert stayed <= set(found), seed


def change(dice: random.Random, table: Table, stayed: set[int], rounds: Iterator[int], fresh: Iterator[int]) -> None:
    if next(rounds, None) is None:
        # A list that grows faster than it is read has no end.
        return
    for _ in range(dice.randint(0, 3)):
        kind = dice.random()
        if kind < 0.4 and table.ids:
            gone = dice.choice(table.ids)
            table.ids.remove(gone)
            stayed.discard(gone)
        elif kind < 0.7:
            table.ids.append(next(fresh))
        else:
            # An edit after which an old record matches: it may come or not, but not twice.
            old = dice.randrange(1, 5000)
            if old not in table.ids:
                table.ids.append(old)
    table.ids.sort()


def test_server_that_ignores_page_id_is_paged_by_number_or_refused() -> None:
    table = Table(list(range(1, 201)))
    table.respects_page_id = False
    assert pull(ranges(20), table)[0] == table.ids
    table.respects_page = False
    with pytest.raises(PaginationError, match="page"):
        pull(ranges(20), table)


def test_record_of_the_page_id_is_not_returned_twice() -> None:
    table = Table(list(range(1, 201)))
    table.repeats_page_id = True
    assert pull(ranges(20), table)[0] == table.ids


def test_server_that_ignores_the_order_is_read_to_the_end() -> None:
    table = Table(list(range(1, 201)), links=True)
    table.respects_order = False
    assert pull(ranges(20), table)[0] == table.ids


def test_server_with_shorter_pages_is_read_to_the_end() -> None:
    table = Table(list(range(1, 501)), links=True)
    table.most = 7
    assert pull(ranges(20), table)[0] == table.ids


def test_no_more_ranges_are_requested_than_the_limit_needs() -> None:
    table = Table(list(range(1, 1001)), links=True)
    pager = ranges(20, 8, limit=60)
    simulation = Simulation(table, 1.0)
    found = [row.id for _ in range(3) for row in simulation.finish(pager.next()) or ()]
    pager.close()
    assert found == list(range(1, 61))
    assert len(table.asked) == 4


def test_failed_range_ends_the_list_after_the_records_before_it() -> None:
    table = Table(list(range(1, 201)), links=True)

    def server(request: Request) -> Response | TransportFailure:
        lost = dict(request.parameters).get("pageId") == "60"
        return TransportFailure("reset", True, "lost") if lost else table(request)

    pager = ranges(20, 4)
    simulation = Simulation(server, 1.0)
    found = [row.id for _ in range(3) for row in simulation.finish(pager.next()) or ()]
    assert found == list(range(1, 61))
    with pytest.raises(TransportFailure):
        simulation.finish(pager.next())


# --- a real server -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [None, "closedFlag = false or priority/id = 1", Ticket.id.in_(list(range(1, 2000)))])
def test_records_of_a_sandbox(where: Any) -> None:
    with Sandbox() as sandbox, Client.from_env(environ=sandbox.environment, **FAST) as psa:
        expected = [ticket.id for ticket in psa.service.tickets.list(where, page_size=7)]
        assert [each.id for each in psa.service.tickets.list(where, page_size=7, parallel=4)] == expected

        async def read() -> list[int]:
            async with AsyncClient.from_env(environ=sandbox.environment, **FAST) as client:
                return [each.id async for each in client.service.tickets.list(where, page_size=7, parallel=4)]

        assert asyncio.run(read()) == expected


@pytest.mark.parametrize("seed", range(3))
def test_records_of_a_sandbox_that_changes(seed: int) -> None:
    with Sandbox(seed=seed) as sandbox, Client.from_env(environ=sandbox.environment, **FAST) as psa:
        before = {ticket.id for ticket in psa.service.tickets.list(fields=["id"])}
        sandbox.faults.add("churn:0.5")
        found = [ticket.id for ticket in psa.service.tickets.list(page_size=5, parallel=6)]
        sandbox.faults.clear()
        after = {ticket.id for ticket in psa.service.tickets.list(fields=["id"])}
        assert before != after
        assert found == sorted(set(found))
        assert before & after <= set(found)


def test_rate_limit_applies_to_ranges() -> None:
    limits: dict[str, Any] = {**FAST, "max_concurrency": 2}
    with Sandbox() as sandbox, Client.from_env(environ=sandbox.environment, **limits) as psa:
        flying, most = 0, 0
        inner: Any = psa._transport

        class Counter:
            def send(self, request: Any) -> Any:
                nonlocal flying, most
                flying += 1
                most = max(most, flying)
                try:
                    return inner.send(request)
                finally:
                    flying -= 1

            def close(self) -> None:
                inner.close()

        psa._transport = Counter()
        assert len(psa.service.tickets.all(page_size=5, parallel=8)) == psa.service.tickets.count()
        assert most == 2
