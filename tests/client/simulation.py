"""A world in which time is a number: drives any count of flows at once, without waiting and without chance."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from cwql.client.drivers import Clock
from cwql.client.effects import DeadlineExceeded, Flow, Fork, Send, Sleep, Wait, Work
from cwql.client.http_types import Request, Response, TransportFailure

T = TypeVar("T")
CallResult = Response | TransportFailure
Server = Callable[[Request], CallResult]

START = 1_700_000_000.0
"""The wall clock at second 0 of a simulation."""


class Simulation(Clock):
    """Run flows against a server function; every request takes `latency` seconds.

    The server is asked when the request arrives, at half of it.
    """

    def __init__(self, server: Server | None = None, latency: float = 0.0) -> None:
        self._server = server
        self._latency = latency
        self._time = 0.0
        self._order = 0
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._ready: deque[Callable[[], object]] = deque()
        self.sent: list[tuple[float, Request]] = []
        self.flying = 0
        self.most_flying = 0

    def now(self) -> float:
        return self._time

    def wall(self) -> float:
        return START + self._time

    def sleep(self, seconds: float) -> None:
        raise AssertionError("a flow never sleeps by itself")

    async def sleep_async(self, seconds: float) -> None:
        raise AssertionError("a flow never sleeps by itself")

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something at a time."""
        self._order += 1
        heapq.heappush(self._timers, (seconds, self._order, act))

    def start(self, flow: Flow[T]) -> Future[T]:
        """Begin a flow; the future gets its result or its exception."""
        result: Future[T] = Future()
        self._ready.append(lambda: self._resume(flow, result, lambda: next(flow)))
        return result

    def settle(self, limit: int = 2_000_000) -> None:
        """Let time pass until nothing is left to do."""
        for _ in range(limit):
            if self._ready:
                self._ready.popleft()()
            elif self._timers:
                self._time, _, act = heapq.heappop(self._timers)
                act()
            else:
                return
        raise AssertionError("the flows never come to an end")

    def finish(self, flow: Flow[T]) -> T:
        """Drive one flow to its end."""
        future = self.start(flow)
        self.settle()
        return future.result(timeout=0)

    def _resume(self, flow: Flow[Any], result: Future[Any], step: Callable[[], object]) -> None:
        if result.cancelled():
            flow.close()
            return
        try:
            self._take(flow, result, step())
        except StopIteration as end:
            result.set_result(end.value)
        except BaseException as failure:
            result.set_exception(failure)

    def _answer(self, flow: Flow[Any], result: Future[Any], answer: object) -> None:
        if isinstance(answer, BaseException):
            failure = answer
            self._ready.append(lambda: self._resume(flow, result, lambda: flow.throw(failure)))
        else:
            self._ready.append(lambda: self._resume(flow, result, lambda: flow.send(answer)))

    def _take(self, flow: Flow[Any], result: Future[Any], step: object) -> None:
        if isinstance(step, Send):
            self._send(flow, result, step.request)
        elif isinstance(step, Sleep):
            self.at(self._time + step.seconds, lambda: self._answer(flow, result, None))
        elif isinstance(step, Wait):
            self._wait(flow, result, step)
        elif isinstance(step, Work):
            try:
                self._answer(flow, result, step.function())
            except Exception as failure:
                self._answer(flow, result, failure)
        elif isinstance(step, Fork):
            self._answer(flow, result, self.start(step.flow))
        else:
            raise AssertionError(f"not a step: {step!r}")

    def _wait(self, flow: Flow[Any], result: Future[Any], step: Wait) -> None:
        answered = False

        def answer(value: object) -> None:
            nonlocal answered
            if not answered:
                answered = True
                self._answer(flow, result, value)

        step.future.add_done_callback(lambda done: answer(done.exception() or done.result()))
        if step.seconds is not None:
            self.at(self._time + step.seconds, lambda: answer(DeadlineExceeded()))

    def _send(self, flow: Flow[Any], result: Future[Any], request: Request) -> None:
        assert self._server is not None, "this world has no server"
        server = self._server
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)

        def back(answer: CallResult) -> None:
            self.flying -= 1
            self._answer(flow, result, answer)

        total = request.total_timeout
        if total is not None and total < self._latency:
            late = TransportFailure("deadline", True, "the deadline passed")
            self.at(self._time + total, lambda: back(late))
            return

        def arrive() -> None:
            self.sent.append((self._time, request))
            answer = server(request)
            self.at(self._time + self._latency / 2, lambda: back(answer))

        self.at(self._time + self._latency / 2, arrive)
