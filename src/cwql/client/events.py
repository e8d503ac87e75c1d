"""Events of calls: for `event_hooks`, for the log, and as OpenTelemetry spans. None of them contains a secret.

`observe` reports the steps of a call to an observer, which is created for that call: `HookObserver` calls the `event_hooks` of a
client, `SpanObserver` makes a span. Spans follow the semantic conventions for HTTP clients. They contain templates of paths and no
query, because conditions name customers.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, TypeVar

from cwql.client.effects import Send, Sleep
from cwql.client.http_types import Headers, Request, Response
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta

    from cwql.client.effects import Flow
    from cwql.client.send import ServerConnection

__all__ = [
    "EventHooks",
    "HookObserver",
    "Observer",
    "RequestEvent",
    "ResponseEvent",
    "RetryEvent",
    "SpanObserver",
    "WaitEvent",
    "observe",
    "require_hooks",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent:
    """A request is about to be sent.

    Attributes:
        method: The HTTP method.
        url: The URL without its query, which may name customers.
        params: The query parameters, before they are encoded.
        headers: The headers, without secrets.
        operation: The id of the operation in the specification, ``sign in``, or None for lists.
        attempt: 1 for the first attempt, 2 for the first retry.
        started_at: The time in seconds since 1970.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = field(repr=False)
    headers: Headers = field(repr=False)
    operation: str | None
    attempt: int
    started_at: float
    _target: str = field(default="", repr=False)
    _body: str | None = field(default=None, repr=False)

    __module__ = "cwql"

    def to_curl(self) -> str:
        """Return the request as a command of curl, with ``***`` for each secret."""
        words = ["curl", "-X", self.method, self._target or self.url]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        if self._body is not None:
            words += ["--data-binary", self._body]
        return shlex.join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEvent:
    """A response was received. `elapsed` is a timedelta; the other members are those of the request."""

    method: str
    url: str
    status_code: int
    headers: Headers = field(repr=False)
    elapsed: timedelta
    request_id: str | None
    operation: str | None
    attempt: int

    __module__ = "cwql"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryEvent:
    """An attempt failed, and the request is sent again after `delay` seconds. `reason` is the status or the failure."""

    method: str
    url: str
    attempt: int
    delay: float
    reason: str

    __module__ = "cwql"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEvent:
    """A request waits for `seconds`, because the rate limit (`reason`) does not let it through before."""

    seconds: float
    reason: str

    __module__ = "cwql"


class EventHooks(TypedDict, total=False):
    """Functions that are called for each event, in the thread or the event loop of the call.

    An exception that they raise ends the call. They cannot be coroutines, in either client.
    """

    request: Sequence[Callable[[RequestEvent], object]]
    response: Sequence[Callable[[ResponseEvent], object]]
    retry: Sequence[Callable[[RetryEvent], object]]
    wait: Sequence[Callable[[WaitEvent], object]]


EventHooks.__module__ = "cwql"

NAMES = ("request", "response", "retry", "wait")


def require_hooks(hooks: object) -> Mapping[str, tuple[Callable[[object], object], ...]]:
    """Return the functions for each event. Raises TypeError for anything else than lists of functions by event."""
    from inspect import iscoroutinefunction

    if hooks is None:
        return {}
    if not isinstance(hooks, Mapping):
        raise TypeError(
            f"event_hooks is a mapping of {', '.join(NAMES)} to lists of functions: got {type(hooks).__name__}"
        )
    found = {}
    for name, functions in hooks.items():
        if name not in NAMES:
            raise TypeError(f"event_hooks has no event {name!r}: expected {', '.join(NAMES)}")
        if callable(functions) or not hasattr(functions, "__iter__"):
            raise TypeError(f"event_hooks[{name!r}] is a list of functions: got {type(functions).__name__}")
        found[name] = tuple(functions)
        for function in found[name]:
            if not callable(function) or iscoroutinefunction(function):
                kind = "a coroutine function" if callable(function) else type(function).__name__
                raise TypeError(f"event_hooks[{name!r}] takes plain functions: got {kind}")
    return found


T = TypeVar("T")

SIGN_IN = "sign in"
"""The label of requests that sign in."""


class Observer(Protocol):
    """Receive the events of one call."""

    def request(self, event: RequestEvent) -> None:
        """Receive a request that is about to be sent."""
        ...

    def response(self, event: ResponseEvent) -> None:
        """Receive a response."""
        ...

    def retry(self, event: RetryEvent) -> None:
        """Receive a wait before the request is sent again."""
        ...

    def wait(self, event: WaitEvent) -> None:
        """Receive a wait for the rate limit."""
        ...

    def end(self, error: BaseException | None) -> None:
        """Receive the end of the call, and its error."""
        ...


def observe(flow: Flow[T], line: ServerConnection, observer: Observer) -> Flow[T]:
    """Run the flow of a call, and report its events."""
    attempts: Counter[tuple[str, str]] = Counter()
    last: Request | None = None
    try:
        step = next(flow)
        while True:
            if isinstance(step, Send):
                last = step.request
                attempts[last.method, last.url] += 1
                observer.request(_request(last, attempts[last.method, last.url], line.clock.wall()))
            elif isinstance(step, Sleep) and step.reason == "retry" and last is not None:
                attempt = attempts[last.method, last.url]
                observer.retry(
                    RetryEvent(
                        method=last.method, url=last.url, attempt=attempt, delay=step.seconds, reason=step.detail
                    )
                )
            elif isinstance(step, Sleep):
                observer.wait(WaitEvent(seconds=step.seconds, reason="rate limit"))
            try:
                answer = yield step
            except BaseException as failure:
                step = flow.throw(failure)
            else:
                if isinstance(step, Send) and isinstance(answer, Response):
                    observer.response(_response(step.request, answer, attempts[step.request.method, step.request.url]))
                step = flow.send(answer)
    except StopIteration as stop:
        observer.end(None)
        result: T = stop.value
        return result
    except BaseException as error:
        # A function that raises leaves the flow at its step.
        flow.close()
        observer.end(error)
        raise


def _request(request: Request, attempt: int, now: float) -> RequestEvent:
    body = request.body
    # A request that signs in has the password in its body.
    is_shown = isinstance(body, bytes) and request.label != SIGN_IN
    shown = body.decode("utf-8", "replace") if isinstance(body, bytes) and is_shown else "***"
    return RequestEvent(
        method=request.method,
        url=request.url,
        params=request.parameters,
        headers=request.headers.hidden(),
        operation=request.label or None,
        attempt=attempt,
        started_at=now,
        _target=request.target,
        _body=None if body is None else shown,
    )


def _response(request: Request, response: Response, attempt: int) -> ResponseEvent:
    return ResponseEvent(
        method=request.method,
        url=request.url,
        status_code=response.status_code,
        headers=Headers(response.headers).hidden(),
        elapsed=response.elapsed,
        request_id=response.request_id,
        operation=request.label or None,
        attempt=attempt,
    )


class HookObserver:
    """Call the functions of `event_hooks`."""

    __slots__ = ("_hooks",)

    def __init__(self, hooks: Mapping[str, tuple[Callable[[object], object], ...]]) -> None:
        self._hooks = hooks

    def request(self, event: RequestEvent) -> None:
        """Call the functions for a request."""
        self._call("request", event)

    def response(self, event: ResponseEvent) -> None:
        """Call the functions for a response."""
        self._call("response", event)

    def retry(self, event: RetryEvent) -> None:
        """Call the functions for a retry."""
        self._call("retry", event)

    def wait(self, event: WaitEvent) -> None:
        """Call the functions for a wait."""
        self._call("wait", event)

    def end(self, error: BaseException | None) -> None:
        """Do nothing: there is no event for the end."""

    def _call(self, name: str, event: object) -> None:
        for function in self._hooks.get(name, ()):
            function(event)


class SpanObserver:
    """Make the span of a call; `trace` is the module of OpenTelemetry's API."""

    def __init__(self, trace: Any, line: ServerConnection, request: Request) -> None:
        import cwql

        self._trace = trace
        self._attempts = 0
        self._waited = 0.0
        template = path_template(line, request)
        attributes: dict[str, str | int] = {
            "http.request.method": request.method,
            "server.address": line.origin.host,
            "server.port": line.origin.port,
            "cwql.product": line.product,
        }
        if template:
            attributes["url.template"] = template
        if request.label and request.label != "request":
            attributes["cwql.operation"] = request.label
        self._span = trace.get_tracer("cwql", cwql.__version__).start_span(
            f"{request.method} {template}".rstrip(), kind=trace.SpanKind.CLIENT, attributes=attributes
        )

    def request(self, event: RequestEvent) -> None:
        """Add an event for an attempt."""
        self._attempts = max(self._attempts, event.attempt)
        self._span.add_event("cwql.request", {"http.request.method": event.method, "cwql.attempt": event.attempt})

    def response(self, event: ResponseEvent) -> None:
        """Add an event for a response."""
        found: dict[str, str | int | float] = {
            "http.response.status_code": event.status_code,
            "cwql.attempt": event.attempt,
            "cwql.elapsed": event.elapsed.total_seconds(),
        }
        if event.request_id:
            found["cwql.request_id"] = event.request_id
        self._span.add_event("cwql.response", found)
        self._span.set_attribute("http.response.status_code", event.status_code)

    def retry(self, event: RetryEvent) -> None:
        """Add an event for a retry."""
        self._span.add_event("cwql.retry", {"cwql.delay": event.delay, "cwql.attempt": event.attempt})

    def wait(self, event: WaitEvent) -> None:
        """Add an event for a wait."""
        self._waited += event.seconds
        self._span.add_event("cwql.rate_limit.wait", {"cwql.seconds": event.seconds})

    def end(self, error: BaseException | None) -> None:
        """End the span. The message of an error is left out, because it contains the condition."""
        if self._attempts > 1:
            self._span.set_attribute("http.request.resend_count", self._attempts - 1)
        if self._waited:
            self._span.set_attribute("cwql.rate_limit.wait", self._waited)
        if error is not None:
            name = type(error).__name__
            self._span.set_attribute("error.type", name)
            self._span.set_status(self._trace.StatusCode.ERROR, name)
        self._span.end()


def path_template(line: ServerConnection, request: Request) -> str:
    """Return the path of a request with the names of its ids, empty for a path that the catalog does not have."""
    if not request.url.startswith(line.base_url):
        return ""
    known = catalog(line.product)
    path = request.url[len(line.base_url) :].partition("?")[0]
    for suffix in ("", "/count", "/search"):
        endpoint = known.find_endpoint(path.removesuffix(suffix)) if path.endswith(suffix) else None
        if endpoint is not None:
            return known.title(endpoint) + suffix
    return ""
