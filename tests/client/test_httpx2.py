"""httpx2 in place of httpx: given as a client or a transport, preferred, or installed alone.

``make test-httpx2`` runs all tests of the clients over httpx2.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from typing import Any

import httpx
import httpx2
import pytest

import cwql
from cwql.client.transport import find_library
from cwql.manage import AsyncClient, Client
from cwql.sandbox import Sandbox

from .server import Says, serve

KEYS: dict[str, Any] = {"company_id": "acme", "public_key": "pub", "private_key": "priv", "client_id": "cid"}
BOARD = {"id": 1, "name": "Help Desk"}


def test_a_client_of_httpx2_is_used_and_stays_open() -> None:
    with serve(lambda request: Says(BOARD)) as server, httpx2.Client() as own:
        with Client(**KEYS, site=server.url, http_client=own) as psa:
            assert psa.service.boards.get(1).name == "Help Desk"
        assert not own.is_closed
        assert f"httpx2/{httpx2.__version__}" in server.seen[0].headers["user-agent"]


def test_an_asynchronous_client_of_httpx2_is_used() -> None:
    async def main() -> None:
        with serve(lambda request: Says(BOARD)) as server:
            async with httpx2.AsyncClient() as own, AsyncClient(**KEYS, site=server.url, http_client=own) as psa:
                assert (await psa.service.boards.get(1)).name == "Help Desk"

    asyncio.run(main())


def test_a_transport_of_httpx2_is_used() -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=BOARD))
    with Client(**KEYS, site="na", transport=transport) as psa:
        assert psa.service.boards.get(1).name == "Help Desk"


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: str(library.__name__))
def test_the_sandbox_answers_clients_of_both_in_process(library: Any) -> None:
    box = Sandbox(faults=["reset:1:1"])
    own = library.Client(transport=box.transport())
    with own, Client.from_env(environ=box.environment, http_client=own) as psa:
        assert psa.service.boards.count() > 0
    box.close()


FAILURES = {
    "ConnectTimeout": cwql.APITimeoutError,
    "ReadTimeout": cwql.APITimeoutError,
    "PoolTimeout": cwql.APITimeoutError,
    "ConnectError": cwql.APIConnectionError,
    "ReadError": cwql.APIConnectionError,
    "RemoteProtocolError": cwql.APIConnectionError,
    "ProxyError": cwql.APIConnectionError,
}


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: str(library.__name__))
@pytest.mark.parametrize("name", FAILURES)
def test_exceptions_of_both_are_explained_in_the_same_way(library: Any, name: str) -> None:
    def fail(request: Any) -> Any:
        raise getattr(library, name)("secret detail", request=request)

    transport = library.MockTransport(fail)
    with Client(**KEYS, site="na", transport=transport, max_retries=0) as psa, pytest.raises(FAILURES[name]) as caught:
        psa.service.boards.get(1)
    assert type(caught.value) is FAILURES[name]
    assert "secret detail" not in str(caught.value)
    sent = name not in ("ConnectTimeout", "PoolTimeout", "ConnectError", "ProxyError")
    assert isinstance(caught.value, cwql.APIConnectionError)
    assert caught.value.request_sent is sent


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: str(library.__name__))
def test_a_deadline_ends_a_slow_response_of_both(library: Any) -> None:
    own = library.Client()
    with serve(lambda request: Says(BOARD, fault="stall")) as server, own:
        psa = Client(**KEYS, site=server.url, http_client=own)
        with pytest.raises(cwql.APITimeoutError):
            psa.service.boards.get(1, deadline=0.3, max_retries=0)
        psa.close()


def test_the_logger_of_httpx2_shows_no_customer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serve(lambda request: Says([])) as server, httpx2.Client() as own:
        with Client(**KEYS, site=server.url, http_client=own) as psa:
            psa.company.contacts.all("lastName = 'Anna Secret'")
        assert "Secret" in server.seen[0].query["conditions"]
    assert "httpx2" in {record.name for record in caplog.records}
    assert "Anna" not in caplog.text


def test_httpx2_alone_is_enough() -> None:
    program = """
import sys
sys.modules["httpx"] = sys.modules["httpcore"] = None    # not installed
from cwql.manage import Client
from cwql.sandbox import Sandbox
box = Sandbox()
with Client.from_env(environ=box.environment, transport=box.transport()) as psa:
    print(psa.service.boards.count() > 0)
print("click" in sys.modules, "rich" in sys.modules)
with Sandbox() as box, Client.from_env(environ=box.environment) as psa:
    print(psa.service.boards.count() > 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("True\nFalse False\nTrue\n", "")


def test_other_objects_belong_to_the_default() -> None:
    class Own(httpx2.Client):
        pass

    assert find_library(Own()) is httpx2
    assert find_library(None, object()).__name__ in ("httpx", "httpx2")
