"""The network: `HttpTransport` and `AsyncHttpTransport` over httpx, which no other module imports.

They send one request and give its reply, or say in which of eight ways none came; they follow no redirect, add no
credentials and repeat nothing.
"""

from __future__ import annotations

import errno
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from time import perf_counter
from typing import Any

from cwql.client.errors import ClientError
from cwql.client.flow import AsyncTransport, Failure, Headers, Reply, Request, Sink, Transport, TransportFailure
from cwql.client.refusal import BODY_LIMIT

# httpx imports its command line with itself, click and rich with it where they are installed: two thirds of its start.
_without_command = "httpx" not in sys.modules and sys.modules.setdefault("httpx._main", None) is None  # type: ignore[arg-type]
import httpx  # noqa: E402

if _without_command:
    del sys.modules["httpx._main"]

__all__ = ["AsyncHttpTransport", "HttpTransport", "open_async_transport", "open_transport"]

CONNECTIONS = 20
"""How many connections are open at most; twice the concurrency that the vendor allows, so that none waits for a socket."""


class HttpTransport:
    """Send over an `httpx.Client`. Closes it only where it made it."""

    __slots__ = ("_client", "_owned")

    def __init__(self, client: httpx.Client, owned: bool = True) -> None:
        self._client = client
        self._owned = owned

    def send(self, request: Request) -> Reply:
        """Return the reply. Raises TransportFailure."""
        self._check_open()
        began = perf_counter()
        failure: TransportFailure
        try:
            sent = self._client.build_request(
                request.method,
                request.target,
                headers=dict(request.headers),
                content=_body(request),
                **_timeout(request),
            )
            # Our own header is the only credential: neither httpx's defaults nor a netrc file add one.
            reply = self._client.send(sent, stream=request.sink is not None, auth=None, follow_redirects=False)
            content = reply.content if request.sink is None else _receive(reply, request.sink)
            return _reply(reply, content, request, began)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            failure = explain_failure(error)
        # Raised out here, so that httpx's exception, which holds the request and its headers, is not chained to it.
        raise failure

    def close(self) -> None:
        """Close the connections."""
        if self._owned:
            self._client.close()

    def _check_open(self) -> None:
        if self._client.is_closed:
            raise ClientError("the client is closed")


class AsyncHttpTransport:
    """Send over an `httpx.AsyncClient`. Closes it only where it made it."""

    __slots__ = ("_client", "_owned")

    def __init__(self, client: httpx.AsyncClient, owned: bool = True) -> None:
        self._client = client
        self._owned = owned

    async def send(self, request: Request) -> Reply:
        """Return the reply. Raises TransportFailure."""
        if self._client.is_closed:
            raise ClientError("the client is closed")
        began = perf_counter()
        failure: TransportFailure
        try:
            content = _body(request)
            sent = self._client.build_request(
                request.method,
                request.target,
                headers=dict(request.headers),
                content=_rows(content) if content is not None and not isinstance(content, bytes) else content,
                **_timeout(request),
            )
            reply = await self._client.send(sent, stream=request.sink is not None, auth=None, follow_redirects=False)
            received = reply.content if request.sink is None else await _areceive(reply, request.sink)
            return _reply(reply, received, request, began)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            failure = explain_failure(error)
        raise failure

    async def aclose(self) -> None:
        """Close the connections."""
        if self._owned:
            await self._client.aclose()


def open_transport(
    http_client: Any = None, transport: Any = None, timeout: float = 60.0, verify: Any = True, plain: bool = False
) -> Transport:
    """Return a transport: over `http_client` (an `httpx.Client`, or any `Transport`), else over a pooled client of its own.

    `transport` is an `httpx.BaseTransport` for that pooled client; `timeout` is in seconds for connecting, for each read and
    write, and for a place in the pool; `verify` is an `ssl.SSLContext`, or True; `plain` says that the server is on loopback,
    without TLS.
    """
    if isinstance(http_client, httpx.Client):
        return HttpTransport(http_client, owned=False)
    if http_client is not None:
        return http_client  # type: ignore[no-any-return]
    return HttpTransport(httpx.Client(transport=transport, **_settings(timeout, verify, plain)))


def open_async_transport(
    http_client: Any = None, transport: Any = None, timeout: float = 60.0, verify: Any = True, plain: bool = False
) -> AsyncTransport:
    """Return a transport as `open_transport` does, over an `httpx.AsyncClient`."""
    if isinstance(http_client, httpx.AsyncClient):
        return AsyncHttpTransport(http_client, owned=False)
    if http_client is not None:
        return http_client  # type: ignore[no-any-return]
    return AsyncHttpTransport(httpx.AsyncClient(transport=transport, **_settings(timeout, verify, plain)))


def explain_failure(error: Exception) -> TransportFailure:
    """Return what a failure of httpx means: its kind, and whether the server may have got the request.

    The message names no header and no parameter.
    """
    sent = not isinstance(
        error,
        (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
            httpx.LocalProtocolError,
            httpx.InvalidURL,
        ),
    )
    kind, message = _kind(error)
    return TransportFailure(kind, sent, message)


def _kind(error: Exception) -> tuple[Failure, str]:
    match error:
        case httpx.ConnectTimeout():
            return "timeout", "no connection in time"
        case httpx.PoolTimeout():
            return "timeout", "no free connection in time"
        case httpx.TimeoutException():
            return "timeout", "the server did not answer in time"
        case httpx.ConnectError():
            return _connect_kind(error)
        case httpx.ProxyError():
            return "unreachable", "the proxy refused to connect"
        case httpx.DecodingError():
            return "encoding", "the reply's content encoding is broken"
        case httpx.RemoteProtocolError():
            if "disconnected" in str(error):
                return "reset", "the server closed the connection without a reply"
            if "without sending complete" in str(error):
                return "truncated", "the reply was cut short"
            return "protocol", "the reply is not HTTP"
        case httpx.NetworkError():
            return "reset", "the connection was cut"
    return "protocol", "the request cannot be sent"


def _connect_kind(error: BaseException) -> tuple[Failure, str]:
    cause: BaseException | None = error
    seen = 0
    while cause is not None and seen < 8:
        if isinstance(cause, ssl.SSLError):
            return "tls", f"the server is not trusted: {cause.reason or 'TLS failed'}"
        if isinstance(cause, ConnectionRefusedError) or getattr(cause, "errno", None) == errno.ECONNREFUSED:
            return "refused", "the connection was refused"
        cause = cause.__cause__ or cause.__context__
        seen += 1
    if "CERTIFICATE_VERIFY_FAILED" in str(error) or "SSL" in str(error):
        return "tls", "the server is not trusted"
    # The pool of asyncio tries every address of a name and reports them as one.
    if "All connection attempts failed" in str(error):
        return "refused", "the connection was refused"
    return "unreachable", "the server cannot be reached"


def _settings(timeout: float, verify: Any, plain: bool) -> dict[str, Any]:
    if verify is False:
        raise ClientError(
            "certificates are always verified: give `verify=ssl.create_default_context(cafile=…)` for your own"
        )
    if plain and verify is True:
        # Reading the trusted certificates takes longer than a page; this context trusts nobody.
        verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return {
        "timeout": httpx.Timeout(timeout),
        "verify": verify,
        "limits": httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        "follow_redirects": False,
    }


def _timeout(request: Request) -> dict[str, Any]:
    return {} if request.timeout is None else {"timeout": httpx.Timeout(request.timeout)}


def _body(request: Request) -> bytes | Iterator[bytes] | None:
    return request.body if request.body is None or isinstance(request.body, bytes) else request.body.chunks()


async def _rows(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _reply(reply: httpx.Response, content: bytes, request: Request, began: float) -> Reply:
    elapsed = perf_counter() - began
    return Reply(reply.status_code, Headers(reply.headers.multi_items()), content, request.target, elapsed)


def _receive(reply: httpx.Response, sink: Sink) -> bytes:
    """Read a body into a sink and return nothing, or return the body of a refusal, as far as anybody reads it."""
    try:
        if not reply.is_success:
            said = bytearray()
            for chunk in reply.iter_bytes():
                said += chunk
                if len(said) >= BODY_LIMIT:
                    break
            return bytes(said)
        sink.begin(reply.status_code, Headers(reply.headers.multi_items()))
        for chunk in reply.iter_bytes():
            sink.write(chunk)
        return b""
    finally:
        reply.close()


async def _areceive(reply: httpx.Response, sink: Sink) -> bytes:
    try:
        if not reply.is_success:
            said = bytearray()
            async for chunk in reply.aiter_bytes():
                said += chunk
                if len(said) >= BODY_LIMIT:
                    break
            return bytes(said)
        sink.begin(reply.status_code, Headers(reply.headers.multi_items()))
        async for chunk in reply.aiter_bytes():
            sink.write(chunk)
        return b""
    finally:
        await reply.aclose()
