"""Threads, forks and Ctrl-C: promises that an interrupt cannot break, and work that concurrent callers share.

Python runs the functions that `renew_after_fork` registers in the child, inside ``os.fork()``, before any other code of the
child. They replace locks of other threads, and places and waits of threads that no longer exist.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from concurrent.futures import Future
from copy import copy
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

from cwql.client.effects import DeadlineExceeded, Wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.client.effects import Flow

__all__ = ["Promise", "SingleFlight", "find_interrupt", "renew_after_fork", "start_thread"]


def find_interrupt(error: BaseException, handled: BaseException | None) -> BaseException | None:
    """Return the Ctrl-C that an exception was raised from, None if there is none.

    A Ctrl-C inside httpx may make its cleanup fail, and the failure then hides it. `handled` is the exception that the caller was handling
    already.
    """
    cause: BaseException | None = error
    while cause is not None and cause is not handled:
        if isinstance(cause, (KeyboardInterrupt, SystemExit)):
            return cause
        cause = cause.__context__
    return None


def start_thread(target: Callable[[], object], name: str) -> None:
    """Start a thread that does not keep the process alive.

    `Thread.start` waits for the thread to begin. If Ctrl-C comes in that wait, it may raise a RuntimeError of its lock instead.
    """
    handled = sys.exc_info()[1]
    failure: BaseException
    try:
        threading.Thread(target=target, name=name, daemon=True).start()
        return
    except RuntimeError as error:
        failure = find_interrupt(error, handled) or error
    raise failure


T = TypeVar("T")

_registered: WeakKeyDictionary[Any, Callable[[Any], None]] = WeakKeyDictionary()


def renew_after_fork(thing: T, renew: Callable[[T], None]) -> None:
    """Call a function with an object in every child process that is forked while the object exists."""
    _registered[thing] = renew


def _renew_all() -> None:
    for thing, renew in list(_registered.items()):
        renew(thing)


# Windows has no fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)


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


class SingleFlight(Generic[T]):
    """Do a piece of work once for all threads and tasks that need it at the same time."""

    __slots__ = ("__weakref__", "_current", "_lock")

    def __init__(self) -> None:
        self._renew()
        renew_after_fork(self, SingleFlight._renew)

    def _renew(self) -> None:
        """Forget the work under way: after a fork, the thread that did it is gone."""
        self._current: Promise[T | None] | None = None
        self._lock = threading.Lock()

    def share(self, done: Callable[[], T | None], work: Callable[[], Flow[T]]) -> Flow[T]:
        """Return the result of `done` unless that is None, otherwise the result of `work` to the caller that runs it.

        `work` stores its result for `done`. An error is raised in all waiters, unless the caller that ran the work was
        interrupted, cancelled, or reached its own deadline: then another one takes over.
        """
        mine: Promise[T | None] = Promise()
        try:
            while True:
                with self._lock:
                    found = done()
                    if found is not None:
                        return found
                    current = self._current
                    if current is None:
                        self._current = current = mine
                if current is mine:
                    break
                landed: T | None = yield Wait(current)
                if landed is not None:
                    return landed
            try:
                value = yield from work()
                mine.set_result(value)
                return value
            except DeadlineExceeded:
                raise
            except Exception as failure:
                # Each waiting thread would write its own traceback into one shared exception.
                mine.set_exception(copy(failure))
                raise
            finally:
                self._land(mine)
        finally:
            # Again, because Ctrl-C may have interrupted the first.
            self._land(mine)

    def _land(self, mine: Promise[T | None]) -> None:
        """Let the next caller work, and wake all who wait without a result."""
        with self._lock:
            if self._current is mine:
                self._current = None
        mine.set_result(None)
