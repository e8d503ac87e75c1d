"""Report the steps of a call: `observe` passes the steps of a flow on to the driver, and tells an observer of each.

An observer is created for each call. `HookObserver` calls the `event_hooks` of a client, `cwql.client.tracing` makes spans.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol, TypeVar

from cwql.client.effects import Send, Sleep
from cwql.client.events import RequestEvent, ResponseEvent, RetryEvent, WaitEvent
from cwql.client.http_types import Headers, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cwql.client.effects import Flow
    from cwql.client.send import ServerConnection

__all__ = ["HookObserver", "Observer", "observe"]

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
