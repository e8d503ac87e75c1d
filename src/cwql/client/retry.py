"""Retries: `RetryPolicy` decides whether and when, `RetryQuota` limits retries across calls.

Nothing here waits or sends: time and randomness are arguments, so the rules are tested as a table.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from cwql.client.concurrency import renew_after_fork
from cwql.client.http_types import Response, TransportFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.client.http_types import Request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Methods that have the same effect once and twice (RFC 9110, 9.2.2)."""

STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""Replies after which trying again may help."""

BEFORE_ACTING = frozenset({429})
"""Statuses by which a server says that it did nothing, so that any method may be repeated.

503 is not one of them, because a gateway sends it too when the server behind it acted and then failed.
"""

LONGEST = 120.0
"""Maximum wait in seconds that a server may request, unless a policy says otherwise."""

MOST_SECONDS = 1e9
"""The longest time that every system can sleep for, about 30 years."""

_FAILURES = frozenset({"refused", "unreachable", "timeout", "reset", "truncated", "encoding", "protocol"})
_SPOKEN = re.compile(r"(?:try|retry) again (?:in|after) (\d{1,5}(?:\.\d{1,3})?) ?s(?:ec|\b)", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,12}(?:\.\d{0,12})?|\.\d{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Which failures are retried, and how long a call may take. All times are in seconds.

    Attributes:
        max_retries: How often a failed request is sent again; 0 turns retries off.
        backoff_factor: The wait before retry n is drawn from 0 to ``backoff_factor * 2 ** (n - 1)`` (full jitter).
        backoff_max: The longest wait of that kind.
        retry_after_max: The longest wait that a server may request; it is used in place of the other.
        deadline: The limit of a whole call: signing in, waiting for its turn under the rate limit, all attempts and the
            waits between them, and the bodies of request and response to their last byte. A wait that would exceed it is
            not begun. For files that take longer, set a later one, or None for no limit.
        retry_non_idempotent: Repeat POST and PATCH after any failure. Without it they are only repeated if the server
            certainly did nothing: it could not be reached, or answered 429.
    """

    max_retries: int = 4
    backoff_factor: float = 0.5
    backoff_max: float = 30.0
    retry_after_max: float = LONGEST
    deadline: float | None = 300.0
    retry_non_idempotent: bool = False

    __module__ = "cwql"

    def __post_init__(self) -> None:
        if isinstance(self.max_retries, bool) or not isinstance(self.max_retries, int) or self.max_retries < 0:
            raise ValueError(f"max_retries is a number from 0: got {self.max_retries!r}")
        times = (self.backoff_factor, self.backoff_max, self.retry_after_max, self.deadline or 0.0)
        if not all(isinstance(seconds, (int, float)) and 0 <= seconds <= MOST_SECONDS for seconds in times):
            raise ValueError(f"waits are numbers of seconds from 0 to {MOST_SECONDS:.0f}: got {times}")

    def _may_repeat(self, request: Request, outcome: Response | TransportFailure) -> bool:
        """Return whether the result of a request allows to send it again, whatever the number of attempts."""
        if isinstance(outcome, TransportFailure):
            if outcome.kind not in _FAILURES:
                return False
            untouched = not outcome.sent
        else:
            if outcome.status_code not in STATUSES:
                return False
            untouched = outcome.status_code in BEFORE_ACTING
        harmless = request.repeatable if request.repeatable is not None else request.method in SAFE_METHODS
        return untouched or harmless or self.retry_non_idempotent

    def _pause(
        self,
        request: Request,
        outcome: Response | TransportFailure,
        attempt: int,
        chance: float,
        wall: float,
    ) -> float | None:
        """Return how long to wait before the next attempt, None to give up. The deadline is not looked at here.

        `attempt` is the number of the one that just ended, from 1; `chance` is a random number from 0 to 1; `wall` is the time of
        day, for dates.
        """
        if attempt > self.max_retries or not self._may_repeat(request, outcome):
            return None
        asked = asked_wait(outcome, wall) if isinstance(outcome, Response) else None
        # The shift is bounded: beyond it the cap applies anyway, and no float overflows.
        drawn = min(self.backoff_max, self.backoff_factor * 2.0 ** min(attempt - 1, 30)) * chance
        # A random addition to the requested wait keeps clients from returning at the same moment.
        return drawn if asked is None else min(asked, self.retry_after_max) + min(drawn, 1.0)


def with_limits(policy: RetryPolicy, max_retries: int | None = None, deadline: float | None = 0.0) -> RetryPolicy:
    """Return a policy with another number of retries and another deadline; 0 leaves the deadline as it is.

    Raises:
        TypeError: The policy is something else, such as a number.
        ValueError: A value is impossible.
    """
    if not isinstance(policy, RetryPolicy):
        raise TypeError(f"retry is a cwql.RetryPolicy: for a number of retries write max_retries={policy!r}")
    if max_retries is not None:
        policy = replace(policy, max_retries=max_retries)
    return policy if deadline == 0 and deadline is not None else replace(policy, deadline=deadline)


def require_timeout(timeout: object) -> None:
    """Raise for anything but a number of seconds, or an `httpx.Timeout` that limits every phase."""
    phases = [getattr(timeout, name, timeout) for name in ("connect", "read", "write", "pool")]
    for seconds in phases:
        if seconds is None:
            raise TypeError("there is always a timeout: give seconds, or an httpx.Timeout with all of its phases")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise TypeError(f"timeout is a number of seconds or an httpx.Timeout: got {type(timeout).__name__}")
        if not 0 < seconds < 86_400:
            raise ValueError(f"timeout is in seconds, above 0: got {seconds!r} (there is always one)")


def asked_wait(response: Response, wall: float) -> float | None:
    """Return the wait in seconds that a response requests, None if it requests none or cannot be parsed.

    Retry-After is understood as seconds, as a fraction and as an HTTP date; a date is compared with the server's own
    Date, so that a wrong local clock does not matter. Without it a 429's ``X-RateLimit-Reset`` counts, then the time in
    its message (``Please try again in 30 seconds.``, a form that Manage is known to send).
    """
    found = read_wait(response.headers.get("retry-after", ""), response.headers, wall)
    if found is None and response.status_code == 429:
        found = read_wait(response.headers.get("x-ratelimit-reset", ""), response.headers, wall)
        if found is None:
            said = _SPOKEN.search(response.content[:2000].decode("utf-8", "replace"))
            found = float(said[1]) if said else None
    return found


def read_wait(text: str, headers: Mapping[str, str], wall: float) -> float | None:
    """Return the seconds of a header, never negative; None if it is neither number nor date."""
    text = text.strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
        # Some servers send the time of day at which the wait ends, in seconds since 1970.
        return max(0.0, seconds - server_time(headers, wall)) if seconds > 1e9 else seconds
    end = _date(text)
    return None if end is None else max(0.0, end - server_time(headers, wall))


def server_time(headers: Mapping[str, str], wall: float) -> float:
    """Return the time of day by the server's clock if its response has it, otherwise `wall`."""
    date = _date(headers.get("date", ""))
    return wall if date is None else date


def _date(text: str) -> float | None:
    if not text or len(text) > 100:
        return None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            # Only "-0000" reads as naive; HTTP dates are always UTC.
            from datetime import UTC

            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


class RetryQuota:
    """Limit the retries of a client as a whole: while most calls fail, only few are retried.

    A retry costs `cost` of the `capacity`, a successful call refunds `refund`; with the defaults 20 retries in a row,
    then one for every ten successful calls. A 429 costs nothing, because that server works, and the rate limit slows it
    down. `reached` is True once the server answered anything.
    """

    __slots__ = ("__weakref__", "_cost", "_left", "_lock", "_refund", "capacity", "reached")

    def __init__(self, capacity: float = 100.0, cost: float = 5.0, refund: float = 0.5) -> None:
        self.capacity = capacity
        self.reached = False
        self._cost = cost
        self._refund = refund
        self._left = capacity
        self._renew()
        renew_after_fork(self, RetryQuota._renew)

    def _renew(self) -> None:
        """Replace the lock, which another thread may have locked at a fork."""
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Return the remaining capacity."""
        return self._left

    def take(self, outcome: Response | TransportFailure) -> bool:
        """Pay for one retry; return False if too little is left."""
        if isinstance(outcome, Response) and outcome.status_code == 429:
            return True
        with self._lock:
            if self._left < self._cost:
                return False
            self._left -= self._cost
            return True

    def put_back(self, outcome: Response | TransportFailure) -> None:
        """Take back a payment: the retry did not take place."""
        if not (isinstance(outcome, Response) and outcome.status_code == 429):
            self.give(retried=True)

    def give(self, retried: bool) -> None:
        """Record a successful call; one that needed a retry refunds the cost of its last one."""
        with self._lock:
            self._left = min(self.capacity, self._left + (self._cost if retried else self._refund))
