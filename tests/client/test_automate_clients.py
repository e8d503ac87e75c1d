"""The clients for Automate over real HTTP: sign-in, pages in parallel, scripts, many items at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cwql.automate import AsyncClient, Client
from cwql.automate.fields import Computer
from cwql.client.errors import NotFoundError
from cwql.errors import ConfigError

from .server import Says, Seen, Server, serve

ROOT = "/cwa/api/v1"
TOTAL = 95


def answer(request: Seen) -> Says:
    """Answer like a small Automate server, by the contract that live clients show."""
    path = request.path.removeprefix(ROOT)
    if path == "/APIToken":
        known = request.json() == {"Username": "api", "Password": "secret-word"}
        return Says({"AccessToken": "token-1", "ExpirationDate": "2099-01-01T00:00:00Z"}) if known else Says({}, 401)
    if path == "/APICredentials":
        return Says({"Message": "no such thing"}, 404)
    if request.headers.get("authorization") != "Bearer token-1":
        return Says({"Message": "sign in first"}, 401)
    if path == "/Computers":
        size, page = int(request.query["pageSize"]), int(request.query["page"])
        ids = range(1, TOTAL + 1)[(page - 1) * size : page * size]
        rows = [{"Id": str(n), "ComputerName": f"pc{n}"} for n in ids]
        return Says(rows, headers={"Total-Count": str(TOTAL)})
    if path == "/DatabaseServerTime":
        return Says("2025-01-01T00:00:00Z")
    if path in ("/Computers/1", "/Computers/2"):
        return Says({"Id": path[-1]})
    return Says({"Message": "nothing there"}, 404)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer) as running:
        yield running


def settings(server: Server, **more: Any) -> dict[str, Any]:
    server.seen.clear()
    return {
        "server": server.url,
        "username": "api",
        "password": "secret-word",
        "client_id": "cid",
        "requests_per_minute": 1e6,
        "burst": 100_000,
        **more,
    }


@pytest.mark.parametrize("parallel", [1, 4])
def test_pages_come_in_order_and_end_by_the_count(server: Server, parallel: int) -> None:
    with Client(**settings(server)) as rmm:
        found = rmm.computers.all(Computer.ComputerName.startswith("pc"), page_size=10, parallel=parallel)
    assert [computer.Id for computer in found] == [str(n) for n in range(1, TOTAL + 1)]
    pages = [request for request in server.seen if request.path.endswith("/Computers")]
    assert len(pages) == 10
    assert pages[0].query["condition"] == "ComputerName startswith 'pc'"
    assert pages[0].headers["clientid"] == "cid"

    async def pull() -> list[str | None]:
        async with AsyncClient(**settings(server)) as client:
            return [computer.Id async for computer in client.computers.list(page_size=10, parallel=parallel)]

    assert asyncio.run(pull()) == [str(n) for n in range(1, TOTAL + 1)]


def test_threads_and_tasks_sign_in_once(server: Server) -> None:
    with Client(**settings(server, max_concurrency=20)) as rmm:
        threads = [threading.Thread(target=rmm.computers.get, args=(1,)) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert server.paths().count(f"POST {ROOT}/APIToken") == 1
    assert server.paths().count(f"GET {ROOT}/Computers/1") == 50

    async def many() -> None:
        async with AsyncClient(**settings(server, max_concurrency=20)) as client:
            await asyncio.gather(*[client.computers.get(1) for _ in range(200)])

    asyncio.run(many())
    assert server.paths().count(f"POST {ROOT}/APIToken") == 1
    assert server.paths().count(f"GET {ROOT}/Computers/1") == 200


def test_count_selection_and_ids(server: Server) -> None:
    with Client(**settings(server)) as rmm:
        # Automate has no …/count, so the stubs show no `count`; a header contains the number.
        computers: Any = rmm.computers
        assert computers.count() == TOTAL
        assert server.seen[-1].query == {"page": "1", "pageSize": "1"}
        rmm.computers.all(fields=[Computer.ComputerName], expand="Client", ids=[1, 2], order_by="ComputerName desc")
        assert server.seen[-1].query == {
            "orderBy": "ComputerName desc",
            "expand": "Client",
            "includeFields": "Id,ComputerName",
            "ids": "1,2",
            "page": "1",
            "pageSize": "1000",
        }
        rmm.computers.all(exclude_fields=["Comment"], order_by=Computer.ComputerName.asc())
        assert server.seen[-1].query == {
            "orderBy": "ComputerName asc",
            "excludeFields": "Comment",
            "page": "1",
            "pageSize": "1000",
        }
        rmm.computers.all(fields="Id,ComputerName", ids=["3"])
        assert server.seen[-1].query["includeFields"] == "Id,ComputerName"
        assert server.seen[-1].query["ids"] == "3"
        assert str(rmm.ping()).startswith("2025")


def test_many_items_give_each_a_result_or_an_error(server: Server) -> None:
    with Client(**settings(server)) as rmm:
        outcomes = rmm.run_concurrently(lambda number: rmm.computers.get(number).Id, [1, 9, 2])
    assert [outcome.value for outcome in outcomes] == ["1", None, "2"]
    assert isinstance(outcomes[1].error, NotFoundError)
    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    with pytest.raises(NotFoundError):
        outcomes[1].result()

    async def many() -> list[Any]:
        async with AsyncClient(**settings(server)) as client:
            return await client.run_concurrently(client.computers.get, [1, 9, 2])

    assert [outcome.ok for outcome in asyncio.run(many())] == [True, False, True]


def test_settings(server: Server) -> None:
    environ = {
        "CONNECTWISE_AUTOMATE_SERVER": "automate.example.com",
        "CONNECTWISE_AUTOMATE_USER": "user",
        "CONNECTWISE_AUTOMATE_PASS": "word",
        "CONNECTWISE_AUTOMATE_TOTP_SECRET": "JBSWY3DPEHPK3PXP",
    }
    assert repr(Client.from_env(environ=environ)) == "<cwql.automate.Client https://automate.example.com/cwa>"
    environ["CONNECTWISE_AUTOMATE_USERNAME"] = "integrator"
    assert "automate.example.com" in repr(AsyncClient.from_env(environ=environ))
    with pytest.raises(ConfigError, match="CONNECTWISE_AUTOMATE_PASSWORD or CONNECTWISE_AUTOMATE_PASS"):
        Client.from_env(environ={"CONNECTWISE_AUTOMATE_SERVER": "x"})
    with pytest.raises(ConfigError, match="totp_secret is not base32"):
        Client(server="x", username="u", password="p", totp_secret="not a key!")
    with pytest.raises(ConfigError, match="give one of two_factor_code and totp_secret"):
        Client(server="x", username="u", password="p", totp_secret="JBSWY3DPEHPK3PXP", two_factor_code="123456")


def test_an_authenticator_s_key_gives_the_codes_of_rfc_6238() -> None:
    from cwql.automate.connection import _codes
    from cwql.client.credentials import Secret
    from cwql.client.drivers import SystemClock

    class At(SystemClock):
        def wall(self) -> float:
            return 1111111109.0

    # The key and time of RFC 6238, appendix B; the code's last six digits.
    code = _codes(None, Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), At())
    assert callable(code)
    assert code() == "081804"
