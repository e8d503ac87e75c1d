"""How many requests are under way at once: `ConcurrencyLimiter`."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from cwql.client.after_fork import renew_after_fork
from cwql.client.effects import Wait

if TYPE_CHECKING:
    from cwql.client.effects import Flow
    from cwql.client.promise import Promise

__all__ = ["ConcurrencyLimiter"]


class ConcurrencyLimiter:
    """Let at most `most` requests through at once; waiting ones are admitted in the order in which they came.

    A place is not a counter, which an interrupt between two lines would leave wrong, but the membership of a turn in a
    set: `leave` removes the turn wherever it is, may be called twice, and finishes an interrupted `enter` or `leave` of
    any other turn.
    """

    __slots__ = ("__weakref__", "_inside", "_lock", "_queue", "most")

    def __init__(self, most: int = 10) -> None:
        if most < 1:
            raise ValueError(f"at least one request goes at a time: got {most}")
        self.most = most
        self._renew()
        renew_after_fork(self, ConcurrencyLimiter._renew)

    def _renew(self) -> None:
        """Empty it: after a fork, the threads that were inside or waited are gone."""
        self._lock = threading.Lock()
        self._inside: set[Promise[None]] = set()
        self._queue: deque[Promise[None]] = deque()

    @property
    def free(self) -> int:
        """Return how many places are free."""
        return self.most - len(self._inside)

    def enter(self, turn: Promise[None]) -> Flow[None]:
        """Wait for a place. Whatever comes of it, `leave` has to be called with the same turn."""
        with self._lock:
            self._queue.append(turn)
            self._admit()
        if not turn.done():
            yield Wait(turn)

    def leave(self, turn: Promise[None]) -> None:
        """Give a place back, or stop waiting for one."""
        with self._lock:
            if not turn.done() and turn in self._queue:
                self._queue.remove(turn)
            self._inside.discard(turn)
            self._admit()

    def _admit(self) -> None:
        # In this order: running the lines again makes good whatever an interrupt after any of them left undone.
        while self._queue:
            turn = self._queue[0]
            if not turn.done() and turn not in self._inside:
                if len(self._inside) >= self.most:
                    return
                self._inside.add(turn)
            turn.set_result(None)
            self._queue.popleft()
