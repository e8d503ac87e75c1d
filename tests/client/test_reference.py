"""Reference data by name, and callbacks: requests, cached values, and the calls that clear them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cwql import automate, manage
from cwql.client.drivers import SystemClock
from cwql.client.errors import RequestBodyError, ServerError
from cwql.client.http_types import Request, Response
from cwql.client.retry import RetryPolicy
from cwql.errors import UnknownNameError

BOARDS = [
    {"id": 1, "name": "Help Desk"},
    {"id": 2, "name": "Projects"},
    {"id": 3, "name": "Twice"},
    {"id": 4, "name": "twice"},
]
STATUSES = {1: [{"id": 10, "name": "New"}, {"id": 11, "name": "Closed"}], 2: [{"id": 20, "name": "New"}]}
KEYS: dict[str, Any] = {
    "company_id": "acme",
    "public_key": "pub",
    "private_key": "priv",
    "client_id": "guid",
    "site": "na",
}


class Clock(SystemClock):
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


class Server:
    """Answers for both products; takes synchronous and asynchronous requests."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.bodies: list[Any] = []
        self.boards = [dict(board) for board in BOARDS]
        self.fail = 0
        self.gate: Callable[[], object] | None = None
        self.lock = threading.Lock()

    def send(self, request: Request) -> Response:
        parts = urlsplit(request.target)
        path = parts.path.partition("/apis/3.0")[2] or parts.path.partition("/api/v1")[2]
        with self.lock:
            self.asked[f"{request.method} {path}"] += 1
            if self.fail:
                self.fail -= 1
                return Response(400, content=b'{"message": "no"}')
        if self.gate is not None:
            self.gate()
        if request.method != "GET" and path != "/APICredentials":
            self.bodies.append(json.loads(request.body) if isinstance(request.body, bytes) and request.body else None)
            last = path.rpartition("/")[2]
            return Response(201, content=json.dumps({"id": int(last) if last.isdigit() else 99}).encode())
        found: list[Any] = []
        if path == "/service/boards":
            found = self.boards
        elif path.startswith("/service/boards/"):
            found = STATUSES[int(path.split("/")[3])]
        elif path == "/system/members":
            found = [{"id": 5, "identifier": "jdoe"}]
        elif path == "/Clients":
            found = [{"Id": "7", "Name": "ACME"}]
        elif path == "/Locations":
            found = [{"Id": 8, "Name": "Main"}, {"Id": 9, "Name": "Main"}]
        elif path == "/APICredentials":
            return Response(200, content=b'{"AccessToken": "t"}')
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        return Response(200, content=json.dumps(found if page == 1 else []).encode())

    def close(self) -> None:
        pass


class AsyncServer(Server):
    async def send(self, request: Request) -> Response:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        await asyncio.sleep(0.01)
        return super().send(request)

    async def aclose(self) -> None:
        pass


def client(server: Server, ttl: float = 600.0, **options: Any) -> manage.Client:
    return manage.Client(**KEYS, http_client=server, reference_ttl=ttl, **options)


def test_names_resolve_to_ids() -> None:
    server = Server()
    psa = client(server)
    assert psa.reference.boards["Help Desk"] == 1
    assert psa.reference.boards["help desk"] == 1
    assert psa.reference.statuses("Help Desk")["new"] == 10
    assert psa.reference.statuses("Projects")["New"] == 20
    assert psa.reference.statuses(1)["Closed"] == 11
    assert psa.reference.members["jdoe"] == 5
    assert dict(psa.reference.boards.ids()) == {"Help Desk": 1, "Projects": 2, "Twice": 3}
    assert psa.reference.boards.names() == ["Help Desk", "Projects", "Twice"]
    assert server.asked == {
        "GET /service/boards": 1,
        "GET /service/boards/1/statuses": 1,
        "GET /service/boards/2/statuses": 1,
        "GET /system/members": 1,
    }


class Anything(Server):
    """A server on which every record has every name."""

    def send(self, request: Request) -> Response:
        if request.method == "POST":
            return super().send(request)
        path = urlsplit(request.target).path
        self.asked[path.rpartition("/apis/3.0")[2].rpartition("/api/v1")[2]] += 1
        named = dict.fromkeys(("name", "Name", "identifier", "description", "FullName"), "Main")
        return Response(200, content=json.dumps([{"id": 4, "Id": 4, **named}]).encode())


SHELVES = {
    ("manage", "boards"): "/service/boards",
    ("manage", "statuses"): "/service/boards/4/statuses",
    ("manage", "types"): "/service/boards/4/types",
    ("manage", "priorities"): "/service/priorities",
    ("manage", "members"): "/system/members",
    ("manage", "locations"): "/system/locations",
    ("automate", "clients"): "/Clients",
    ("automate", "locations"): "/Locations",
}


@pytest.mark.parametrize(("product", "title"), SHELVES)
def test_every_shelf(product: str, title: str) -> None:
    server = Anything()
    if product == "manage":
        found: Any = client(server)
    else:
        found = automate.Client(
            server="automate.example.com", username="jdoe", password="x", http_client=server, reference_ttl=600.0
        )
    shelf = getattr(found.reference, title)
    shelf = shelf("Main") if title in ("statuses", "types") else shelf
    for _ in range(3):
        assert str(shelf["main"]) == "4"
    assert server.asked[SHELVES[product, title]] == 1


def test_unknown_names() -> None:
    psa = client(Server())
    with pytest.raises(UnknownNameError, match="none of the boards is called 'Help Dsk'; did you mean 'Help Desk'"):
        psa.reference.boards["Help Dsk"]
    with pytest.raises(KeyError, match="2 of the boards are called 'Twice': use an id"):
        psa.reference.boards["Twice"]
    with pytest.raises(UnknownNameError) as caught:
        psa.reference.boards["zzz"]
    assert str(caught.value) == "none of the boards is called 'zzz': there are 'Help Desk', 'Projects', 'Twice'"
    with pytest.raises(UnknownNameError, match="none of the locations is called 'Main': there are none"):
        psa.reference.locations["Main"]
    with pytest.raises(UnknownNameError, match="none of the statuses of 'Projects' is called 'zzz': there are 'New'"):
        psa.reference.statuses("Projects")["zzz"]
    with pytest.raises(UnknownNameError, match="did you mean 'boards'"):
        _ = psa.reference.bords
    assert not hasattr(psa.reference, "nothing")
    with pytest.raises(TypeError, match=r"statuses\(name\)\[name\]"):
        psa.reference.statuses["New"]
    with pytest.raises(TypeError, match="belong to no other record"):
        psa.reference.boards("x")
    with pytest.raises(TypeError, match="expected a str"):
        psa.reference.boards[1]  # type: ignore[index]
    assert "boards" in dir(psa.reference)


def test_nothing_is_kept_unless_asked_for() -> None:
    server = Server()
    psa = client(server, ttl=0.0)
    for _ in range(3):
        assert psa.reference.boards["Projects"] == 2
    assert server.asked["GET /service/boards"] == 3


def test_time_to_live() -> None:
    server, clock = Server(), Clock()
    psa = client(server, ttl=60.0, clock=clock)
    assert psa.reference.boards["Projects"] == 2
    server.boards.append({"id": 9, "name": "Later"})
    clock.ahead = 59.0
    assert psa.reference.boards.ids().get("Later") is None
    clock.ahead = 61.0
    assert psa.reference.boards["Later"] == 9
    assert server.asked["GET /service/boards"] == 2


def test_a_client_with_other_defaults_has_its_own_cache() -> None:
    server = Server()
    psa = client(server, ttl=0.0)
    kept = psa.with_options(reference_ttl=60.0)
    for each in (psa, kept):
        for _ in range(2):
            assert each.reference.boards["Projects"] == 2
    assert server.asked["GET /service/boards"] == 3


@pytest.mark.parametrize(
    ("write", "again"),
    [
        (lambda psa: psa.service.boards.create({"name": "x", "location": {"id": 1}, "department": {"id": 1}}), True),
        (lambda psa: psa.service.boards.patch(1, {"name": "x"}), True),
        (lambda psa: psa.service.boards.delete(1), True),
        (lambda psa: psa.service.boards(1).statuses.delete(5), True),
        (lambda psa: psa.service.tickets.patch(1, {"summary": "x"}), False),
        (lambda psa: psa.reference.clear_cache(), True),
        (lambda psa: psa.reference.statuses.clear_cache(), True),
        (lambda psa: psa.reference.locations.clear_cache(), False),
        (lambda psa: psa.service.boards.first(), False),
    ],
)
def test_ones_own_writes_clear(write: Callable[[Any], object], again: bool) -> None:
    server = Server()
    psa = client(server)
    assert psa.reference.statuses("Help Desk")["New"] == 10
    before = server.asked["GET /service/boards/1/statuses"]
    write(psa)
    assert psa.reference.statuses("Help Desk")["New"] == 10
    assert server.asked["GET /service/boards/1/statuses"] - before == (1 if again else 0)


def test_a_write_during_a_reading_is_not_lost() -> None:
    server = Server()
    psa = client(server)
    done: list[int] = []

    def write() -> None:
        if not done:
            done.append(1)
            psa.reference.clear_cache("/service/boards/1")

    server.gate = write
    assert psa.reference.boards["Projects"] == 2
    assert psa.reference.boards["Projects"] == 2
    assert server.asked["GET /service/boards"] == 2


def test_an_error_is_not_kept() -> None:
    server = Server()
    server.fail = 1
    psa = client(server, retry=RetryPolicy(max_retries=0))
    with pytest.raises(Exception, match="400"):
        psa.reference.boards["Projects"]
    assert psa.reference.boards["Projects"] == 2
    assert not issubclass(ServerError, KeyError)


def test_tasks_share_one_reading() -> None:
    async def main() -> Counter[str]:
        server = AsyncServer()
        async with manage.AsyncClient(**KEYS, http_client=server, reference_ttl=60.0) as psa:
            found = await asyncio.gather(*[psa.reference.statuses("Help Desk").id_of("New") for _ in range(200)])
            assert set(found) == {10}
            assert await psa.reference.boards.id_of("Projects") == 2
            with pytest.raises(UnknownNameError):
                await psa.reference.boards.id_of("none")
        return server.asked

    assert asyncio.run(main()) == {"GET /service/boards": 1, "GET /service/boards/1/statuses": 1}


def test_clients_keep_apart() -> None:
    server = Server()
    one, two = client(server), client(server)
    assert one.reference.boards["Projects"] == two.reference.boards["Projects"] == 2
    assert server.asked["GET /service/boards"] == 2


def test_automate() -> None:
    server = Server()
    client = automate.Client(
        server="automate.example.com", username="jdoe", password="pw", http_client=server, reference_ttl=60.0
    )
    assert str(client.reference.clients["acme"]) == "7"
    with pytest.raises(UnknownNameError, match=r"use an id \(8, 9\)"):
        client.reference.locations["Main"]
    client.clients.delete(7)
    assert str(client.reference.clients["acme"]) == "7"
    assert server.asked["GET /Clients"] == 2


def test_a_dry_run_asks_nothing() -> None:
    server = Server()
    dry = client(server).dry_run()
    with pytest.raises(UnknownNameError):
        dry.reference.boards["Projects"]
    assert not server.asked
    assert dry.plan


# --- callbacks -----------------------------------------------------------------------------------------------------------


def test_callbacks() -> None:
    server = Server()
    psa = client(server)
    made = psa.callbacks.create("https://example.com/hook?id=", "Ticket", level="board", object_id=5, description="all")
    assert made.id == 99
    assert server.bodies == [
        {"url": "https://example.com/hook?id=", "type": "ticket", "level": "board", "objectId": 5, "description": "all"}
    ]
    assert list(psa.callbacks.list()) == []
    psa.callbacks.delete(99)
    assert server.asked == {"POST /system/callbacks": 1, "GET /system/callbacks": 1, "DELETE /system/callbacks/99": 1}


def test_callbacks_of_tasks() -> None:
    async def main() -> None:
        async with manage.AsyncClient(**KEYS, http_client=AsyncServer()) as psa:
            made = await psa.callbacks.create("https://example.com/hook?id=", "ticket")
            assert made.id == 99
            assert [entry async for entry in psa.callbacks.list()] == []
            await psa.callbacks.delete(99)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("http://example.com/hook?id=", "ticket"),
            "got an http URL, over which customers' records would come unencrypted",
        ),
        (("example.com/hook?id=", "ticket"), "https"),
        (("https://user:pw@example.com/hook?id=", "ticket"), "https"),
        (("https://example.com/hook?id=", "tiket"), "'ticket'"),
        (("https://example.com/hook?id=", "ticket", "onwer"), "'owner'"),
    ],
)
def test_slips_in_callbacks(arguments: tuple[str, ...], said: str) -> None:
    server = Server()
    with pytest.raises(RequestBodyError) as caught:
        client(server).callbacks.create(arguments[0], arguments[1], level=(*arguments, "owner")[2])
    assert said in str(caught.value)
    assert "pw" not in str(caught.value)
    assert not server.asked


def test_names_that_nobody_knows_are_the_servers_to_judge() -> None:
    server = Server()
    client(server).callbacks.create("https://example.com/hook?id=", "zzznewkind")
    assert server.bodies[0]["type"] == "zzznewkind"
