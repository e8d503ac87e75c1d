"""A future that Ctrl-C cannot break: `Promise`."""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Promise"]

T = TypeVar("T")

logger = logging.getLogger("cwql.client")


class Promise(Future[T]):
    """A result that another thread or task provides.

    A future of the standard library guards its state by a `threading.Condition`, which is written in Python: a Ctrl-C
    between two of its lines leaves the lock locked, and every other thread that waits for the future blocks forever.
    Here each step is one atomic operation, and setting the result again after an interrupt completes an interrupted
    step. One thread sets it, any number wait for it.
    """

    def __init__(self) -> None:
        # The state of the base class is not used, so its condition is not made.
        self._outcome: tuple[T | None, BaseException | None] | None = None
        self._threads: deque[SimpleQueue[None]] = deque()
        self._followers: deque[Callable[[Future[T]], object]] = deque()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'done' if self.done() else 'pending'}>"

    def set_result(self, result: T) -> None:
        """Set the result, unless there is one, and wake all who wait."""
        self._finish((result, None))

    def set_exception(self, exception: BaseException | None) -> None:
        """Set the exception, unless there is a result, and wake all who wait."""
        self._finish((None, exception))

    def done(self) -> bool:
        """Return whether there is a result."""
        return self._outcome is not None

    def running(self) -> bool:
        """Return whether the result is still awaited."""
        return self._outcome is None

    def cancelled(self) -> bool:
        """Return False: a waiter cannot cancel it for the others."""
        return False

    def cancel(self) -> bool:
        """Return False and do nothing."""
        return False

    def result(self, timeout: float | None = None) -> T:
        """Wait for the result, at most `timeout` seconds. Raises TimeoutError, or the exception that was set."""
        value, error = self._wait(timeout)
        if error is not None:
            raise error
        return cast("T", value)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the result, at most `timeout` seconds, and return the exception, or None. Raises TimeoutError."""
        return self._wait(timeout)[1]

    def add_done_callback(self, fn: Callable[[Future[T]], Any]) -> None:
        """Call a function when there is a result: once, in the thread that sets it, or now."""
        self._followers.append(fn)
        if self._outcome is not None:
            self._call_followers()

    def _wait(self, timeout: float | None) -> tuple[T | None, BaseException | None]:
        if self._outcome is None:
            # A queue of the C implementation wakes its reader in one step.
            woken: SimpleQueue[None] = SimpleQueue()
            self._threads.append(woken)
            if self._outcome is None:
                try:
                    woken.get(timeout=timeout)
                except Empty:
                    raise TimeoutError from None
        assert self._outcome is not None
        return self._outcome

    def _finish(self, outcome: tuple[T | None, BaseException | None]) -> None:
        if self._outcome is None:
            self._outcome = outcome
        # Who waits from now on sees the outcome. Woken before it is removed: twice is harmless, never is not.
        while self._threads:
            self._threads[0].put(None)
            self._threads.popleft()
        self._call_followers()

    def _call_followers(self) -> None:
        while True:
            try:
                # Removed before it is called: a callback is called once, whichever thread gets here first.
                follower = self._followers.popleft()
            except IndexError:
                return
            try:
                follower(self)
            except Exception:
                logger.exception("a callback of a promise failed")
