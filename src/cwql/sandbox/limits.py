"""Rate limits: `RateLimiter`, a token bucket for each caller, and the response headers about it."""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from cwql.sandbox.messages import HTTPProblem

if TYPE_CHECKING:
    from collections.abc import Callable

CALLERS_LIMIT = 1_024
"""How many callers are counted; a caller that sent nothing for longer than all others starts with a full bucket again."""


class RateLimiter:
    """Count the requests of each caller: `rate` a minute, with a burst of as many. A `rate` of None has no limit."""

    def __init__(self, rate: int | None, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def acquire(self, caller: str) -> dict[str, str]:
        """Count a request and return its headers. Raises HTTPProblem (429) with Retry-After if there are too many."""
        if self._rate is None:
            return {}
        now, per_second = self._clock(), self._rate / 60
        # Callers send any text as credentials; a digest has the same size for all of them.
        key = hashlib.sha256(caller.encode(errors="replace")).digest()
        with self._lock:
            left, then = self._buckets.pop(key, (float(self._rate), now))
            left = min(self._rate, left + (now - then) * per_second)
            granted = left >= 1
            self._buckets[key] = (left - granted, now)
            if len(self._buckets) > CALLERS_LIMIT:
                self._buckets.popitem(last=False)
            left -= granted
        headers = {
            "x-ratelimit-limit": str(self._rate),
            "x-ratelimit-remaining": str(int(left)),
            "x-ratelimit-reset": str(math.ceil((self._rate - left) / per_second)),
        }
        if granted:
            return headers
        wait = max(1, math.ceil((1 - left) / per_second))
        raise too_many_requests(wait, {**headers, "x-ratelimit-reset": str(wait)})


def too_many_requests(wait: int, headers: dict[str, str]) -> HTTPProblem:
    """Return the problem that asks the caller to wait so many seconds."""
    message = f"Rate limit exceeded. Try again in {wait} seconds."
    return HTTPProblem(429, "RateLimitExceeded", message, headers={**headers, "retry-after": str(wait)})
