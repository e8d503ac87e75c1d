"""The two gates: calls at once and calls a minute; limits learnt from headers; a storm of 429s."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time

import pytest

from cwql.client.auth import KeyPair
from cwql.client.drivers import SystemClock, arun, run
from cwql.client.effects import Flow
from cwql.client.errors import APIConnectionError, RateLimitError, ServerError
from cwql.client.http_types import Headers, Request, Response, TransportFailure
from cwql.client.limit import ConcurrencyLimiter, RateLimit, RateLimiter
from cwql.client.origin import Origin
from cwql.client.retry import RetryPolicy
from cwql.client.send import ServerConnection, call

from .simulation import Simulation

GET = Request("GET", "https://example.com/x")


def limited(**headers: str) -> Response:
    return Response(200, Headers({name.replace("_", "-"): value for name, value in headers.items()}))


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(1 for t in times if start <= t < start + seconds) for start in times)


def test_bucket_lets_a_burst_through_then_one_a_second() -> None:
    simulation = Simulation(lambda request: limited())
    limit = RateLimit(simulation, max_concurrency=1000)
    for _ in range(120):
        simulation.start(limit.send(GET))
    simulation.settle()
    times = [at for at, _ in simulation.sent]
    assert times == pytest.approx([0.0] * 60 + [float(n) for n in range(1, 61)])


def test_bucket_fills_up_again() -> None:
    simulation = Simulation(lambda request: limited())
    limit = RateLimit(simulation, RateLimiter(clock=simulation, requests_per_minute=600, burst=5))
    for begin in (0.0, 0.2, 100.0):
        for _ in range(6):
            simulation.at(begin, lambda: simulation.start(limit.send(GET)))
    simulation.settle()
    times = [round(at, 6) for at, _ in simulation.sent]
    assert times == [0.0] * 5 + [0.1] + [0.2] + [round(0.3 + n / 10, 6) for n in range(5)] + [100.0] * 5 + [100.1]


def test_concurrency_is_capped() -> None:
    simulation = Simulation(lambda request: limited(), latency=1.0)
    limit = RateLimit(simulation, RateLimiter(clock=simulation, burst=1000))
    results = [simulation.start(limit.send(GET)) for _ in range(95)]
    simulation.settle()
    assert simulation.most_flying == 10
    assert all(result.result().status_code == 200 for result in results)
    assert simulation.now() == 10.0


def test_a_failure_gives_its_place_back() -> None:
    simulation = Simulation(lambda request: TransportFailure("reset", True), latency=1.0)
    limit = RateLimit(simulation, max_concurrency=1)
    results = [simulation.start(limit.send(GET)) for _ in range(5)]
    simulation.settle()
    assert all(isinstance(result.exception(), TransportFailure) for result in results)
    assert len(simulation.sent) == 5


def test_a_bucket_of_ones_own_needs_no_clock() -> None:
    bucket = RateLimiter(requests_per_minute=60, burst=2)
    waits = [bucket._reserve()[0] for _ in range(3)]
    assert waits[:2] == [0, 0]
    assert 0.9 < waits[2] <= 1


def test_server_limit_is_learnt_or_not() -> None:
    simulation = Simulation(lambda request: limited(x_ratelimit_limit="120", x_ratelimit_remaining="100"))
    bucket = RateLimiter(clock=simulation)
    RateLimit(simulation, bucket).update(limited(x_ratelimit_limit="120"))
    assert bucket.requests_per_minute == 120
    for odd in ("0", "-5", "many", "1e9", "99999999999", "", "٣"):
        RateLimit(simulation, bucket).update(limited(x_ratelimit_limit=odd, x_ratelimit_remaining=odd))
    assert bucket.requests_per_minute == 120
    RateLimit(simulation, bucket, learn=False).update(limited(x_ratelimit_limit="600"))
    assert bucket.requests_per_minute == 120


def test_what_is_left_is_only_lowered() -> None:
    simulation = Simulation(lambda request: limited())
    limit = RateLimit(simulation, max_concurrency=100)
    limit.update(limited(x_ratelimit_remaining="3"))
    limit.update(limited(x_ratelimit_remaining="50"))
    for _ in range(6):
        simulation.start(limit.send(GET))
    simulation.settle()
    assert [at for at, _ in simulation.sent] == pytest.approx([0, 0, 0, 1, 2, 3])


def test_nothing_left_waits_for_the_reset() -> None:
    simulation = Simulation(lambda request: limited())
    limit = RateLimit(simulation)
    limit.update(limited(x_ratelimit_remaining="0", x_ratelimit_reset="17"))
    for _ in range(3):
        simulation.start(limit.send(GET))
    simulation.settle()
    assert [at for at, _ in simulation.sent] == pytest.approx([17, 18, 19])


def test_a_429_holds_those_who_wait_already() -> None:
    simulation = Simulation(lambda request: limited())
    limit = RateLimit(simulation, RateLimiter(clock=simulation, burst=1), max_concurrency=100)
    for _ in range(5):
        simulation.start(limit.send(GET))
    simulation.at(1.5, lambda: limit.update(Response(429, Headers({"retry-after": "20"}))))
    simulation.settle()
    assert [at for at, _ in simulation.sent] == pytest.approx([0, 1, 21.5, 22.5, 23.5])


def test_a_turn_from_before_a_pause_is_not_given_back_after_it() -> None:
    simulation = Simulation(lambda request: limited())
    bucket = RateLimiter(clock=simulation, burst=2)
    assert [bucket._reserve()[0] for _ in range(2)] == [0, 0]
    waiting = bucket._take()
    next(waiting)
    bucket._hold(10)
    waiting.close()
    # After a pause there is no burst.
    assert [bucket._reserve()[0] for _ in range(3)] == pytest.approx([10, 11, 12])


class Window:
    """A server that takes 60 requests in every minute of the clock, and says 429 to the rest."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.minute = -1
        self.count = 0
        self.accepted = 0
        self.refused = 0

    def __call__(self, request: Request) -> Response:
        now = self.simulation.now()
        if int(now // 60) != self.minute:
            self.minute, self.count = int(now // 60), 0
        self.count += 1
        if self.count > 60:
            self.refused += 1
            return Response(429, Headers({"retry-after": str(int(60 - now % 60) + 1)}))
        self.accepted += 1
        return Response(200)


def line_to(simulation: Simulation, limit: RateLimit, policy: RetryPolicy, seed: int = 5) -> ServerConnection:
    keys = KeyPair("acme", "pub", "priv", "guid")
    origin = Origin.of("https://example.com")
    chance = random.Random(seed).random
    return ServerConnection("manage", origin, str(origin), keys, limit, simulation, retry=policy, chance=chance)


@pytest.mark.parametrize("believed", [60, 600])
def test_a_storm_of_1000_calls(believed: int) -> None:
    """A thousand calls at once: all succeed, none more than five times, and the server is not hammered.

    With a client that believes in ten times the server's rate, the 429s have to do the teaching.
    """
    simulation = Simulation(latency=0.2)
    server = Window(simulation)
    simulation._server = server
    bucket = RateLimiter(clock=simulation, requests_per_minute=believed, burst=believed)
    limit = RateLimit(simulation, bucket)
    line = line_to(simulation, limit, RetryPolicy(max_retries=7, deadline=None))
    results = [simulation.start(call(line, GET)) for _ in range(1000)]
    simulation.settle()
    attempts = [result.result().attempts for result in results]
    assert len(attempts) == server.accepted == 1000
    assert max(attempts) <= 5
    assert simulation.most_flying <= 10
    # The server's own limit makes 1,000 calls last 16 minutes; the storm may cost a tenth of that.
    assert simulation.now() <= 16 * 60 * 1.1 + 60
    assert server.refused <= (60 if believed == 60 else 600)


def test_queue_survives_cancelled_waiters() -> None:
    simulation = Simulation(lambda request: limited(), latency=1.0)
    limit = RateLimit(simulation, max_concurrency=1)
    first = simulation.start(limit.send(GET))
    waiting = limit.send(GET)
    simulation.at(0.1, lambda: next(waiting))
    last: list[Flow[Response]] = []
    simulation.at(0.2, lambda: simulation.start(limit.send(GET)))
    simulation.at(0.5, waiting.close)
    simulation.settle()
    assert first.result().status_code == 200
    assert len(simulation.sent) == 2
    assert not last


class Instant:
    """A transport that takes a moment and counts who is inside."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.count = 0
        self.lock = threading.Lock()

    def enter(self) -> None:
        with self.lock:
            self.inside += 1
            self.count += 1
            self.most = max(self.most, self.inside)

    def leave(self) -> Response:
        with self.lock:
            self.inside -= 1
        return Response(200)

    def send(self, request: Request) -> Response:
        self.enter()
        time.sleep(0.001)
        return self.leave()


class InstantTasks(Instant):
    async def send(self, request: Request) -> Response:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self.enter()
        try:
            await asyncio.sleep(0.001)
        finally:
            reply = self.leave()
        return reply


def test_threads_and_two_event_loops_share_the_gates() -> None:
    clock = SystemClock()
    limit = RateLimit(clock, RateLimiter(clock=clock, requests_per_minute=60_000, burst=50))
    shared, tasks = Instant(), InstantTasks()
    tasks.lock = shared.lock
    tasks.enter, tasks.leave = shared.enter, shared.leave  # type: ignore[method-assign]

    def loop() -> None:
        async def main() -> None:
            calls = [asyncio.create_task(arun(limit.send(GET), tasks, clock)) for _ in range(100)]
            await asyncio.sleep(0.002)
            for task in calls[:20]:
                task.cancel()
            found = await asyncio.gather(*calls, return_exceptions=True)
            assert sum(isinstance(one, Response) for one in found) >= 80

        asyncio.run(main())

    def thread() -> None:
        for _ in range(10):
            assert run(limit.send(GET), shared, clock).status_code == 200

    workers = [threading.Thread(target=thread) for _ in range(10)] + [threading.Thread(target=loop) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
        assert not worker.is_alive()
    assert 1 < shared.most <= 10
    assert shared.inside == 0
    assert shared.count >= 260


@pytest.mark.parametrize("broken", [(0.0, 1), (-1.0, 1), (60.0, 0), (float("inf"), 1)])
def test_impossible_limits_are_refused(broken: tuple[float, int]) -> None:
    with pytest.raises(ValueError):
        RateLimiter(requests_per_minute=broken[0], burst=broken[1])
    with pytest.raises(ValueError):
        ConcurrencyLimiter(0)


# --- limits, retries and deadlines together -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "policy", "sent", "error"),
    [
        # A wait that would pass the deadline is not begun.
        (
            Response(503, Headers({"retry-after": "4"})),
            RetryPolicy(max_retries=98, backoff_factor=0.0, deadline=10.0),
            [0, 4, 8],
            ServerError,
        ),
        (
            Response(503, Headers({"retry-after": "11"})),
            RetryPolicy(max_retries=98, backoff_factor=0.0, deadline=10.0),
            [0],
            ServerError,
        ),
        (
            Response(429, Headers({"retry-after": "4"})),
            RetryPolicy(max_retries=2, backoff_factor=0.0),
            [0, 4, 8],
            RateLimitError,
        ),
        # Longer than a client is willing to wait at once.
        (
            Response(503, Headers({"retry-after": "900"})),
            RetryPolicy(max_retries=1, backoff_factor=0.0),
            [0, 120],
            ServerError,
        ),
        (TransportFailure("refused", False), RetryPolicy(max_retries=3, backoff_factor=0.0), [0], APIConnectionError),
        (
            TransportFailure("reset", True),
            RetryPolicy(max_retries=3, backoff_factor=0.0),
            [0, 0, 0, 0],
            APIConnectionError,
        ),
        (TransportFailure("tls", False), RetryPolicy(max_retries=3, backoff_factor=0.0), [0], APIConnectionError),
        (Response(500), RetryPolicy(max_retries=0), [0], ServerError),
    ],
)
def test_attempts_of_one_call(
    answer: Response | TransportFailure, policy: RetryPolicy, sent: list[float], error: type[Exception]
) -> None:
    simulation = Simulation(lambda request: answer)
    result = simulation.start(call(line_to(simulation, RateLimit(simulation), policy), GET))
    simulation.settle()
    assert type(result.exception()) is error
    assert [at for at, _ in simulation.sent] == sent


def test_a_retry_that_does_not_take_place_costs_nothing() -> None:
    simulation = Simulation(lambda request: Response(503))
    bucket = RateLimiter(clock=simulation, requests_per_minute=1, burst=1)
    line = line_to(simulation, RateLimit(simulation, bucket), RetryPolicy(deadline=30))
    result = simulation.start(call(line, GET))
    simulation.settle()
    # The rate limit admits the second attempt after the deadline only.
    assert type(result.exception()) is ServerError
    assert len(simulation.sent) == 1
    assert line.quota.left == line.quota.capacity


def test_full_jitter_spreads_the_attempts() -> None:
    starts = []
    for seed in range(50):
        simulation = Simulation(lambda request: Response(500))
        line = line_to(simulation, RateLimit(simulation), RetryPolicy(max_retries=3, deadline=None), seed)
        simulation.start(call(line, GET))
        simulation.settle()
        waits = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(simulation.sent)]
        assert all(0 <= wait <= 0.5 * 2**n for n, wait in enumerate(waits))
        starts.append(waits[2])
    assert max(starts) - min(starts) > 1.0
