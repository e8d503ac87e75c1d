"""Cursors of pages: a list that is continued by another client returns what one list would have returned."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cwql.automate import Client as Automate
from cwql.client.cursor import Place, read_cursor, write_cursor
from cwql.manage import AsyncClient, Client
from cwql.manage.fields import Configuration, Ticket
from cwql.sandbox import Sandbox


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def open_manage(box: Sandbox) -> Client:
    return Client.from_env(environ=box.environment, transport=box.transport())


LISTS: dict[str, dict[str, Any]] = {
    "by id": {"where": "closedFlag = false"},
    "forward-only": {"pagination": "forward-only"},
    "sorted": {"order_by": Ticket.summary.asc()},
    "by page number": {"pagination": "page-number"},
    "several pages at once": {"parallel": 4},
    "few fields": {"fields": [Ticket.summary]},
}


@pytest.mark.parametrize("arguments", LISTS.values(), ids=list(LISTS))
@pytest.mark.parametrize("by", ["limit", "page_size"])
def test_a_list_is_continued_by_another_client(box: Sandbox, arguments: dict[str, Any], by: str) -> None:
    with open_manage(box) as psa:
        expected = [ticket.id for ticket in psa.service.tickets.all(**arguments)]
    found: list[int] = []
    cursor, rounds = None, 0
    while rounds < 50:
        with open_manage(box) as psa:
            options: dict[str, Any] = {**arguments, by: 30, "cursor": cursor}
            page = next(psa.service.tickets.pages(**options))
        rounds += 1
        assert (page.number, page.has_next) == (rounds, page.cursor is not None)
        found += [ticket.id for ticket in page]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == expected
    # Whether a full page is the last one is only known when the next one is empty.
    assert rounds - len(expected) // 30 in (0, 1)


def test_a_list_that_is_divided_is_continued(box: Sandbox) -> None:
    # Several requests, whose pages are merged: the condition is too long for one.
    where = Configuration.id.in_(range(1, 1200))
    found: list[int] = []
    cursor = None
    with open_manage(box) as psa:
        assert psa.company.configurations.preview(where).request_count > 1
        while True:
            page = next(psa.company.configurations.pages(where, limit=10, cursor=cursor))
            found += [configuration.id for configuration in page]
            cursor = page.cursor
            if cursor is None:
                break
        assert found == [configuration.id for configuration in psa.company.configurations.list()]
        # In an order of your own, the parts are at different places.
        first = next(psa.company.configurations.pages(where, order_by="name", limit=10))
        assert (first.has_next, first.cursor) == (True, None)


def test_all_takes_a_cursor(box: Sandbox) -> None:
    with open_manage(box) as psa:
        first = next(psa.service.tickets.pages(limit=10))
        rest = psa.service.tickets.all(cursor=first.cursor)
        assert [ticket.id for ticket in [*first, *rest]] == [ticket.id for ticket in psa.service.tickets.list()]
        assert len(psa.service.tickets.all(cursor=first.cursor, limit=5)) == 5


def test_a_page_that_a_limit_cuts_is_continued_after_its_last_record(box: Sandbox) -> None:
    with open_manage(box) as psa:
        *_, last = psa.service.tickets.pages(page_size=10, limit=25)
        assert (len(last), last.has_next) == (5, True)
        assert psa.service.tickets.all(cursor=last.cursor, limit=1)[0].id > last[-1].id
        # By page number there is no place in the middle of a page.
        *_, last = psa.service.tickets.pages(page_size=10, limit=25, order_by="summary")
        assert (len(last), last.has_next, last.cursor) == (5, True, None)


def test_the_last_page_has_no_next(box: Sandbox) -> None:
    with open_manage(box) as psa:
        pages = list(psa.service.tickets.pages(page_size=40))
        assert [page.has_next for page in pages] == [True] * (len(pages) - 1) + [False]
        assert pages[-1].cursor is None
        assert not next(psa.service.tickets.pages("id = 1")).has_next


def test_automate_and_tasks(box: Sandbox) -> None:
    with Automate.from_env(environ=box.environment, transport=box.transport()) as rmm:
        first = next(rmm.computers.pages(limit=10))
        rest = rmm.computers.all(cursor=first.cursor, limit=10)
        assert [computer.Id for computer in [*first, *rest]] == [
            computer.Id for computer in rmm.computers.list(limit=20, page_size=10)
        ]

    async def main() -> None:
        async with AsyncClient.from_env(environ=box.environment, transport=box.transport()) as psa:
            page = await anext(psa.service.tickets.pages(limit=10))
            rest = await psa.service.tickets.all(cursor=page.cursor)
            assert len(page) + len(rest) == await psa.service.tickets.count()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"where": "closedFlag = true"}, "another list"),
        ({"params": {"x": 1}}, "another list"),
        ({"order_by": "summary"}, "another list"),
        ({"pagination": "page-number"}, "in another way"),
    ],
)
def test_a_cursor_of_another_list_is_refused(box: Sandbox, arguments: dict[str, Any], said: str) -> None:
    with open_manage(box) as psa:
        cursor = next(psa.service.tickets.pages(limit=10)).cursor
        with pytest.raises(ValueError, match=said):
            psa.service.tickets.list(**arguments, cursor=cursor)
        with pytest.raises(ValueError, match="another list"):
            psa.service.boards.list(cursor=cursor)
        by_number = next(psa.service.tickets.pages(limit=10, order_by="id")).cursor
        with pytest.raises(ValueError, match="pages of 10 records"):
            psa.service.tickets.list(cursor=by_number, order_by="id")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "ä",
        "AAAA",
        "5",
        base64.urlsafe_b64encode(json.dumps([1, "id", 5, 2, 10]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps([2, "id", 5, 2, 10, "m"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps([1, "", 5, 2, 10, "m"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps([1, "id", -5, 2, 10, "m"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps([1, "id", 5, 1, 10, "m"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps([1, "id", True, 2, 10, "m"]).encode()).decode(),
        base64.urlsafe_b64encode(b"[" * 300).decode(),
        write_cursor(Place("id", 10**30, 2), 10, "m"),
    ],
)
def test_texts_that_are_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="not the cursor of a page"):
        read_cursor(text, 10, "m")


def test_a_cursor_is_a_text() -> None:
    assert read_cursor(write_cursor(Place("id", 77, 3), 10, "m"), 25, "m") == Place("id", 77, 3)
    with pytest.raises(TypeError, match="type int"):
        read_cursor(5, 10, "m")
