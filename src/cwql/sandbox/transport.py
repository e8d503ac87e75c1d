"""The sandbox as an httpx transport, in process: `SandboxTransport`."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import httpx

from cwql.sandbox.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.messages import Reply


class SandboxTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answer the requests of a sync or async client from `answer`; faults of the connection are raised as httpx does."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self._answer = answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        reply = self._answer(_read(request, request.read()))
        if reply.delay:
            time.sleep(_patience(request, reply.delay))
        return _respond(request, reply)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        reply = self._answer(_read(request, await request.aread()))
        if reply.delay:
            await asyncio.sleep(_patience(request, reply.delay))
        return _respond(request, reply)


def _read(request: httpx.Request, body: bytes) -> Request:
    url = request.url
    query = parse_qsl(url.query.decode("ascii", "replace"), keep_blank_values=True, errors="replace")
    origin = f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, url.path, tuple(query), headers, body, origin)


def _patience(request: httpx.Request, delay: float) -> float:
    """Return how long to wait; raise what httpx raises where the caller would not have waited that long."""
    limit = request.extensions.get("timeout", {}).get("read")
    if limit is not None and delay > limit:
        time.sleep(limit)
        raise httpx.ReadTimeout("the sandbox is slow on purpose", request=request)
    return delay


def _respond(request: httpx.Request, reply: Reply) -> httpx.Response:
    if reply.fault == "reset":
        raise httpx.ReadError("the sandbox ended the connection on purpose", request=request)
    if reply.fault == "truncated":
        raise httpx.RemoteProtocolError("the sandbox ended the reply on purpose", request=request)
    headers = {**reply.headers, "content-length": str(len(reply.body))}
    return httpx.Response(reply.status, headers=headers, stream=httpx.ByteStream(reply.body), request=request)
