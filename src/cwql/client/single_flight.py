"""Single flight: concurrent callers share one execution of the same work."""

from __future__ import annotations

import threading
from copy import copy
from typing import TYPE_CHECKING, Generic, TypeVar

from cwql.client.effects import DeadlineExceeded, Wait
from cwql.client.process_events import renew_after_fork
from cwql.client.promise import Promise

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.client.effects import Flow

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Do a piece of work once for all threads and tasks that want it at the same time."""

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
