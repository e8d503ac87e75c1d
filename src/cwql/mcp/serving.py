"""Run the server: on standard streams for a program that starts it, or over HTTP on loopback."""

from __future__ import annotations

import logging
import os
import signal
from hmac import compare_digest
from typing import TYPE_CHECKING

from cwql.errors import CwqlError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp.server.lowlevel import Server
    from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/mcp"
"""The path of the server over HTTP."""

PORT = 8765

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The hosts that can be served: those of this machine only."""

TOKEN_VARIABLE = "CWQL_MCP_TOKEN"
"""The environment variable with the token that HTTP clients must send, if it is set."""

INTERRUPTED = 130
"""The exit status of a command that was interrupted."""

_BODY_LIMIT = 1 << 20
_SESSIONS = 100


async def serve_stdio(server: Server[None]) -> None:
    """Serve one client on standard input and output, until the input ends."""
    from mcp.server.stdio import stdio_server

    quiet_logging()
    # Otherwise Ctrl-C waits for the thread that reads the input, until its next line. Nothing needs to be saved.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


async def serve_http(
    server: Server[None], host: str = LOOPBACK[0], port: int = PORT, environ: Mapping[str, str] | None = None
) -> None:
    """Serve clients over HTTP on loopback, at ``/mcp``, until the process is interrupted. Raises CwqlError for another host."""
    import uvicorn

    quiet_logging()
    app = make_app(server, host, port, (os.environ if environ is None else environ).get(TOKEN_VARIABLE))
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
    await uvicorn.Server(config).serve()


def make_app(server: Server[None], host: str, port: int, token: str | None = None) -> ASGIApp:
    """Return the server as an ASGI application.

    A page in a browser cannot reach it: requests need the Host of this server, which excludes DNS names that were rebound to
    loopback, and no Origin but its own. If `token` is given, they need it as a bearer token as well. Raises CwqlError for
    a host that is not loopback.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    if host not in LOOPBACK:
        raise CwqlError(f"the server listens on this machine only: expected {', '.join(LOOPBACK)}, got {host}")
    names = [f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in LOOPBACK]
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        host=host,
        max_request_body_size=_BODY_LIMIT,
        max_sessions=_SESSIONS,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=names,
            allowed_origins=[f"http://{name}" for name in names],
        ),
    )
    return app if token is None else _TokenCheck(app, token)


class _TokenCheck:
    """Refuse requests without the bearer token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not compare_digest(given, self._expected):
                await send(
                    {"type": "http.response.start", "status": 401, "headers": [(b"www-authenticate", b"Bearer")]}
                )
                await send({"type": "http.response.body", "body": b"the bearer token is missing or wrong"})
                return
        await self._app(scope, receive, send)


def quiet_logging() -> None:
    """Log warnings to standard error. The libraries log URLs at the level INFO, and URLs contain conditions."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    for name in ("httpx", "httpx2", "httpcore", "httpcore2", "mcp"):
        logging.getLogger(name).setLevel(logging.WARNING)
