"""Lists whose server repeats pages or ends too early, over real sockets: sync and async, both products, one by one and in parallel."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from cwql import automate, manage
from cwql.client.errors import APIError, PaginationError
from scripts.fuzz.raw_server import Arrived, RawServer, respond

TRUST = ssl.create_default_context()
SIZE = 5

LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "manage": ("manage", {}),
    "manage forward-only": ("manage", {"pagination": "forward-only"}),
    "manage by number": ("manage", {"pagination": "page-number"}),
    "manage in parallel": ("manage", {"parallel": 3}),
    "automate": ("automate", {}),
    "automate in parallel": ("automate", {"parallel": 3}),
}


def pull(name: str, mode: str, server: RawServer) -> tuple[list[int], APIError | None]:
    """Return the ids that came, and the error that ended the list."""
    product, options = LISTS[name]
    found: list[int] = []
    more: dict[str, Any] = {"verify": TRUST, "timeout": 20.0, "requests_per_minute": 60_000, "burst": 1000}
    keys: Any = (
        {"company_id": "acme", "public_key": "pub", "private_key": "priv", "client_id": "guid"}
        if product == "manage"
        else {"server": server.url, "username": "jdoe", "password": "pw-secret", "client_id": "guid"}
    )
    kinds: Any = manage if product == "manage" else automate
    if product == "manage":
        more["base_url"] = server.url

    def records(client: Any) -> Any:
        place = client.service.boards if product == "manage" else client.clients
        return place.list(page_size=SIZE, **options)

    async def tasks() -> None:
        async with kinds.AsyncClient(**keys, **more) as client:
            async for record in records(client):
                found.append(number(record))  # noqa: PERF401 - what came before an error counts too

    def threads() -> None:
        with kinds.Client(**keys, **more) as client:
            for record in records(client):
                found.append(number(record))  # noqa: PERF401

    try:
        asyncio.run(tasks()) if mode == "async" else threads()
    except APIError as error:
        return found, error
    return found, None


def number(record: Any) -> int:
    return int(getattr(record, "id", None) or record.Id)


def serve(page: Callable[[Arrived], list[int]], **headers: str) -> Callable[[socket.socket, Arrived], bool]:
    """Return a behaviour that sends pages of records, and signs in."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(connection: socket.socket, request: Arrived) -> bool:
        if request.path.endswith("/APICredentials"):
            return respond(connection, b'{"AccessToken": "t", "ExpiresIn": 3600}')
        name = "id" if "boards" in request.path else "Id"
        ids = page(request)
        body = [{name: value if name == "id" else str(value)} for value in ids]
        return respond(connection, json.dumps(body).encode(), 200, extra)

    return answer


A, B = list(range(1, SIZE + 1)), list(range(SIZE + 1, 2 * SIZE + 1))

COUNTED = {"X_Total_Count": "1000"}


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("headers", [{}, COUNTED], ids=["uncounted", "counted"])
def test_a_server_that_ignores_the_page_is_an_error(headers: dict[str, str], name: str, mode: str) -> None:
    with RawServer(serve(lambda request: A, **headers)) as server:
        found, error = pull(name, mode, server)
    assert found == A
    assert type(error) is PaginationError
    assert error.page == 2
    assert error._title in ("GET /service/boards", "GET /api/v1/Clients")
    assert len(server.arrived) <= 8


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("headers", [{}, COUNTED], ids=["uncounted", "counted"])
def test_two_pages_in_turn_are_an_error(headers: dict[str, str], name: str, mode: str) -> None:
    def page(request: Arrived) -> list[int]:
        if "pageId" in request.query:
            return B if request.query["pageId"] == str(A[-1]) else A
        return A if int(request.query["page"]) % 2 else B

    with RawServer(serve(page, **headers)) as server:
        found, error = pull(name, mode, server)
    assert found == A + B
    assert type(error) is PaginationError
    assert error.page == 3


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("name", LISTS)
def test_short_pages_go_on_while_the_count_says_more(name: str, mode: str) -> None:
    everything = list(range(1, 24))

    def page(request: Arrived) -> list[int]:
        if "pageId" in request.query:
            return [it for it in everything if it > int(request.query["pageId"])][:3]
        start = (int(request.query["page"]) - 1) * 3
        return everything[start : start + 3]

    with RawServer(serve(page, X_Total_Count="23")) as server:
        assert pull(name, mode, server) == (everything, None)


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_never_ends_silently_before_its_count(name: str, mode: str) -> None:
    first = lambda request: A if request.query.get("page") == "1" else []  # noqa: E731
    with RawServer(serve(first, **COUNTED)) as server:
        found, error = pull(name, mode, server)
    assert found == A
    assert type(error) is PaginationError
    assert error.page == 2
    assert "1000" in str(error)


def test_records_without_an_id_are_compared_page_by_page() -> None:
    rows = [{"ComputerId": number, "Name": "app"} for number in range(30)]

    def answer(connection: socket.socket, request: Arrived) -> bool:
        if request.path.endswith("/APICredentials"):
            return respond(connection, b'{"AccessToken": "t", "ExpiresIn": 3600}')
        return respond(connection, json.dumps(rows).encode())

    with (
        RawServer(answer) as server,
        automate.Client(
            server=server.url, username="jdoe", password="pw-secret", client_id="guid", verify=TRUST
        ) as rmm,
    ):
        pages: Any = rmm.computers.software.pages(page_size=30)
        first = next(pages)
        assert len(first) == 30
        # The ids that pages are compared by are not kept.
        assert first.response.content == b""
        with pytest.raises(PaginationError, match="page 2 is the same as an earlier one"):
            next(pages)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_repeated_page_is_an_error_if_only_some_records_have_an_id(mode: str) -> None:
    rows = [{"id": 1, "name": "a"}, {"name": "b"}]

    def answer(connection: socket.socket, request: Arrived) -> bool:
        return respond(connection, json.dumps(rows).encode(), 200, {"X-Total-Count": "1000"})

    keys: Any = {"company_id": "acme", "public_key": "pub", "private_key": "priv", "client_id": "guid"}
    more: dict[str, Any] = {"verify": TRUST, "timeout": 20.0, "requests_per_minute": 60_000, "burst": 1000}

    async def tasks(url: str) -> None:
        async with manage.AsyncClient(**keys, base_url=url, **more) as psa:
            await psa.service.boards.all(page_size=2)

    def threads(url: str) -> None:
        with manage.Client(**keys, base_url=url, **more) as psa:
            psa.service.boards.all(page_size=2)

    with RawServer(answer) as server, pytest.raises(PaginationError, match=r"page [23] is the same as an earlier one"):
        asyncio.run(tasks(server.url)) if mode == "async" else threads(server.url)
