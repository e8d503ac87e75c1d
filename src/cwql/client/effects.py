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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, Union

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cwql.client.http_types import Request

__all__ = [
    "DeadlineExceeded",
    "Flow",
    "Fork",
    "Send",
    "Sleep",
    "Step",
    "Wait",
    "Work",
]

T = TypeVar("T")


class DeadlineExceeded(Exception):
    """A step would end after the deadline of its call. The drivers and `cwql.client.deadline.within` raise it inside a flow.

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
