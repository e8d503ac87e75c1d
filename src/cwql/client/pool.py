"""Connections between calls: `Pool` keeps each for one call at a time, `Single` is one object that all calls use.

The pool of httpx is shared by all threads, and Ctrl-C between two of its lines leaves a request in it for ever, or its lock
taken. Here a call takes a connection out, and puts it back only if it ended well: an interrupt costs that one connection.
"""

from __future__ import annotations

import os
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from cwql.client.errors import ClientStateError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KEPT", "Connections", "Pool", "Single"]

C = TypeVar("C")
S = TypeVar("S", bound="Closable")

KEPT = 5.0
"""Seconds for which an idle connection is kept; servers close theirs after about as long."""


class Closable(Protocol):
    """An httpx client."""

    @property
    def is_closed(self) -> bool: ...


class Connections(Protocol[C]):
    """The source of connections for calls."""

    def take(self) -> C:
        """Return a connection for one call. Raises ClientStateError."""
        ...

    def give_back(self, connection: C, usable: bool) -> list[C]:
        """Take a connection back after a call, and return those to close."""
        ...

    def close(self) -> list[C]:
        """Refuse further calls, and return the connections to close."""
        ...


class Pool(Generic[C]):
    """Keep connections that are idle, and make new ones with `make` if there is none.

    A connection is used only by the process that opened it: after a fork, both processes would read each other's responses.
    """

    __slots__ = ("_closed", "_idle", "_make")

    def __init__(self, make: Callable[[], C]) -> None:
        self._make = make
        # Each with the process it belongs to, and the time from which it is idle.
        self._idle: deque[tuple[C, int, float]] = deque()
        self._closed = False

    def __len__(self) -> int:
        return len(self._idle)

    def take(self) -> C:
        """Return the connection that was used last, or a new one. Raises ClientStateError for a closed client."""
        if self._closed:
            raise ClientStateError("the client is closed")
        process = os.getpid()
        while True:
            try:
                connection, owner, _ = self._idle.pop()
            except IndexError:
                return self._make()
            if owner == process:
                return connection

    def give_back(self, connection: C, usable: bool) -> list[C]:
        """Keep a connection for the next call if it is usable, and return those that are not needed any more."""
        if not usable:
            return [connection]
        self._idle.append((connection, os.getpid(), monotonic()))
        return self.close() if self._closed else self._expired()

    def _expired(self) -> list[C]:
        oldest = monotonic() - KEPT
        expired: list[C] = []
        try:
            while self._idle[0][2] < oldest:
                connection, _, _ = self._idle.popleft()
                expired.append(connection)
        except IndexError:
            pass
        return expired

    def close(self) -> list[C]:
        """Refuse further calls, and return the idle connections. Those in use are closed when they are given back."""
        self._closed = True
        process = os.getpid()
        idle: list[C] = []
        try:
            while True:
                connection, owner, _ = self._idle.pop()
                if owner == process:
                    idle.append(connection)
        except IndexError:
            pass
        return idle


class Single(Generic[S]):
    """One object for all calls: an httpx client that was given, or one around a transport that was given.

    It has connections of its own, so it cannot be protected here: not against Ctrl-C, and after a fork it is refused.
    """

    __slots__ = ("_connection", "_owned", "_process")

    def __init__(self, connection: S, owned: bool) -> None:
        self._connection = connection
        self._owned = owned
        self._process: int | None = None

    def take(self) -> S:
        """Return the object. Raises ClientStateError if it is closed, or was used before a fork."""
        if self._connection.is_closed:
            raise ClientStateError("the client is closed")
        process = os.getpid()
        if self._process is None:
            self._process = process
        if self._process != process:
            raise ClientStateError(
                "the http_client or transport of this client was used before a fork: "
                "make a client in the new process, or leave these arguments out"
            )
        return self._connection

    def give_back(self, connection: S, usable: bool) -> list[S]:
        """Do nothing: it stays open."""
        return []

    def close(self) -> list[S]:
        """Return the object if it is the client's own."""
        return [self._connection] if self._owned else []
