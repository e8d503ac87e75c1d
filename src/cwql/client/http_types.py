"""HTTP messages as plain values: `Headers`, `Request`, `Response`, and `TransportFailure`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Protocol, TypeAlias
from urllib.parse import quote, urlencode

from cwql.errors import CwqlError
from cwql.value import unknown_attribute

if TYPE_CHECKING:
    from cwql.client.call_options import Timeout

__all__ = [
    "HIDDEN",
    "REQUEST_IDS",
    "Body",
    "Failure",
    "Headers",
    "Request",
    "Response",
    "Sink",
    "TransportFailure",
    "decode",
    "is_secret_header",
]

_SECRET_WORDS = ("auth", "cookie", "clientid", "key", "password", "secret", "session", "signature", "token")

HIDDEN = "***"

Failure: TypeAlias = Literal[
    "refused",
    "unreachable",
    "unknown-host",
    "tls",
    "no-tls",
    "timeout",
    "deadline",
    "reset",
    "truncated",
    "encoding",
    "protocol",
    "too-large",
]
"""Why there is no response: nobody listens, no route, the name of the host does not exist, not trusted, the server does
not speak TLS, a phase timed out, the whole call timed out, the connection was
cut, the body is incomplete, cannot be decoded, is not HTTP, or has more bytes than allowed."""


def is_secret_header(name: str) -> bool:
    """Return whether the values of a header are never shown, logged or pickled."""
    folded = name.lower()
    return any(word in folded for word in _SECRET_WORDS)


class TransportFailure(CwqlError):
    """There is no complete response. `sent` is True if any byte of the request may have reached the server.

    The drivers raise it inside a flow, at the `Send`; callers of a client see the typed errors of `cwql.client.errors`.
    """

    def __init__(self, kind: Failure, sent: bool, message: str = "") -> None:
        super().__init__(kind, sent, message)
        self.kind: Failure = kind
        self.sent = sent
        self.message = message

    def __str__(self) -> str:
        return self.message or self.kind


class Headers(Mapping[str, str]):
    """Header fields by name in any letter case; the values of a repeated name are joined by a comma."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, str] = {}
        pairs: Any = items.items() if isinstance(items, Mapping) else items
        for name, value in pairs:
            key = name.lower()
            known = self._items.get(key)
            self._items[key] = value if known is None else f"{known}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._items == other._items

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Headers({self.hidden()._items!r})"

    def __reduce__(self) -> tuple[type[Headers], tuple[dict[str, str]]]:
        return Headers, (self.hidden()._items,)

    def over(self, other: Mapping[str, str]) -> Headers:
        """Return these headers with those of `other`, which take precedence."""
        return Headers({**self._items, **{name.lower(): value for name, value in other.items()}})

    def hidden(self) -> Headers:
        """Return the headers with every secret value masked."""
        return Headers({name: HIDDEN if is_secret_header(name) else value for name, value in self._items.items()})


class Body(Protocol):
    """A request body too large for memory; it is opened again for every attempt."""

    def length(self) -> int | None:
        """Return the size in bytes, or None if it is unknown."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """Open the source and yield it from its start."""
        ...


class Sink(Protocol):
    """The target of a response body instead of memory. Responses outside 200 to 299 are still kept in memory."""

    def begin(self, status: int, headers: Headers) -> None:
        """Start again; the bytes of an earlier attempt are discarded."""
        ...

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, to an absolute URL without a query.

    `parameters` are pairs in order, not yet percent-encoded. `timeout` is in seconds for each phase (None: the
    transport's own), `total_timeout` for everything from connecting to the last byte of the response (None: no limit).
    `repeatable` is True if sending it twice does no harm (None: decided by the method). `label` names the operation in
    logs. Its repr and pickle contain neither secret header values nor the body.
    """

    method: str
    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    headers: Headers = field(default_factory=Headers)
    body: bytes | Body | None = None
    timeout: float | Timeout | None = None
    sink: Sink | None = None
    repeatable: bool | None = None
    label: str = ""
    total_timeout: float | None = None

    def __repr__(self) -> str:
        size = f", {len(self.body)} bytes" if isinstance(self.body, bytes) else ", streamed" if self.body else ""
        return f"<Request {self.method} {self.url}{size}>"

    def __reduce__(self) -> tuple[type[Request], tuple[object, ...]]:
        return Request, (self.method, self.url, self.parameters, self.headers.hidden())

    @property
    def target(self) -> str:
        """Return the URL as it goes out: with the parameters, percent-encoded."""
        if not self.parameters:
            return self.url
        # Characters that RFC 3986 allows in a query stay readable; servers and libraries differ about "+", "&", "=" and
        # "'".
        return f"{self.url}?{urlencode(self.parameters, quote_via=quote, safe='/,:()!*')}"

    def bare(self) -> Request:
        """Return the method, the URL and the query parameters alone, without a header or a body."""
        return Request(self.method, self.url, self.parameters)

    def with_headers(self, headers: Mapping[str, str]) -> Request:
        """Return the request with more headers, which replace its own of the same name."""
        return replace(self, headers=self.headers.over(headers))


REQUEST_IDS = ("x-request-id", "request-id", "x-correlation-id", "x-cw-request-id", "x-amzn-requestid", "cf-ray")
"""Headers by which servers and gateways name a call in their logs."""


_FORMS = {
    "is_error": "an except block for APIStatusError: calls raise it for every error of the server",
    "is_success": "status_code, if at all: calls raise APIStatusError for every error of the server",
    "ok": "status_code, if at all: calls raise APIStatusError for every error of the server",
    "raise_for_status": "status_code, if at all: calls raise APIStatusError for every error of the server",
    "status": "status_code",
}
"""The form of cwql for the attributes of responses of httpx and requests that it does not have."""


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, with the names of `httpx.Response`.

    `content` is decoded (gzip, deflate), and empty if a file received it. `elapsed` is a timedelta. `request` has the
    method and the URL of the request, without its secrets.
    """

    status_code: int
    headers: Headers = field(default_factory=Headers)
    content: bytes = b""
    url: str = ""
    elapsed: timedelta = timedelta()
    request: Request | None = None

    __module__ = "cwql"

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _FORMS)

    def __repr__(self) -> str:
        return f"<Response {self.status_code}, {len(self.content)} bytes>"

    @property
    def text(self) -> str:
        """Return the content as text: by its charset, otherwise as UTF-8."""
        return decode(self.content, self.headers.get("content-type", ""))

    def json(self) -> Any:
        """Return the content as JSON data. Raises ValueError for any other content."""
        from json import loads

        return loads(self.text)

    @property
    def requests_left(self) -> int | None:
        """Return how many requests the rate limit of the server still allows, None if it does not say so."""
        text = self.headers.get("x-ratelimit-remaining", "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def request_id(self) -> str | None:
        """Return the id of the call in the logs of the server (or of a gateway), or None."""
        return next((self.headers[name] for name in REQUEST_IDS if self.headers.get(name)), None)


_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)

_CHARSETS = {
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
"""The charsets that are decoded by name; everything else is taken for UTF-8.

Python knows many more, some of which are slow on purpose-made bytes (punycode takes quadratic time) or no charsets at all.
"""

MEDIA_LIMIT = 200
"""Characters of a Content-Type header that are looked at."""


def decode(content: bytes, media: str) -> str:
    """Return bytes as text: by the charset of a Content-Type header, otherwise as UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    found = _CHARSET.search(media[:MEDIA_LIMIT])
    name = found[1].lower().replace("_", "-") if found else ""
    return content.decode(_CHARSETS.get(name, "utf-8"), "replace")
