"""Paging: its end, its promises while records are added and deleted, and the facts that it learns about a server."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cwql.client.drivers import SystemClock, run
from cwql.client.effects import Flow, Send
from cwql.client.errors import PaginationError, UntrustedURLError
from cwql.client.http_types import Headers, Request, Response, TransportFailure
from cwql.client.origin import Origin
from cwql.client.pagination import DirectPager, KeysetPager, NumberPager, Page, Pager, PagingHint
from cwql.client.response_checks import EQUAL_PAGES, Repetition
from cwql.client.send import CallResult

from .simulation import Simulation

ORIGIN = Origin.of("https://example.com")
BASE = "https://example.com/list"


@dataclass(frozen=True)
class Row:
    id: int


class Table:
    """Records in an API that respects page, pageSize and pageId and sends the given headers."""

    def __init__(self, ids: list[int], links: bool = False, total: str = "", pages: bool = False) -> None:
        self.ids = sorted(ids)
        self.links, self.total, self.pages = links, total, pages
        self.asked: list[dict[str, str]] = []
        self.heeds = "always"
        self.descending = False
        self.counts_once = False
        self.end: int | None = None

    def __call__(self, request: Request) -> Response:
        query = dict(request.parameters)
        forward = request.headers.get("pagination-type") == "forward-only"
        self.asked.append({**query, **({"forward": "1"} if forward else {})})
        size = int(query["pageSize"])
        ids = sorted(self.ids, reverse=self.descending and not forward)
        heeded = self.heeds == "always" or (self.heeds == "forward" and forward)
        if "pageId" in query and heeded:
            rest = [n for n in ids if n > int(query["pageId"]) and (self.end is None or n <= self.end)]
        else:
            rest = ids[(int(query.get("page", 1)) - 1) * size :]
        headers: dict[str, str] = {}
        if self.links:
            links = [f'<{BASE}?page=1&pageSize={size}>; rel="first"']
            if len(rest) > size:
                links.append(f'<{BASE}?page=2&pageId={rest[size - 1]}&pageSize={size}>; rel="next"')
            headers["Link"] = ", ".join(links)
        if self.total and not (self.counts_once and "pageId" in query):
            headers[self.total] = str(len(ids))
        if self.pages:
            headers["X-Total-Pages"] = str(-(-len(ids) // size))
        return Response(200, Headers(headers), ",".join(map(str, rest[:size])).encode())


def fetch(place: tuple[tuple[str, str], ...], headers: Headers) -> Flow[CallResult]:
    reply: Response = yield Send(Request("GET", BASE, place, headers))
    return CallResult([Row(int(text)) for text in reply.content.decode().split(",") if text], reply)


def pull(pager: Pager, table: Callable[[Request], Response], between: Callable[[], object] = lambda: None) -> list[int]:
    simulation = Simulation(table)
    ids: list[int] = []
    while (page := simulation.finish(pager.next())) is not None:
        assert isinstance(page, Page)
        ids += [row.id for row in page]
        between()
    return ids


def keyset(size: int, memory: PagingHint | None = None, forward: bool = False) -> KeysetPager:
    return KeysetPager(fetch, ORIGIN, size, "id", memory or PagingHint(), forward)


def numbers(size: int, parallel: int = 1, **more: Any) -> NumberPager:
    return NumberPager(fetch, ORIGIN, size, Repetition("id"), parallel, **more)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 25, 30])
def test_keyset_follows_links_with_the_fewest_requests(count: int) -> None:
    table = Table(list(range(5, 5 + count)), links=True)
    assert pull(keyset(10), table) == table.ids
    assert len(table.asked) == max(1, -(-count // 10))
    assert table.asked[0] == {"page": "1", "pageSize": "10"}
    assert all(set(asked) == {"pageId", "pageSize"} for asked in table.asked[1:])


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (9, 1), (10, 2), (11, 2), (20, 3)])
def test_keyset_without_links_ends_on_a_short_page(count: int, requests: int) -> None:
    table = Table(list(range(1, count + 1)))
    assert pull(keyset(10), table) == table.ids
    assert len(table.asked) == requests


def test_keyset_believes_a_count_that_one_reply_holds_all_of() -> None:
    table = Table(list(range(1, 11)), total="X-Total-Count")
    assert pull(keyset(10), table) == table.ids
    assert len(table.asked) == 1


@pytest.mark.parametrize("count", [0, 1, 10, 11, 20, 25])
@pytest.mark.parametrize("evidence", ["links", "total", "count", "pages"])
@pytest.mark.parametrize("parallel", [1, 3])
def test_numbers_end_where_the_server_says(count: int, evidence: str, parallel: int) -> None:
    total = {"total": "Total-Count", "count": "X-Total-Count"}.get(evidence, "")
    table = Table(list(range(1, count + 1)), links=evidence == "links", total=total, pages=evidence == "pages")
    assert pull(numbers(10, parallel), table) == table.ids
    assert len(table.asked) == max(1, -(-count // 10))


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3)])
def test_numbers_end_on_a_short_page(count: int, requests: int) -> None:
    table = Table(list(range(1, count + 1)))
    assert pull(numbers(10), table) == table.ids
    assert len(table.asked) == requests
    table = Table(list(range(1, count + 1)))
    assert pull(numbers(10, total=count), table) == table.ids
    assert len(table.asked) == max(1, -(-count // 10))


def test_pages_in_parallel_come_in_order_and_no_more_are_begun_than_asked() -> None:
    table = Table(list(range(1, 101)), total="Total-Count")
    simulation = Simulation(table, latency=1.0)
    pager = numbers(10, 4)
    ids: list[int] = []
    while (page := simulation.finish(pager.next())) is not None:
        ids += [row.id for row in page]
    assert ids == table.ids
    assert simulation.most_flying == 4
    assert sorted(int(asked["page"]) for asked in table.asked) == list(range(1, 11))


def test_parallel_goes_by_the_last_link() -> None:
    def server(request: Request) -> Response:
        page = int(dict(request.parameters)["page"])
        links = [f'<{BASE}?page=3&pageSize=2>; rel="last"']
        if page < 3:
            links.insert(0, f'<{BASE}?page={page + 1}&pageSize=2>; rel="next"')
        return Response(200, Headers({"Link": ", ".join(links)}), f"{page * 2 - 1},{page * 2}".encode())

    assert pull(numbers(2, 3), server) == [1, 2, 3, 4, 5, 6]


def test_parallel_goes_by_a_count_before_the_last_link() -> None:
    asked: list[int] = []

    def server(request: Request) -> Response:
        page = int(dict(request.parameters)["page"])
        asked.append(page)
        # A server that counts three pages, and links to a last page as it was before records were removed.
        headers = {"Link": f'<{BASE}?page=9&pageSize=2>; rel="last"', "X-Total-Pages": "3"}
        return Response(200, Headers(headers), f"{page * 2 - 1},{page * 2}".encode() if page <= 3 else b"")

    assert pull(numbers(2, 5), server) == [1, 2, 3, 4, 5, 6]
    assert sorted(asked) == [1, 2, 3]


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_keyset_keeps_every_record_that_stays(first: int) -> None:
    for seed in range(first, first + 100):
        start, stayed, found = pull_under_change(seed)
        assert len(found) == len(set(found)), seed
        assert stayed <= set(found), seed
        assert stayed <= set(start)


def pull_under_change(seed: int) -> tuple[list[int], set[int], list[int]]:
    """Return the ids at the start, those that were there all the time, and those that came."""
    dice = random.Random(seed)
    start = dice.sample(range(1, 5000), dice.randint(0, 120))
    table = Table(start, links=dice.random() < 0.5, total=dice.choice(["", "X-Total-Count"]))
    table.counts_once = dice.random() < 0.5
    stayed = set(start)
    fresh = iter(range(5000, 9000))
    rounds = iter(range(40))

    def change() -> None:
        if next(rounds, None) is None:
            # A list that grows faster than it is read has no end.
            return
        for _ in range(dice.randint(0, 6)):
            kind = dice.random()
            if kind < 0.4 and table.ids:
                gone = dice.choice(table.ids)
                table.ids.remove(gone)
                stayed.discard(gone)
            elif kind < 0.7:
                table.ids.append(next(fresh))
            else:
                # An edit that lets an old record match now: it may come or not, but not twice.
                old = dice.randrange(1, 5000)
                if old not in table.ids:
                    table.ids.append(old)
        table.ids.sort()

    return start, stayed, pull(keyset(dice.choice([1, 3, 10, 25])), table, change)


@pytest.mark.parametrize("gone", [[30], [15], [25, 26, 27], list(range(11, 31))])
@pytest.mark.parametrize("back", [[], [2]])
@pytest.mark.parametrize("new", [[], [40], [40, 41, 42]])
def test_keyset_ends_before_its_first_count_if_records_were_deleted(
    gone: list[int], back: list[int], new: list[int]
) -> None:
    # As Manage counts: with the first page only.
    table = Table([number for number in range(1, 31) if number not in back], total="X-Total-Count")
    table.counts_once = True
    stayed = [number for number in table.ids if number not in gone]

    def change() -> None:
        table.ids = sorted({*table.ids, *back, *new} - {*gone})

    found = pull(keyset(10), table, change)
    assert [number for number in found if number in stayed] == stayed
    assert len(found) == len(set(found))
    assert set(found) >= set(new)


@pytest.mark.parametrize("gone", [[], [29], [28, 29, 30]])
def test_keyset_that_ends_before_the_last_record_is_an_error_although_records_were_deleted(gone: list[int]) -> None:
    table = Table(list(range(1, 31)), total="X-Total-Count")
    table.counts_once, table.end = True, 20

    def change() -> None:
        table.ids = [number for number in table.ids if number not in gone]

    with pytest.raises(PaginationError, match="is empty after 20 records"):
        pull(keyset(10), table, change)


def test_keyset_returns_what_was_created_after_an_empty_page() -> None:
    table = Table(list(range(1, 21)), total="X-Total-Count")
    table.counts_once = True

    def server(request: Request) -> Response:
        query = dict(request.parameters)
        if query.get("pageSize") == "1" and 50 not in table.ids:
            table.ids += [50, 51]
        return table(request)

    def change() -> None:
        table.ids = [number for number in table.ids if number != 19]

    assert pull(keyset(10), server, change) == [*range(1, 19), 20, 50, 51]


def test_numbers_lose_records_while_others_go() -> None:
    # The documented weakness of the mode, and the reason why keyset is the default.
    table = Table(list(range(1, 31)))

    def change() -> None:
        table.ids = table.ids[5:]

    assert len(pull(numbers(10), table, change)) < 25


def test_numbers_drop_a_record_that_slid_onto_the_next_page() -> None:
    table = Table(list(range(10, 40)))

    def change() -> None:
        table.ids.insert(0, min(table.ids) - 1)

    found = pull(numbers(10), table, change)
    assert len(found) == len(set(found))
    assert set(range(10, 40)) <= set(found)


def test_page_id_that_is_not_heeded_leads_to_forward_only_mode_for_good() -> None:
    memory = PagingHint()
    table = Table(list(range(1, 26)), links=True)
    table.heeds = "forward"
    assert pull(keyset(10, memory), table) == table.ids
    assert memory.mode == "forward-only"
    assert [("forward" in asked) for asked in table.asked] == [False, False, True, True]
    table.asked.clear()
    assert pull(keyset(10, memory), table) == table.ids
    assert all("forward" in asked for asked in table.asked)
    assert len(table.asked) == 3


def test_a_list_in_another_order_is_asked_for_in_forward_only_mode() -> None:
    memory = PagingHint()
    table = Table(list(range(1, 26)), links=True)
    table.descending = True
    assert pull(keyset(10, memory), table) == table.ids
    assert memory.mode == "forward-only"


def test_a_server_that_never_heeds_page_id_is_paged_by_number() -> None:
    memory = PagingHint()
    table = Table(list(range(1, 26)), links=True)
    table.heeds = "never"
    assert sorted(pull(keyset(10, memory), table)) == table.ids
    assert memory.mode == "page-number"


def test_forward_only_mode_on_request() -> None:
    table = Table(list(range(1, 26)))
    pager = keyset(10, forward=True)
    assert pull(pager, table) == table.ids
    assert pager.mode == "forward-only"
    assert all("forward" in asked for asked in table.asked)


@pytest.mark.parametrize(
    "link",
    [
        '<https://evil.example/list?page=2>; rel="next"',
        '<//evil.example/list?page=2>; rel="next"',
        '<https://example.com@evil.example/list?page=2>; rel="next"',
        '<https://example.com/list?page=2e9>; rel="next"',
    ],
)
@pytest.mark.parametrize("make", [lambda: keyset(2), lambda: numbers(2)])
def test_links_off_the_origin_are_refused(link: str, make: Callable[[], Pager]) -> None:
    def server(request: Request) -> Response:
        return Response(200, Headers({"Link": link}), b"1,2")

    with pytest.raises(UntrustedURLError):
        pull(make(), server)


def test_empty_page_ends_a_list_whatever_the_link_says() -> None:
    def server(request: Request) -> Response:
        return Response(200, Headers({"Link": f'<{BASE}?page=9>; rel="next"'}), b"")

    assert pull(keyset(2), server) == []
    assert pull(numbers(2), server) == []


def test_direct_pager_asks_once() -> None:
    calls: list[Request] = []

    def server(request: Request) -> Response:
        calls.append(request)
        return Response(200, Headers(), b"3,1,2")

    assert pull(DirectPager(fetch), server) == [3, 1, 2]
    assert [call.parameters for call in calls] == [()]


def test_a_failing_page_ends_the_list() -> None:
    class Server:
        def send(self, request: Request) -> Response:
            page = int(dict(request.parameters)["page"])
            if page == 2:
                raise TransportFailure("reset", True)
            return Response(200, Headers({"Total-Count": "100"}), f"{page}0,{page}1".encode())

    pager = numbers(2, 5)
    assert run(pager.next(), Server(), SystemClock()) == [Row(10), Row(11)]
    with pytest.raises(TransportFailure):
        run(pager.next(), Server(), SystemClock())


# --- servers that repeat pages, or end too early --------------------------------------------------------------------------


class Script:
    """Answer every request by a function of its number, from 1."""

    def __init__(self, page: Callable[[int, dict[str, str]], list[int]], **headers: str) -> None:
        self.page = page
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(dict(request.parameters))
        ids = self.page(len(self.asked), self.asked[-1])
        return Response(200, Headers(self.headers), ",".join(map(str, ids)).encode())


def fail(pager: Pager, server: Callable[[Request], Response]) -> tuple[list[int], PaginationError]:
    """Return the ids that came before the error, and the error."""
    ids: list[int] = []
    with pytest.raises(PaginationError) as caught:
        collect(pager, server, lambda row: ids.append(row.id))
    return ids, caught.value


def collect(pager: Pager, server: Callable[[Request], Response], take: Callable[[Any], object]) -> None:
    simulation = Simulation(server)
    while (page := simulation.finish(pager.next())) is not None:
        assert isinstance(page, Page)
        for record in page:
            take(record)


A, B = list(range(1, 11)), list(range(11, 21))
MORE = {"Link": f'<{BASE}?page=2&pageId=10>; rel="next"'}
PAGERS: dict[str, Callable[[], Pager]] = {
    "keyset": lambda: keyset(10),
    "forward-only": lambda: keyset(10, forward=True),
    "page-number": lambda: numbers(10),
    "parallel": lambda: numbers(10, 4),
}


@pytest.mark.parametrize("headers", [{}, MORE, {"X_Total_Count": "1000"}, {"X_Total_Pages": "100"}], ids=str)
@pytest.mark.parametrize("name", PAGERS)
def test_the_same_page_again_is_an_error(name: str, headers: dict[str, str]) -> None:
    server = Script(lambda number, query: A, **headers)
    ids, error = fail(PAGERS[name](), server)
    assert ids == A
    assert error.page == 2
    assert "repeats pages" in str(error)
    # Manage is asked by id, in forward-only mode and by number before it is given up.
    assert len(server.asked) <= 5


@pytest.mark.parametrize("headers", [{}, MORE, {"X_Total_Count": "1000"}, {"X_Total_Pages": "100"}], ids=str)
@pytest.mark.parametrize("name", PAGERS)
def test_two_pages_in_turn_are_an_error(name: str, headers: dict[str, str]) -> None:
    ids, error = fail(PAGERS[name](), Script(lambda number, query: A if number % 2 else B, **headers))
    assert ids == A + B
    assert error.page == 3


@pytest.mark.parametrize("name", PAGERS)
def test_a_page_that_comes_back_after_many_others_is_an_error(name: str) -> None:
    def page(number: int, query: dict[str, str]) -> list[int]:
        start = (number - 1) * 10 if number < 50 else 70
        return list(range(start + 1, start + 11))

    ids, error = fail(PAGERS[name](), Script(page))
    assert ids == list(range(1, 491))
    assert error.page == 50


@pytest.mark.parametrize("name", PAGERS)
def test_a_record_that_comes_twice_on_one_page_is_given_once(name: str) -> None:
    pages = [[1, 2, 2, 3], [4, 4, 4, 4], [5]]
    server = Script(lambda number, query: pages[int(query.get("page", "1")) - 1])
    assert pull(numbers(4, 2), server) == [1, 2, 3, 4, 5]
    assert sorted(pull(PAGERS[name](), Script(lambda number, query: [3, 3]))) == [3]


@pytest.mark.parametrize("total", ["X-Total-Count", "Total-Count"])
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("name", PAGERS)
def test_short_pages_end_no_list_whose_count_says_more(name: str, links: bool, total: str) -> None:
    table = Table(list(range(1, 36)), links=links, total=total)

    def capped(request: Request) -> Response:
        query = dict(request.parameters)
        return table(replace(request, parameters=tuple({**query, "pageSize": "4"}.items())))

    assert pull(PAGERS[name](), capped) == table.ids


@pytest.mark.parametrize("name", PAGERS)
def test_a_link_that_ends_too_early_is_not_believed(name: str) -> None:
    table = Table(list(range(1, 36)), total="X-Total-Count")

    def ended(request: Request) -> Response:
        reply = table(request)
        return replace(reply, headers=reply.headers.over({"Link": f'<{BASE}?page=1>; rel="first"'}))

    assert pull(PAGERS[name](), ended) == table.ids


@pytest.mark.parametrize("link", ['<<>>; rel="next', "</app.css>; rel=preload", "nothing", ","])
@pytest.mark.parametrize("name", PAGERS)
def test_a_link_that_is_not_about_pages_ends_no_list(name: str, link: str) -> None:
    table = Table(list(range(1, 36)))

    def linked(request: Request) -> Response:
        reply = table(request)
        return replace(reply, headers=reply.headers.over({"Link": link}))

    assert pull(PAGERS[name](), linked) == table.ids


@pytest.mark.parametrize("name", PAGERS)
@pytest.mark.parametrize("full", [True, False])
def test_a_list_that_ends_before_its_count_is_an_error(name: str, full: bool) -> None:
    first = A if full else A[:5]
    server = Script(lambda number, query: first if number == 1 else [], X_Total_Count="35")
    ids, error = fail(PAGERS[name](), server)
    assert ids == first
    assert error.page == 2
    assert f"after {len(first)} records" in str(error)
    assert "35" in str(error)


def test_a_list_that_ends_before_its_pages_is_an_error() -> None:
    ids, error = fail(numbers(10), Script(lambda number, query: A if number == 1 else [], X_Total_Pages="3"))
    assert (ids, error.page) == (A, 2)


def test_a_list_without_pages_that_holds_less_than_its_count_is_an_error() -> None:
    ids, error = fail(DirectPager(fetch), Script(lambda number, query: A, X_Total_Count="35"))
    assert (ids, error.page) == ([], 1)
    assert pull(DirectPager(fetch), Script(lambda number, query: A, X_Total_Count="10")) == A


def test_a_count_that_moves_while_records_go_is_no_error() -> None:
    table = Table(list(range(1, 31)), total="X-Total-Count")

    def change() -> None:
        table.ids = [number for number in table.ids if number <= 20]

    for pager in (keyset(10), numbers(10), numbers(10, 3)):
        table.ids = list(range(1, 31))
        assert pull(pager, table, change) == list(range(1, 21))


def test_page_numbers_go_on_where_keyset_ended() -> None:
    """A server that ignores pageId and gives less than is asked for: no record of page 1 comes again, none is missed."""
    table = Table(list(range(1, 26)), total="X-Total-Count")
    table.heeds = "never"

    def capped(request: Request) -> Response:
        return table(replace(request, parameters=tuple({**dict(request.parameters), "pageSize": "4"}.items())))

    assert pull(keyset(10), capped) == table.ids


def test_a_last_page_that_slid_as_a_whole_is_no_error() -> None:
    table = Table(list(range(101, 121)))

    def change() -> None:
        if table.ids[0] == 101 and len(table.asked) == 2:
            table.ids = [99, 100, *table.ids]

    assert pull(numbers(10), table, change) == list(range(101, 121))


@dataclass(frozen=True)
class Plain:
    """A record without an id."""

    name: str


def fetch_plain(place: tuple[tuple[str, str], ...], headers: Headers) -> Flow[CallResult]:
    reply: Response = yield Send(Request("GET", BASE, place, headers))
    return CallResult([Plain(text) for text in reply.content.decode().split(",") if text], reply)


@pytest.mark.parametrize("parallel", [1, 3])
def test_pages_without_ids_are_compared_as_a_whole(parallel: int) -> None:
    def pager(distinct: bool = True) -> Pager:
        return NumberPager(fetch_plain, ORIGIN, 10, Repetition(None, distinct), parallel)

    ids, error = fail_plain(pager(), Script(lambda number, query: A if number % 2 else B))
    assert (len(ids), error.page) == (20, 3)
    # One record in common is nothing odd.
    pages = [A, [1, *B[1:]], [1]]
    assert len(pull_plain(pager(), Script(lambda number, query: pages[number - 1]))) == 21
    # Of a single column whole pages may be equal, but not without end.
    server = Script(lambda number, query: [7] * 10 if number < 40 else [7] * 3)
    assert len(pull_plain(pager(distinct=False), server)) == 393
    ids, error = fail_plain(pager(distinct=False), Script(lambda number, query: [7] * 10))
    assert error.page == EQUAL_PAGES + 2


def pull_plain(pager: Pager, server: Callable[[Request], Response]) -> list[str]:
    names: list[str] = []
    collect(pager, server, lambda record: names.append(record.name))
    return names


def fail_plain(pager: Pager, server: Callable[[Request], Response]) -> tuple[list[str], PaginationError]:
    names: list[str] = []
    with pytest.raises(PaginationError) as caught:
        collect(pager, server, lambda record: names.append(record.name))
    return names, caught.value
