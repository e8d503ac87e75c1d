"""The network: `HttpTransport` and `AsyncHttpTransport` over httpx, or httpx2, which continues it with the same interface.

A client or a transport of either that a user gives decides; otherwise the first one of `ORDER` that is installed is used.

They send one request and return its response, or raise a TransportFailure with the reason. They follow no redirect, add
no credentials and repeat nothing. A response is read as a stream: `ResponseBody` decompresses and counts it, and the
whole exchange ends after the request's `total_timeout`.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
import sys
from datetime import timedelta
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Any

from cwql.client.concurrency import find_interrupt
from cwql.client.connections import KEPT, Connections, Pool, Single, deadline, prepare_pools, remaining
from cwql.client.errors import ClientStateError
from cwql.client.http_types import Failure, Headers, Request, Response, TransportFailure
from cwql.client.redaction import keep_values_out, sending
from cwql.client.streamed_body import ENCODINGS, MAX_RESPONSE_BYTES, ResponseBody
from cwql.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from types import ModuleType

    import httpx

    from cwql.client.call_options import Timeout
    from cwql.client.drivers import AsyncTransport, Transport
    from cwql.client.origin import Origin

__all__ = [
    "ORDER",
    "AsyncHttpTransport",
    "HttpTransport",
    "default_library",
    "find_library",
    "loaded_libraries",
    "open_async_transport",
    "open_transport",
]


ORDER = ["httpx", "httpx2"]
"""The names of the libraries, the preferred one first."""


def default_library() -> ModuleType:
    """Return the preferred library that is installed. Raises ModuleNotFoundError if there is none."""
    for name in ORDER[:-1]:
        try:
            return _load(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    return _load(ORDER[-1])


def find_library(*given: object) -> ModuleType:
    """Return the library of the first client or transport that belongs to one, otherwise the default."""
    for each in given:
        for kind in type(each).__mro__:
            name = kind.__module__.partition(".")[0]
            if name in ORDER:
                return _load(name)
    return default_library()


def loaded_libraries() -> list[Any]:
    """Return the libraries that were imported: an exception can be one of theirs only."""
    return [found for name in ORDER if (found := sys.modules.get(name)) is not None]


def _load(name: str) -> ModuleType:
    found = sys.modules.get(name)
    if found is not None:
        return found
    # Both import their command line, and with it click and rich if they are installed: two thirds of their start.
    command = f"{name}._main"
    is_hidden = sys.modules.setdefault(command, None) is None  # type: ignore[arg-type]
    try:
        return import_module(name)
    finally:
        if is_hidden:
            sys.modules.pop(command, None)


PARTIAL_CONTENT = 206

keep_values_out()


class HttpTransport:
    """Send over `httpx.Client` objects, one connection each.

    `max_response_bytes` is how many bytes of a response are kept or decompressed at most.
    """

    __slots__ = ("_connections", "_limit")

    def __init__(self, connections: Connections[httpx.Client], max_response_bytes: int = MAX_RESPONSE_BYTES) -> None:
        self._connections = connections
        self._limit = max_response_bytes

    def send(self, request: Request) -> Response:
        """Return the response. Raises TransportFailure, ClientStateError."""
        client = self._connections.take()
        usable = False
        # If the caller is handling its own exception, that one is the context of every other.
        handled = sys.exc_info()[1]
        failure: BaseException
        try:
            with deadline(request.total_timeout), sending():
                try:
                    response = self._exchange(client, request)
                    usable = True
                    return response
                except Exception as error:
                    failure = find_interrupt(error, handled) or explain_failure(error)
                left = remaining()
        finally:
            for done in self._connections.give_back(client, usable):
                done.close()
        if left is not None and left <= 0 and _is_timeout(failure):
            failure = _late(failure)
        # Raised here, so that httpx's exception, which contains the request and its headers, is not chained to it.
        raise failure

    def _exchange(self, client: httpx.Client, request: Request) -> Response:
        began = monotonic()
        sent = _build(client, request, _body(request))
        # Our own header is the only credential: neither httpx's defaults nor a netrc file add one.
        response = client.send(sent, stream=True, auth=None, follow_redirects=False)
        try:
            headers = Headers(response.headers.multi_items())
            _check_whole(response, request)
            if response.is_stream_consumed:
                # A transport or a hook of the user read it already.
                return _read_before(response, headers, request, self._limit, began)
            body = ResponseBody(response.status_code, headers, request.sink, self._limit)
            for chunk in response.iter_raw():
                if not body.feed(chunk):
                    break
                left = remaining()
                if left is not None and left <= 0:
                    raise TransportFailure("timeout", True, "the deadline passed")
            else:
                _check_length(response)
            return Response(
                response.status_code, headers, body.finish(), request.target, timedelta(seconds=monotonic() - began)
            )
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections."""
        for client in self._connections.close():
            client.close()


class AsyncHttpTransport:
    """Send over `httpx.AsyncClient` objects, one connection each, in one event loop.

    `max_response_bytes` is how many bytes of a response are kept or decompressed at most.
    """

    __slots__ = ("_connections", "_home", "_limit")

    def __init__(
        self, connections: Connections[httpx.AsyncClient], max_response_bytes: int = MAX_RESPONSE_BYTES
    ) -> None:
        self._connections = connections
        self._limit = max_response_bytes
        self._home: tuple[int, object] | None = None

    async def send(self, request: Request) -> Response:
        """Return the response. Raises TransportFailure, ClientStateError."""
        import asyncio

        if not self._at_home():
            raise ClientStateError(
                "the client was used in another event loop, to which its connections belong: "
                "make one client for each loop, or make all calls inside one asyncio.run()"
            )
        client = self._connections.take()
        usable = False
        handled = sys.exc_info()[1]
        failure: BaseException
        limit = asyncio.timeout(request.total_timeout)
        try:
            async with limit:
                with sending():
                    response = await self._exchange(client, request)
                usable = True
                return response
        except Exception as error:
            failure = find_interrupt(error, handled) or explain_failure(error)
            if limit.expired() and (isinstance(error, TimeoutError) or _is_timeout(failure)):
                failure = _late(failure)
        finally:
            for done in self._connections.give_back(client, usable):
                await done.aclose()
        raise failure

    async def _exchange(self, client: httpx.AsyncClient, request: Request) -> Response:
        began = monotonic()
        content = _body(request)
        if content is not None and not isinstance(content, bytes):
            sent = _build(client, request, _rows(content))
        else:
            sent = _build(client, request, content)
        response = await client.send(sent, stream=True, auth=None, follow_redirects=False)
        try:
            headers = Headers(response.headers.multi_items())
            _check_whole(response, request)
            if response.is_stream_consumed:
                return _read_before(response, headers, request, self._limit, began)
            body = ResponseBody(response.status_code, headers, request.sink, self._limit)
            async for chunk in response.aiter_raw():
                if not body.feed(chunk):
                    break
            else:
                _check_length(response)
            return Response(
                response.status_code, headers, body.finish(), request.target, timedelta(seconds=monotonic() - began)
            )
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close the connections. Those of another event loop went with it."""
        here = self._at_home()
        for client in self._connections.close():
            if here:
                await client.aclose()

    def _at_home(self) -> bool:
        """Return whether this is the event loop of the first call in this process."""
        import asyncio

        here = (os.getpid(), asyncio.get_running_loop())
        if self._home is None or self._home[0] != here[0]:
            self._home = here
        return self._home[1] is here[1]


def open_transport(
    http_client: Any = None,
    transport: Any = None,
    timeout: float | Timeout = 60.0,
    verify: Any = True,
    origins: Iterable[Origin] = (),
    max_response_bytes: int = MAX_RESPONSE_BYTES,
) -> Transport:
    """Return a transport over `http_client`, otherwise over its own connections.

    `http_client` is a client of httpx or httpx2, or any `Transport`; `transport` is a `BaseTransport` of either to send through; `timeout` is in seconds for connecting, and for each read
    and write; `verify` is an `ssl.SSLContext`, or True; `origins` are the servers that it will send to, of which those
    on loopback are reached directly, whatever proxies the environment names; `max_response_bytes` is the maximum number
    of bytes of a response that are kept or decompressed.
    """
    library = find_library(http_client, transport)
    if http_client is not None and not isinstance(http_client, library.Client):
        return http_client  # type: ignore[no-any-return]
    connections: Connections[httpx.Client]
    if http_client is not None:
        connections = Single(prepare_pools(http_client), owned=False)
    else:
        settings = _settings(library, timeout, verify, tuple(origins))
        if transport is not None:
            connections = Single(prepare_pools(library.Client(transport=transport, **settings)), owned=True)
        else:
            connections = Pool(lambda: prepare_pools(library.Client(**settings)))
    return HttpTransport(connections, max_response_bytes)


def open_async_transport(
    http_client: Any = None,
    transport: Any = None,
    timeout: float | Timeout = 60.0,
    verify: Any = True,
    origins: Iterable[Origin] = (),
    max_response_bytes: int = MAX_RESPONSE_BYTES,
) -> AsyncTransport:
    """Return a transport as `open_transport` does, over an `httpx.AsyncClient`."""
    library = find_library(http_client, transport)
    if http_client is not None and not isinstance(http_client, library.AsyncClient):
        return http_client  # type: ignore[no-any-return]
    connections: Connections[httpx.AsyncClient]
    if http_client is not None:
        connections = Single(http_client, owned=False)
    else:
        settings = _settings(library, timeout, verify, tuple(origins))
        if transport is not None:
            connections = Single(library.AsyncClient(transport=transport, **settings), owned=True)
        else:
            connections = Pool(lambda: library.AsyncClient(**settings))
    return AsyncHttpTransport(connections, max_response_bytes)


def explain_failure(error: Exception) -> Exception:
    """Return the failure for an exception of httpx: its kind, and whether the server may have received the request.

    The message names no header and no parameter. Any other exception is returned unchanged.
    """
    for library in loaded_libraries():
        if isinstance(error, (library.HTTPError, library.InvalidURL, library.StreamError)):
            unsent = (
                library.ConnectError,
                library.ConnectTimeout,
                library.PoolTimeout,
                library.ProxyError,
                library.UnsupportedProtocol,
                library.LocalProtocolError,
                library.InvalidURL,
            )
            kind, message = _kind(error, library)
            return TransportFailure(kind, not isinstance(error, unsent), message)
    return error


def _kind(error: Exception, library: Any) -> tuple[Failure, str]:
    match error:
        case library.ConnectTimeout():
            return "timeout", "no connection in time"
        case library.PoolTimeout():
            return "timeout", "no free connection in time"
        case library.TimeoutException():
            return "timeout", "the server did not answer in time"
        case library.ConnectError():
            return _connect_kind(error)
        case library.ProxyError():
            return "unreachable", "the proxy refused to connect"
        case library.DecodingError():
            return "encoding", "the response's content encoding is broken"
        case library.RemoteProtocolError():
            if "disconnected" in str(error):
                return "reset", "the server closed the connection without a response"
            if "without sending complete" in str(error):
                return "truncated", "the response was cut short"
            return "protocol", "the response is not HTTP"
        case library.NetworkError():
            return "reset", "the connection was cut"
    return "protocol", "the request cannot be sent"


def _connect_kind(error: BaseException) -> tuple[Failure, str]:
    cause: BaseException | None = error
    seen = 0
    while cause is not None and seen < 8:
        if isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS:
            return "no-tls", "the server does not speak TLS at that port"
        if isinstance(cause, socket.gaierror) and cause.errno in _NO_HOST:
            return "unknown-host", "no host has that name"
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


_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""The reasons of OpenSSL if the other side answers with something else than TLS."""

_NO_HOST = frozenset([getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)])
"""The errors of names that do not exist; the others may be those of a name server that does not answer now."""


def _settings(library: Any, timeout: float | Timeout, verify: Any, origins: tuple[Origin, ...]) -> dict[str, Any]:
    if verify is not True and not isinstance(verify, ssl.SSLContext):
        raise ConfigError(
            "certificates are always verified: give `verify=ssl.create_default_context(cafile=…)` for your own"
        )
    if verify is True:
        plain = bool(origins) and all(origin.scheme == "http" for origin in origins)
        # Reading the trusted certificates takes longer than a page: once for all connections, and not for plain HTTP.
        verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else library.create_ssl_context()
    return {
        "timeout": _phases(library, timeout),
        "verify": verify,
        "limits": library.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEPT),
        "follow_redirects": False,
        # Without its own transport a host gets the pool's, not a proxy's: plain HTTP to this machine stays on it.
        "mounts": {f"all://{origin.host}": None for origin in origins if origin.loopback},
    }


def _phases(library: Any, timeout: float | Timeout) -> Any:
    if isinstance(timeout, (int, float)):
        return library.Timeout(timeout)
    return library.Timeout(connect=timeout.connect, read=timeout.read, write=timeout.write, pool=timeout.pool)


def _build(client: httpx.Client | httpx.AsyncClient, request: Request, content: Any) -> httpx.Request:
    # A download is requested without compression, so that its length can be compared with the announced one.
    encodings = ENCODINGS if request.sink is None else "identity"
    headers = {"accept-encoding": encodings, **request.headers}
    library = find_library(client)
    timeout = client.timeout if request.timeout is None else _phases(library, request.timeout)
    total = request.total_timeout
    if total is not None:
        phases = (timeout.connect, timeout.read, timeout.write, timeout.pool)
        connect, read, write, pool = [total if phase is None else min(phase, total) for phase in phases]
        timeout = library.Timeout(connect=connect, read=read, write=write, pool=pool)
    return client.build_request(request.method, request.target, headers=headers, content=content, timeout=timeout)


def _body(request: Request) -> bytes | Iterator[bytes] | None:
    return request.body if request.body is None or isinstance(request.body, bytes) else request.body.chunks()


async def _rows(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _check_whole(response: httpx.Response, request: Request) -> None:
    """Raise TransportFailure for a part of a file or list if the whole was requested."""
    if response.status_code == PARTIAL_CONTENT and "range" not in request.headers:
        raise TransportFailure("truncated", True, "the response is a part (206), but the whole was requested")


def _check_length(response: httpx.Response) -> None:
    """Raise TransportFailure if a body has not as many bytes as announced. httpx checks that, but not each of its transports."""
    length = response.headers.get("content-length", "")
    if not length.isdecimal() or "transfer-encoding" in response.headers:
        return
    if response.is_success and response.num_bytes_downloaded != int(length):
        raise TransportFailure("truncated", True, "the response was cut short")


def _read_before(response: httpx.Response, headers: Headers, request: Request, limit: int, began: float) -> Response:
    """Return a response that httpx has read and decompressed already."""
    plain = Headers({name: value for name, value in headers.items() if name != "content-encoding"})
    body = ResponseBody(response.status_code, plain, request.sink, limit)
    body.feed(response.content)
    return Response(
        response.status_code, headers, body.finish(), request.target, timedelta(seconds=monotonic() - began)
    )


def _is_timeout(failure: BaseException) -> bool:
    return isinstance(failure, TransportFailure) and failure.kind == "timeout"


def _late(failure: BaseException) -> TransportFailure:
    sent = not isinstance(failure, TransportFailure) or failure.sent
    return TransportFailure("deadline", sent, "the deadline of the call passed before the whole response came")
