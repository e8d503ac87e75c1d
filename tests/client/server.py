"""A real HTTP server on loopback that answers by a function, and fails on request."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Seen:
    """A request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Says:
    """A reply; `fault` is reset, inside, stall, stall-inside, truncated or gzip."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Handler = Callable[[Seen], Says]


@dataclass
class Server:
    """The address and the recorded requests of a server."""

    url: str
    seen: list[Seen]

    def paths(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.seen]


@contextmanager
def serve(handler: Handler) -> Iterator[Server]:  # noqa: C901 - the methods of two nested classes are counted
    """Serve until the block ends."""
    seen: list[Seen] = []
    stop = threading.Event()

    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            url = urlsplit(self.path)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Seen(self.command, url.path, dict(parse_qsl(url.query)), headers, body)
            seen.append(request)
            reply = handler(request)
            content = reply.content()
            if reply.fault == "reset":
                return self._cut()
            if reply.fault == "stall":
                stop.wait(5)
                return self._cut()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "content-type" not in {name.lower() for name in reply.headers}:
                self.send_header("content-type", "application/json")
            if reply.fault == "gzip":
                self.send_header("content-encoding", "gzip")
                content = b"\x1f\x8bnot gzip at all"
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            if reply.fault in ("inside", "truncated", "stall-inside"):
                self.wfile.write(content[: len(content) // 2])
                self.wfile.flush()
                if reply.fault == "stall-inside":
                    stop.wait(5)
                return self._cut(reply.fault == "inside")
            self.wfile.write(content)
            self.wfile.flush()
            return None

        def _cut(self, hard: bool = True) -> None:
            if hard:
                # Lingering for no time turns the close into a reset.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR) if not hard else self.connection.close()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Log nothing, because tests cut connections on purpose."""

        def shutdown_request(self, request: Any) -> None:
            try:
                super().shutdown_request(request)
            except OSError:
                pass

    listener = Listener(("127.0.0.1", 0), Connection)
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{listener.server_port}", seen)
    finally:
        stop.set()
        listener.shutdown()
        listener.server_close()
        thread.join()
