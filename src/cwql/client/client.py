"""The common part of both products' clients: `Connection` and `AsyncConnection` drive flows."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from cwql.client.auth.schemes import Authentication
from cwql.client.auth.secret import header_secrets
from cwql.client.batch import Outcome, abatch, batch
from cwql.client.compiled_query import require_checks
from cwql.client.credentials import read_headers
from cwql.client.drivers import AsyncTransport, Clock, SystemClock, Transport, arun, run
from cwql.client.errors import APIError
from cwql.client.http_types import Headers, Request, Response
from cwql.client.limit.adaptive import BURST, START, AdaptiveRate
from cwql.client.limit.bucket import Bucket, RateLimit, TokenBucket
from cwql.client.logs import log_by_environment
from cwql.client.operations import Operations
from cwql.client.origin import Origin
from cwql.client.preview import RequestPreview, explain_request
from cwql.client.redaction import redact
from cwql.client.reference import Reference
from cwql.client.resource import AsyncResource, Resource
from cwql.client.response_body import MAX_RESPONSE_BYTES
from cwql.client.retry import RetryPolicy
from cwql.client.send import Locate, ServerConnection
from cwql.client.transport import open_async_transport, open_transport
from cwql.schema.releases import read_release

if TYPE_CHECKING:
    from typing import Self

    from cwql.client.auth.secret import Secret
    from cwql.client.effects import Flow
    from cwql.client.parsing import SchemaMismatch
    from cwql.client.send import CallResult
    from cwql.schema.operation import Operation

__all__ = ["AsyncConnection", "Connection", "Settings", "open_line", "system_clock"]

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item

DRIFT_LIMIT = 1000
"""How many odd values a client remembers."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of both products' clients, except credentials; times in seconds.

    `timeout` is for connecting, for each read and write, and for a place in the pool; the deadline of `retry` is for a
    whole call. `max_response_bytes` limits the memory of one response, after decompression. `per_minute` is the rate of
    requests; without it the rate begins at 60 and adapts itself to the server. `burst` is how many may go at once.
    `bucket` replaces both (for example by a shared one); `concurrency` is the maximum
    number of requests at the same time. `reference_ttl` is how long `reference` caches data (0: not at all).
    `http_client` is an `httpx` client or a transport as defined by `cwql.client.drivers`, `transport` an httpx
    transport for the client's own connections, `verify` an `ssl.SSLContext`. `release` is that of the server (``2025.1``):
    names that are newer are warnings, and Manage is asked for responses of that release.
    """

    checks: str = "strict"
    timeout: float = 60.0
    retry: RetryPolicy | None = None
    max_response_bytes: int = MAX_RESPONSE_BYTES
    per_minute: float | None = None
    burst: int = BURST
    concurrency: int = 10
    bucket: Bucket | None = None
    reference_ttl: float = 0.0
    headers: Any = field(default=(), repr=False)
    http_client: Any = None
    transport: Any = None
    verify: Any = True
    clock: Clock | None = None
    release: str | None = None

    def __post_init__(self) -> None:
        require_checks(self.checks)
        if self.release is not None:
            object.__setattr__(self, "release", read_release(self.release))
        if not 0 < self.timeout < 86_400:
            raise ValueError(f"timeout is in seconds, above 0: got {self.timeout!r} (there is always one)")
        if isinstance(self.max_response_bytes, bool) or not isinstance(self.max_response_bytes, int):
            raise ValueError(f"max_response_bytes is a number of bytes: got {self.max_response_bytes!r}")
        if self.max_response_bytes < 1:
            raise ValueError(f"max_response_bytes is at least 1: got {self.max_response_bytes}")
        object.__setattr__(self, "headers", read_headers(self.headers))


SETTING_NAMES = tuple(Settings.__dataclass_fields__)
"""The names of the settings that both products' clients take."""


def open_line(
    product: str,
    base_url: str,
    authentication: Authentication,
    settings: Settings,
    clock: Clock,
    headers: dict[str, str],
    locate: Locate | None = None,
) -> ServerConnection:
    """Return the line to a server. Raises UntrustedURLError for a URL that is no plain one, or plain HTTP off loopback."""
    log_by_environment()
    adaptive = AdaptiveRate() if settings.bucket is None and settings.per_minute is None else None
    bucket = settings.bucket or TokenBucket(clock, settings.per_minute or START, settings.burst)
    sent = Headers(headers).over(settings.headers)

    def hide(text: str) -> str:
        return redact(text, [*authentication.secrets, *header_secrets(sent)])

    return ServerConnection(
        product,
        replace(Origin.of(base_url), hide=hide),
        base_url,
        authentication,
        RateLimit(clock, bucket, settings.concurrency, adaptive=adaptive),
        clock,
        sent,
        settings.retry or RetryPolicy(),
        timeout=settings.timeout,
        locate=locate,
    )


class _Common:
    """The operations of a client, and its repr."""

    _core: Operations
    _clock: Clock
    drift: deque[SchemaMismatch]
    reference: Reference

    def _adopt(self, core: Operations, clock: Clock) -> None:
        self._core = core
        self._clock = clock
        self.drift = deque(maxlen=DRIFT_LIMIT)
        core.on_drift = self.drift.append

    def __repr__(self) -> str:
        # A traceback may show a client whose constructor was refused its arguments.
        core = self.__dict__.get("_core")
        return f"<{type(self).__module__}.{type(self).__qualname__} {core.line.base_url if core else 'not open'}>"

    @property
    def base_url(self) -> str:
        """The address that the paths of the API follow, such as ``https://api-na.myconnectwise.net/v4_6_release/apis/3.0``."""
        return self._core.line.base_url

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds connections and keys: make a new one in the other process")

    @property
    def checks(self) -> str:
        """Return the effect of a diagnostic of level error: ``strict`` raises, ``warn`` logs it, ``off`` skips the
        check.
        """
        return self._core.checks

    @property
    def raw(self) -> Any:
        """Return the same client, whose verbs return the `Response` (status, headers, content) instead of records."""
        return self._with(replace(self._core, keep=True))

    def _with(self, core: Operations) -> Self:
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._core = core
        return twin

    def explain(self, place: Any, where: Any = None, **arguments: Any) -> RequestPreview:
        """Return the request of ``place.list(where, …)``: method, URL, parameters, length, pagination, diagnostics.

        Raises the immediate errors of `list` (ConditionError, URLTooLongError); ``checks="warn"`` shows diagnostics
        instead.
        """
        explanation: RequestPreview = place.explain(where, **arguments)
        return explanation


class Connection(_Common):
    """Drive flows in the calling thread. One client serves all threads."""

    _accessor = Resource
    _transport: Transport

    def _open(self, core: Operations, settings: Settings, clock: Clock) -> None:
        self._adopt(core, clock)
        self.reference = Reference(core, self._drive, settings.reference_ttl)
        self._transport = open_transport(
            settings.http_client,
            settings.transport,
            settings.timeout,
            settings.verify,
            (core.line.origin,),
            settings.max_response_bytes,
        )

    def _drive(self, flow: Flow[T]) -> T:
        return run(flow, self._transport, self._clock)

    def call(self, operation: str | Operation, *ids: object, body: Any = None, **options: Any) -> Any:
        """Call any operation of the API by its id: ``call("getServiceTicketsById", 5)``.

        Path parameters are given in order or by name, query parameters by name; `file=` uploads, `to=` downloads into a
        file and returns its size. Raises UnknownNameError, RequestBodyError, and the errors of every call.
        """
        return self._drive(_value(self._core, self._core.call(operation, ids, body, options)))

    def in_parallel(self, items: Iterable[I], work: Callable[[I], T], at_once: int = 10) -> list[Outcome[I, T]]:
        """Process items concurrently, under the client's limits; each result or error is returned with its item."""
        return batch(items, work, at_once)

    def dry_run(self) -> Self:
        """Return a client that sends nothing: lists are empty, and `plan` has the requests that would have been sent."""
        twin = self._with(_dry(self._core))
        twin._transport = DryTransport(self._core.line)
        twin.reference = Reference(twin._core, twin._drive)
        return twin

    @property
    def plan(self) -> list[RequestPreview]:
        """Return the requests that a dry run would have sent so far; empty for any other client."""
        return self._transport.plan if isinstance(self._transport, DryTransport) else []

    def close(self) -> None:
        """Close the connections; those of an `http_client` that was given stay open."""
        close = getattr(self._transport, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncConnection(_Common):
    """Drive flows in the calling task. One client serves all tasks of an event loop."""

    _accessor = AsyncResource
    _transport: AsyncTransport

    def _open(self, core: Operations, settings: Settings, clock: Clock) -> None:
        self._adopt(core, clock)
        self.reference = Reference(core, self._drive, settings.reference_ttl)
        self._transport = open_async_transport(
            settings.http_client,
            settings.transport,
            settings.timeout,
            settings.verify,
            (core.line.origin,),
            settings.max_response_bytes,
        )

    async def _drive(self, flow: Flow[T]) -> T:
        return await arun(flow, self._transport, self._clock)

    async def call(self, operation: str | Operation, *ids: object, body: Any = None, **options: Any) -> Any:
        """Call any operation of the API by its id: ``await call("getServiceTicketsById", 5)``.

        Path parameters are given in order or by name, query parameters by name; `file=` uploads, `to=` downloads into a
        file and returns its size. Raises UnknownNameError, RequestBodyError, and the errors of every call.
        """
        return await self._drive(_value(self._core, self._core.call(operation, ids, body, options)))

    async def in_parallel(
        self, items: Iterable[I], work: Callable[[I], Awaitable[T]], at_once: int = 10
    ) -> list[Outcome[I, T]]:
        """Process items concurrently, under the client's limits; each result or error is returned with its item."""
        return await abatch(items, work, at_once)

    def dry_run(self) -> Self:
        """Return a client that sends nothing: lists are empty, and `plan` has the requests that would have been sent."""
        twin = self._with(_dry(self._core))
        twin._transport = AsyncDryTransport(self._core.line)
        twin.reference = Reference(twin._core, twin._drive)
        return twin

    @property
    def plan(self) -> list[RequestPreview]:
        """Return the requests that a dry run would have sent so far; empty for any other client."""
        return self._transport.plan if isinstance(self._transport, AsyncDryTransport) else []

    async def close(self) -> None:
        """Close the connections; those of an `http_client` that was given stay open."""
        close = getattr(self._transport, "aclose", None)
        if close is not None:
            await close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class DryTransport:
    """Record requests instead of sending them."""

    def __init__(self, line: ServerConnection) -> None:
        self.plan: list[RequestPreview] = []
        self._line = line

    def send(self, request: Request) -> Response:
        """Return an empty success."""
        self.plan.append(explain_request(request, request.headers))
        if request.sink is not None:
            raise APIError("a dry run downloads nothing")
        empty = b'{"count":0}' if request.url.endswith("/count") else b"null"
        return Response(200, Headers({"content-type": "application/json"}), empty, request.target)


class AsyncDryTransport(DryTransport):
    """Record requests instead of sending them."""

    async def send(self, request: Request) -> Response:  # type: ignore[override]
        """Return an empty success."""
        return super().send(request)


class _Hidden:
    """Placeholder credentials of a dry run, so that previews show requests without secrets."""

    secrets: tuple[Secret, ...] = ()

    def headers(self, deliver: object) -> Flow[Headers]:
        """Return the mask."""
        return Headers({"authorization": "***"})
        yield  # type: ignore[unreachable]  # makes this a flow, of no steps

    def renew(self, deliver: object, refused: Headers) -> Flow[bool]:
        """Return False: there is nothing to renew."""
        return False
        yield  # type: ignore[unreachable]


def _dry(core: Operations) -> Operations:
    line = core.line
    limit = RateLimit(line.clock, TokenBucket(line.clock, 100_000.0, 1_000_000), 1_000, learn=False)
    return replace(
        core,
        line=replace(line, authentication=_Hidden(), limit=limit, locate=None),
        keep=False,
        memory={},
        on_write=[],
        on_drift=None,
    )


def _value(core: Operations, flow: Flow[CallResult]) -> Flow[Any]:
    answer = yield from flow
    return answer.reply if core.keep else answer.value


def system_clock(settings: Settings) -> Clock:
    """Return the clock that a client goes by."""
    return settings.clock or SystemClock()
