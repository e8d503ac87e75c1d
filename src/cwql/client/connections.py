"""The connections of the synchronous transport: pools of them, and reads and writes that end with their request's deadline.

The pool of httpx is shared by all threads, and Ctrl-C between two of its lines leaves a request in it, or its lock taken, for
good. Here a call takes a connection out, and puts it back only if it ended well: an interrupt costs that one connection.

httpx limits each read, not all of them together: a server that sends one byte now and then keeps it waiting without end, in the
headers too, which httpx collects by itself. So the connections of a client's pools are made by `DeadlineBackend`, whose streams
never wait longer than the thread that uses them has time. An asynchronous request needs none of this, since it can be cancelled.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections import deque
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from cwql.client.errors import ClientStateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from ssl import SSLContext

    from httpcore import NetworkBackend, NetworkStream

__all__ = [
    "KEPT",
    "Connections",
    "DeadlineBackend",
    "DeadlineStream",
    "Pool",
    "Single",
    "deadline",
    "prepare_pools",
    "remaining",
]


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

    It has its own connections, so it cannot be protected here: not against Ctrl-C, and after a fork it is refused.
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


WRITE = 1 << 16
"""How many bytes are written before the time is looked at again."""

_thread = threading.local()


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Limit all reads, writes and connects that this thread does inside the block; None sets no limit."""
    _thread.end = None if seconds is None else monotonic() + seconds
    try:
        yield
    finally:
        _thread.end = None


def remaining() -> float | None:
    """Return how many seconds are left to this thread, negative when its time is over; None if there is no limit."""
    end: float | None = getattr(_thread, "end", None)
    return None if end is None else end - monotonic()


def prepare_pools(client: C) -> C:
    """Prepare the pools of an `httpx.Client`, also those of its proxies, for deadlines and for Ctrl-C, and return it.

    The connections that they open from now on keep deadlines. And the lock of a pool is replaced by one that is not written in
    Python: if Ctrl-C comes just after the original was taken, it is never released, and the pool's own handling of that exception
    waits for it without end. Transports of another kind, which have no pool, stay as they are.
    """
    # httpx has no public argument for either.
    for transport in (getattr(client, "_transport", None), *getattr(client, "_mounts", {}).values()):
        pool: Any = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if backend is not None and not isinstance(backend, DeadlineBackend):
            pool._network_backend = DeadlineBackend(backend)
            pool._optional_thread_lock = threading.RLock()
    return client


class DeadlineBackend:
    """Open connections with another backend, of httpcore or httpcore2, and limit the time of their operations."""

    def __init__(self, backend: NetworkBackend) -> None:
        self._backend = backend
        # Its exceptions are those that its own library understands.
        self._core: Any = sys.modules[type(backend).__module__.partition(".")[0]]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> DeadlineStream:
        """Connect to a host, trying its addresses one by one."""
        addresses = _resolve(host, port) if remaining() is not None else [host]
        while True:
            address = addresses.pop(0)
            try:
                left = _shorten(timeout, self._core.ConnectTimeout)
                stream = self._backend.connect_tcp(address, port, left, local_address, socket_options)
            except (self._core.ConnectError, self._core.ConnectTimeout):
                if not addresses:
                    raise
            else:
                return DeadlineStream(stream, self._core)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> DeadlineStream:
        """Connect to a socket of this machine."""
        left = _shorten(timeout, self._core.ConnectTimeout)
        return DeadlineStream(self._backend.connect_unix_socket(path, left, socket_options), self._core)

    def sleep(self, seconds: float) -> None:
        """Wait between attempts to connect."""
        left = _shorten(seconds, self._core.ConnectTimeout)
        self._backend.sleep(seconds if left is None else left)


class DeadlineStream:
    """A connection on which no operation waits longer than its thread's remaining time."""

    def __init__(self, stream: NetworkStream, core: Any) -> None:
        self._stream = stream
        self._core = core

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the received bytes, at least one, or an empty text at the end."""
        return self._stream.read(max_bytes, _shorten(timeout, self._core.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes."""
        for start in range(0, len(buffer), WRITE):
            self._stream.write(buffer[start : start + WRITE], _shorten(timeout, self._core.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> DeadlineStream:
        """Continue encrypted."""
        left = _shorten(timeout, self._core.ConnectTimeout)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left), self._core)

    def get_extra_info(self, info: str) -> Any:
        """Return information about the connection."""
        return self._stream.get_extra_info(info)


def _shorten(timeout: float | None, late: type[Exception]) -> float | None:
    left = remaining()
    if left is None:
        return timeout
    if left <= 0:
        raise late("the deadline passed")
    return left if timeout is None else min(timeout, left)


def _resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, so that each of them gets the time that is left, not the whole timeout."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        # The backend is called once more, and raises an error that httpx understands.
        return [host]
    return list(dict.fromkeys([str(entry[4][0]) for entry in found])) or [host]
