"""How fast a client may ask: `RateLimit` lets requests through one by one, for threads and tasks alike.

Two gates stand behind each other: a turnstile (so many requests at once) and a bucket (so many a minute). A request waits
as a flow does: it yields `Wait` and `Sleep`, and no lock is held meanwhile.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from cwql.client.after_fork import renew_after_fork
from cwql.client.flow import Send, Sleep, SystemClock
from cwql.client.promise import Promise
from cwql.client.retry import LONGEST, asked_wait, read_wait
from cwql.client.turnstile import Turnstile

if TYPE_CHECKING:
    from cwql.client.flow import Clock, Flow, Reply, Request

MOST_PER_MINUTE = 100_000
"""A server's word above that is not believed."""


class Bucket(Protocol):
    """Decide when the next request may go."""

    def take(self) -> Flow[None]:
        """Wait until one request may go."""
        ...

    def hold(self, seconds: float) -> None:
        """Let nothing through for a while, then start without a burst."""
        ...

    def adjust(self, per_minute: float | None, remaining: int | None) -> None:
        """Learn what the server says of its limit: requests a minute, and how many it still takes."""
        ...


@runtime_checkable
class SpreadingBucket(Bucket, Protocol):
    """Hold others back as well: a bucket that is shared with them."""

    def spread(self) -> Flow[None]:
        """Tell the others of a hold that is new."""
        ...


class TokenBucket:
    """Let `per_minute` requests through a minute, up to `burst` of them at once.

    It is kept as one number, the time at which the bucket would be full again (GCRA), so that every request has its own
    turn: a thousand waiting tasks wake one by one, in order.
    """

    __slots__ = ("__weakref__", "_burst", "_clock", "_era", "_full", "_held", "_lock", "_step")

    def __init__(self, clock: Clock | None = None, per_minute: float = 60.0, burst: int = 60) -> None:
        if not (0 < per_minute < math.inf and burst >= 1):
            raise ValueError(f"a bucket lets at least something through: got {per_minute} a minute, burst {burst}")
        self._clock: Clock = clock or SystemClock()
        self._step = 60.0 / per_minute
        self._burst = burst
        self._full = -math.inf
        self._held = -math.inf
        # Turns given out before a hold are void after it; the era tells them apart.
        self._era = 0
        self._renew()
        renew_after_fork(self, TokenBucket._renew)

    def _renew(self) -> None:
        """Replace the lock, which another thread may have held at a fork."""
        self._lock = threading.Lock()

    @property
    def per_minute(self) -> float:
        """Return the rate that holds now: the one given, or the one learnt."""
        return 60.0 / self._step

    def reserve(self) -> tuple[float, int]:
        """Return the seconds until one's turn, and the era that it holds in."""
        with self._lock:
            now = self._clock.now()
            turn = max(now, self._held, self._full - (self._burst - 1) * self._step)
            self._full = max(self._full, turn) + self._step
            return turn - now, self._era

    def take(self) -> Flow[None]:
        """Wait until one request may go."""
        while True:
            wait, era = self.reserve()
            if wait <= 0:
                return
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

    def hold(self, seconds: float) -> None:
        """Let nothing through for a while, then start without a burst."""
        with self._lock:
            end = self._clock.now() + seconds
            if end > self._held:
                self._held = end
                self._full = end + (self._burst - 1) * self._step
                self._era += 1

    def adjust(self, per_minute: float | None, remaining: int | None) -> None:
        """Take over the server's rate; lower what is left to what the server says, never raise it."""
        with self._lock:
            if per_minute is not None and 1 <= per_minute <= MOST_PER_MINUTE:
                self._step = 60.0 / per_minute
            if remaining is not None:
                # Replies may overtake each other: an old one, with more left, changes nothing.
                self._full = max(self._full, self._clock.now() + (self._burst - max(0, remaining)) * self._step)


class RateLimit:
    """Send requests as fast as both gates allow, and learn from the replies.

    A reply's ``X-RateLimit-Limit`` (requests a minute) becomes the rate, ``X-RateLimit-Remaining`` lowers what is left, and
    where nothing is left or a 429 comes, nothing more is sent until the time it names. `learn` off keeps the rate as given; a
    429 is heeded all the same.
    """

    __slots__ = ("_clock", "_learn", "_spreading", "_turnstile", "bucket")

    def __init__(
        self,
        clock: Clock,
        bucket: Bucket | None = None,
        concurrency: int = 10,
        learn: bool = True,
    ) -> None:
        self._clock = clock
        self.bucket: Bucket = bucket if bucket is not None else TokenBucket(clock)
        self._spreading = self.bucket if isinstance(self.bucket, SpreadingBucket) else None
        self._turnstile = Turnstile(concurrency)
        self._learn = learn

    def send(self, request: Request, longest: float = LONGEST) -> Flow[Reply]:
        """Send a request when it may go; `longest` limits what its reply may hold back, in seconds. Raises TransportFailure."""
        turn: Promise[None] = Promise()
        try:
            try:
                yield from self._turnstile.enter(turn)
                yield from self.bucket.take()
                reply: Reply = yield Send(request)
                self.heed(reply, longest)
                if self._spreading is not None:
                    yield from self._spreading.spread()
                return reply
            finally:
                self._turnstile.leave(turn)
        finally:
            # Again, because Ctrl-C may have interrupted the first.
            self._turnstile.leave(turn)

    def heed(self, reply: Reply, longest: float = LONGEST) -> None:
        """Learn from a reply. A wait that it asks for is cut to `longest` seconds."""
        wall = self._clock.wall()
        limit, left = reply.headers.get("x-ratelimit-limit"), reply.headers.get("x-ratelimit-remaining")
        remaining = int(left) if left is not None and left.isascii() and left.isdigit() and len(left) < 10 else None
        if self._learn and (limit is not None or remaining is not None):
            self.bucket.adjust(_rate(limit), remaining)
        wait: float | None = None
        if reply.status == 429:
            wait = asked_wait(reply, wall)
        elif self._learn and remaining == 0:
            wait = read_wait(reply.headers.get("x-ratelimit-reset", ""), reply.headers, wall)
        if wait:
            self.bucket.hold(min(wait, longest))


def _rate(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None
