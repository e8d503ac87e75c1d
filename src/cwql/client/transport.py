"""The network: `HttpTransport` and `AsyncHttpTransport` over httpx, which no other module imports.

They send one request and return its response, or raise a TransportFailure that says why there is none. They follow no redirect, add
no credentials and repeat nothing. A response is read as a stream: `ResponseBody` decompresses and counts it, and the whole
exchange ends after the request's `total_timeout`.
"""

from __future__ import annotations

import errno
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from time import monotonic
from typing import Any

from cwql.client.errors import ClientError
from cwql.client.flow import AsyncTransport, Failure, Headers, Reply, Request, Transport, TransportFailure
from cwql.client.response_body import ENCODINGS, MAX_RESPONSE_BYTES, ResponseBody

# httpx imports its command line with itself, click and rich with it where they are installed: two thirds of its start.
_without_command = "httpx" not in sys.modules and sys.modules.setdefault("httpx._main", None) is None  # type: ignore[arg-type]
import httpx  # noqa: E402

if _without_command:
    del sys.modules["httpx._main"]

from cwql.client.network import deadline, limit_pools, remaining  # noqa: E402 - httpcore loads no command line

__all__ = ["AsyncHttpTransport", "HttpTransport", "open_async_transport", "open_transport"]

CONNECTIONS = 20
"""How many connections are open at most; twice the concurrency that the vendor allows, so that none waits for a socket."""


class HttpTransport:
    """Send over an `httpx.Client`. Closes it only if it made it.

    `max_response_bytes` is how many bytes of a response are kept or decompressed at most.
    """

    __slots__ = ("_client", "_limit", "_owned")

    def __init__(self, client: httpx.Client, owned: bool = True, max_response_bytes: int = MAX_RESPONSE_BYTES) -> None:
        limit_pools(client)
        self._client = client
        self._owned = owned
        self._limit = max_response_bytes

    def send(self, request: Request) -> Reply:
        """Return the response. Raises TransportFailure."""
        self._check_open()
        failure: TransportFailure
        with deadline(request.total_timeout):
            try:
                return self._exchange(request)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                failure = explain_failure(error)
            left = remaining()
        # Raised out here, so that httpx's exception, which holds the request and its headers, is not chained to it.
        raise failure if left is None or left > 0 or failure.kind != "timeout" else _late(failure)

    def _exchange(self, request: Request) -> Reply:
        began = monotonic()
        sent = _build(self._client, request, _body(request))
        # Our own header is the only credential: neither httpx's defaults nor a netrc file add one.
        response = self._client.send(sent, stream=True, auth=None, follow_redirects=False)
        try:
            headers = Headers(response.headers.multi_items())
            if response.is_stream_consumed:
                # A transport or a hook of the user read it already.
                return _read_before(response, headers, request, self._limit, began)
            body = ResponseBody(response.status_code, headers, request.sink, self._limit)
            for chunk in response.iter_raw():
                if not body.feed(chunk):
                    break
                left = remaining()
                if left is not None and left <= 0:
                    raise httpx.ReadTimeout("the deadline passed")
            return Reply(response.status_code, headers, body.finish(), request.target, monotonic() - began)
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections."""
        if self._owned:
            self._client.close()

    def _check_open(self) -> None:
        if self._client.is_closed:
            raise ClientError("the client is closed")


class AsyncHttpTransport:
    """Send over an `httpx.AsyncClient`. Closes it only if it made it.

    `max_response_bytes` is how many bytes of a response are kept or decompressed at most.
    """

    __slots__ = ("_client", "_limit", "_owned")

    def __init__(
        self, client: httpx.AsyncClient, owned: bool = True, max_response_bytes: int = MAX_RESPONSE_BYTES
    ) -> None:
        self._client = client
        self._owned = owned
        self._limit = max_response_bytes

    async def send(self, request: Request) -> Reply:
        """Return the response. Raises TransportFailure."""
        import asyncio

        if self._client.is_closed:
            raise ClientError("the client is closed")
        failure: TransportFailure
        try:
            async with asyncio.timeout(request.total_timeout) as limit:
                return await self._exchange(request)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            failure = explain_failure(error)
            if failure.kind == "timeout" and limit.expired():
                failure = _late(failure)
        except TimeoutError:
            if not limit.expired():
                raise
            failure = _late(None)
        raise failure

    async def _exchange(self, request: Request) -> Reply:
        began = monotonic()
        content = _body(request)
        if content is not None and not isinstance(content, bytes):
            sent = _build(self._client, request, _rows(content))
        else:
            sent = _build(self._client, request, content)
        response = await self._client.send(sent, stream=True, auth=None, follow_redirects=False)
        try:
            headers = Headers(response.headers.multi_items())
            if response.is_stream_consumed:
                return _read_before(response, headers, request, self._limit, began)
            body = ResponseBody(response.status_code, headers, request.sink, self._limit)
            async for chunk in response.aiter_raw():
                if not body.feed(chunk):
                    break
            return Reply(response.status_code, headers, body.finish(), request.target, monotonic() - began)
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._owned:
            await self._client.aclose()


def open_transport(
    http_client: Any = None,
    transport: Any = None,
    timeout: float = 60.0,
    verify: Any = True,
    plain: bool = False,
    max_response_bytes: int = MAX_RESPONSE_BYTES,
) -> Transport:
    """Return a transport: over `http_client` (an `httpx.Client`, or any `Transport`), else over a pooled client of its own.

    `transport` is an `httpx.BaseTransport` for that pooled client; `timeout` is in seconds for connecting, for each read and
    write, and for a place in the pool; `verify` is an `ssl.SSLContext`, or True; `plain` says that the server is on loopback,
    without TLS; `max_response_bytes` is how many bytes of a response are kept or decompressed at most.
    """
    if isinstance(http_client, httpx.Client):
        return HttpTransport(http_client, False, max_response_bytes)
    if http_client is not None:
        return http_client  # type: ignore[no-any-return]
    client = httpx.Client(transport=transport, **_settings(timeout, verify, plain))
    return HttpTransport(client, True, max_response_bytes)


def open_async_transport(
    http_client: Any = None,
    transport: Any = None,
    timeout: float = 60.0,
    verify: Any = True,
    plain: bool = False,
    max_response_bytes: int = MAX_RESPONSE_BYTES,
) -> AsyncTransport:
    """Return a transport as `open_transport` does, over an `httpx.AsyncClient`."""
    if isinstance(http_client, httpx.AsyncClient):
        return AsyncHttpTransport(http_client, False, max_response_bytes)
    if http_client is not None:
        return http_client  # type: ignore[no-any-return]
    client = httpx.AsyncClient(transport=transport, **_settings(timeout, verify, plain))
    return AsyncHttpTransport(client, True, max_response_bytes)


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


def _build(client: httpx.Client | httpx.AsyncClient, request: Request, content: Any) -> httpx.Request:
    # A download is asked for as it is, so that its length can be compared with what was announced.
    encodings = ENCODINGS if request.sink is None else "identity"
    headers = {"accept-encoding": encodings, **request.headers}
    timeout = client.timeout if request.timeout is None else httpx.Timeout(request.timeout)
    total = request.total_timeout
    if total is not None:
        phases = (timeout.connect, timeout.read, timeout.write, timeout.pool)
        connect, read, write, pool = [total if phase is None else min(phase, total) for phase in phases]
        timeout = httpx.Timeout(connect=connect, read=read, write=write, pool=pool)
    return client.build_request(request.method, request.target, headers=headers, content=content, timeout=timeout)


def _body(request: Request) -> bytes | Iterator[bytes] | None:
    return request.body if request.body is None or isinstance(request.body, bytes) else request.body.chunks()


async def _rows(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _read_before(response: httpx.Response, headers: Headers, request: Request, limit: int, began: float) -> Reply:
    """Return a response that httpx has read and decompressed already."""
    plain = Headers({name: value for name, value in headers.items() if name != "content-encoding"})
    body = ResponseBody(response.status_code, plain, request.sink, limit)
    body.feed(response.content)
    return Reply(response.status_code, headers, body.finish(), request.target, monotonic() - began)


def _late(failure: TransportFailure | None) -> TransportFailure:
    sent = failure is None or failure.sent
    return TransportFailure("deadline", sent, "the deadline of the call passed before the whole response came")
