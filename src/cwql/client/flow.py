"""The contract between what the clients do and how bytes get out: flows, their steps, and the two drivers.

A flow is a generator. It yields steps and is given what came of each; it never opens a socket and never sleeps, so a test
drives it from a table of (step, answer) pairs, and one text of it serves the synchronous and the asynchronous client::

    def fetch(request: Request) -> Flow[Reply]:
        reply: Reply = yield Send(request)          # or raises TransportFailure here
        if reply.status == 503:
            yield Sleep(1.5)                        # seconds
            reply = yield Send(request)
        return reply

    run(fetch(request), transport, clock)           # or: await arun(fetch(request), transport, clock)

=========  =============================================================================================
`Send`     send one request; gives its `Reply`, raises `TransportFailure`
`Sleep`    wait that many seconds; gives None
`Wait`     wait for a future that another thread or task fulfils; gives its result, raises its exception, or
           `DeadlineExceeded` when its time is over
`Work`     run a function that computes or blocks (off the event loop); gives its result, raises what it raises
`Fork`     start another flow beside this one; gives a future to `Wait` for
=========  =============================================================================================

Whatever a step raises is raised inside the flow, at its `yield`; cancellation and Ctrl-C too, so that ``finally`` runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, Union
from urllib.parse import quote, urlencode

from cwql.client.promise import Promise
from cwql.errors import CwqlError

__all__ = [
    "AsyncTransport",
    "Body",
    "Clock",
    "DeadlineExceeded",
    "Failure",
    "Flow",
    "Fork",
    "Headers",
    "Reply",
    "Request",
    "Send",
    "Sink",
    "Sleep",
    "Step",
    "SystemClock",
    "Transport",
    "TransportFailure",
    "Wait",
    "Work",
    "arun",
    "run",
]

T = TypeVar("T")

_SECRET_WORDS = ("auth", "cookie", "clientid", "key", "password", "secret", "session", "signature", "token")

HIDDEN = "***"

Failure: TypeAlias = Literal[
    "refused", "unreachable", "tls", "timeout", "deadline", "reset", "truncated", "encoding", "protocol", "too-large"
]
"""Why there is no response: nobody listens, no route, not trusted, a phase timed out, the whole call timed out, the connection was
cut, the body is incomplete, cannot be decoded, is not HTTP, or has more bytes than allowed."""


def is_secret_header(name: str) -> bool:
    """Return whether the values of a header are never shown, logged or pickled."""
    folded = name.lower()
    return any(word in folded for word in _SECRET_WORDS)


class TransportFailure(CwqlError):
    """No (whole) reply came. `sent` tells whether any byte of the request may have reached the server.

    The drivers raise it inside a flow, at the `Send`; a client's caller sees the typed errors of `cwql.client.errors`.
    """

    def __init__(self, kind: Failure, sent: bool, message: str = "") -> None:
        super().__init__(kind, sent, message)
        self.kind: Failure = kind
        self.sent = sent
        self.message = message

    def __str__(self) -> str:
        return self.message or self.kind


class DeadlineExceeded(Exception):
    """A step would end after the deadline of its call. The drivers and `cwql.client.deadline.within` raise it inside a flow.

    `seconds` is how long the step would take, if that is known; `error` is what a client raises instead.
    """

    def __init__(self, seconds: float | None = None, error: Exception | None = None) -> None:
        super().__init__(seconds, error)
        self.seconds = seconds
        self.error = error


class Headers(Mapping[str, str]):
    """Hold header fields by name in any letter case; a name given twice has its values joined by a comma."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, str] = {}
        pairs: Any = items.items() if isinstance(items, Mapping) else items
        for name, value in pairs:
            key = name.lower()
            known = self._items.get(key)
            self._items[key] = value if known is None else f"{known}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._items == other._items

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Headers({self.hidden()._items!r})"

    def __reduce__(self) -> tuple[type[Headers], tuple[dict[str, str]]]:
        return Headers, (self.hidden()._items,)

    def over(self, other: Mapping[str, str]) -> Headers:
        """Return these headers, and those of `other` in their stead where both have a name."""
        return Headers({**self._items, **{name.lower(): value for name, value in other.items()}})

    def hidden(self) -> Headers:
        """Return the headers with every secret value masked."""
        return Headers({name: HIDDEN if is_secret_header(name) else value for name, value in self._items.items()})


class Body(Protocol):
    """A request body too large for memory: opened anew for every attempt."""

    def length(self) -> int | None:
        """Return the size in bytes, None where it is not known."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """Open the source and yield it from its start."""
        ...


class Sink(Protocol):
    """Where a reply's body goes instead of memory. Replies outside 200 to 299 are kept in memory all the same."""

    def begin(self, status: int, headers: Headers) -> None:
        """Start anew: what an earlier attempt wrote is dropped."""
        ...

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, to an absolute URL without a query.

    `parameters` are pairs in order, not yet percent-encoded. `timeout` is in seconds for each phase (None: the transport's
    own), `total_timeout` for everything from connecting to the last byte of the response (None: no limit). `repeatable` says that sending it twice does no harm (None: decided by the method). `label` names the operation in
    logs. Shown, and pickled, without secret header values and without the body.
    """

    method: str
    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    headers: Headers = field(default_factory=Headers)
    body: bytes | Body | None = None
    timeout: float | None = None
    sink: Sink | None = None
    repeatable: bool | None = None
    label: str = ""
    total_timeout: float | None = None

    def __repr__(self) -> str:
        size = f", {len(self.body)} bytes" if isinstance(self.body, bytes) else ", streamed" if self.body else ""
        return f"<Request {self.method} {self.url}{size}>"

    def __reduce__(self) -> tuple[type[Request], tuple[object, ...]]:
        return Request, (self.method, self.url, self.parameters, self.headers.hidden())

    @property
    def target(self) -> str:
        """Return the URL as it goes out: with the parameters, percent-encoded."""
        if not self.parameters:
            return self.url
        # What RFC 3986 lets stand in a query stays readable; "+", "&", "=" and "'" are where servers and libraries differ.
        return f"{self.url}?{urlencode(self.parameters, quote_via=quote, safe='/,:()!*')}"

    def with_headers(self, headers: Mapping[str, str]) -> Request:
        """Return the request with more headers, in the stead of its own of the same name."""
        return replace(self, headers=self.headers.over(headers))


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply. `content` is decoded (gzip, deflate), empty where a sink took it; `elapsed` is in seconds."""

    status: int
    headers: Headers = field(default_factory=Headers)
    content: bytes = b""
    url: str = ""
    elapsed: float = 0.0

    def __repr__(self) -> str:
        return f"<Reply {self.status}, {len(self.content)} bytes>"


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request and wait for its reply."""

    request: Request


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for some seconds."""

    seconds: float


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
    """Run a flow beside this one. Cancelling its future stops an asynchronous one; a thread runs to its end."""

    flow: Generator[Any, Any, Any]


Step: TypeAlias = Union[Send, Sleep, Wait, Work, Fork]  # noqa: UP007 - an alias that other modules quote
Flow: TypeAlias = Generator[Step, Any, T]


class Transport(Protocol):
    """Send requests over the network, one at a time per call, from any thread."""

    def send(self, request: Request) -> Reply:
        """Return the reply. Raises TransportFailure, and nothing else over a network."""
        ...


class AsyncTransport(Protocol):
    """Send requests over the network, from any task of one event loop."""

    async def send(self, request: Request) -> Reply:
        """Return the reply. Raises TransportFailure, and nothing else over a network."""
        ...


class Clock(Protocol):
    """Tell the time and let it pass."""

    def now(self) -> float:
        """Return seconds that never run backwards, for durations."""
        ...

    def wall(self) -> float:
        """Return seconds since 1970, UTC, for dates."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block the thread."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Suspend the task."""
        ...


class SystemClock:
    """The machine's clock."""

    __slots__ = ()

    def now(self) -> float:
        """Return seconds that never run backwards, for durations."""
        return time.monotonic()

    def wall(self) -> float:
        """Return seconds since 1970, UTC, for dates."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Block the thread."""
        time.sleep(max(0.0, seconds))

    async def sleep_async(self, seconds: float) -> None:
        """Suspend the task."""
        import asyncio

        await asyncio.sleep(max(0.0, seconds))


def run(flow: Flow[T], transport: Transport, clock: Clock) -> T:
    """Drive a flow to its end in this thread and return its result. Raises what the flow raises."""
    try:
        step = next(flow)
        while True:
            try:
                answer = _take(step, transport, clock)
            except BaseException as failure:
                step = flow.throw(failure)
            else:
                step = flow.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result
    except BaseException:
        # Ctrl-C may have come between two steps, where the flow does not see it.
        flow.close()
        raise


def _take(step: Step, transport: Transport, clock: Clock) -> object:
    if isinstance(step, Send):
        return transport.send(step.request)
    if isinstance(step, Sleep):
        clock.sleep(step.seconds)
        return None
    if isinstance(step, Wait):
        return _wait(step)
    if isinstance(step, Work):
        return step.function()
    return _start_thread(step.flow, transport, clock)


def _wait(step: Wait) -> object:
    try:
        return step.future.result(step.seconds)
    except TimeoutError:
        # Either the wait took too long, or this is the future's own error.
        if not step.future.done():
            raise DeadlineExceeded from None
        return step.future.result()


def _start_thread(flow: Flow[Any], transport: Transport, clock: Clock) -> Future[Any]:
    future: Promise[Any] = Promise()
    context = copy_context()

    def drive() -> None:
        try:
            result = context.run(run, flow, transport, clock)
        except BaseException as failure:
            future.set_exception(failure)
        else:
            future.set_result(result)

    threading.Thread(target=drive, name="cwql", daemon=True).start()
    return future


async def arun(flow: Flow[T], transport: AsyncTransport, clock: Clock) -> T:
    """Drive a flow to its end in this task and return its result. Raises what the flow raises."""
    try:
        step = next(flow)
        while True:
            try:
                answer = await _atake(step, transport, clock)
            except BaseException as failure:
                step = flow.throw(failure)
            else:
                step = flow.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result
    except BaseException:
        # Ctrl-C may have come between two steps, where the flow does not see it.
        flow.close()
        raise


async def _atake(step: Step, transport: AsyncTransport, clock: Clock) -> object:
    if isinstance(step, Send):
        return await transport.send(step.request)
    if isinstance(step, Sleep):
        await clock.sleep_async(step.seconds)
        return None
    # Not at the top: the synchronous client goes without it, and it is a quarter of its start.
    import asyncio

    if isinstance(step, Wait):
        limit = asyncio.timeout(step.seconds)
        try:
            async with limit:
                # The shield keeps a cancelled waiter from cancelling what others wait for too.
                return await asyncio.shield(asyncio.wrap_future(step.future))
        except TimeoutError:
            if not limit.expired():
                raise
        raise DeadlineExceeded
    if isinstance(step, Work):
        return await asyncio.to_thread(step.function)
    return _start_task(step.flow, transport, clock)


def _start_task(flow: Flow[Any], transport: AsyncTransport, clock: Clock) -> Future[Any]:
    import asyncio

    future: Future[Any] = Future()
    task = asyncio.get_running_loop().create_task(arun(flow, transport, clock), name="cwql")

    def finish(done: asyncio.Task[Any]) -> None:
        if done.cancelled():
            future.cancel()
        elif future.cancelled():
            done.exception()
        else:
            failure = done.exception()
            if failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(done.result())

    task.add_done_callback(finish)
    # The closure also keeps the task alive: the loop itself holds it only weakly.
    future.add_done_callback(lambda done: task.cancel() if done.cancelled() else None)
    return future
