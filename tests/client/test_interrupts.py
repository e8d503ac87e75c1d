"""Ctrl-C at every step: nothing is lost, nothing hangs, and the next call works."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from inspect import GEN_CLOSED, GEN_CREATED, getgeneratorstate
from queue import SimpleQueue
from typing import Any

import pytest

from cwql.client.batch import batch
from cwql.client.concurrency import Promise, SingleFlight, find_interrupt
from cwql.client.drivers import SystemClock, arun, run
from cwql.client.effects import Fork, Send, Sleep, Wait
from cwql.client.error_body import Refusal
from cwql.client.errors import ServerError
from cwql.client.http_types import Request, Response, TransportFailure
from cwql.client.limit import ConcurrencyLimiter, RateLimit, RateLimiter
from scripts.fuzz.interrupts import ROOT, steps_of

GET = Request("GET", "https://example.com/x")


def interrupted_everywhere(scenario: Callable[[], Any], then: Callable[[Any], None]) -> int:
    """Run the call of each `scenario()`, interrupted at each of its steps in turn; `then` checks the rest.

    Returns the number of steps.
    """
    step = 0
    # Kept to the end, because objects that are freed during a step run callbacks, whose exceptions Python only reports.
    states: list[Any] = []
    # The same is true for the collector, and for its callbacks, of which hypothesis has one.
    threshold, callbacks = gc.get_threshold(), gc.callbacks[:]
    gc.set_threshold(0)
    gc.callbacks.clear()
    try:
        while True:
            step += 1
            state, work = scenario()
            states.append((state, work))
            try:
                steps_of(work, step)
            except KeyboardInterrupt:
                then(state)
            else:
                return step - 1
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.extend(callbacks)


# --- promises -----------------------------------------------------------------------------------------------------------


def test_promise_gives_its_result_to_all_who_wait() -> None:
    promise: Promise[int] = Promise()
    found: deque[int] = deque()
    threads = [threading.Thread(target=lambda: found.append(promise.result(5))) for _ in range(4)]
    for thread in threads:
        thread.start()
    called: list[Future[int]] = []
    promise.add_done_callback(called.append)
    assert not promise.done()
    promise.set_result(7)
    promise.set_result(8)
    promise.add_done_callback(called.append)
    for thread in threads:
        thread.join(5)
    assert list(found) == [7] * 4
    assert called == [promise, promise]
    assert promise.done()
    assert (promise.result(), promise.exception()) == (7, None)


def test_promise_gives_its_exception() -> None:
    promise: Promise[int] = Promise()
    promise.set_exception(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        promise.result()
    assert isinstance(promise.exception(), ValueError)


def test_promise_that_is_not_kept_times_out() -> None:
    promise: Promise[int] = Promise()
    with pytest.raises(TimeoutError):
        promise.result(0.01)
    assert not promise.cancel()
    assert not promise.cancelled()
    promise.set_result(1)
    assert promise.result(0.01) == 1


def test_promise_is_awaited_by_tasks_and_survives_their_cancellation() -> None:
    async def wait() -> list[Any]:
        promise: Promise[int] = Promise()
        tasks = [asyncio.ensure_future(asyncio.shield(asyncio.wrap_future(promise))) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        threading.Timer(0.01, promise.set_result, (5,)).start()
        return await asyncio.gather(*tasks, return_exceptions=True)

    found = asyncio.run(wait())
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [5, 5]


def test_callback_that_fails_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    promise: Promise[int] = Promise()
    called: list[int] = []
    promise.add_done_callback(lambda _: called.append(1 // 0))
    promise.add_done_callback(lambda _: called.append(1))
    promise.set_result(1)
    assert called == [1]
    assert "ZeroDivisionError" in caplog.text


def test_interrupt_of_a_result_is_made_good_by_setting_it_again() -> None:
    def scenario() -> tuple[Any, Callable[[], object]]:
        promise: Promise[int] = Promise()
        threads = [threading.Thread(target=promise.result, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        while len(promise._threads) < 3:
            time.sleep(0.0001)
        return (promise, threads), lambda: promise.set_result(1)

    def then(state: Any) -> None:
        promise, threads = state
        promise.set_result(1)
        for thread in threads:
            thread.join(5)
            assert not thread.is_alive()

    assert interrupted_everywhere(scenario, then) > 3


# --- places -------------------------------------------------------------------------------------------------------------


def test_place_of_a_cancelled_waiter_goes_to_the_next() -> None:
    turnstile = ConcurrencyLimiter(1)
    first, cancelled, patient = Promise[None](), Promise[None](), Promise[None]()
    assert list(turnstile.enter(first)) == []
    waiting = [turnstile.enter(turn) for turn in (cancelled, patient)]
    assert [isinstance(next(flow), Wait) for flow in waiting] == [True, True]
    turnstile.leave(cancelled)
    assert not cancelled.done()
    turnstile.leave(first)
    assert patient.done()
    assert turnstile.free == 0
    # Once more does no harm.
    turnstile.leave(first)
    assert turnstile.free == 0
    turnstile.leave(patient)
    assert turnstile.free == 1


def test_waiting_call_gets_the_place_wherever_ctrl_c_ends_the_one_before() -> None:
    def scenario() -> tuple[Any, Callable[[], object]]:
        limit = RateLimit(SystemClock(), RateLimiter(burst=10), max_concurrency=1)
        first, second = limit.send(GET), limit.send(GET)
        assert isinstance(next(first), Send)
        assert isinstance(next(second), Wait)

        def finish() -> None:
            with contextlib.suppress(StopIteration):
                first.send(Response(200))

        return (limit._turnstile, first, second), finish

    def then(state: Any) -> None:
        turnstile, first, second = state
        first.close()
        assert second.gi_frame.f_locals["turn"].result(0) is None
        assert turnstile.free == 0
        assert isinstance(second.send(None), Send)
        second.close()
        assert turnstile.free == 1

    assert interrupted_everywhere(scenario, then) > 20


@pytest.mark.parametrize("concurrency", [1, 2])
def test_no_place_is_lost_wherever_ctrl_c_comes(concurrency: int) -> None:
    def scenario() -> tuple[Any, Callable[[], object]]:
        limit = RateLimit(SystemClock(), RateLimiter(burst=10), max_concurrency=concurrency)
        first, second = limit.send(GET), limit.send(GET)
        assert isinstance(next(first), Send)
        # Waits if there is one place only.
        return (limit._turnstile, first, second), lambda: next(second)

    def then(state: Any) -> None:
        turnstile, first, second = state
        second.close()
        assert turnstile.free == concurrency - 1
        first.close()
        assert turnstile.free == concurrency

    assert interrupted_everywhere(scenario, then) > 8


def test_flow_is_closed_if_ctrl_c_comes_between_its_steps() -> None:
    closed: list[bool] = []

    def scenario() -> tuple[Any, Callable[[], object]]:
        closed.clear()

        def flow() -> Iterator[Any]:
            try:
                for _ in range(3):
                    yield Sleep(0)
            finally:
                closed.append(True)

        made: Any = flow()
        return made, lambda: run(made, None, SystemClock())  # type: ignore[arg-type]

    def then(made: Any) -> None:
        assert getgeneratorstate(made) in (GEN_CREATED, GEN_CLOSED)

    assert interrupted_everywhere(scenario, then) > 5


# --- shared work --------------------------------------------------------------------------------------------------------


def test_others_take_over_wherever_ctrl_c_comes() -> None:
    def scenario() -> tuple[Any, Callable[[], object]]:
        flight: SingleFlight[str] = SingleFlight()
        kept: list[str] = []
        others: deque[str] = deque()
        go: SimpleQueue[None] = SimpleQueue()

        def share() -> str:
            return run(flight.share(lambda: kept[0] if kept else None, work), None, SystemClock())  # type: ignore[arg-type]

        def other() -> None:
            go.get()
            others.append(share())

        def work() -> Any:
            go.put(None)
            go.put(None)
            # Until both wait for this one.
            while flight._current is not None and len(flight._current._threads) < 2 and not others:
                yield Sleep(0.001)
            kept.append("token")
            return "token"

        threads = [threading.Thread(target=other, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        return (flight, go, threads, others, share), share

    def then(state: Any) -> None:
        flight, go, threads, others, share = state
        go.put(None)
        go.put(None)
        assert share() == "token"
        for thread in threads:
            thread.join(5)
            assert not thread.is_alive()
        assert list(others) == ["token"] * 2
        assert flight._current is None

    assert interrupted_everywhere(scenario, then) > 20


def test_waiting_callers_get_the_error() -> None:
    flight: SingleFlight[str] = SingleFlight()

    def work() -> Any:
        yield Sleep(0.05)
        raise ServerError(Refusal(500, "", "down"))

    async def share() -> Any:
        return await arun(flight.share(lambda: None, work), None, SystemClock())  # type: ignore[arg-type]

    async def several() -> list[Any]:
        return await asyncio.gather(*[share() for _ in range(3)], return_exceptions=True)

    found = asyncio.run(several())
    assert [type(error) for error in found] == [ServerError] * 3
    assert found[1] is not found[0]


# --- other state ----------------------------------------------------------------------------------------------------------


def test_ctrl_c_ends_a_batch_at_once() -> None:
    begun: list[int] = []
    release = threading.Event()

    def work(item: int) -> int:
        begun.append(item)
        release.wait(5)
        return item

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            batch(range(100), work, 3)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    release.set()
    time.sleep(0.02)
    assert begun == [0, 1, 2]


# A thread that ends is removed from a set in a destructor, where Python ignores Ctrl-C.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_at_any_step_of_a_batch_is_raised_as_such() -> None:
    raised = 0
    for step in range(1, 200):
        # Anything but KeyboardInterrupt ends the test.
        with contextlib.suppress(KeyboardInterrupt):
            steps_of(lambda: batch(range(3), str, 2), step)
            raised -= 1
        raised += 1
    assert raised > 50
    assert [outcome.value for outcome in batch(range(3), str, 2)] == ["0", "1", "2"]


def test_mistake_in_the_work_ends_a_batch() -> None:
    done: list[int] = []

    def work(item: int) -> int:
        if item == 3:
            raise ZeroDivisionError
        done.append(item)
        return item

    with pytest.raises(ZeroDivisionError):
        batch(range(100), work, 1)
    assert done == [0, 1, 2]
    assert [outcome.value for outcome in batch([1, 2], work, 5)] == [1, 2]
    assert batch([], work) == []


def test_forked_flow_gives_its_result_or_error() -> None:
    def good() -> Any:
        yield Sleep(0)
        return 5

    def bad() -> Any:
        yield Sleep(0)
        raise TransportFailure("reset", True)

    def both() -> Any:
        first = yield Fork(good())
        second = yield Fork(bad())
        value = yield Wait(first)
        try:
            yield Wait(second)
        except TransportFailure as failure:
            return value, failure.kind

    assert run(both(), None, SystemClock()) == (5, "reset")  # type: ignore[arg-type]


def test_ctrl_c_is_found_in_the_error_that_it_led_to() -> None:
    def fail(handle: type[BaseException]) -> BaseException:
        try:
            try:
                raise handle
            except BaseException:
                raise ValueError("list.remove(x): x not in list")  # noqa: B904 - without a cause, as httpcore does
        except ValueError as error:
            return error

    error = fail(KeyboardInterrupt)
    assert isinstance(find_interrupt(error, None), KeyboardInterrupt)
    assert isinstance(find_interrupt(fail(SystemExit), None), SystemExit)
    assert find_interrupt(fail(OSError), None) is None
    # A caller that handles a Ctrl-C itself makes calls as well.
    assert find_interrupt(error, error.__context__) is None


def test_clients_survive_interrupts_at_random_moments() -> None:
    # Python itself swallows a Ctrl-C that comes inside a callback of a weak reference, which is rare: a second seed decides.
    outputs: list[str] = []
    for seed in ("5", "6"):
        command = [sys.executable, "-m", "scripts.fuzz.interrupts", "--count", "70", "--seed", seed]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=ROOT)
        if (ended.returncode, ended.stderr) == (0, "") and ended.stdout.count("0 failures") == 3:
            return
        outputs.append(ended.stdout + ended.stderr)
    pytest.fail("\n".join(outputs))
