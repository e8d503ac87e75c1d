"""Effects: the steps that a flow yields to its driver.

A flow is a generator that yields effects and receives their results. It never opens a socket and never sleeps, so tests
can drive it from a table of (effect, result) pairs, and the synchronous and the asynchronous client share it::

    def fetch(request: Request) -> Flow[Response]:
        response: Response = yield Send(request)    # or raises TransportFailure here
        if response.status_code == 503:
            yield Sleep(1.5)                        # seconds
            response = yield Send(request)
        return response

=========  =============================================================================================
`Send`     send one request; returns its `Response`, raises `TransportFailure`
`Sleep`    wait that many seconds; returns None
`Wait`     wait for a future that another thread or task fulfils; returns its result, raises its exception, or
           `DeadlineExceeded` if its time is over
`Work`     run a function that computes or blocks (off the event loop); returns its result, raises its exception
`Fork`     start another flow concurrently; returns a future to `Wait` for
=========  =============================================================================================

An exception of an effect is raised inside the flow, at its `yield`; so are cancellation and Ctrl-C, so that ``finally``
runs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, Union

from cwql.client.http_types import TransportFailure

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cwql.client.drivers import Clock
    from cwql.client.http_types import Request

__all__ = ["DeadlineExceeded", "Flow", "Fork", "Send", "Sleep", "Step", "Wait", "Work", "within"]

T = TypeVar("T")


class DeadlineExceeded(Exception):
    """A step would end after the deadline of its call. The drivers and `within` raise it inside a flow.

    `seconds` is how long the step would take, if that is known; `error` is the error that a client raises instead.
    """

    def __init__(self, seconds: float | None = None, error: Exception | None = None) -> None:
        super().__init__(seconds, error)
        self.seconds = seconds
        self.error = error


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request and wait for its response."""

    request: Request


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for some seconds. `reason` is ``retry``, with the failure as `detail`, or ``wait``; both are for observers only."""

    seconds: float
    reason: str = field(default="wait", compare=False)
    detail: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a future, at most `seconds` if they are given. Being cancelled while waiting leaves the future as it is."""

    future: Future[Any]
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Call a function that computes for long or blocks; the asynchronous driver gives it to a thread."""

    function: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Fork:
    """Run another flow concurrently. Cancelling its future stops an asynchronous one; a thread runs to its end."""

    flow: Generator[Any, Any, Any]


Step: TypeAlias = Union[Send, Sleep, Wait, Work, Fork]  # noqa: UP007 - an alias that other modules quote

Flow: TypeAlias = Generator[Step, Any, T]


def within(flow: Flow[T], seconds: float | None, clock: Clock) -> Flow[T]:
    """Run a flow whose steps end at most `seconds` from now; None sets no limit.

    A call waits in many places: for its turn under the rate limit, for another call that signs in, between attempts, for
    each byte of a response. None of them has the start time of the call, so each step is limited to the remaining time.

    A `Sleep` that would last longer is not begun: DeadlineExceeded is raised inside the flow at once. A `Wait` raises it when the
    time is over. A `Send` gets the time that is left as its `total_timeout`, so it raises TransportFailure. `Work` is not interrupted.
    """
    if seconds is None:
        return (yield from flow)
    end = clock.now() + seconds
    try:
        step = next(flow)
        while True:
            try:
                answer = yield _limit(step, end - clock.now())
            except BaseException as failure:
                step = flow.throw(failure)
            else:
                step = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result


def _limit(step: Step, left: float) -> Step:
    if isinstance(step, Send):
        if left <= 0:
            raise TransportFailure("deadline", False, "the deadline of the call passed before the request was sent")
        total = step.request.total_timeout
        return Send(replace(step.request, total_timeout=left if total is None else min(left, total)))
    if isinstance(step, Sleep):
        if step.seconds >= left:
            raise DeadlineExceeded(step.seconds)
        return step
    if isinstance(step, Wait):
        left = max(0.0, left)
        return Wait(step.future, left if step.seconds is None else min(left, step.seconds))
    return step
