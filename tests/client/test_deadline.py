"""The deadline of a call: it limits every wait of every part, over real sockets and in a simulation."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from email.utils import formatdate
from itertools import cycle
from time import time
from typing import Any

import httpx
import pytest

from cwql import automate, manage
from cwql.client.auth import KeyPair
from cwql.client.drivers import SystemClock, arun, run
from cwql.client.effects import DeadlineExceeded, Flow, Send, Sleep, Wait, Work, within
from cwql.client.errors import APIError, APITimeoutError, RateLimitError, ServerError
from cwql.client.http_types import Headers, Request, Response, TransportFailure
from cwql.client.limit import RateLimit, RateLimiter
from cwql.client.origin import Origin
from cwql.client.retry import RetryPolicy
from cwql.client.send import ServerConnection, call
from scripts.fuzz.raw_server import Arrived, RawServer, Watch, head, respond

from .simulation import Simulation

TRUST = ssl.create_default_context()
GET = Request("GET", "https://example.com/x")
POST = Request("POST", "https://example.com/x")
SLACK = 1.5
"""Seconds that a busy machine may add."""


def options(**more: Any) -> dict[str, Any]:
    policy = RetryPolicy(max_retries=2, backoff_factor=0.01, backoff_max=0.02, deadline=0.6)
    return {"verify": TRUST, "timeout": 0.4, "requests_per_minute": 60_000, "burst": 1000, "retry": policy, **more}


def psa(kind: Any, server: RawServer, **more: Any) -> Any:
    return kind(
        company_id="acme",
        public_key="pub",
        private_key="s3cr3t-key",
        client_id="guid",
        base_url=server.url,
        **options(**more),
    )


def fetch(mode: str, server: RawServer, **more: Any) -> Exception:
    """Return the error of one call."""

    async def tasks() -> None:
        async with psa(manage.AsyncClient, server, **more) as client:
            await client.service.boards.get(1)

    def threads() -> None:
        with psa(manage.Client, server, **more) as client:
            client.service.boards.get(1)

    with pytest.raises(APIError) as caught:
        asyncio.run(tasks()) if mode == "async" else threads()
    return caught.value


# --- over real sockets ------------------------------------------------------------------------------------------------

LONG = {"Content-Length": "100000"}
CHUNKED = {"Transfer-Encoding": "chunked"}

DRIPS: dict[str, tuple[bytes, list[bytes]]] = {
    "in the status line": (b"HTTP/1.1 200 O", [b"K"]),
    "in the headers": (b"HTTP/1.1 200 OK\r\nX-Slow: ", [b"x"]),
    "in many headers": (b"HTTP/1.1 200 OK\r\n", [b"A", b":", b"1", b"\r", b"\n"]),
    "in the body": (head(200, LONG), [b" "]),
    "in an error's body": (head(500, LONG), [b" "]),
    "in a chunk's size": (head(200, CHUNKED), [b"0"]),
    "of early hints": (b"", [head(103)]),
}
"""The bytes that are sent at once, and the pieces that follow slowly and without end."""


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("drip", DRIPS)
def test_a_slow_drip_ends_at_the_deadline(drip: str, mode: str) -> None:
    start, pieces = DRIPS[drip]

    def send(connection: socket.socket, request: Arrived) -> bool:
        connection.sendall(start)
        for piece in cycle(pieces):
            connection.sendall(piece)
            if server.closing.wait(0.1):
                break
        return False

    with RawServer(send) as server, Watch() as watch:
        error = fetch(mode, server)
    assert type(error) is APITimeoutError
    assert error.request_sent
    assert 0.5 < watch.seconds < 0.6 + SLACK
    # Each read got a byte in time, so only the deadline ended it, and there was no time for a second attempt.
    assert len(server.arrived) == 1


@pytest.mark.parametrize("given", ["http_client", "transport"])
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_slow_drip_ends_at_the_deadline_in_a_client_of_the_user(mode: str, given: str) -> None:
    def send(connection: socket.socket, request: Arrived) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not server.closing.wait(0.1):
            connection.sendall(b"x")
        return False

    made: dict[tuple[str, str], Any] = {
        ("http_client", "sync"): httpx.Client,
        ("http_client", "async"): httpx.AsyncClient,
        ("transport", "sync"): httpx.HTTPTransport,
        ("transport", "async"): httpx.AsyncHTTPTransport,
    }
    with RawServer(send) as server, Watch() as watch:
        error = fetch(mode, server, **{given: made[given, mode](verify=TRUST)})
    assert type(error) is APITimeoutError
    assert watch.seconds < 0.6 + SLACK


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_silence_ends_at_the_deadline_although_one_read_may_last_longer(mode: str) -> None:
    with RawServer(lambda connection, request: server.closing.wait(20) and False) as server, Watch() as watch:
        error = fetch(mode, server, timeout=60.0)
    assert type(error) is APITimeoutError
    assert watch.seconds < 0.6 + SLACK


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_server_that_does_not_read_the_request_ends_at_the_deadline(mode: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, Watch() as watch:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        body = b"x" * (32 << 20)
        document = {"recordId": 1, "recordType": "Ticket", "title": "x"}

        async def tasks() -> None:
            async with manage.AsyncClient(
                company_id="acme",
                public_key="pub",
                private_key="priv",
                client_id="guid",
                base_url=url,
                **options(timeout=60.0),
            ) as psa:
                await psa.system.documents.create(document, file=body)

        def threads() -> None:
            with manage.Client(
                company_id="acme",
                public_key="pub",
                private_key="priv",
                client_id="guid",
                base_url=url,
                **options(timeout=60.0),
            ) as psa:
                psa.system.documents.create(document, file=body)

        with pytest.raises(APITimeoutError) as caught:
            asyncio.run(tasks()) if mode == "async" else threads()
    assert caught.value.request_sent
    assert watch.seconds < 0.6 + SLACK


RETRY_AFTER: dict[str, Callable[[], str]] = {
    "seconds": lambda: "30",
    "fraction": lambda: "3.5",
    "years": lambda: str(10 * 365 * 86_400),
    "time of day": lambda: str(int(time()) + 900),
    "date": lambda: formatdate(time() + 900, usegmt=True),
}


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("form", RETRY_AFTER)
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_server_asks_for_is_not_begun_if_it_is_too_long(status: int, form: str, mode: str) -> None:
    after = RETRY_AFTER[form]()
    with RawServer(lambda it, _: respond(it, b"{}", status, {"Retry-After": after})) as server, Watch() as watch:
        error = fetch(mode, server)
    assert type(error) is (RateLimitError if status == 429 else ServerError)
    seconds = {"seconds": 30, "fraction": 3.5, "years": 10 * 365 * 86_400, "time of day": 900, "date": 900}[form]
    assert error.retry_after == pytest.approx(seconds, abs=120)
    assert len(server.arrived) == 1
    assert watch.seconds < SLACK


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_the_longest_wait_of_a_policy_limits_the_rate_limit_as_well(mode: str) -> None:
    policy = RetryPolicy(max_retries=2, backoff_factor=0.01, backoff_max=0.02, retry_after_max=0.1, deadline=20.0)
    with RawServer(lambda it, _: respond(it, b"{}", 429, {"Retry-After": "30"})) as server, Watch() as watch:
        error = fetch(mode, server, retry=policy)
    assert type(error) is RateLimitError
    assert len(server.arrived) == 3
    assert watch.seconds < SLACK


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_nothing_left_holds_the_next_call_until_its_deadline_only(mode: str) -> None:
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "25"}
    with RawServer(lambda it, _: respond(it, b'{"id": 1}', 200, spent)) as server:

        async def tasks() -> list[Any]:
            async with psa(manage.AsyncClient, server) as client:
                await client.service.boards.get(1)
                return await asyncio.gather(*[client.service.boards.get(1) for _ in range(30)], return_exceptions=True)

        def threads() -> list[Any]:
            with psa(manage.Client, server) as client:
                client.service.boards.get(1)
                return [
                    outcome.error
                    for outcome in client.run_concurrently(client.service.boards.get, range(1, 31), max_concurrency=30)
                ]

        with Watch() as watch:
            errors = asyncio.run(tasks()) if mode == "async" else threads()
    assert watch.seconds < SLACK
    assert {type(error) for error in errors} == {RateLimitError}
    assert len(server.arrived) == 1
    # It is clear at once that the turn comes too late, and the calls that give up do not push it further away.
    assert all("allows the next request in 2" in str(error) for error in errors)
    assert all(isinstance(error.retry_after, float) and 20 < error.retry_after <= 25 for error in errors)
    assert {error.attempts for error in errors} == {0}


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_calls_behind_a_slow_one_wait_until_their_deadline(mode: str) -> None:
    with RawServer(lambda connection, request: server.closing.wait(20) and False) as server, Watch() as watch:

        async def tasks() -> list[Any]:
            async with psa(manage.AsyncClient, server, max_concurrency=1, timeout=60.0) as client:
                return await asyncio.gather(*[client.service.boards.get(1) for _ in range(8)], return_exceptions=True)

        def threads() -> list[Any]:
            with psa(manage.Client, server, max_concurrency=1, timeout=60.0) as client:
                return [
                    outcome.error
                    for outcome in client.run_concurrently(client.service.boards.get, range(1, 9), max_concurrency=8)
                ]

        errors = asyncio.run(tasks()) if mode == "async" else threads()
    assert watch.seconds < 0.6 + SLACK
    assert {type(error) for error in errors} <= {RateLimitError, APITimeoutError}
    assert len(server.arrived) <= 8


class SlowSignIn:
    """A server whose first sign-in does not end; the others do at once."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.released = threading.Event()
        self.signed_in = 0

    def __call__(self, connection: socket.socket, request: Arrived) -> bool:
        if not request.path.endswith("/APICredentials"):
            return respond(connection, b"[]")
        self.signed_in += 1
        if self.signed_in == 1:
            self.begun.set()
            self.released.wait(20)
            return False
        return respond(connection, b'{"AccessToken": "t", "ExpiresIn": 3600}')


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_one_call_s_deadline_is_not_the_error_of_those_that_wait_for_its_sign_in(mode: str) -> None:
    slow = SlowSignIn()
    keys: Any = {"username": "jdoe", "password": "secret-pw", "client_id": "guid"}
    patient = RetryPolicy(deadline=60.0)
    with RawServer(slow) as server, Watch() as watch:

        async def tasks() -> list[Any]:
            async with automate.AsyncClient(server=server.url, **keys, **options(timeout=60.0)) as client:
                first = asyncio.create_task(client.clients.all())
                await asyncio.to_thread(slow.begun.wait, 10)
                others = [client.clients.all(retry=patient) for _ in range(3)]
                return await asyncio.gather(first, *others, client.clients.all(), return_exceptions=True)

        def threads() -> list[Any]:
            with automate.Client(server=server.url, **keys, **options(timeout=60.0)) as client:

                def work(number: int) -> Any:
                    if number:
                        slow.begun.wait(10)
                    return client.clients.all(retry=patient) if number in (1, 2, 3) else client.clients.all()

                return [outcome.error or outcome.value for outcome in client.run_concurrently(work, range(5))]

        results = asyncio.run(tasks()) if mode == "async" else threads()
        slow.released.set()
    assert type(results[0]) is APITimeoutError
    assert "APICredentials" in str(results[0])
    assert results[1:4] == [[], [], []]
    # The last one has the same deadline as the first, or a moment more: it either signs in itself or gives up.
    assert results[4] == [] or type(results[4]) is APITimeoutError
    assert slow.signed_in == 2
    assert watch.seconds < 0.6 + 2 * SLACK


# --- steps ------------------------------------------------------------------------------------------------------------


def take(step: Any) -> Flow[Any]:
    return (yield step)


class Instant:
    """Note the request that would be sent."""

    def __init__(self) -> None:
        self.request = GET

    def send(self, request: Request) -> Response:
        self.request = request
        return Response(200)


def test_steps_get_the_time_that_is_left() -> None:
    transport, clock = Instant(), SystemClock()
    run(within(take(Send(GET)), 10.0, clock), transport, clock)
    assert transport.request.total_timeout is not None
    assert 9.0 < transport.request.total_timeout <= 10.0
    run(within(within(take(Send(GET)), 5.0, clock), 10.0, clock), transport, clock)
    assert transport.request.total_timeout <= 5.0
    run(within(take(Send(GET)), None, clock), transport, clock)
    assert transport.request.total_timeout is None


def test_a_step_that_ends_too_late_is_not_begun() -> None:
    transport, clock = Instant(), SystemClock()
    with Watch() as watch, pytest.raises(DeadlineExceeded) as caught:
        run(within(take(Sleep(30.0)), 10.0, clock), transport, clock)
    assert caught.value.seconds == 30.0
    assert watch.seconds < 5
    with pytest.raises(TransportFailure) as failed:
        run(within(take(Send(POST)), 0.0, clock), transport, clock)
    assert (failed.value.kind, failed.value.sent) == ("deadline", False)
    assert transport.request is GET


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_wait_ends_and_leaves_its_future_alone(mode: str) -> None:
    clock = SystemClock()
    pending: Future[int] = Future()
    flow = within(take(Wait(pending)), 0.05, clock)
    with pytest.raises(DeadlineExceeded):
        asyncio.run(arun(flow, Instant(), clock)) if mode == "async" else run(flow, Instant(), clock)  # type: ignore[arg-type]
    pending.set_result(7)
    assert run(within(take(Wait(pending)), 0.0, clock), Instant(), clock) == 7


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_timeout_that_the_future_itself_raises_is_not_the_deadline(mode: str) -> None:
    clock = SystemClock()
    failed: Future[int] = Future()
    failed.set_exception(TimeoutError("of its own"))
    flow = within(take(Wait(failed)), 5.0, clock)
    with pytest.raises(TimeoutError, match="of its own"):
        asyncio.run(arun(flow, Instant(), clock)) if mode == "async" else run(flow, Instant(), clock)  # type: ignore[arg-type]


def test_a_flow_that_is_closed_cleans_up_inside_the_deadline() -> None:
    cleaned: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield Sleep(1.0)
        finally:
            cleaned.append("yes")

    outer = within(flow(), 10.0, SystemClock())
    next(outer)
    outer.close()
    assert cleaned == ["yes"]


def test_errors_of_work_pass_through() -> None:
    def broken() -> None:
        raise KeyError("x")

    def flow() -> Flow[str]:
        try:
            yield Work(broken)
        except KeyError:
            return "met"
        return "not met"

    assert run(within(flow(), 10.0, SystemClock()), Instant(), SystemClock()) == "met"


# --- in a simulation --------------------------------------------------------------------------------------------------


def line_to(
    simulation: Simulation, policy: RetryPolicy, bucket: RateLimiter | None = None, most: int = 10
) -> ServerConnection:
    keys = KeyPair("acme", "pub", "priv", "guid")
    limit = RateLimit(simulation, bucket or RateLimiter(clock=simulation, requests_per_minute=6000, burst=1000), most)
    return ServerConnection(
        "manage", Origin.of("https://example.com"), "https://example.com", keys, limit, simulation, retry=policy
    )


@pytest.mark.parametrize("burst", [1, 5])
def test_calls_that_give_up_take_no_turn(burst: int) -> None:
    """A hundred calls find no turn before their deadline; one that comes later is not delayed by them."""
    simulation = Simulation(lambda request: Response(200, Headers(), b""))
    line = line_to(
        simulation, RetryPolicy(deadline=5.0), RateLimiter(clock=simulation, requests_per_minute=6, burst=burst), 1000
    )
    results = [simulation.start(call(line, GET)) for _ in range(burst + 100)]
    late: list[Future[Any]] = []
    simulation.at(9.0, lambda: late.append(simulation.start(call(line, GET))))
    simulation.settle()
    assert sum(result.exception() is None for result in results) == burst
    assert {type(result.exception()) for result in results} == {type(None), RateLimitError}
    assert late[0].exception() is None
    assert [round(at, 6) for at, _ in simulation.sent] == [0.0] * burst + [10.0]


def close(flows: list[Flow[Any]]) -> None:
    for flow in flows:
        flow.close()


def test_a_cancelled_call_takes_no_turn() -> None:
    simulation = Simulation(lambda request: Response(200))
    bucket = RateLimiter(clock=simulation, requests_per_minute=60, burst=1)
    limit = RateLimit(simulation, bucket, 1000)
    simulation.start(limit.send(GET))
    waiting = [limit.send(GET) for _ in range(50)]
    simulation.at(0.1, lambda: [next(flow) for flow in waiting])
    simulation.at(0.2, lambda: close(waiting))
    simulation.at(0.3, lambda: simulation.start(limit.send(GET)))
    simulation.settle()
    assert [at for at, _ in simulation.sent] == pytest.approx([0.0, 1.0])


def test_a_retry_that_does_not_take_place_costs_no_quota() -> None:
    simulation = Simulation(lambda request: Response(503, Headers({"retry-after": "60"})))
    line = line_to(simulation, RetryPolicy(deadline=5.0))
    for _ in range(100):
        with pytest.raises(ServerError):
            simulation.finish(call(line, GET))
    assert line.quota.left == line.quota.capacity


def test_the_last_reply_is_the_error_when_the_time_is_over() -> None:
    replies = iter(
        [Response(500, Headers(), b'{"message": "first"}'), Response(503, Headers(), b'{"message": "second"}')]
    )
    simulation = Simulation(lambda request: next(replies), latency=1.0)
    line = line_to(simulation, RetryPolicy(backoff_factor=0.0, deadline=2.5))
    result = simulation.start(call(line, GET))
    simulation.settle()
    error = result.exception()
    # The third attempt had half a second left.
    assert type(error) is APITimeoutError
    assert error.attempts == 3
    assert simulation.now() == 2.5


def test_a_slow_place_in_the_queue_is_an_error_of_the_rate_limit() -> None:
    simulation = Simulation(lambda request: Response(200), latency=4.0)
    line = line_to(simulation, RetryPolicy(deadline=5.0), most=1)
    results = [simulation.start(call(line, GET)) for _ in range(3)]
    simulation.settle()
    errors = [result.exception() for result in results]
    assert errors[0] is None
    assert type(errors[1]) is APITimeoutError
    assert type(errors[2]) is RateLimitError
    assert "too many calls were under way" in str(errors[2])
    assert simulation.now() == 5.0
