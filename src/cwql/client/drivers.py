"""The two drivers of flows: `run` in a thread, `arun` in a task; and the transports and clocks that they use."""

from __future__ import annotations

import time
from concurrent.futures import Future
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cwql.client.concurrency import Promise, start_thread
from cwql.client.effects import DeadlineExceeded, Flow, Send, Sleep, Step, Wait, Work

if TYPE_CHECKING:
    from cwql.client.http_types import Request, Response

__all__ = [
    "AsyncTransport",
    "Clock",
    "SystemClock",
    "Transport",
    "arun",
    "run",
]

T = TypeVar("T")


class Transport(Protocol):
    """Send requests over the network, one at a time per call, from any thread."""

    def send(self, request: Request) -> Response:
        """Return the response. Raises TransportFailure, and nothing else over a network."""
        ...


class AsyncTransport(Protocol):
    """Send requests over the network, from any task of one event loop."""

    async def send(self, request: Request) -> Response:
        """Return the response. Raises TransportFailure, and nothing else over a network."""
        ...


class Clock(Protocol):
    """A clock that can be read and waited for."""

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
    """Drive a flow to its end in this thread and return its result. Raises the errors of the flow."""
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
        # Ctrl-C may have come between two steps, when the flow does not see it.
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

    start_thread(drive, "cwql")
    return future


async def arun(flow: Flow[T], transport: AsyncTransport, clock: Clock) -> T:
    """Drive a flow to its end in this task and return its result. Raises the errors of the flow."""
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
        # Ctrl-C may have come between two steps, when the flow does not see it.
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
                # The shield keeps a cancelled waiter from cancelling a future that others wait for too.
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
    # The closure also keeps the task alive, because the loop has only a weak reference to it.
    future.add_done_callback(lambda done: task.cancel() if done.cancelled() else None)
    return future
