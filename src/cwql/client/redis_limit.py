"""One limiter for several processes or machines: `RedisRateLimiter`, over the Redis backend of `limits` (extra ``redis``).

Each process tries to take a place in the window that all share; if there is none, it sleeps until the window has one.
The pause of a 429 is written to Redis and applies to all of them. While Redis does not answer, each process uses a rate
and its own pause, because stopping, and sending without a limit, are both worse.
"""

from __future__ import annotations

import logging
import random
import threading
from typing import TYPE_CHECKING, Any

from cwql.client.concurrency import renew_after_fork
from cwql.client.drivers import SystemClock
from cwql.client.effects import Sleep, Work
from cwql.client.limit import RateLimiter, log_wait, require_rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.client.drivers import Clock
    from cwql.client.effects import Flow

__all__ = ["RedisRateLimiter"]


logger = logging.getLogger("cwql.client")

NAMESPACE = "cwql"

PATIENCE = 5.0
"""Seconds for which a Redis that failed is not tried again."""

SHORTEST = 0.02
"""Seconds between two questions at least."""

_LENGTHEN = "if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end"
"""A pause may become longer, never shorter; Redis removes it when it ends."""


class RedisRateLimiter:
    """Let a number of requests through in any minute, over all processes that use the same `key`.

    `url` is the Redis server's (``redis://host:6379/0``), `key` names the owner of the limit, for example an API
    member. It counts a moving window: at no time have more than `requests_per_minute` requests been sent in the `window`
    (seconds) before it. Passed to each client as ``rate_limiter=``. A Redis that does not answer delays one call by up to two
    seconds, whatever its deadline. Raises ImportError if the extra is not installed, ValueError for a URL of anything
    but Redis.
    """

    __module__ = "cwql"

    def __init__(
        self,
        url: str,
        *,
        key: str,
        requests_per_minute: int = 60,
        window: int = 60,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        try:
            from limits import RateLimitItemPerSecond
            from limits.errors import StorageError
            from limits.storage import storage_from_string
            from limits.strategies import MovingWindowRateLimiter
        except ImportError:
            raise ImportError("a rate limiter for several processes needs: pip install 'cwql[redis]'") from None
        require_rate(requests_per_minute)
        clock = self._clock = clock or SystemClock()
        self._key = key
        self._limit = requests_per_minute
        self._window = window
        self._item = RateLimitItemPerSecond(requests_per_minute, window, NAMESPACE)
        # Failures inside are raised as limits' own error, whatever Redis client is used.
        storage: Any = storage_from_string(url, wrap_exceptions=True, socket_timeout=2.0, socket_connect_timeout=2.0)
        self._limiter = MovingWindowRateLimiter(storage)
        self._redis: Any = getattr(storage, "storage", None)
        if not hasattr(self._redis, "pttl"):
            raise ValueError("the limiter uses Redis: its URL begins with redis://, rediss:// or the like")
        # A server that is no Redis gives values of other types, or nested ones.
        odd = (TypeError, ValueError, RecursionError)
        self._faults: tuple[type[Exception], ...] = (*_tuple(storage.base_exceptions), StorageError, OSError, *odd)
        self._hold_key = f"{NAMESPACE}:hold:{key}"
        self._own = RateLimiter(
            requests_per_minute=requests_per_minute * 60 / window, burst=requests_per_minute, clock=clock
        )
        self._chance = chance
        self._held = float("-inf")
        self._unpublished = float("-inf")
        self._away_until = float("-inf")
        self._renew()
        renew_after_fork(self, RedisRateLimiter._renew)

    def _renew(self) -> None:
        """Replace the lock, which another thread may have locked at a fork."""
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        # The URL may contain a password.
        return f"<RedisRateLimiter {self._key!r}, {self._limit} in {self._window} s>"

    def _take(self) -> Flow[None]:
        """Wait until one request may go."""
        while True:
            now = self._clock.now()
            if now < self._held:
                log_wait(self._held - now)
                yield Sleep(self._held - now)
            elif now < self._away_until:
                yield from self._own._take()
                return
            else:
                # Redis is queried off the event loop.
                wait: float | None = yield Work(self._ask)
                if wait is None:
                    continue
                if wait <= 0:
                    return
                log_wait(wait)
                yield Sleep(wait)

    def _ask(self) -> float | None:
        """Return 0 if a request may be sent, otherwise the seconds to wait; None if Redis does not answer."""
        try:
            # Read before the window, which counts every request that it admits.
            wait: float = self._redis.pttl(self._hold_key) / 1000
            if wait <= 0:
                if self._limiter.hit(self._item, self._key):
                    return 0.0
                wait = self._limiter.get_window_stats(self._item, self._key).reset_time - self._clock.wall()
        except self._faults as error:
            self._miss(error)
            return None
        # Those who wait for the same moment do not all come at once.
        return max(SHORTEST, wait) + self._chance() * SHORTEST * 5

    def _miss(self, error: Exception) -> None:
        with self._lock:
            self._away_until = self._clock.now() + PATIENCE
        logger.warning("Redis is away (%s): this process limits its own rate", type(error).__name__)

    def _hold(self, seconds: float) -> None:
        """Let nothing of this process through for a while; `spread` publishes the pause."""
        with self._lock:
            self._held = self._unpublished = max(self._held, self._clock.now() + seconds)

    def _spread(self) -> Flow[None]:
        """Publish a new pause to all processes."""
        if self._unpublished > self._clock.now() >= self._away_until:
            yield Work(self._publish)

    def _publish(self) -> None:
        with self._lock:
            seconds = self._unpublished - self._clock.now()
            self._unpublished = float("-inf")
        if seconds <= 0:
            return
        try:
            self._redis.eval(_LENGTHEN, 1, self._hold_key, int(seconds * 1000) + 1)
        except self._faults as error:
            self._miss(error)

    def _adjust(self, per_minute: float | None, remaining: int | None) -> None:
        """Do nothing: one of several processes does not change a shared rate."""


def _tuple(found: Any) -> tuple[type[Exception], ...]:
    return found if isinstance(found, tuple) else (found,)
