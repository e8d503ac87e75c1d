"""One call from start to end: authenticate, pace, send, try again, read, or raise what the server meant.

::

    call ── Authentication.headers ── deliver ── RateLimit.send ── Send
                                         │  └── again, as RetryPolicy and RetryQuota allow
                                         └── read the body: what cannot be read is tried again too
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from cwql.client.errors import (
    ClientError,
    ConnectionFailedError,
    TimedOutError,
    TransportError,
    UnreadableReplyError,
    reply_error,
)
from cwql.client.flow import Headers, Reply, Request, Sleep, TransportFailure, Work
from cwql.client.records import Drift, NotReadable
from cwql.client.refusal import read_refusal
from cwql.client.retry import STATUSES, RetryPolicy, RetryQuota
from cwql.client.secret import header_secrets, redact

if TYPE_CHECKING:
    from cwql.client.auth import Authentication
    from cwql.client.flow import Clock, Failure, Flow
    from cwql.client.limit import RateLimit
    from cwql.client.origin import Origin

__all__ = ["Answer", "Line", "call", "deliver"]

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
}
"""What to try where no connection came about."""

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

    def deliver_plain(asked: Request) -> Flow[Reply]:
        return _reply_of(deliver(line, asked, policy))

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
    """Send a request, again where that may help, and return the last answer, whatever its status.

    Raises TransportError where no reply came, UnreadableReplyError where a success cannot be read.
    """
    began = line.clock.now()
    attempt = 0
    while True:
        attempt += 1
        outcome, answer, fault = yield from _attempt(line, _bounded(line, request, policy, began), attempt, read)
        if isinstance(outcome, Reply) and outcome.status not in STATUSES:
            line.quota.give(attempt > 1)
            break
        elapsed = line.clock.now() - began
        wait = policy.pause(request, outcome, attempt, elapsed, line.chance(), line.clock.wall())
        if wait is None or not line.quota.take(outcome):
            break
        logger.info("%s: %s, trying again in %.1f s", _title(line, request), _outcome(outcome), wait)
        yield Sleep(wait)
    if fault:
        assert answer is not None
        refusal = replace(read_refusal(answer.reply.status, answer.reply.headers, b""), message=fault)
        raise reply_error(refusal, line.product, _title(line, request), (), attempt, UnreadableReplyError)
    if answer is None:
        assert isinstance(outcome, TransportFailure)
        raise _transport_error(line, request, outcome, attempt)
    return answer


def _attempt(
    line: Line, request: Request, attempt: int, read: Read | None
) -> Flow[tuple[Reply | TransportFailure, Answer | None, str]]:
    """Send once. Returns what retrying is decided by, the answer where a reply came, and why it could not be read."""
    try:
        reply = yield from line.limit.send(request)
    except TransportFailure as failure:
        logger.debug("%s: %s", _title(line, request), failure)
        return failure, None, ""
    size = len(reply.content)
    logger.debug("%s: %d, %d bytes, %.3f s", _title(line, request), reply.status, size, reply.elapsed)
    if read is None or not 200 <= reply.status < 300:
        return reply, Answer(reply.content, reply, (), attempt), ""
    try:
        if size >= OFFLOADED:
            value, drift = yield Work(lambda: read(reply.content))
        else:
            value, drift = read(reply.content)
    except NotReadable as error:
        # A page of HTML with status 200, or half a body: something between us and the server hiccups.
        return TransportFailure("truncated", True, str(error)), Answer(None, reply, (), attempt), str(error)
    for entry in drift[:20]:
        logger.info("%s: %s", _title(line, request), entry)
    return reply, Answer(value, reply, tuple(drift), attempt), ""


def refuse(line: Line, request: Request, answer: Answer, conditions: tuple[str, ...] = ()) -> ClientError:
    """Return the error that a reply stands for, with no secret in it even where the server echoes one."""
    reply = answer.reply
    headers = (line.headers, request.headers, reply.headers)
    secrets = [*line.authentication.secrets, *[secret for each in headers for secret in header_secrets(each)]]
    content = redact(reply.content[: 1 << 18].decode("utf-8", "replace"), secrets).encode()
    refusal = read_refusal(reply.status, reply.headers, content)
    return reply_error(refusal, line.product, _title(line, request), conditions, answer.attempts)


def _reply_of(delivery: Flow[Answer]) -> Flow[Reply]:
    answer = yield from delivery
    return answer.reply


def _dress(line: Line, request: Request, credentials: Headers) -> Request:
    """Put headers on: the line's own, then the call's, then the credentials, which nothing replaces."""
    headers = line.headers.over(request.headers).over(credentials)
    return replace(request, headers=headers, timeout=request.timeout if request.timeout is not None else line.timeout)


def _bounded(line: Line, request: Request, policy: RetryPolicy, began: float) -> Request:
    """Keep an attempt from waiting for a server beyond the deadline."""
    if policy.deadline is None:
        return request
    left = max(0.05, policy.deadline - (line.clock.now() - began))
    if request.timeout is None:
        return request
    return request if request.timeout <= left else replace(request, timeout=left)


def _transport_error(line: Line, request: Request, failure: TransportFailure, attempts: int) -> TransportError:
    kind = TimedOutError if failure.kind == "timeout" else ConnectionFailedError
    hint = _HINTS.get(failure.kind, "")
    return kind(str(failure), failure.sent, attempts, _title(line, request), str(line.origin), hint)


def _outcome(outcome: Reply | TransportFailure) -> str:
    return str(outcome.status) if isinstance(outcome, Reply) else str(outcome)


def _title(line: Line, request: Request) -> str:
    return f"{request.method} {request.url.removeprefix(line.base_url)}"
