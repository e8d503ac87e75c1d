"""One call from start to end: authenticate, pace, send, try again, read, or raise what the server meant.

::

    call ── Authentication.headers ── deliver ── RateLimit.send ── Send
                                         │  └── again, as RetryPolicy and RetryQuota allow
                                         └── read the body: what cannot be read is tried again too
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from cwql.client.deadline import within
from cwql.client.errors import (
    ClientError,
    ConnectionFailedError,
    RateLimitedError,
    ResponseTooLargeError,
    TimedOutError,
    TransportError,
    UnreadableReplyError,
    reply_error,
)
from cwql.client.flow import DeadlineExceeded, Headers, Reply, Request, Sleep, TransportFailure, Work
from cwql.client.records import Drift, NotReadable
from cwql.client.refusal import Refusal, read_refusal
from cwql.client.retry import STATUSES, RetryPolicy, RetryQuota
from cwql.client.secret import header_secrets

if TYPE_CHECKING:
    from cwql.client.auth import Authentication
    from cwql.client.flow import Clock, Failure, Flow
    from cwql.client.limit import RateLimit
    from cwql.client.origin import Origin

__all__ = ["Answer", "Line", "call", "deliver", "sign_in"]

T = TypeVar("T")

logger = logging.getLogger("cwql.client")

Read: TypeAlias = Callable[[bytes], tuple[Any, list[Drift]]]

REDIRECTS = 3
"""How many redirects of one GET are followed, inside the origin."""

OFFLOADED = 65_536
"""Bytes from which a body is read off the event loop."""

_HINTS: dict[Failure, str] = {
    "refused": "nothing listens there: check the address, and whether the server is running",
    "unreachable": "check the address for slips, and the network (VPN, proxy, name server) on the way to it",
    "tls": "for a certificate of your own: verify=ssl.create_default_context(cafile=...)",
    "too-large": "ask for fewer fields, a smaller page_size, or set max_response_bytes higher",
}
"""What to try after a failure."""

_ERRORS: dict[Failure, type[TransportError]] = {
    "timeout": TimedOutError,
    "deadline": TimedOutError,
    "too-large": ResponseTooLargeError,
}
"""The errors of failures that are no ConnectionFailedError."""

_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Line:
    """Hold what a client needs to talk to its server; shared by all its calls, threads and tasks.

    `base_url` is what the catalog's paths are put behind. `timeout` is in seconds for each phase of a request. `locate`, where
    it is given, completes the URL of a request with what only the server knows.
    """

    product: str
    origin: Origin
    base_url: str
    authentication: Authentication
    limit: RateLimit
    clock: Clock
    headers: Headers = field(default_factory=Headers)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    quota: RetryQuota = field(default_factory=RetryQuota)
    timeout: float | None = None
    chance: Callable[[], float] = random.random
    locate: Callable[[Line, Request], Flow[Request]] | None = None

    def __repr__(self) -> str:
        return f"<Line to {self.base_url}>"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: the value that was read, the reply it was read from, what was odd in it, and the attempts."""

    value: Any
    reply: Reply
    drift: tuple[Drift, ...] = ()
    attempts: int = 1

    def __repr__(self) -> str:
        return f"<Answer {self.reply.status}, {self.attempts} attempts>"


def call(
    line: Line,
    request: Request,
    read: Read | None = None,
    policy: RetryPolicy | None = None,
    conditions: tuple[str, ...] = (),
) -> Flow[Answer]:
    """Make a call and return its answer.

    `read` turns the body into a value (None keeps it as bytes). `conditions` are shown, with a caret, where the server
    complains of a name in them. Raises ReplyError, TransportError, UntrustedLinkError.
    """
    policy = policy or line.retry
    return (yield from _keep_deadline(line, request, policy, _call(line, request, read, policy, conditions)))


def sign_in(line: Line, request: Request) -> Flow[None]:
    """Sign in if that is due, as the first step of `request` would. Raises what a call raises."""
    flow = line.authentication.headers(_deliver_plain(line, line.retry))
    yield from _keep_deadline(line, request, line.retry, flow)


def _keep_deadline(line: Line, request: Request, policy: RetryPolicy, flow: Flow[T]) -> Flow[T]:
    try:
        return (yield from within(flow, policy.deadline, line.clock))
    except DeadlineExceeded as late:
        error = late.error
    if error is None:
        # Only the sign-in of another call is waited for outside `deliver`.
        message = f"another call did not sign in before the deadline of {policy.deadline:g} s passed"
        error = TimedOutError(message, False, 0, _title(line, request), str(line.origin))
    # Raised out here, so that the flow's own exception is not chained to it.
    raise error


def _deliver_plain(line: Line, policy: RetryPolicy) -> Callable[[Request], Flow[Reply]]:
    """Return what an authentication sends its own requests by."""

    def deliver_plain(asked: Request) -> Flow[Reply]:
        return _reply_of(deliver(line, asked, policy))

    return deliver_plain


def _call(
    line: Line, request: Request, read: Read | None, policy: RetryPolicy, conditions: tuple[str, ...]
) -> Flow[Answer]:
    deliver_plain = _deliver_plain(line, policy)
    if line.locate is not None:
        request = yield from line.locate(line, request)
    for again in (True, False):
        credentials = yield from line.authentication.headers(deliver_plain)
        answer = yield from deliver(line, _dress(line, request, credentials), policy, read)
        # The scheme and the path may be the server's to change, the origin is not.
        for _ in range(REDIRECTS):
            location = answer.reply.headers.get("location")
            if answer.reply.status not in _MOVED or location is None:
                break
            target = line.origin.redirected(location)
            if request.method != "GET":
                break
            request = replace(request, url=target, parameters=())
            answer = yield from deliver(line, _dress(line, request, credentials), policy, read)
        if answer.reply.status != 401 or not again:
            break
        renewed = yield from line.authentication.renew(deliver_plain, credentials)
        if not renewed:
            break
    if not 200 <= answer.reply.status < 300:
        raise refuse(line, request, answer, conditions)
    return answer


def deliver(line: Line, request: Request, policy: RetryPolicy, read: Read | None = None) -> Flow[Answer]:
    """Send a request, again if that may help, and return the last answer, whatever its status.

    Raises TransportError if no response came, UnreadableReplyError if a success cannot be read, DeadlineExceeded with the error
    of the last attempt if there is no time for another one.
    """
    attempts = 0
    last: _Attempt | None = None
    seconds: float | None = None
    while True:
        try:
            last = yield from _attempt(line, request, policy, read, attempts + 1)
        except DeadlineExceeded as late:
            seconds = late.seconds
            if last is not None:
                line.quota.put_back(last.outcome)
            break
        attempts += 1
        outcome = last.outcome
        if isinstance(outcome, Reply):
            if outcome.status not in STATUSES:
                line.quota.give(attempts > 1)
                return last.result(line, request)
        elif outcome.kind == "deadline":
            raise DeadlineExceeded(None, last.error(line, request))
        wait = policy.pause(request, outcome, attempts, line.chance(), line.clock.wall())
        if wait is None or not line.quota.take(outcome):
            return last.result(line, request)
        logger.info("%s: %s, trying again in %.1f s", _title(line, request), _outcome(outcome), wait)
        try:
            yield Sleep(wait)
        except DeadlineExceeded:
            line.quota.put_back(outcome)
            break
    error = last.error(line, request) if last is not None else _no_turn(line, request, policy, seconds)
    raise DeadlineExceeded(seconds, error)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt: what decides about the next one, the answer if a response came, and why it could not be read."""

    outcome: Reply | TransportFailure
    number: int
    answer: Answer | None = None
    fault: str = ""

    def result(self, line: Line, request: Request) -> Answer:
        """Return the answer. Raises the error if there is none that can be read."""
        if self.answer is None or self.fault:
            raise self.error(line, request)
        return self.answer

    def error(self, line: Line, request: Request) -> ClientError:
        """Return the error to raise if this was the last attempt."""
        if isinstance(self.outcome, TransportFailure) and self.answer is None:
            return _transport_error(line, request, self.outcome, self.number)
        assert self.answer is not None
        if not self.fault:
            return refuse(line, request, self.answer)
        reply = self.answer.reply
        refusal = replace(read_refusal(reply.status, reply.headers, b""), message=self.fault)
        return reply_error(refusal, line.product, _title(line, request), (), self.number, UnreadableReplyError)


def _attempt(line: Line, request: Request, policy: RetryPolicy, read: Read | None, number: int) -> Flow[_Attempt]:
    """Send once, and read what comes."""
    try:
        reply = yield from line.limit.send(request, policy.longest)
    except TransportFailure as failure:
        logger.debug("%s: %s", _title(line, request), failure)
        return _Attempt(failure, number)
    size = len(reply.content)
    logger.debug("%s: %d, %d bytes, %.3f s", _title(line, request), reply.status, size, reply.elapsed)
    if read is None or not 200 <= reply.status < 300:
        return _Attempt(reply, number, Answer(reply.content, reply, (), number))
    try:
        if size >= OFFLOADED:
            value, drift = yield Work(lambda: read(reply.content))
        else:
            value, drift = read(reply.content)
    except NotReadable as error:
        # A page of HTML with status 200, or half a body: something between us and the server hiccups.
        unread = TransportFailure("truncated", True, str(error))
        return _Attempt(unread, number, Answer(None, reply, (), number), str(error))
    for entry in drift[:20]:
        logger.info("%s: %s", _title(line, request), entry)
    return _Attempt(reply, number, Answer(value, reply, tuple(drift), number))


def _no_turn(line: Line, request: Request, policy: RetryPolicy, seconds: float | None) -> ClientError:
    """Return the error of a call that the rate limit did not let through in time."""
    if seconds is None:
        message = f"not sent: too many calls were under way until the deadline of {policy.deadline:g} s passed"
    else:
        message = (
            f"not sent: the rate limit of this client allows the next request in {seconds:.1f} s, "
            f"after the deadline of {policy.deadline:g} s"
        )
    refusal = Refusal(429, "", message, retry_after="" if seconds is None else str(math.ceil(seconds)))
    return reply_error(refusal, line.product, _title(line, request), (), 0, RateLimitedError)


def refuse(line: Line, request: Request, answer: Answer, conditions: tuple[str, ...] = ()) -> ClientError:
    """Return the error that a reply stands for, with no secret in it even where the server echoes one."""
    reply = answer.reply
    headers = (line.headers, request.headers, reply.headers)
    secrets = [*line.authentication.secrets, *[secret for each in headers for secret in header_secrets(each)]]
    refusal = read_refusal(reply.status, reply.headers, reply.content, secrets)
    return reply_error(refusal, line.product, _title(line, request), conditions, answer.attempts)


def _reply_of(delivery: Flow[Answer]) -> Flow[Reply]:
    answer = yield from delivery
    return answer.reply


def _dress(line: Line, request: Request, credentials: Headers) -> Request:
    """Put headers on: the line's own, then the call's, then the credentials, which nothing replaces."""
    headers = line.headers.over(request.headers).over(credentials)
    return replace(request, headers=headers, timeout=request.timeout if request.timeout is not None else line.timeout)


def _transport_error(line: Line, request: Request, failure: TransportFailure, attempts: int) -> TransportError:
    kind = _ERRORS.get(failure.kind, ConnectionFailedError)
    hint = _HINTS.get(failure.kind, "")
    return kind(str(failure), failure.sent, attempts, _title(line, request), str(line.origin), hint)


def _outcome(outcome: Reply | TransportFailure) -> str:
    return str(outcome.status) if isinstance(outcome, Reply) else str(outcome)


def _title(line: Line, request: Request) -> str:
    return f"{request.method} {request.url.removeprefix(line.base_url)}"
