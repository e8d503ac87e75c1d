"""The rate of requests: `RateLimit` admits requests one by one, for threads and tasks alike.

There are two stages: a concurrency limit (requests at the same time) and a token bucket (requests a minute). A request
waits by yielding `Wait` and `Sleep`, and no lock is taken meanwhile.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from cwql.client.concurrency import Promise, renew_after_fork
from cwql.client.drivers import SystemClock
from cwql.client.effects import Send, Sleep, Wait
from cwql.client.retry import LONGEST, asked_wait, read_wait

if TYPE_CHECKING:
    from cwql.client.drivers import Clock
    from cwql.client.effects import Flow
    from cwql.client.http_types import Request, Response

__all__ = [
    "BURST",
    "START",
    "AdaptiveRate",
    "Bucket",
    "ConcurrencyLimiter",
    "RateLimit",
    "RateLimiter",
    "log_wait",
    "require_rate",
]


START = 60.0
"""Requests a minute at the start."""

HIGHEST = 1000.0
"""Requests a minute that are never exceeded without a server's header."""

BURST = 60
"""How many requests the first burst has."""

STEP = 20
"""How many answers without a refusal raise the rate."""

_FAST, _SLOW = 1.5, 1.1


class AdaptiveRate:
    """A rate that adapts itself to a server whose limit is not known: it counts answers and returns a new rate at times.

    The vendor's guide names about 1,000 requests a minute, other public texts 60, and few servers send headers about
    their limit. So a client begins with the lower number, rises step by step while no request is refused, and halves at
    a 429.

    The rate rises by a half with each step, and by a tenth after the first refusal, because the limit is near then. As soon
    as a server names its limit in a header, that one counts.
    """

    __slots__ = ("_answers", "_growth", "_known", "per_minute")

    def __init__(self) -> None:
        self.per_minute = START
        self._answers = 0
        self._growth = _FAST
        self._known = False

    def stop(self) -> None:
        """Change nothing from now on, because the server names its limit."""
        self._known = True

    def answered(self) -> float | None:
        """Count an answer that was no refusal. Return the new rate, or None if it does not change."""
        if self._known or self.per_minute >= HIGHEST:
            return None
        # Threads may lose a count to each other, which delays a step by one answer.
        self._answers += 1
        if self._answers < STEP:
            return None
        self._answers = 0
        self.per_minute = min(HIGHEST, self.per_minute * self._growth)
        return self.per_minute

    def refused(self) -> float | None:
        """Halve the rate after a 429 and return it, or None if the server's own limit counts."""
        if self._known:
            return None
        self._answers = 0
        self._growth = _SLOW
        self.per_minute = max(START / 2, self.per_minute / 2)
        return self.per_minute


logger = logging.getLogger("cwql.client")

SILENT_WAIT = 0.1
"""Seconds up to which a wait is not logged."""

MOST_PER_MINUTE = 100_000
"""A limit above this in the header of a server is ignored."""


class Bucket(Protocol):
    """Decide when the next request may go."""

    def _take(self) -> Flow[None]:
        """Wait until one request may go."""
        ...

    def _hold(self, seconds: float) -> None:
        """Admit nothing for a while, then start without a burst."""
        ...

    def _adjust(self, per_minute: float | None, remaining: int | None) -> None:
        """Adopt the server's limit: requests a minute, and the remaining number."""
        ...


@runtime_checkable
class SharedBucketProtocol(Bucket, Protocol):
    """A bucket that is shared with other processes, which it can pause as well."""

    def _spread(self) -> Flow[None]:
        """Publish a new pause to the others."""
        ...


class RateLimiter:
    """Let some requests through a minute, and up to `burst` of them at once.

    It is kept as one number, the time at which the bucket would be full again (GCRA), so that every request has its own
    turn: a thousand waiting tasks wake one by one, in order.
    """

    __slots__ = ("__weakref__", "_burst", "_clock", "_era", "_full", "_held", "_lock", "_step")

    __module__ = "cwql"

    def __init__(self, *, requests_per_minute: float = 60.0, burst: int = 60, clock: Clock | None = None) -> None:
        require_rate(requests_per_minute)
        if isinstance(burst, bool) or not isinstance(burst, int) or burst < 1:
            raise ValueError(f"burst is a number from 1: got {burst!r}")
        self._clock: Clock = clock or SystemClock()
        self._step = 60.0 / requests_per_minute
        self._burst = burst
        self._full = -math.inf
        self._held = -math.inf
        # Turns that were granted before a pause are void after it; the era distinguishes them.
        self._era = 0
        self._renew()
        renew_after_fork(self, RateLimiter._renew)

    def _renew(self) -> None:
        """Replace the lock, which another thread may have locked at a fork."""
        self._lock = threading.Lock()

    @property
    def requests_per_minute(self) -> float:
        """Return the current rate: the configured one, or the one learned from the server."""
        return 60.0 / self._step

    def _reserve(self) -> tuple[float, int]:
        """Return the seconds until the turn, and the era in which it is valid."""
        with self._lock:
            now = self._clock.now()
            turn = max(now, self._held, self._full - (self._burst - 1) * self._step)
            self._full = max(self._full, turn) + self._step
            return turn - now, self._era

    def _take(self) -> Flow[None]:
        """Wait until one request may go."""
        while True:
            wait, era = self._reserve()
            if wait <= 0:
                return
            log_wait(wait)
            try:
                yield Sleep(wait)
            except BaseException:
                # Cancelled, or too late for the call: its turn must not delay the others.
                self._give_back(era)
                raise
            if era == self._era:
                return

    def _give_back(self, era: int) -> None:
        with self._lock:
            if era == self._era:
                self._full -= self._step

    def _hold(self, seconds: float) -> None:
        """Admit nothing for a while, then start without a burst."""
        with self._lock:
            end = self._clock.now() + seconds
            if end > self._held:
                self._held = end
                self._full = end + (self._burst - 1) * self._step
                self._era += 1

    def _adjust(self, per_minute: float | None, remaining: int | None) -> None:
        """Adopt the server's rate; lower the remaining number to the server's, never raise it."""
        with self._lock:
            if per_minute is not None and 1 <= per_minute <= MOST_PER_MINUTE:
                step = 60.0 / per_minute
                start = max(self._clock.now(), self._held)
                if start < self._full:
                    # The turns that were granted keep their number: only the time for each changes.
                    self._full = start + (self._full - start) * step / self._step
                self._step = step
            if remaining is not None:
                # Responses may overtake each other: an old one with a larger remaining number changes nothing.
                self._full = max(self._full, self._clock.now() + (self._burst - remaining) * self._step)


def log_wait(seconds: float) -> None:
    """Log that a request waits for its turn, because a program that waits looks as if it hangs."""
    if seconds > SILENT_WAIT:
        logger.info("the rate limit lets the next request through in %.1f s", seconds)


def require_rate(value: object) -> None:
    """Raise ValueError for anything but a number of requests above 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ValueError(f"requests_per_minute is a number above 0: got {value!r}")


class RateLimit:
    """Send requests as fast as both stages allow, and learn from the responses.

    ``X-RateLimit-Limit`` of a response (requests a minute) becomes the rate, ``X-RateLimit-Remaining`` lowers the
    remaining number, and if nothing remains or a 429 comes, nothing more is sent until the time that it names. With
    `learn` off the configured rate is kept; a 429 is respected in any case. With `adaptive` the rate changes by itself as
    long as no header names it.
    """

    __slots__ = ("_adaptive", "_clock", "_learn", "_spreading", "_turnstile", "bucket")

    def __init__(
        self,
        clock: Clock,
        bucket: Bucket | None = None,
        max_concurrency: int = 10,
        learn: bool = True,
        adaptive: AdaptiveRate | None = None,
    ) -> None:
        self._clock = clock
        self._adaptive = adaptive
        self.bucket: Bucket = bucket if bucket is not None else RateLimiter(clock=clock)
        self._spreading = self.bucket if isinstance(self.bucket, SharedBucketProtocol) else None
        self._turnstile = ConcurrencyLimiter(max_concurrency)
        self._learn = learn

    def send(self, request: Request, longest: float = LONGEST) -> Flow[Response]:
        """Send a request at its turn; `longest` limits the pause of its response, in seconds. Raises TransportFailure."""
        turn: Promise[None] = Promise()
        try:
            try:
                yield from self._turnstile.enter(turn)
                yield from self.bucket._take()
                response: Response = yield Send(request)
                self.update(response, longest)
                if self._spreading is not None:
                    yield from self._spreading._spread()
                return response
            finally:
                self._turnstile.leave(turn)
        finally:
            # Again, because Ctrl-C may have interrupted the first.
            self._turnstile.leave(turn)

    def update(self, response: Response, longest: float = LONGEST) -> None:
        """Learn from a response. A requested wait is cut to `longest` seconds."""
        wall = self._clock.wall()
        limit, left = response.headers.get("x-ratelimit-limit"), response.headers.get("x-ratelimit-remaining")
        remaining = int(left) if left is not None and left.isascii() and left.isdigit() and len(left) < 10 else None
        if self._learn and (limit is not None or remaining is not None):
            self.bucket._adjust(_rate(limit), remaining)
        wait: float | None = None
        if self._adaptive is not None:
            self._adapt(self._adaptive, limit is not None, response.status_code == 429)
        if response.status_code == 429:
            wait = asked_wait(response, wall)
        elif self._learn and remaining == 0:
            wait = read_wait(response.headers.get("x-ratelimit-reset", ""), response.headers, wall)
        if wait:
            self.bucket._hold(min(wait, longest))

    def _adapt(self, adaptive: AdaptiveRate, is_named: bool, refused: bool) -> None:
        if is_named:
            adaptive.stop()
            return
        rate = adaptive.refused() if refused else adaptive.answered()
        if rate is not None:
            logger.info("the rate is %.0f requests a minute from now on", rate)
            self.bucket._adjust(rate, None)


def _rate(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None


class ConcurrencyLimiter:
    """Let at most `most` requests through at once; waiting ones are admitted in the order in which they came.

    A place is not a counter, which an interrupt between two lines would leave wrong, but the membership of a turn in a
    set: `leave` removes the turn wherever it is, may be called twice, and finishes an interrupted `enter` or `leave` of
    any other turn.
    """

    __slots__ = ("__weakref__", "_inside", "_lock", "_queue", "most")

    def __init__(self, most: int = 10) -> None:
        if most < 1:
            raise ValueError(f"at least one request goes at a time: got {most}")
        self.most = most
        self._renew()
        renew_after_fork(self, ConcurrencyLimiter._renew)

    def _renew(self) -> None:
        """Empty it: after a fork, the threads that were inside or waited are gone."""
        self._lock = threading.Lock()
        self._inside: set[Promise[None]] = set()
        self._queue: deque[Promise[None]] = deque()

    @property
    def free(self) -> int:
        """Return how many places are free."""
        return self.most - len(self._inside)

    def enter(self, turn: Promise[None]) -> Flow[None]:
        """Wait for a place. `leave` has to be called with the same turn in any case."""
        with self._lock:
            self._queue.append(turn)
            self._admit()
        if not turn.done():
            yield Wait(turn)

    def leave(self, turn: Promise[None]) -> None:
        """Give a place back, or stop waiting for one."""
        with self._lock:
            if not turn.done() and turn in self._queue:
                self._queue.remove(turn)
            self._inside.discard(turn)
            self._admit()

    def _admit(self) -> None:
        # In this order: running the lines again does what an interrupt after any of them prevented.
        while self._queue:
            turn = self._queue[0]
            if not turn.done() and turn not in self._inside:
                if len(self._inside) >= self.most:
                    return
                self._inside.add(turn)
            turn.set_result(None)
            self._queue.popleft()
