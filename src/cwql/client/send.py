"""One call from start to end: authenticate, wait for the rate limit, send, retry, parse, or raise the server's error.

`ServerRelease` learns the release of a server before its first request.

::

    call ── Authentication.headers ── deliver ── RateLimit.send ── Send
                                         │  └── again, as RetryPolicy and RetryQuota allow
                                         └── parse the body: an unreadable one is retried too
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from cwql.client.credentials import header_secrets
from cwql.client.effects import DeadlineExceeded, Sleep, Work, within
from cwql.client.error_body import Refusal, read_refusal, redact_response
from cwql.client.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    InvalidResponseError,
    NotFoundError,
    RateLimitError,
    ResponseTooLargeError,
    reply_error,
)
from cwql.client.http_types import Headers, Request, Response, TransportFailure
from cwql.client.parsing import NotReadable, SchemaMismatch, read
from cwql.client.retry import STATUSES, RetryPolicy, RetryQuota, asked_wait
from cwql.errors import UnknownNameError
from cwql.schema.releases import read_release

if TYPE_CHECKING:
    from cwql.client.auth import Authentication
    from cwql.client.call_options import Timeout
    from cwql.client.drivers import Clock
    from cwql.client.effects import Flow
    from cwql.client.events import Observer
    from cwql.client.http_types import Failure
    from cwql.client.limit import RateLimit
    from cwql.client.origin import Origin
    from cwql.language.dialects.base import DialectName

__all__ = ["AUTO", "CallResult", "ServerConnection", "ServerRelease", "call", "deliver", "sign_in"]


T = TypeVar("T")

logger = logging.getLogger("cwql.client")

Read: TypeAlias = Callable[[bytes], tuple[Any, list[SchemaMismatch]]]

REDIRECTS = 3
"""How many redirects of one GET are followed, inside the origin."""

OFFLOADED = 65_536
"""Bytes from which a body is read off the event loop."""

_HINTS: dict[Failure, str] = {
    "refused": "nothing listens there: check the address, and whether the server is running",
    "unreachable": "check the address for slips, and the network (VPN, proxy, name server) on the way to it",
    "unknown-host": "check the spelling of the server's name, and the network (VPN, name server)",
    "no-tls": "write http:// if the server is on this machine, or give the port of https",
    "tls": "for a certificate of your own: verify=ssl.create_default_context(cafile=...)",
    "too-large": "ask for fewer fields, a smaller page_size, or set max_response_bytes higher",
}
"""Advice after a failure."""

_ERRORS: dict[Failure, type[APIConnectionError]] = {
    "timeout": APITimeoutError,
    "deadline": APITimeoutError,
    "too-large": ResponseTooLargeError,
}
"""The errors of failures that are no APIConnectionError."""

_MOVED = frozenset({301, 302, 303, 307, 308})


class StartObserver(Protocol):
    """Start to observe a call; return None to ignore it."""

    def __call__(self, line: ServerConnection, request: Request) -> Observer | None: ...


class Locate(Protocol):
    """Complete the URL of a request; `again` asks the server once more for the facts that it needs."""

    def __call__(self, line: ServerConnection, request: Request, again: bool = False) -> Flow[Request]: ...


@dataclass(frozen=True)
class ServerConnection:
    """The connection of a client to its server; shared by all its calls, threads and tasks.

    `base_url` precedes the catalog's paths. `timeout` is in seconds for each phase of a request. `locate`, if given,
    completes the URL of a request with facts that only the server has. `observers` start the observers of a call.
    """

    product: DialectName
    origin: Origin
    base_url: str
    authentication: Authentication
    limit: RateLimit
    clock: Clock
    headers: Headers = field(default_factory=Headers)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    quota: RetryQuota = field(default_factory=RetryQuota)
    timeout: float | Timeout | None = None
    chance: Callable[[], float] = random.random
    locate: Locate | None = None
    observers: tuple[StartObserver, ...] = ()

    def __repr__(self) -> str:
        return f"<ServerConnection to {self.base_url}>"


@dataclass(frozen=True, slots=True)
class CallResult:
    """The result of a call: the parsed value, the response, its values of unexpected types, and the attempts."""

    value: Any
    response: Response
    mismatches: tuple[SchemaMismatch, ...] = ()
    attempts: int = 1

    def __repr__(self) -> str:
        return f"<CallResult {self.response.status_code}, {self.attempts} attempts>"


def call(
    line: ServerConnection,
    request: Request,
    read: Read | None = None,
    policy: RetryPolicy | None = None,
    conditions: tuple[str, ...] = (),
) -> Flow[CallResult]:
    """Make a call and return its result.

    `read` parses the body (None keeps it as bytes). `conditions` are shown, with a caret, if the server reports a name
    in them. Raises APIStatusError, APIConnectionError, UntrustedURLError.
    """
    policy = policy or line.retry
    flow = _keep_deadline(line, request, policy, _call(line, request, read, policy, conditions))
    return (yield from _observed(line, request, flow))


def sign_in(line: ServerConnection, request: Request) -> Flow[None]:
    """Sign in if necessary, as the first step of `request` would. Raises the errors of every call."""
    flow = line.authentication.headers(_deliver_plain(line, line.retry))
    yield from _observed(line, request, _keep_deadline(line, request, line.retry, flow))


def _observed(line: ServerConnection, request: Request, flow: Flow[T]) -> Flow[T]:
    """Return a flow that is reported to the observers of a connection."""
    for start in line.observers:
        observer = start(line, request)
        if observer is not None:
            from cwql.client.events import observe

            flow = observe(flow, line, observer)
    return flow


def _keep_deadline(line: ServerConnection, request: Request, policy: RetryPolicy, flow: Flow[T]) -> Flow[T]:
    try:
        return (yield from within(flow, policy.deadline, line.clock))
    except DeadlineExceeded as late:
        error = late.error
    if error is None:
        # Only the sign-in of another call is waited for outside `deliver`.
        message = f"another call did not sign in before the deadline of {policy.deadline:g} s passed"
        error = APITimeoutError(
            message, request_sent=False, attempts=0, request=request.bare(), title=_place(line, request)
        )
    # Raised out here, so that the flow's own exception is not chained to it.
    raise error


def _deliver_plain(line: ServerConnection, policy: RetryPolicy) -> Callable[[Request], Flow[Response]]:
    """Return the function by which an authentication sends its own requests."""

    def deliver_plain(asked: Request) -> Flow[Response]:
        return _reply_of(deliver(line, asked, policy))

    return deliver_plain


def _call(
    line: ServerConnection, request: Request, read: Read | None, policy: RetryPolicy, conditions: tuple[str, ...]
) -> Flow[CallResult]:
    if line.locate is None:
        return (yield from _call_at(line, request, read, policy, conditions))
    located = yield from line.locate(line, request)
    try:
        return (yield from _call_at(line, located, read, policy, conditions))
    except NotFoundError as error:
        # The servers of the cloud change the path of the API with an upgrade. Their own 404 is JSON.
        if error.code or error.field_errors:
            raise
        moved = yield from line.locate(line, request, again=True)
        if moved.url == located.url:
            raise
    return (yield from _call_at(line, moved, read, policy, conditions))


def _call_at(
    line: ServerConnection, request: Request, read: Read | None, policy: RetryPolicy, conditions: tuple[str, ...]
) -> Flow[CallResult]:
    """Make a call whose URL is complete."""
    deliver_plain = _deliver_plain(line, policy)
    for again in (True, False):
        credentials = yield from line.authentication.headers(deliver_plain)
        answer = yield from deliver(line, _with_headers(line, request, credentials), policy, read)
        # The scheme and the path may be the server's to change, the origin is not.
        for _ in range(REDIRECTS):
            location = answer.response.headers.get("location")
            if answer.response.status_code not in _MOVED or location is None:
                break
            target = line.origin.redirected(location)
            if request.method != "GET":
                break
            request = replace(request, url=target, parameters=())
            answer = yield from deliver(line, _with_headers(line, request, credentials), policy, read)
        if answer.response.status_code != 401 or not again:
            break
        renewed = yield from line.authentication.renew(deliver_plain, credentials)
        if not renewed:
            break
    if not 200 <= answer.response.status_code < 300:
        raise refuse(line, request, answer, conditions)
    return answer


def deliver(
    line: ServerConnection, request: Request, policy: RetryPolicy, read: Read | None = None
) -> Flow[CallResult]:
    """Send a request, again if that may help, and return the last answer, whatever its status.

    Raises APIConnectionError if no response came, InvalidResponseError if a success cannot be read, DeadlineExceeded with the error
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
        if isinstance(outcome, Response):
            line.quota.reached = True
            if outcome.status_code not in STATUSES:
                line.quota.give(attempts > 1)
                return last.result(line, request)
        elif outcome.kind == "deadline":
            raise DeadlineExceeded(None, last.error(line, request))
        elif outcome.kind == "refused" and not line.quota.reached:
            # A server that never answered is not restarting: its address is wrong, or it does not run.
            return last.result(line, request)
        wait = policy._pause(request, outcome, attempts, line.chance(), line.clock.wall())
        if wait is None or not line.quota.take(outcome):
            return last.result(line, request)
        logger.info("%s: %s, trying again in %.1f s", _title(line, request), _outcome(outcome), wait)
        try:
            yield Sleep(wait, "retry", _outcome(outcome))
        except DeadlineExceeded:
            line.quota.put_back(outcome)
            break
    error = last.error(line, request) if last is not None else _no_turn(line, request, policy, seconds)
    raise DeadlineExceeded(seconds, error)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt: the facts that decide about the next one.

    `answer` is the result if a response came, and `error` the error if it could not be parsed.
    """

    outcome: Response | TransportFailure
    number: int
    answer: CallResult | None = None
    fault: str = ""

    def result(self, line: ServerConnection, request: Request) -> CallResult:
        """Return the answer. Raises the error if there is none that can be read."""
        if self.answer is None or self.fault:
            raise self.error(line, request)
        return self.answer

    def error(self, line: ServerConnection, request: Request) -> APIError:
        """Return the error to raise if this was the last attempt."""
        if isinstance(self.outcome, TransportFailure) and self.answer is None:
            return _transport_error(line, request, self.outcome, self.number)
        assert self.answer is not None
        if not self.fault:
            return refuse(line, request, self.answer)
        return refuse(line, request, self.answer, kind=InvalidResponseError, message=self.fault)


def _attempt(
    line: ServerConnection, request: Request, policy: RetryPolicy, read: Read | None, number: int
) -> Flow[_Attempt]:
    """Send once, and parse the response."""
    try:
        response = yield from line.limit.send(request, policy.retry_after_max)
    except TransportFailure as failure:
        logger.debug("%s: %s", _title(line, request), failure)
        return _Attempt(failure, number)
    size = len(response.content)
    logger.debug(
        "%s: %d, %d bytes, %.3f s", _title(line, request), response.status_code, size, response.elapsed.total_seconds()
    )
    if read is None or not 200 <= response.status_code < 300:
        return _Attempt(response, number, CallResult(response.content, response, (), number))
    try:
        if size >= OFFLOADED:
            value, mismatches = yield Work(lambda: read(response.content))
        else:
            value, mismatches = read(response.content)
    except NotReadable as error:
        # A page of HTML with status 200, or half a body: a proxy failed, or the connection.
        unread = TransportFailure("truncated", True, str(error))
        return _Attempt(unread, number, CallResult(None, response, (), number), str(error))
    for entry in mismatches[:20]:
        logger.info("%s: %s", _title(line, request), entry)
    return _Attempt(response, number, CallResult(value, response, tuple(mismatches), number))


def _no_turn(line: ServerConnection, request: Request, policy: RetryPolicy, seconds: float | None) -> APIError:
    """Return the error of a call that the rate limit did not let through in time."""
    if seconds is None:
        message = f"not sent: too many calls were under way until the deadline of {policy.deadline:g} s passed"
    else:
        message = (
            f"not sent: the rate limit of this client allows the next request in {seconds:.1f} s, "
            f"after the deadline of {policy.deadline:g} s"
        )
    refusal = Refusal(429, "", message, retry_after=seconds)
    title = _title(line, request)
    return reply_error(refusal, line.product, RateLimitError, attempts=0, request=request.bare(), title=title)


def refuse(
    line: ServerConnection,
    request: Request,
    answer: CallResult,
    conditions: tuple[str, ...] = (),
    *,
    kind: type[APIStatusError] | None = None,
    message: str | None = None,
) -> APIStatusError:
    """Return the error of a response, without any secret even if the server echoes one."""
    response = answer.response
    headers = (line.headers, request.headers, response.headers)
    secrets = [*line.authentication.secrets, *[secret for each in headers for secret in header_secrets(each)]]
    response = redact_response(replace(response, request=request.bare()), secrets)
    refusal = read_refusal(response.status_code, response.headers, b"" if message else response.content)
    refusal = replace(
        refusal,
        message=refusal.message if message is None else message,
        retry_after=asked_wait(response, line.clock.wall()),
    )
    return reply_error(
        refusal,
        line.product,
        kind,
        conditions=conditions,
        attempts=answer.attempts,
        request=response.request,
        response=response,
        title=_title(line, request),
    )


def _reply_of(delivery: Flow[CallResult]) -> Flow[Response]:
    answer = yield from delivery
    return answer.response


def _with_headers(line: ServerConnection, request: Request, credentials: Headers) -> Request:
    """Merge headers: client defaults, then the call's, then the credentials, which nothing replaces."""
    headers = line.headers.over(request.headers).over(credentials)
    return replace(request, headers=headers, timeout=request.timeout if request.timeout is not None else line.timeout)


def _transport_error(
    line: ServerConnection, request: Request, failure: TransportFailure, attempts: int
) -> APIConnectionError:
    kind = _ERRORS.get(failure.kind, APIConnectionError)
    return kind(
        str(failure),
        request_sent=failure.sent,
        attempts=attempts,
        hint=_HINTS.get(failure.kind),
        request=request.bare(),
        title=_place(line, request),
    )


def _outcome(outcome: Response | TransportFailure) -> str:
    return str(outcome.status_code) if isinstance(outcome, Response) else str(outcome)


def _place(line: ServerConnection, request: Request) -> str:
    return f"{_title(line, request)} at {line.origin}"


def _title(line: ServerConnection, request: Request) -> str:
    return f"{request.method} {request.url.removeprefix(line.base_url)}"


AUTO = "auto"
"""The setting that asks the server."""

PENDING_LIMIT = 100
"""How many queries are checked again if they were compiled before the release was known."""


class ServerRelease:
    """The release of a server, if it is `known`; `learn` completes requests after it was asked for.

    A server that does not answer the question is used as if no release was given.
    """

    def __init__(
        self, setting: str | None = None, accept: Callable[[str], str] = str, address: Locate | None = None
    ) -> None:
        """Initialize it. `accept` returns the Accept header for a release, `address` completes the URLs of requests."""
        self.known = None if setting == AUTO else setting
        self._is_asked = setting == AUTO
        self._accept = accept
        self._address = address
        self._pending: list[Callable[[], object]] = []

    def when_known(self, check: Callable[[], object]) -> None:
        """Call a function when the server has answered; never if the release is known, or not asked for."""
        if self._is_asked and len(self._pending) < PENDING_LIMIT:
            self._pending.append(check)

    def learn(self, line: ServerConnection, request: Request, again: bool = False) -> Flow[Request]:
        """Return the request with the Accept header of the server's release, and its complete URL."""
        if self._is_asked:
            # Requests that other threads make meanwhile are sent as if no release was given.
            self._is_asked = False
            question = Request("GET", f"{line.base_url}/system/info", headers=Headers({"accept": "application/json"}))
            try:
                answer = yield from call(replace(line, locate=self._address), question, _read_info)
                said = answer.value.get("version") if isinstance(answer.value, dict) else None
                self.known = read_release(str(said))
            except (APIStatusError, InvalidResponseError, UnknownNameError) as error:
                logger.warning("the release of the server is unknown: %s", error)
            except BaseException:
                self._is_asked = True
                raise
            for check in self._pending:
                check()
            self._pending.clear()
        if self._address is not None:
            request = yield from self._address(line, request, again)
        if self.known is None:
            return request
        accept = Headers({"accept": self._accept(self.known)})
        return replace(request, headers=accept.over(request.headers))


def _read_info(body: bytes) -> tuple[Any, list[SchemaMismatch]]:
    return read("manage", None, body)
