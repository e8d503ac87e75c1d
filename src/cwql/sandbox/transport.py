"""The sandbox as an in-process httpx transport: `SandboxTransport`."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cwql.client.transport import default_library, find_library
from cwql.sandbox.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from cwql.sandbox.messages import Response


_library: Any = default_library()


class SandboxTransport(_library.BaseTransport, _library.AsyncBaseTransport):  # type: ignore[misc]  # httpx or httpx2
    """Handle the requests of a sync or async client of httpx or httpx2 with `handle`; broken connections raise its errors."""

    def __init__(self, handle: Callable[[Request], Response]) -> None:
        self._handle = handle

    def handle_request(self, request: httpx.Request) -> Any:
        """Handle a request of a sync client."""
        response = self._handle(_to_request(request, request.read()))
        wait, is_late = _limit_delay(request, response.delay)
        time.sleep(wait)
        return _to_httpx(request, response, is_late)

    async def handle_async_request(self, request: httpx.Request) -> Any:
        """Handle a request of an async client."""
        response = self._handle(_to_request(request, await request.aread()))
        wait, is_late = _limit_delay(request, response.delay)
        await asyncio.sleep(wait)
        return _to_httpx(request, response, is_late)


def _to_request(request: httpx.Request, body: bytes) -> Request:
    url = request.url
    query = parse_qsl(url.query.decode("ascii", "replace"), keep_blank_values=True, errors="replace")
    origin = f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, url.path, tuple(query), headers, body, origin)


def _limit_delay(request: httpx.Request, delay: float) -> tuple[float, bool]:
    """Return how long to wait, and whether the client's timeout is over by then."""
    limit = request.extensions.get("timeout", {}).get("read")
    return (limit, True) if limit is not None and delay > limit else (delay, False)


def _to_httpx(request: httpx.Request, response: Response, is_late: bool) -> Any:
    library: Any = find_library(request)
    if is_late:
        raise library.ReadTimeout("the sandbox delays the response, as requested", request=request)
    if response.fault == "reset":
        raise library.ReadError("the sandbox ends the connection, as requested", request=request)
    if response.fault == "truncated":
        raise library.RemoteProtocolError(
            "the sandbox ends the connection inside the response, as requested", request=request
        )
    headers = {**response.headers, "content-length": str(len(response.body))}
    return library.Response(response.status, headers=headers, stream=library.ByteStream(response.body), request=request)
