"""Connections belong to one call at a time, to one process, and to one event loop."""

from __future__ import annotations

import asyncio
import gc
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cwql import automate, manage
from cwql.client import concurrency, connections
from cwql.client.concurrency import renew_after_fork
from cwql.client.connections import Pool, Single
from cwql.client.errors import ClientStateError
from cwql.client.transport import open_transport

from .server import Says, Seen, Server, serve

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")


def answer(request: Seen) -> Says:
    if request.path.endswith("/APICredentials"):
        return Says({"AccessToken": "t", "ExpiresIn": 14400})
    last = request.path.rpartition("/")[2]
    time.sleep(0.005)
    return Says({"id": int(last), "Id": last})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer) as running:
        yield running


def psa(url: str, kind: Any = manage.Client, **settings: Any) -> Any:
    return kind(
        company_id="acme",
        public_key="pub",
        private_key="priv",
        client_id="cid",
        site=url,
        requests_per_minute=1e6,
        burst=10_000,
        **settings,
    )


# --- the pool itself ------------------------------------------------------------------------------------------------------


def test_connection_is_used_again_if_it_is_usable() -> None:
    made = iter(range(10))
    connections: Pool[int] = Pool(lambda: next(made))
    first, second = connections.take(), connections.take()
    assert connections.give_back(first, usable=True) == []
    assert connections.give_back(second, usable=False) == [second]
    assert [connections.take(), connections.take()] == [first, 2]


def test_connections_that_are_idle_for_long_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(range(10))
    pool: Pool[int] = Pool(lambda: next(made))
    taken = [pool.take() for _ in range(4)]
    for connection in taken[:3]:
        pool.give_back(connection, usable=True)
    monkeypatch.setattr(connections, "monotonic", lambda: time.monotonic() + connections.KEPT + 1)
    assert pool.give_back(taken[3], usable=True) == [0, 1, 2]
    assert pool.take() == 3


def test_closed_pool_refuses_calls_and_closes_what_comes_back() -> None:
    made = iter(range(10))
    connections: Pool[int] = Pool(lambda: next(made))
    busy, idle = connections.take(), connections.take()
    connections.give_back(idle, usable=True)
    assert connections.close() == [idle]
    with pytest.raises(ClientStateError, match="the client is closed"):
        connections.take()
    assert connections.give_back(busy, usable=True) == [busy]


def test_httpcore_still_has_the_lock_that_is_replaced() -> None:
    """If this fails, httpcore was rewritten: look at `_unlocked` in `cwql.client.transport` again."""
    transport: Any = open_transport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    plain = httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    inner: Any = plain._transport
    assert type(inner._pool._optional_thread_lock).__name__ == "ThreadLock"
    client = transport._connections.take()
    assert isinstance(client._transport._pool._optional_thread_lock, type(threading.RLock()))
    plain.close()
    client.close()


def test_threads_use_as_many_connections_as_there_are_places(server: Server) -> None:
    with psa(server.url, max_concurrency=3) as client:
        outcomes = client.run_concurrently(client.service.tickets.get, range(1, 40), max_concurrency=12)
        assert [outcome.result().id for outcome in outcomes] == list(range(1, 40))
        assert 1 <= len(client._transport._connections) <= 3


def test_call_under_way_ends_after_close(server: Server) -> None:
    with serve(lambda request: time.sleep(0.1) or answer(request)) as slow:  # type: ignore[func-returns-value]
        client = psa(slow.url)
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(client.service.tickets.get(5).id))
        thread.start()
        time.sleep(0.05)
        client.close()
        thread.join(5)
        assert found == [5]
        assert len(client._transport._connections) == 0
        with pytest.raises(ClientStateError, match="closed"):
            client.service.tickets.get(5)


# --- event loops ----------------------------------------------------------------------------------------------------------


# The connections that the first loop left open are closed when they are collected, with a warning.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_second_event_loop_is_a_clear_error(server: Server) -> None:
    async def get(client: Any) -> int:
        return int((await client.service.tickets.get(5)).id)

    def use() -> None:
        client = psa(server.url, manage.AsyncClient)
        assert asyncio.run(get(client)) == 5
        for _ in range(2):
            with pytest.raises(ClientStateError, match="make one client for each loop"):
                asyncio.run(get(client))
        # Closing is possible in any loop.
        asyncio.run(client.aclose())

    use()
    gc.collect()


def test_given_client_in_a_second_event_loop_is_a_clear_error(server: Server) -> None:
    given = httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    client = psa(server.url, manage.AsyncClient, http_client=given)

    async def get(close: bool) -> int:
        found = int((await client.service.tickets.get(5)).id)
        if close:
            await given.aclose()
        return found

    assert asyncio.run(get(close=True)) == 5
    with pytest.raises(ClientStateError, match="another event loop"):
        asyncio.run(get(close=False))


def test_many_loops_with_a_client_each(server: Server) -> None:
    async def get(number: int) -> int:
        async with psa(server.url, manage.AsyncClient) as client:
            return int((await client.service.tickets.get(number)).id)

    assert [asyncio.run(get(number)) for number in (1, 2, 3)] == [1, 2, 3]


# --- forks ----------------------------------------------------------------------------------------------------------------

FORK = """
import os, sys, threading, time, warnings, asyncio, gc
from concurrent.futures import Future
from tests.client.test_pool import psa, rmm
from cwql import manage
url = sys.argv[1]

def in_child(work):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, repr(work()).encode())
        except BaseException as error:
            os.write(write, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(write)
    return child, read

def result(forked):
    os.waitpid(forked[0], 0)
    return os.read(forked[1], 100_000).decode()
"""


def forked(server: Server, script: str) -> list[str]:
    """Run a script that forks, in a separate process, and return the lines that it prints."""
    # Newer versions of Python warn of every fork while there are threads.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK + script, server.url]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


def rmm(url: str, kind: Any = automate.Client) -> Any:
    return kind(server=url, username="jdoe", password="pw", requests_per_minute=1e6, burst=10_000)


@needs_fork
@pytest.mark.parametrize("product", ["psa", "rmm"])
def test_both_processes_get_their_own_responses_after_a_fork(server: Server, product: str) -> None:
    lines = forked(
        server,
        f"""
client = {product}(url)
place = client.service.tickets if "{product}" == "psa" else client.clients
place.get(1)
def many(base):
    return [number for number in range(base, base + 60) if int(place.get(number).id) != number]
child = in_child(lambda: many(1000))
print(many(2000))
print(result(child))
""",
    )
    assert lines == ["[]", "[]"]


@needs_fork
def test_places_and_locks_of_other_threads_are_free_in_the_child(server: Server) -> None:
    lines = forked(
        server,
        """
client = psa(url, max_concurrency=2)
client.service.tickets.get(1)
limit, turnstile = client._core.line.limit, client._core.line.limit._turnstile
from cwql.client.effects import Send
from cwql.client.http_types import Request
held = [limit.send(Request("GET", url)) for _ in range(2)]
assert all(isinstance(next(flow), Send) for flow in held)
assert turnstile.free == 0
locks = [turnstile._lock, limit.bucket._lock, client._core.line.quota._lock]
for lock in locks:
    lock.acquire()
# What the fork interrupted ends in the child as well, and frees nothing twice.
child = in_child(lambda: (client.service.tickets.get(7).id, [flow.close() for flow in held], turnstile.free))
for lock in locks:
    lock.release()
print(turnstile.free)
print(result(child))
""",
    )
    assert lines == ["0", "(7, [None, None], 2)"]


@needs_fork
def test_sign_in_of_another_thread_is_not_awaited_in_the_child(server: Server) -> None:
    lines = forked(
        server,
        """
client = rmm(url)
authentication = client._core.line.authentication
from cwql.client.concurrency import Promise
authentication._flight._current = Promise()
child = in_child(lambda: client.clients.get(7).id)
print(result(child))
""",
    )
    assert lines == ["7"]


@needs_fork
def test_asynchronous_client_works_in_a_loop_of_the_child(server: Server) -> None:
    lines = forked(
        server,
        """
client = psa(url, manage.AsyncClient)
async def get(number):
    return (await client.service.tickets.get(number)).id
async def main():
    await get(1)
    child = in_child(lambda: asyncio.run(get(2)))
    print(await get(3))
    print(result(child))
    await client.aclose()
asyncio.run(main())
""",
    )
    assert lines == ["3", "2"]


@needs_fork
def test_given_client_is_refused_after_a_fork(server: Server) -> None:
    lines = forked(
        server,
        """
import httpx, ssl
given = httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
client = psa(url, http_client=given)
unused = in_child(lambda: client.service.tickets.get(2).id)
print(result(unused))
client.service.tickets.get(1)
used = in_child(lambda: client.service.tickets.get(2).id)
print(client.service.tickets.get(3).id)
print(result(used))
client.close()
given.close()
""",
    )
    assert lines[:2] == ["2", "3"]
    assert lines[2].startswith("ClientStateError: the http_client or transport of this client was used before a fork")


@needs_fork
def test_connection_of_the_parent_is_refused_even_if_no_hook_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some servers fork in C, and do not run Python's hooks."""
    made = iter(range(10))
    connections: Pool[int] = Pool(lambda: next(made))
    connections.give_back(connections.take(), usable=True)
    given = httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    single = Single(given, owned=True)
    single.take()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert connections.take() == 1
    with pytest.raises(ClientStateError, match="before a fork"):
        single.take()
    given.close()


def test_what_is_gone_is_not_renewed() -> None:
    class Thing:
        """Something with a lock."""

    thing = Thing()
    renew_after_fork(thing, lambda thing: None)
    assert thing in concurrency._registered
    del thing
    assert not any(isinstance(found, Thing) for found in concurrency._registered)
