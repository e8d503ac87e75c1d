"""Let several processes share one rate limit, through Redis.

Against the sandbox: start ``redis-server`` and ``cwql sandbox --rate 60`` in terminals of their own, paste the ``export`` lines
that the sandbox prints into a third, then

    pip install 'cwql[redis]'
    python examples/several_workers.py --workers 3 --requests 40 --per-minute 50

Against your own server: set the same variables to your keys, and `--redis` to the server that all workers reach.

It shows: `SharedBucket`, given to each client as ``bucket=``. Manage counts the requests of an API member, not of a process: three
workers that each keep to the limit break it together. With one bucket, none of them is ever answered 429.
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

from cwql import CwqlError
from cwql.client import SharedBucket
from cwql.manage import Client
from cwql.manage.fields import Ticket


@dataclass(frozen=True)
class Job:
    """Say what one worker does; `window` is in seconds."""

    redis: str
    per_window: int
    window: int
    tickets: range


def work(job: Job) -> list[float]:
    """Read tickets one by one, and return when each request was sent, in seconds since 1970. Runs in a process of its own."""
    # The key names what the limit belongs to: the API member, for example.
    bucket = SharedBucket(job.redis, "reports@acme", job.per_window, window=job.window)
    times: list[float] = []
    # A client of your own is needed for nothing but to watch what is sent.
    watched = httpx.Client(event_hooks={"request": [lambda _: times.append(time.time())]})
    with watched, Client.from_env(bucket=bucket, http_client=watched) as psa:
        for id in job.tickets:
            psa.service.tickets.first(Ticket.id == id, fields=[Ticket.id, Ticket.summary])
    return times


def most_at_once(times: Sequence[float], window: float) -> int:
    """Return the largest number of times that lie within a window."""
    times = sorted(times)
    return max(sum(start <= at < start + window for at in times) for start in times)


def main(argv: Sequence[str] | None = None) -> int:
    """Start the workers, and print how many requests there were in any window."""
    parser = argparse.ArgumentParser(description="Let several processes share one rate limit.")
    parser.add_argument("--redis", default="redis://127.0.0.1:6379/0", metavar="URL", help="default: %(default)s")
    parser.add_argument("--workers", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--requests", type=int, default=40, help="of all workers together (default: %(default)s)")
    parser.add_argument("--per-minute", type=int, default=50, help="default: %(default)s")
    parser.add_argument("--window", type=int, default=60, metavar="SECONDS", help="count in another time than a minute")
    arguments = parser.parse_args(argv)
    try:
        import redis
    except ImportError:
        sys.exit("this example needs: pip install 'cwql[redis]'")
    try:
        redis.Redis.from_url(arguments.redis, socket_connect_timeout=2).ping()
    except redis.ConnectionError:
        sys.exit("there is no Redis: start one (redis-server), or name yours by --redis")
    jobs = [
        Job(
            arguments.redis,
            arguments.per_minute,
            arguments.window,
            range(1 + n, 1 + arguments.requests, arguments.workers),
        )
        for n in range(arguments.workers)
    ]
    # `spawn` gives each worker an interpreter of its own; a client holds connections and is made where it is used.
    with ProcessPoolExecutor(arguments.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        times = [at for found in pool.map(work, jobs) for at in found]
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
