"""The sandbox over HTTP: an ASGI application for a sandbox, and uvicorn to serve it on this machine.

The only module that imports starlette and uvicorn. Without them it raises an error with the extra that installs them.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from typing import TYPE_CHECKING, Any

from cwql.errors import CwqlError
from cwql.sandbox.callbacks import is_loopback
from cwql.sandbox.messages import Request

try:
    import uvicorn
    from starlette.requests import ClientDisconnect
    from starlette.requests import Request as WebRequest
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
        raise
    raise CwqlError(f'the sandbox over HTTP needs {error.name}: pip install "cwql[sandbox]"') from None

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import Headers
    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn import Config
    from uvicorn.server import ServerState

    from cwql.sandbox.messages import Response

BODY_LIMIT = 32 * 2**20
"""How many bytes a body may have."""

IDLE_LIMIT = 10.0
"""How many seconds a connection may take to send a whole request; then it is closed."""

UNREAD_LIMIT = 60.0
"""How many seconds the caller may read nothing of a response that waits to be sent; then the connection is cut."""

_START = 20.0
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
_TRANSPORT = "cwql.transport"


def make_app(handle: Callable[[Request], Response], *, trust_proxy: bool) -> ASGIApp:
    """Return the ASGI application that handles requests with a function."""
    return _Application(handle, trust_proxy)


class _Application:
    def __init__(self, handle: Callable[[Request], Response], trust_proxy: bool) -> None:
        self._handle = handle
        self._trust_proxy = trust_proxy

    def _find_origin(self, scope: Scope, headers: Headers) -> str:
        forwarded = _find_forwarded(headers) if self._trust_proxy else None
        return forwarded or _find_origin(scope, headers.get("host", ""))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        web = WebRequest(scope, receive)
        body = bytearray()
        try:
            async for chunk in web.stream():
                body += chunk
                if len(body) > BODY_LIMIT:
                    await _send(send, 413, {"content-type": "text/plain"}, b"The request body is too large.")
                    return
        except ClientDisconnect:
            return
        request = Request(
            web.method,
            web.scope.get("path", "/"),
            tuple(web.query_params.multi_items()),
            {name.lower(): value for name, value in web.headers.items()},
            bytes(body),
            self._find_origin(scope, web.headers),
        )
        # SQLite runs outside of the event loop, so that a slow search does not delay other responses.
        response = await asyncio.to_thread(self._handle, request)
        if response.delay:
            await asyncio.sleep(response.delay)
        if response.fault is not None:
            await _break(scope["state"][_TRANSPORT], send, response)
        else:
            await _send(send, response.status, response.headers, response.body)


def _find_forwarded(headers: Headers) -> str | None:
    """Return scheme and host that a proxy reports, or None if it reports no scheme."""
    scheme = headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    host = headers.get("x-forwarded-host") or headers.get("host", "")
    host = host.partition(",")[0].strip()
    return f"{scheme}://{host}" if scheme in ("http", "https") and _HOST.fullmatch(host) else None


def _find_origin(scope: Scope, host: str) -> str:
    """Return scheme, host and port for links: the address that the connection came in at.

    The Host header is the caller's to choose, so it is used only if it is another name of this address: ``localhost``.
    """
    address, port = scope["server"]
    scheme = scope.get("scheme", "http")
    if host.lower() == f"localhost:{port}":
        return f"{scheme}://{host}"
    return f"{scheme}://[{address}]:{port}" if ":" in address else f"{scheme}://{address}:{port}"


async def _send(send: Send, status: int, headers: dict[str, str], body: bytes, length: int | None = None) -> None:
    fields = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers.items()
    ]
    if status not in (204, 304):
        fields.append((b"content-length", str(len(body) if length is None else length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": length is not None})


async def _break(transport: asyncio.Transport, send: Send, response: Response) -> None:
    """End the connection before the response, or in the middle of its body."""
    if response.fault == "truncated":
        await _send(
            send, response.status, response.headers, response.body[: len(response.body) // 2], len(response.body) + 1
        )
        # The kernel has to send the data before the connection is cut.
        await asyncio.sleep(0.02)
        transport.close()
    else:
        transport.abort()


class _Connection(H11Protocol):
    """Close a connection that does not send a whole request, or does not read the response.

    uvicorn only closes connections that are idle after a response. One that never sends its request, or sends it byte by byte,
    would stay open for ever.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._timer: asyncio.TimerHandle | None = None
        self._unsent = (0, 0.0)
        """How many bytes wait to be sent, and since when it is that many."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        # ASGI itself has no way to break a connection.
        self.app_state = {**self.app_state, _TRANSPORT: transport}
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._start_timer()

    def _start_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(IDLE_LIMIT, self._close_if_idle)

    def _close_if_idle(self) -> None:
        size, now = self.transport.get_write_buffer_size(), self.loop.time()
        if size != self._unsent[0]:
            self._unsent = (size, now)
        is_answering = self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete
        if size and now - self._unsent[1] >= UNREAD_LIMIT:
            # `close` would wait until everything is sent.
            self.transport.abort()
        elif not size and not is_answering:
            self.transport.close()
        else:
            self._start_timer()


class WebServer:
    """Serve an application on a port of this machine, in a separate thread."""

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", port: int = 0, *, allow_remote: bool = False) -> None:
        if not allow_remote and not is_loopback(host):
            raise CwqlError(
                f"the sandbox does not listen on {host}, because its password is public; use 127.0.0.1, or allow it (allow_remote=True, --allow-remote)"
            )
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Without the protocol asyncio does not set TCP_NODELAY, and each small response waits 40 ms for an acknowledgement.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=_Connection,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            server_header=False,
            # uvicorn would believe any proxy on this machine; the sandbox asks whether it may.
            proxy_headers=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="cwql-sandbox", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Start serving, and return when connections are accepted."""
        self._thread.start()
        pause = threading.Event()
        for _ in range(int(_START / 0.01)):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            pause.wait(0.01)
        raise CwqlError("the sandbox did not start")

    def stop(self) -> None:
        """Stop serving and close the port."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
