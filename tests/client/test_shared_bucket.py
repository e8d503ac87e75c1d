"""One bucket for several processes, over a real Redis server."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from cwql.client.drivers import SystemClock, arun, run
from cwql.client.effects import DeadlineExceeded, Flow, within
from cwql.client.http_types import Headers, Request, Response
from cwql.client.limit import RateLimit

pytest.importorskip("limits", reason="the extra redis is not installed")
pytest.importorskip("redis", reason="the extra redis is not installed")

from cwql.client.redis_limit import PATIENCE, RedisRateLimiter

PER_WINDOW, WINDOW = 20, 1
GET = Request("GET", "https://example.com/x")


class Redis:
    """A Redis server of our own, on a free port, that keeps nothing."""

    def __init__(self, program: str, folder: str) -> None:
        self._program = program
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            self._folder,
        ]
        self._process = subprocess.Popen([self._program, *options], stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("redis-server does not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    # Processes that are spawned import this module by its name.
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    with tempfile.TemporaryDirectory() as folder:
        server = Redis(program, folder)
        server.start()
        yield server
        server.stop()


class Here:
    """A transport that notes the time."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def send(self, request: Request) -> Response:
        self.times.append(time.time())
        return Response(200)


class HereTasks(Here):
    async def send(self, request: Request) -> Response:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().send(request)


def sending(clock: Any, url: str, key: str, count: int, window: int = WINDOW) -> list[Flow[Response]]:
    limit = RateLimit(
        clock, RedisRateLimiter(url, key=key, requests_per_minute=PER_WINDOW, window=window), max_concurrency=100
    )
    return [limit.send(GET) for _ in range(count)]


def work(url: str, key: str, count: int, mode: str, found: Any) -> None:
    """Send from a separate process: by threads or by tasks."""
    clock = SystemClock()
    if mode == "tasks":
        tasks = HereTasks()

        async def main() -> None:
            await asyncio.gather(*[arun(flow, tasks, clock) for flow in sending(clock, url, key, count)])

        asyncio.run(main())
        found.put(tasks.times)
        return
    here = Here()
    threads = [threading.Thread(target=run, args=(flow, here, clock)) for flow in sending(clock, url, key, count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.put(here.times)


def test_processes_share_one_bucket(redis: Redis) -> None:
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    jobs = [(25, "threads"), (25, "tasks"), (20, "threads")]
    workers = [context.Process(target=work, args=(redis.url, "acme", count, mode, found)) for count, mode in jobs]
    begin = time.time()
    for worker in workers:
        worker.start()
    times = sorted(moment for _ in workers for moment in found.get(timeout=60))
    for worker in workers:
        worker.join(10)
        assert worker.exitcode == 0
    assert len(times) == 70
    # 70 requests at 20 a second need three whole seconds, however busy the machine is.
    assert times[-1] - begin >= 3 * WINDOW * 0.99
    # Nor are they slower than three processes that divide the rate badly.
    assert times[-1] - times[0] <= 30 * WINDOW


def test_keys_keep_apart(redis: Redis) -> None:
    clock, here = SystemClock(), Here()
    begin = time.perf_counter()
    for key in ("one", "two"):
        for flow in sending(clock, redis.url, key, PER_WINDOW, 30):
            run(flow, here, clock)
    assert time.perf_counter() - begin < 25
    assert len(here.times) == 2 * PER_WINDOW


class Refusing(Here):
    """A transport whose server has enough of the first request."""

    def send(self, request: Request) -> Response:
        super().send(request)
        return Response(429, Headers({"retry-after": "1"})) if len(self.times) == 1 else Response(200)


def be_refused(url: str, key: str, found: Any) -> None:
    """Be refused in a separate process."""
    clock, refusing = SystemClock(), Refusing()
    run(
        RateLimit(clock, RedisRateLimiter(url, key=key, requests_per_minute=PER_WINDOW, window=WINDOW)).send(GET),
        refusing,
        clock,
    )
    found.put(refusing.times[0])


def test_a_429_holds_every_process(redis: Redis) -> None:
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    clock, here = SystemClock(), Here()
    ours = RateLimit(clock, RedisRateLimiter(redis.url, key="held", requests_per_minute=PER_WINDOW, window=WINDOW))
    others = RateLimit(
        clock, RedisRateLimiter(redis.url, key="another member", requests_per_minute=PER_WINDOW, window=WINDOW)
    )
    run(ours.send(GET), here, clock)
    worker = context.Process(target=be_refused, args=(redis.url, "held", found))
    worker.start()
    refused = found.get(timeout=60)
    begin = time.time()
    run(others.send(GET), here, clock)
    assert time.time() - begin < 0.9
    run(ours.send(GET), here, clock)
    assert here.times[2] - refused >= 0.99
    worker.join(10)
    assert worker.exitcode == 0


def test_a_429_holds_tasks_of_another_client(redis: Redis) -> None:
    clock, refusing, tasks = SystemClock(), Refusing(), HereTasks()

    async def main() -> None:
        first, second = (
            RateLimit(clock, RedisRateLimiter(redis.url, key="x", requests_per_minute=PER_WINDOW, window=WINDOW))
            for _ in range(2)
        )
        await asyncio.to_thread(run, first.send(GET), refusing, clock)
        await asyncio.gather(*[arun(second.send(GET), tasks, clock) for _ in range(3)])

    asyncio.run(main())
    assert min(tasks.times) - refusing.times[0] >= 0.99


def test_a_hold_becomes_longer_but_not_shorter(redis: Redis) -> None:
    buckets = [RedisRateLimiter(redis.url, key="held", requests_per_minute=PER_WINDOW, window=WINDOW) for _ in range(3)]
    clock, here = SystemClock(), Here()
    for bucket, seconds in zip(buckets, (30.0, 60.0, 1.0), strict=True):
        bucket._hold(seconds)
        run(bucket._spread(), here, clock)
    left = RedisRateLimiter(redis.url, key="held", requests_per_minute=PER_WINDOW, window=WINDOW)._ask()
    assert left is not None
    assert 50 < left <= 61


def test_a_429_while_redis_is_away_holds_this_process(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    redis.stop()
    clock, refusing = SystemClock(), Refusing()
    limit = RateLimit(clock, RedisRateLimiter(redis.url, key="held", requests_per_minute=PER_WINDOW, window=WINDOW))
    assert run(limit.send(GET), refusing, clock).status_code == 429
    assert run(limit.send(GET), refusing, clock).status_code == 200
    assert refusing.times[1] - refusing.times[0] >= 0.99
    assert len(caplog.records) == 1


def test_a_hold_beyond_the_deadline_is_not_waited_for(redis: Redis) -> None:
    clock, here = SystemClock(), Here()
    first, second = (
        RateLimit(clock, RedisRateLimiter(redis.url, key="x", requests_per_minute=PER_WINDOW, window=WINDOW))
        for _ in range(2)
    )
    first.bucket._hold(60.0)
    begin = time.perf_counter()
    for limit in (first, second):
        with pytest.raises(DeadlineExceeded) as caught:
            run(within(limit.send(GET), 5.0, clock), here, clock)
        assert caught.value.seconds is not None
        assert 40 < caught.value.seconds < 62
        # The first one informs the others.
        run(within(first.bucket._spread(), 5.0, clock), here, clock)  # type: ignore[attr-defined]
    assert time.perf_counter() - begin < 5.0
    assert here.times == []


def test_only_redis_is_shared() -> None:
    with pytest.raises(ValueError, match="redis://"):
        RedisRateLimiter("memory://", key="acme")


def test_without_redis_each_process_keeps_its_own_rate(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    clock, here = SystemClock(), Here()
    bucket = RedisRateLimiter(redis.url, key="away", requests_per_minute=PER_WINDOW, window=WINDOW)
    limit = RateLimit(clock, bucket)
    run(limit.send(GET), here, clock)
    redis.stop()
    begin = time.perf_counter()
    for _ in range(PER_WINDOW + 5):
        run(limit.send(GET), here, clock)
    assert 5 / PER_WINDOW * 0.9 <= time.perf_counter() - begin < 20.0
    assert [record.message for record in caplog.records].count(
        "Redis is away (ConnectionError): this process limits its own rate"
    ) == 1
    redis.start()
    bucket._away_until -= PATIENCE
    run(limit.send(GET), here, clock)
    assert len(here.times) == PER_WINDOW + 7


@pytest.mark.parametrize("reply", [b"+OK\r\n", b"$-1\r\n", b"*1\r\n" * 5000, b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_server_that_is_no_redis_is_taken_for_one_that_is_away(reply: bytes, caplog: pytest.LogCaptureFixture) -> None:
    class Other(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while self.request.recv(65_536):
                self.request.sendall(reply)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Other) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            limiter = RedisRateLimiter(f"redis://127.0.0.1:{server.server_address[1]}/0", key="k")
            assert run(limiter._take(), cast("Any", None), SystemClock()) is None
        finally:
            server.shutdown()
    assert "Redis is away" in caplog.text


def test_nothing_shows_the_password() -> None:
    bucket = RedisRateLimiter("redis://:hunter22@127.0.0.1:1/0", key="acme")
    assert "hunter22" not in repr(bucket)
    assert bucket._ask() is None
