"""One bucket for several processes or machines: `SharedBucket`, over the Redis backend of `limits` (extra ``redis``).

Each process asks the window that all share whether it may send; where it may not, it sleeps until the window lets one
through. A 429 holds the process that got it, the window the others. While Redis is away, each process keeps to a rate of its
own, which is better than stopping and better than asking without any.
"""

from __future__ import annotations

import logging
import random
import threading
from typing import TYPE_CHECKING, Any

from cwql.client.flow import Sleep, SystemClock, Work
from cwql.client.limit import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.client.flow import Clock, Flow

__all__ = ["SharedBucket"]

logger = logging.getLogger("cwql.client")

NAMESPACE = "cwql"

PATIENCE = 5.0
"""Seconds for which a Redis that failed is not asked again."""

SHORTEST = 0.02
"""Seconds between two questions at least."""


class SharedBucket:
    """Let `per_minute` requests through in any minute, over all processes that name the same `key`.

    `url` is the Redis server's (``redis://host:6379/0``), `key` names what the limit belongs to, an API member for example.
    Counts a moving window: at no moment have more than `per_minute` requests been sent in the `window` (seconds) before it.
    Given to each client as ``bucket=``. Raises ImportError where the extra is not installed.
    """

    def __init__(
        self,
        url: str,
        key: str,
        per_minute: int = 60,
        *,
        window: int = 60,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        try:
            from limits import RateLimitItemPerSecond
            from limits.storage import storage_from_string
            from limits.strategies import MovingWindowRateLimiter
        except ImportError:
            raise ImportError("sharing a bucket between processes needs: pip install 'cwql[redis]'") from None
        clock = self._clock = clock or SystemClock()
        self._key = key
        self._limit = per_minute
        self._window = window
        self._item = RateLimitItemPerSecond(per_minute, window, NAMESPACE)
        # What breaks inside is raised as limits' own error, whatever client talks to Redis.
        storage: Any = storage_from_string(url, wrap_exceptions=True, socket_timeout=2.0, socket_connect_timeout=2.0)
        self._limiter = MovingWindowRateLimiter(storage)
        self._own = TokenBucket(clock, per_minute * 60 / window, per_minute)
        self._chance = chance
        self._held = float("-inf")
        self._away_until = float("-inf")
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        # The URL may hold a password.
        return f"<SharedBucket {self._key!r}, {self._limit} in {self._window} s>"

    def take(self) -> Flow[None]:
        """Wait until one request may go."""
        while True:
            now = self._clock.now()
            if now < self._held:
                yield Sleep(self._held - now)
            elif now < self._away_until:
                yield from self._own.take()
                return
            else:
                # Redis is asked off the event loop.
                wait: float | None = yield Work(self._ask)
                if wait is None:
                    continue
                if wait <= 0:
                    return
                yield Sleep(wait)

    def _ask(self) -> float | None:
        """Return 0 where a request may go, the seconds to wait where not, None where Redis does not answer."""
        from limits.errors import StorageError

        try:
            if self._limiter.hit(self._item, self._key):
                return 0.0
            reset = self._limiter.get_window_stats(self._item, self._key).reset_time
        except StorageError as error:
            with self._lock:
                self._away_until = self._clock.now() + PATIENCE
            logger.warning("Redis is away (%s): this process keeps to a rate of its own", type(error).__name__)
            return None
        # Those who wait for the same moment do not all come at once.
        return max(SHORTEST, reset - self._clock.wall()) + self._chance() * SHORTEST * 5

    def hold(self, seconds: float) -> None:
        """Let nothing of this process through for a while."""
        with self._lock:
            self._held = max(self._held, self._clock.now() + seconds)

    def adjust(self, per_minute: float | None, remaining: int | None) -> None:
        """Do nothing: a rate that several share is not changed by one of them."""
