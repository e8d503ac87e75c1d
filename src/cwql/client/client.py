"""The common part of the clients: their settings, `ClientBase`, and dry runs.

`async_client` has the methods that send; `sync_client` is generated from it.
"""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

from cwql.client.call_options import ClientOptions, DefaultOptions, SharedClientOptions
from cwql.client.compiled_query import require_invalid
from cwql.client.credentials import header_secrets, read_headers
from cwql.client.drivers import SystemClock
from cwql.client.errors import APIError
from cwql.client.http_types import Headers, Request, Response
from cwql.client.limit import BURST, START, AdaptiveRate, RateLimit, RateLimiter, require_rate
from cwql.client.options import require_mismatch
from cwql.client.origin import Origin
from cwql.client.preview import RequestPreview, preview_request
from cwql.client.redaction import log_by_environment, redact
from cwql.client.retry import RetryPolicy, require_timeout, with_limits
from cwql.client.send import AUTO, Locate, ServerConnection, StartObserver
from cwql.client.streamed_body import MAX_RESPONSE_BYTES
from cwql.client.transport import find_library
from cwql.schema.releases import read_release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from cwql.client.auth import Authentication
    from cwql.client.call_options import Invalid, Mismatch, Timeout
    from cwql.client.credentials import Secret
    from cwql.client.drivers import Clock
    from cwql.client.effects import Flow
    from cwql.client.events import Observer
    from cwql.client.limit import Bucket
    from cwql.client.operations import Operations
    from cwql.client.parsing import SchemaMismatch
    from cwql.client.reference import Reference
    from cwql.client.send import CallResult
    from cwql.language.dialects.base import DialectName

__all__ = [
    "SETTING_NAMES",
    "AsyncDryTransport",
    "ClientBase",
    "DryTransport",
    "Settings",
    "dry_operations",
    "open_line",
]

MISMATCH_LIMIT = 1000
"""How many values of unexpected types a client remembers."""

SETTING_NAMES = tuple(sorted(ClientOptions.__optional_keys__ - {"base_url"}))
"""The names of the settings that both products' clients take."""


_OF_THE_CLIENT = SharedClientOptions.__optional_keys__ - DefaultOptions.__optional_keys__
"""The keywords of `with_options` that calls do not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a client, checked: see `cwql.client.call_options.ClientOptions` for each of them."""

    on_invalid: Invalid = "raise"
    on_mismatch: Mismatch = "null"
    timeout: float | Timeout = 60.0
    deadline: float | None = 0.0
    max_retries: int | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    max_response_bytes: int = MAX_RESPONSE_BYTES
    requests_per_minute: float | None = None
    burst: int = BURST
    max_concurrency: int = 10
    rate_limiter: Bucket | None = None
    reference_ttl: float = 0.0
    headers: Any = field(default=(), repr=False)
    user_agent_suffix: str = ""
    http_client: Any = None
    transport: Any = None
    verify: Any = True
    clock: Clock = field(default_factory=SystemClock)
    release: str | None = None
    event_hooks: Any = None

    def __post_init__(self) -> None:
        require_invalid(self.on_invalid)
        require_mismatch(self.on_mismatch)
        require_timeout(self.timeout)
        if self.release not in (None, AUTO):
            object.__setattr__(self, "release", read_release(self.release))
        object.__setattr__(self, "retry", with_limits(self.retry, self.max_retries, self.deadline))
        for name in ("max_response_bytes", "max_concurrency"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} is a number from 1: got {value!r}")
        if self.requests_per_minute is not None:
            require_rate(self.requests_per_minute)
        if self.rate_limiter is not None and not callable(getattr(self.rate_limiter, "_take", None)):
            kind = type(self.rate_limiter).__name__
            raise TypeError(f"rate_limiter is a cwql.RateLimiter or cwql.RedisRateLimiter: got {kind}")
        object.__setattr__(self, "headers", read_headers(self.headers))
        object.__setattr__(self, "event_hooks", _read_hooks(self.event_hooks))

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Settings:
        """Return the settings of keyword arguments. Raises TypeError, ValueError, HeaderError."""
        return cls(**given)


def require_known(given: Mapping[str, Any], credentials: tuple[str, ...]) -> None:
    """Raise TypeError, with similar names, for a keyword that a client does not have."""
    from cwql.schema.suggest import suggest

    known = (*credentials, "base_url", *SETTING_NAMES)
    for name in given:
        if name not in known:
            wanted = _SYNONYMS.get(name.lower())
            near = [_SYNONYMS.get(each, each) for each in suggest(name, (*known, *_SYNONYMS))]
            close = [wanted] if wanted in known else [each for each in dict.fromkeys(near) if each in known]
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            raise TypeError(f"unknown argument {name!r}{hint}")


_SYNONYMS = {
    "api_key": "public_key",
    "api_url": "base_url",
    "api_version": "release",
    "app_info": "user_agent_suffix",
    "auth": "public_key",
    "bucket": "rate_limiter",
    "checks": "on_invalid",
    "company": "company_id",
    "concurrency": "max_concurrency",
    "extra_headers": "headers",
    "hooks": "event_hooks",
    "on_request": "event_hooks",
    "on_retry": "event_hooks",
    "host": "site",
    "limiter": "rate_limiter",
    "limits": "max_concurrency",
    "cert": "verify",
    "default_headers": "headers",
    "http2": "http_client",
    "mounts": "transport",
    "proxies": "http_client",
    "proxy": "http_client",
    "session": "http_client",
    "max_connections": "max_concurrency",
    "max_network_retries": "max_retries",
    "pass": "password",
    "per_minute": "requests_per_minute",
    "private": "private_key",
    "public": "public_key",
    "rate": "requests_per_minute",
    "rate_limit": "requests_per_minute",
    "region": "site",
    "retries": "max_retries",
    "secret": "private_key",
    "store": "token_store",
    "totp": "totp_secret",
    "two_factor": "two_factor_code",
    "url": "base_url",
    "user": "username",
    "user_agent": "user_agent_suffix",
    "validate": "on_invalid",
}
"""Names of settings in other libraries."""


def open_line(
    product: DialectName,
    base_url: str,
    authentication: Authentication,
    settings: Settings,
    headers: dict[str, str],
    locate: Locate | None = None,
) -> ServerConnection:
    """Return the connection to a server. Raises UntrustedURLError for a URL that is no plain one, and for plain HTTP to another machine."""
    log_by_environment()
    sent = Headers({**headers, "user-agent": _user_agent(settings)}).over(settings.headers)
    limiter, rate = settings.rate_limiter, settings.requests_per_minute
    adaptive = AdaptiveRate() if limiter is None and rate is None else None
    if limiter is None:
        limiter = RateLimiter(
            requests_per_minute=START if rate is None else rate, burst=settings.burst, clock=settings.clock
        )

    def hide(text: str) -> str:
        return redact(text, [*authentication.secrets, *header_secrets(sent)])

    return ServerConnection(
        product,
        replace(Origin.of(base_url), hide=hide),
        base_url,
        authentication,
        RateLimit(settings.clock, limiter, settings.max_concurrency, adaptive=adaptive),
        settings.clock,
        sent,
        settings.retry,
        timeout=settings.timeout,
        locate=locate,
        observers=_observers(settings.event_hooks),
    )


def _read_hooks(hooks: object) -> Mapping[str, tuple[Callable[[object], object], ...]]:
    if hooks is None:
        return {}
    # The classes of events take 1 % of the start of a client.
    from cwql.client.events import require_hooks

    return require_hooks(hooks)


def _observers(hooks: Mapping[str, tuple[Callable[[object], object], ...]]) -> tuple[StartObserver, ...]:
    """Return the observers of calls: that of OpenTelemetry, and the functions of the user."""
    if not hooks:
        return (_start_span,)
    from cwql.client.events import HookObserver

    observer = HookObserver(hooks)
    return (_start_span, lambda line, request: observer)


def _start_span(line: ServerConnection, request: Request) -> Observer | None:
    """Return an observer that makes the span of a call, or None if the program does not use OpenTelemetry."""
    # A program that exports spans has imported it: looking for the package costs every other program its import.
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return None
    from cwql.client.events import SpanObserver

    return SpanObserver(trace, line, request)


def _user_agent(settings: Settings) -> str:
    from platform import python_version

    import cwql

    library = find_library(settings.http_client, settings.transport)
    product = f"cwql/{cwql.__version__} python/{python_version()} {library.__name__}/{library.__version__}"
    return f"{product} {settings.user_agent_suffix}".rstrip()


class ClientBase:
    """The operations of a client, and its repr."""

    _core: Operations
    _clock: Clock
    _closed: bool
    schema_mismatches: deque[SchemaMismatch]
    """The last values of unexpected types that the server sent."""
    reference: Reference
    """Reference data by name: ``reference.boards.id_of("Help Desk")``."""

    def _adopt(self, core: Operations, settings: Settings) -> None:
        self._core = core
        self._clock = settings.clock
        self._closed = False
        core.on_invalid, core.on_mismatch = settings.on_invalid, settings.on_mismatch
        self.schema_mismatches = deque(maxlen=MISMATCH_LIMIT)
        core.report_mismatch = self.schema_mismatches.append

    def __repr__(self) -> str:
        # A traceback may show a client whose constructor was refused its arguments.
        core = self.__dict__.get("_core")
        name = type(self).__qualname__
        return f"<{type(self).__module__}.{name} {core.line.base_url if core else 'not open'}>"

    @property
    def base_url(self) -> str:
        """The address that the paths of the API follow, such as ``https://api-na.myconnectwise.net/v4_6_release/apis/3.0``."""
        return self._core.line.base_url

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client contains connections and keys: make a new one in the other process")

    @property
    def is_closed(self) -> bool:
        """Return whether the client was closed."""
        return self._closed

    def _value(self, flow: Flow[CallResult]) -> Flow[Any]:
        answer = yield from flow
        return answer.value

    def _with_defaults(self, given: Mapping[str, Any]) -> Operations:
        """Return the operations with other defaults. Raises TypeError, ValueError."""
        core = self._core.with_options({name: given[name] for name in given if name not in _OF_THE_CLIENT})
        if "event_hooks" not in given:
            return core
        return replace(core, line=replace(core.line, observers=_observers(_read_hooks(given["event_hooks"]))))

    def _with(self, core: Operations) -> Self:
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._core = core
        return twin


class DryTransport:
    """Record requests instead of sending them."""

    def __init__(self, line: ServerConnection) -> None:
        self.plan: list[RequestPreview] = []
        self._line = line

    def send(self, request: Request) -> Response:
        """Return an empty success."""
        self.plan.append(preview_request(request, request.headers))
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


def dry_operations(core: Operations) -> Operations:
    """Return the same operations without credentials, rate limit and memory, for a dry run."""
    line = core.line
    limiter = RateLimiter(requests_per_minute=100_000.0, burst=1_000_000, clock=line.clock)
    limit = RateLimit(line.clock, limiter, 1_000, learn=False)
    return replace(
        core,
        line=replace(line, authentication=_Hidden(), limit=limit, locate=None, observers=()),
        memory={},
        on_write=[],
        report_mismatch=None,
        dry=True,
    )
