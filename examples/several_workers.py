"""Share a rate limit between processes with Redis.

With the sandbox: start ``redis-server`` and ``cwql sandbox --requests-per-minute 60`` in two terminals, paste the ``export`` lines that the sandbox
prints into a third, then run

    pip install 'cwql[redis]'
    python examples/several_workers.py --workers 3 --requests 40 --per-minute 50

With your own server: set the same variables to your keys, and `--redis` to the address of a server that all workers can reach.

This example shows `RedisRateLimiter`, which is passed to each client as ``rate_limiter=``. Manage counts requests by API member and not by process,
so three workers that each respect the limit exceed it together. With a shared limiter they never get a status 429.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import httpx

from cwql import CwqlError, RedisRateLimiter
from cwql.manage import Client
from cwql.manage.fields import Ticket


@dataclass(frozen=True)
class Job:
    """The task of a worker; `window` is in seconds."""

    redis: str
    per_window: int
    window: int
    tickets: range


def work(job: Job) -> list[float]:
    """Read tickets one by one in a worker process, and return the times of the requests, in seconds since 1970."""
    # Use one key for each API member, because the server limits requests by member.
    limiter = RedisRateLimiter(job.redis, key="reports@acme", requests_per_minute=job.per_window, window=job.window)
    times: list[float] = []
    # The HTTP client is passed only to record the times.
    http_client = httpx.Client(event_hooks={"request": [lambda _: times.append(time.time())]})
    with http_client, Client.from_env(rate_limiter=limiter, http_client=http_client) as psa:
        for id in job.tickets:
            psa.service.tickets.first(Ticket.id == id, fields=[Ticket.id, Ticket.summary])
    return times


def most_at_once(times: Sequence[float], window: float) -> int:
    """Return the largest number of times within a window."""
    times = sorted(times)
    return max(sum(start <= at < start + window for at in times) for start in times)


def main(argv: Sequence[str] | None = None) -> int:
    """Start the workers, and print the largest number of requests in a window."""
    parser = argparse.ArgumentParser(description="Share a rate limit between processes.")
    parser.add_argument("--redis", default="redis://127.0.0.1:6379/0", metavar="URL", help="default: %(default)s")
    parser.add_argument("--workers", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--requests", type=int, default=40, help="of all workers (default: %(default)s)")
    parser.add_argument("--per-minute", type=int, default=50, help="default: %(default)s")
    parser.add_argument(
        "--window", type=int, default=60, metavar="SECONDS", help="length of the window (default: a minute)"
    )
    arguments = parser.parse_args(argv)
    try:
        import redis
    except ImportError:
        sys.exit("this example needs: pip install 'cwql[redis]'")
    try:
        redis.Redis.from_url(arguments.redis, socket_connect_timeout=2).ping()
    except redis.ConnectionError:
        sys.exit("no Redis server: start one (redis-server), or set its address with --redis")
    jobs = [
        Job(
            arguments.redis,
            arguments.per_minute,
            arguments.window,
            range(1 + n, 1 + arguments.requests, arguments.workers),
        )
        for n in range(arguments.workers)
    ]
    # `spawn` starts a new interpreter for each worker. A client has open connections, so each worker creates its own.
    with ProcessPoolExecutor(arguments.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        times = [at for worker_times in pool.map(work, jobs) for at in worker_times]
    most = most_at_once(times, arguments.window)
    took = max(times) - min(times)
    print(
        f"{len(times)} requests of {arguments.workers} processes in {took:.1f} s, at most {most} in any {arguments.window} s"
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
