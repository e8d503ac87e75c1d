"""Reads and writes that end with their request's deadline, for the synchronous transport.

httpx limits each read, not all of them together: a server that sends one byte now and then keeps it waiting without end, in the
headers too, which httpx collects by itself. So the connections of a client's pools are made by `DeadlineBackend`, whose streams
never wait longer than the thread that uses them has time. An asynchronous request needs none of this, since it can be cancelled.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from ssl import SSLContext

    from httpcore import NetworkBackend, NetworkStream

__all__ = ["DeadlineBackend", "DeadlineStream", "deadline", "prepare_pools", "remaining"]

C = TypeVar("C")

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
