"""A server on loopback whose behaviour is a function that writes to the socket itself, and may break HTTP's rules."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Arrived:
    """A request that arrived whole; `number` counts the server's requests from 1."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    number: int


Behaviour = Callable[[socket.socket, Arrived], object]
"""Answers a request. Returns True if the connection may serve another one."""


@dataclass
class RawServer:
    """Run until it is closed."""

    behaviour: Behaviour
    arrived: list[Arrived] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._spawn(self._accept)

    @property
    def url(self) -> str:
        """Return the address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Cut all connections and end all threads."""
        with self._lock:
            self.closing.set()
            for one in (self._listener, *self._connections):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def __enter__(self) -> RawServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _spawn(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self.closing.is_set():
                    connection.close()
                    return
                self._connections.add(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:
            while (request := self._read(stream)) is not None and self.behaviour(connection, request):
                pass
        with self._lock:
            self._connections.discard(connection)

    def _read(self, stream: Any) -> Arrived | None:
        line = stream.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers: dict[str, str] = {}
        while (text := stream.readline().decode("latin-1").strip()) != "":
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", "0")))
        url = urlsplit(line[1])
        with self._lock:
            query = dict(parse_qsl(url.query))
            request = Arrived(line[0], url.path, query, headers, body, len(self.arrived) + 1)
            self.arrived.append(request)
        return request


def head(status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the head of a response."""
    lines = [f"HTTP/1.1 {status} X", *[f"{name}: {value}" for name, value in (headers or {}).items()]]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def respond(
    connection: socket.socket, body: bytes = b"[]", status: int = 200, headers: Mapping[str, str] | None = None
) -> bool:
    """Send a whole response."""
    base = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    connection.sendall(head(status, {**base, **(headers or {})}) + body)
    return True


def records(ids: Iterable[int]) -> bytes:
    """Return a page of records with these ids."""
    return json.dumps([{"id": number, "name": f"n{number}"} for number in ids]).encode()


@dataclass
class Watch:
    """Measure how long a block takes: ``with Watch() as watch: …; watch.seconds``."""

    began: float = 0.0
    seconds: float = 0.0

    def __enter__(self) -> Watch:
        self.began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self.began
