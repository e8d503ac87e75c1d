"""Many want the same thing done: `Flight` lets one of them do it, and the others wait for that one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from copy import copy
from typing import TYPE_CHECKING, Generic, TypeVar

from cwql.client.flow import DeadlineExceeded, Wait

if TYPE_CHECKING:
    from cwql.client.flow import Flow

T = TypeVar("T")


class Flight(Generic[T]):
    """Do a piece of work once for all threads and tasks that want it at the same time."""

    __slots__ = ("_future", "_lock")

    def __init__(self) -> None:
        self._future: Future[T | None] | None = None
        self._lock = threading.Lock()

    def share(self, done: Callable[[], T | None], work: Callable[[], Flow[T]]) -> Flow[T]:
        """Return what `done` gives where that is something, else what `work` gives to the one who does it.

        `work` leaves its result where `done` finds it. An error reaches all who waited, unless the one who worked was cancelled or
        reached its own deadline: then another takes over.
        """
        while True:
            with self._lock:
                found = done()
                if found is not None:
                    return found
                flight = self._future
                if flight is None:
                    mine = self._future = Future()
                    break
            landed: T | None = yield Wait(flight)
            if landed is not None:
                return landed
        try:
            value = yield from work()
        except BaseException as failure:
            with self._lock:
                self._future = None
            if isinstance(failure, Exception) and not isinstance(failure, DeadlineExceeded):
                # Each waiting thread would write its own traceback into one shared exception.
                mine.set_exception(copy(failure))
            else:
                mine.set_result(None)
            raise
        with self._lock:
            self._future = None
        mine.set_result(value)
        return value
