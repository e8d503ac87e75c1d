"""A raw HTTP server that misbehaves on purpose: the page, the fault and the number of times are planned beforehand.

It speaks HTTP by hand over real sockets, because proper servers cannot send half a body and a reset.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cwql.client.drivers import SystemClock

SIZE = 5
PAGES = 3
IDS = list(range(1, SIZE * PAGES + 1))
FOREVER = 1_000_000

RETRY_AFTER: dict[str, Callable[[], str | None]] = {
    "429-seconds": lambda: "2",
    "429-fraction": lambda: "0.25",
    "429-date": lambda: formatdate(time() + 3, usegmt=True),
    "429-past": lambda: formatdate(time() - 3600, usegmt=True),
    "429-garbage": lambda: "in a while",
    "429-nothing": lambda: None,
}

FAULTS = (
    "refused", "reset", "reset-inside", "stall", "stall-inside", "truncated", "gzip", "html",
    "401", "404", "408", "409", *RETRY_AFTER, "500", "502", "503", "504",
)  # fmt: skip
"""Every way to misbehave."""

NEVER_ACTED = frozenset(("refused", *RETRY_AFTER))
"""Faults after which the server certainly did nothing."""


class FastClock(SystemClock):
    """A clock whose waits pass at once; it counts them and calls a listener."""

    def __init__(self, on_wait: Callable[[], object] = lambda: None) -> None:
        self.skipped = 0.0
        self.waits: list[float] = []
        self._on_wait = on_wait

    def now(self) -> float:
        return super().now() + self.skipped

    def wall(self) -> float:
        return super().wall() + self.skipped

    def sleep(self, seconds: float) -> None:
        self.skipped += seconds
        self.waits.append(seconds)
        self._on_wait()

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)


@dataclass
class CompiledQuery:
    """One request that arrived whole."""

    method: str
    path: str
    page: int
    body: bytes
    token: str = ""
    faulty: bool = False


@dataclass
class FaultServer:
    """Serve 15 records in pages of 5, in the way of either product, with `fault` on one page (0, 1, 2) so many `times`."""

    fault: str = ""
    page: int = 0
    times: int = 1
    asked: list[CompiledQuery] = field(default_factory=list)
    created: int = 0
    signed_in: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._connections: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._closing = False
        self._open()
        if self.fault == "refused" and self.page == 0:
            self._refuse()

    # --- life ------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(16)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._spawn(self._accept, listener)

    def _spawn(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                if self._closing:
                    connection.close()
                    return
                self._connections.add(connection)
            self._spawn(self._serve, connection)

    def _refuse(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def waited(self) -> None:
        """Take note that the client waited: after enough waits a refusing server listens again."""
        if self._listener is None and not self._closing:
            self.times -= 1
            if self.times <= 0:
                self.fault = ""
                self._open()

    def close(self) -> None:
        self._closing = True
        self._refuse()
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- talk ------------------------------------------------------------------------------------------------------

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while self._answer(connection, stream):
                    pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _answer(self, connection: socket.socket, stream: Any) -> bool:
        head = stream.readline().decode("latin-1").split()
        if len(head) != 3:
            return False
        headers: dict[str, str] = {}
        while (line := stream.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", "0")))
        method, target = head[0], head[1]
        path, query = urlsplit(target).path, {k.lower(): v[0] for k, v in parse_qs(urlsplit(target).query).items()}
        if path.endswith("/APICredentials"):
            self.signed_in += 1
            self._send(connection, 200, json.dumps({"AccessToken": f"t{self.signed_in}", "ExpiresIn": 14400}).encode())
            return True
        page = int(query["pageid"]) // SIZE if "pageid" in query else int(query.get("page", "1")) - 1
        asked = CompiledQuery(method, path, page, body, headers.get("authorization", ""))
        with self._lock:
            self.asked.append(asked)
            asked.faulty = self.fault not in ("", "refused") and page == self.page and self.times > 0
            if asked.faulty:
                self.times -= 1
        content, extra = self._content(asked)
        if asked.faulty:
            return self._misbehave(connection, stream, content)
        if self.fault == "refused" and page == self.page - 1:
            # Nobody listens any more when the next page is asked for.
            self._refuse()
            self._send(connection, 200, content, {**extra, "Connection": "close"})
            return False
        self._send(connection, 201 if method == "POST" else 200, content, extra)
        return True

    def _content(self, asked: CompiledQuery) -> tuple[bytes, dict[str, str]]:
        if asked.method == "POST":
            # A server that is cut off in its answer has acted all the same.
            if not (asked.faulty and (self.fault in NEVER_ACTED or self.fault in ("401", "404", "409"))):
                self.created += 1
            return b'{"id": 99}', {}
        name = "Id" if "/cwa/" in asked.path else "id"
        records = [{name: number} for number in IDS[asked.page * SIZE : (asked.page + 1) * SIZE]]
        extra = {"X-Total-Count": str(len(IDS))} if name == "Id" else {}
        if name == "id":
            base = f"http://127.0.0.1:{self.port}{asked.path}"
            extra["Link"] = f'<{base}?page=1>; rel="first"'
            if asked.page < PAGES - 1:
                extra["Link"] += f', <{base}?pageId={records[-1]["id"]}>; rel="next"'
        return json.dumps(records).encode(), extra

    def _send(
        self,
        connection: socket.socket,
        status: int,
        content: bytes,
        extra: dict[str, str] | None = None,
        short: int = 0,
    ) -> None:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **(extra or {})}
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        head += "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        sent = content[: len(content) - short] if short else content
        connection.sendall(head.encode("latin-1") + b"\r\n" + sent)

    def _misbehave(self, connection: socket.socket, stream: Any, content: bytes) -> bool:
        fault, half = self.fault, len(content) // 2
        if fault == "gzip":
            self._send(connection, 200, b"this is not compressed", {"Content-Encoding": "gzip"})
        elif fault == "html":
            self._send(connection, 200, b"<html><title>Sign in</title></html>", {"Content-Type": "text/html"})
        elif fault in RETRY_AFTER:
            after = RETRY_AFTER[fault]()
            extra = {"Retry-After": after} if after is not None else {}
            self._send(connection, 429, b'{"code": "RateLimitExceeded", "message": "Too many requests."}', extra)
        elif fault.isdigit():
            self._send(connection, int(fault), json.dumps({"code": "Fault", "message": f"fault {fault}"}).encode())
        else:
            if fault in ("reset-inside", "stall-inside", "truncated"):
                self._send(connection, 200, content, short=half)
            if fault in ("stall", "stall-inside"):
                # Until the client gives up.
                stream.read(1)
            elif fault in ("reset", "reset-inside"):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        return True
