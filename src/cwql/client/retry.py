"""Retries: `RetryPolicy` decides whether and when, `RetryQuota` limits retries across calls.

Nothing here waits or sends: time and randomness are arguments, so the rules are tested as a table.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from cwql.client.after_fork import renew_after_fork
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


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Which failures are retried, and how long a call may take. All times are in seconds.

    `attempts` includes the first one. The wait before attempt n is drawn from 0 to ``base * 2 ** (n - 2)``, at most
    `cap` (full jitter); a wait that the server requests is used instead, up to `longest`.

    `deadline` limits a whole call: signing in, waiting for its turn under the rate limit, all attempts and the waits
    between them, and the bodies of request and response to their last byte. A wait that would exceed it is not begun.
    For files that take longer, set a later one, or None for no limit.

    `unsafe` repeats POST and PATCH after any failure. Without it they are only repeated if the server certainly did
    nothing: it could not be reached, or answered 429.
    """

    attempts: int = 5
    base: float = 0.5
    cap: float = 30.0
    longest: float = LONGEST
    deadline: float | None = 300.0
    unsafe: bool = False

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts counts the first one too, so it is at least 1: got {self.attempts}")
        times = (self.base, self.cap, self.longest, self.deadline or 0.0)
        if not all(0 <= seconds <= MOST_SECONDS for seconds in times):
            raise ValueError(f"waits are numbers of seconds from 0 to {MOST_SECONDS:.0f}: got {times}")

    def may_repeat(self, request: Request, outcome: Response | TransportFailure) -> bool:
        """Return whether the result of a request allows to send it again, whatever the number of attempts."""
        if isinstance(outcome, TransportFailure):
            if outcome.kind not in _FAILURES:
                return False
            untouched = not outcome.sent
        else:
            if outcome.status not in STATUSES:
                return False
            untouched = outcome.status in BEFORE_ACTING
        harmless = request.repeatable if request.repeatable is not None else request.method in SAFE_METHODS
        return untouched or harmless or self.unsafe

    def pause(
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
        if attempt >= self.attempts or not self.may_repeat(request, outcome):
            return None
        asked = asked_wait(outcome, wall) if isinstance(outcome, Response) else None
        # The shift is bounded: beyond it the cap applies anyway, and no float overflows.
        drawn = min(self.cap, self.base * 2.0 ** min(attempt - 1, 30)) * chance
        # A random addition to the requested wait keeps clients from returning at the same moment.
        return drawn if asked is None else min(asked, self.longest) + min(drawn, 1.0)


def asked_wait(reply: Response, wall: float) -> float | None:
    """Return the wait in seconds that a response requests, None if it requests none or cannot be parsed.

    Retry-After is understood as seconds, as a fraction and as an HTTP date; a date is compared with the server's own
    Date, so that a wrong local clock does not matter. Without it a 429's ``X-RateLimit-Reset`` counts, then the time in
    its message (``Please try again in 30 seconds.``, a form that Manage is known to send).
    """
    found = read_wait(reply.headers.get("retry-after", ""), reply.headers, wall)
    if found is None and reply.status == 429:
        found = read_wait(reply.headers.get("x-ratelimit-reset", ""), reply.headers, wall)
        if found is None:
            said = _SPOKEN.search(reply.content[:2000].decode("utf-8", "replace"))
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
    told = _date(headers.get("date", ""))
    return wall if told is None else told


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
        if isinstance(outcome, Response) and outcome.status == 429:
            return True
        with self._lock:
            if self._left < self._cost:
                return False
            self._left -= self._cost
            return True

    def put_back(self, outcome: Response | TransportFailure) -> None:
        """Take back a payment: the retry did not take place."""
        if not (isinstance(outcome, Response) and outcome.status == 429):
            self.give(retried=True)

    def give(self, retried: bool) -> None:
        """Record a successful call; one that needed a retry refunds the cost of its last one."""
        with self._lock:
            self._left = min(self.capacity, self._left + (self._cost if retried else self._refund))
