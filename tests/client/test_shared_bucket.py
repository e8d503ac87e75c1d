"""One bucket for several processes, over a real Redis server."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cwql.client.flow import Flow, Reply, Request, SystemClock, arun, run
from cwql.client.limit import RateLimit

pytest.importorskip("limits", reason="the extra redis is not installed")
pytest.importorskip("redis", reason="the extra redis is not installed")

from cwql.client.shared_bucket import PATIENCE, SharedBucket

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
def redis() -> Iterator[Redis]:
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

    def send(self, request: Request) -> Reply:
        self.times.append(time.time())
        return Reply(200)


class HereTasks(Here):
    async def send(self, request: Request) -> Reply:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().send(request)


def sending(clock: Any, url: str, key: str, count: int, window: int = WINDOW) -> list[Flow[Reply]]:
    limit = RateLimit(clock, SharedBucket(url, key, PER_WINDOW, window=window), concurrency=100)
    return [limit.send(GET) for _ in range(count)]


def work(url: str, key: str, count: int, mode: str, found: Any) -> None:
    """Send from a process of its own: by threads or by tasks."""
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


def test_a_429_holds_this_process(redis: Redis) -> None:
    clock, here = SystemClock(), Here()
    bucket = SharedBucket(redis.url, "held", PER_WINDOW, window=WINDOW)
    limit = RateLimit(clock, bucket)
    run(limit.send(GET), here, clock)
    bucket.hold(0.3)
    bucket.adjust(1000.0, 0)
    run(limit.send(GET), here, clock)
    assert here.times[1] - here.times[0] >= 0.29


def test_without_redis_each_process_keeps_its_own_rate(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    clock, here = SystemClock(), Here()
    bucket = SharedBucket(redis.url, "away", PER_WINDOW, window=WINDOW)
    limit = RateLimit(clock, bucket)
    run(limit.send(GET), here, clock)
    redis.stop()
    begin = time.perf_counter()
    for _ in range(PER_WINDOW + 5):
        run(limit.send(GET), here, clock)
    assert 5 / PER_WINDOW * 0.9 <= time.perf_counter() - begin < 20.0
    assert [record.message for record in caplog.records].count(
        "Redis is away (StorageError): this process keeps to a rate of its own"
    ) == 1
    redis.start()
    bucket._away_until -= PATIENCE
    run(limit.send(GET), here, clock)
    assert len(here.times) == PER_WINDOW + 7


def test_nothing_shows_the_password() -> None:
    bucket = SharedBucket("redis://:hunter22@127.0.0.1:1/0", "acme")
    assert "hunter22" not in repr(bucket)
    assert bucket._ask() is None
