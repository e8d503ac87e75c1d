"""Callbacks from Manage: `CallbackReceiver` and `AsyncCallbackReceiver` verify a request and return its event.

Manage signs the raw body: header ``x-content-signature``, by the key at the body's `Metadata.key_url`. That address,
the response with the key, and the company of the event are checked.

A callback names the address of its key in `Metadata.key_url`. Callbacks recorded from ConnectWise's cloud name
addresses of this form, which are answered without credentials with ``{"signing_key": "…"}``::

    https://sandbox-na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=89966c04-…

Nothing else is requested, because an attacker who may choose the address of a key can sign with a text that is public
there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import parse_qsl

from cwql.client.credentials import Secret
from cwql.client.drivers import SystemClock, arun, run
from cwql.client.effects import Send, Work
from cwql.client.errors import (
    APIError,
    DuplicateCallbackError,
    SignatureVerificationError,
    SigningKeyUnavailableError,
    UntrustedURLError,
)
from cwql.client.http_types import Headers, Request, TransportFailure
from cwql.client.origin import Origin, site_url, split_url
from cwql.value import unknown_attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType
    from typing import NoReturn, Self

    from cwql.client.drivers import AsyncTransport, Clock, Transport
    from cwql.client.effects import Flow
    from cwql.client.http_types import Response

__all__ = ["AsyncCallbackReceiver", "CallbackEvent", "CallbackReceiver", "MemoryReplayStore", "ReplayStore"]


KEY_URL_LIMIT = 2_048
"""Characters of a key's address; recorded ones have about 130."""

KEY_LIMIT = 16 << 10
"""Maximum size in bytes of a response with a key."""

KEY_LIFE = 300.0
"""Seconds for which a key is cached."""

KEY_FRESH = 10.0
"""Seconds in which a cached key is not read again, even if a signature does not match it."""

KEY_TIMEOUT = 10.0
"""Seconds for reading a key, from connecting to the last byte."""

_CACHED = 64
_PATH = re.compile(r"/[A-Za-z0-9_][A-Za-z0-9_.-]{0,80}//?system/callbackkey/index\.rails", re.ASCII | re.IGNORECASE)
_KEY_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_CLOUDS = (".myconnectwise.net", ".connectwisedev.com")
_API = "api-"


class KeyLocation:
    """The addresses that signing keys of one company are read from: exact origins, one path, one company."""

    __slots__ = ("company_id", "origins")

    def __init__(self, company_id: str, site: str, key_hosts: Iterable[str] = ()) -> None:
        own = Origin.of(site_url(site))
        self.company_id = company_id
        self.origins = frozenset([*_with_twin(own), *[_key_host(host) for host in key_hosts]])

    def check(self, url: str) -> Request:
        """Return the request for the key at an address. Raises UntrustedURLError for any other address."""
        origin, path, query = split_url(url, KEY_URL_LIMIT)
        if origin not in self.origins:
            known = ", ".join(sorted(map(str, self.origins)))
            raise UntrustedURLError(f"a callback names a signing key at {origin}: expected one at {known}")
        if _PATH.fullmatch(path) is None:
            raise UntrustedURLError(
                f"a callback names a signing key whose path is not /{{codebase}}/system/callbackkey/index.rails ({origin})"
            )
        try:
            pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=2)
        except ValueError:
            pairs = []
        values = {name.lower(): value for name, value in pairs}
        if len(pairs) != 2 or not same_company(values.get("companyname"), self.company_id):
            raise UntrustedURLError(f"a callback names a signing key that is not one of company {self.company_id!r}")
        if _KEY_ID.fullmatch(values.get("id", "")) is None:
            raise UntrustedURLError(f"a callback names a signing key without a plain id ({origin})")
        headers = Headers({"accept": "application/json"})
        url, parameters = f"{origin}{path}", tuple(pairs)
        return Request("GET", url, parameters, headers, label="signing key", total_timeout=KEY_TIMEOUT)


def same_company(found: object, company_id: str) -> bool:
    """Return whether a server names the company; it does not distinguish upper and lower case of ASCII letters."""
    if not isinstance(found, str) or not found:
        return False
    return found == company_id or (found.isascii() and company_id.isascii() and found.lower() == company_id.lower())


def _with_twin(origin: Origin) -> list[Origin]:
    """Return an origin, and the other host of the same cloud: api-na… answers the API, na… serves the keys."""
    if not origin.host.endswith(_CLOUDS):
        return [origin]
    host = origin.host.removeprefix(_API) if origin.host.startswith(_API) else f"{_API}{origin.host}"
    return [origin, Origin(origin.scheme, host, origin.port)]


def _key_host(host: str) -> Origin:
    origin, path, query = split_url(host if "://" in host else f"https://{host}")
    if origin.scheme != "https" or path != "/" or query:
        raise UntrustedURLError(f"{origin} cannot be trusted with keys: expected a host, or https:// and a host")
    return origin


class KeyCache:
    """Read signing keys, and keep them for a short while. Safe for use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: dict[str, tuple[float, Secret]] = {}
        self._lock = threading.Lock()

    def get(self, request: Request) -> tuple[Secret | None, bool]:
        """Return the cached key of a request, None if there is none, and whether it was read a moment ago."""
        with self._lock:
            found = self._keys.get(request.target)
        age = self._clock.now() - found[0] if found is not None else KEY_LIFE
        if found is None or age >= KEY_LIFE:
            return None, False
        return found[1], age < KEY_FRESH

    def read(self, request: Request) -> Flow[Secret]:
        """Read a key and cache it. Raises SignatureVerificationError, SigningKeyUnavailableError."""
        sink = _Limited()
        try:
            response: Response = yield Send(replace(request, sink=sink))
        except TransportFailure as failure:
            raise SigningKeyUnavailableError(f"the signing key cannot be read: {failure}") from None
        if response.status_code == 429 or response.status_code >= 500:
            raise SigningKeyUnavailableError(
                f"the signing key cannot be read: the server answers {response.status_code}"
            )
        if response.status_code != 200:
            raise SignatureVerificationError(
                f"the signing key cannot be read: the server answers {response.status_code}"
            )
        key = _read_key(bytes(sink.content))
        with self._lock:
            while len(self._keys) >= _CACHED:
                del self._keys[min(self._keys, key=lambda kept: self._keys[kept][0])]
            self._keys[request.target] = (self._clock.now(), key)
        return key


class _Limited:
    """Read no more of a body than a key may have."""

    __slots__ = ("content",)

    def __init__(self) -> None:
        self.content = bytearray()

    def begin(self, status: int, headers: Headers) -> None:
        self.content.clear()

    def write(self, chunk: bytes) -> None:
        if len(self.content) + len(chunk) > KEY_LIMIT:
            raise SignatureVerificationError(
                f"the signing key cannot be read: the response has more than {KEY_LIMIT} bytes"
            )
        self.content += chunk


def _read_key(content: bytes) -> Secret:
    """Return the key of a response: a JSON object with a text `signing_key`, and nothing else."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    found = data.get("signing_key") if isinstance(data, dict) else None
    # A lone surrogate has no bytes to sign with.
    if not isinstance(found, str) or not found.strip() or any("\ud800" <= char <= "\udfff" for char in found):
        raise SignatureVerificationError(
            'the signing key cannot be read: expected a JSON object with a text "signing_key"'
        )
    return Secret(found)


def sign(key: str | Secret, body: bytes) -> str:
    """Return the signature of a body: base64(HMAC-SHA256(SHA-256 of the key's text, body))."""
    text = key.reveal() if isinstance(key, Secret) else key
    digest = hmac.new(hashlib.sha256(text.encode()).digest(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def read_signature(text: str) -> bytes | None:
    """Return the 32 bytes of a signature, None for any other text."""
    try:
        found = base64.b64decode(text.encode("ascii"), validate=True) if len(text) == 44 else b""
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == hashlib.sha256().digest_size else None


def signature_matches(key: str | Secret, body: bytes, signature: bytes) -> bool:
    """Return whether a signature is that of a body; takes the same time for every wrong one."""
    return hmac.compare_digest(base64.b64decode(sign(key, body)), signature)


T = TypeVar("T")

SIGNATURE_HEADER = "x-content-signature"

BODY_LIMIT = 2 << 20
"""Bytes of a callback's body. A record is far smaller, and an unsigned body is parsed before its key is known."""

_MESSAGE_ID_LIMIT = 200


@dataclass(frozen=True, slots=True)
class CallbackEvent:
    """A change of a record: `action` (``added``, ``updated``, ``deleted``), `type` and `id` of the record.

    `member_id` is the member who made the change, `entity` the record after it (plain data, None if it was not sent),
    `message_id` the id of the message, `company_id` the company as the server writes it, `raw` the whole body.
    """

    action: str
    id: int | str | None
    type: str
    member_id: int | str | None
    entity: Any
    message_id: str | None
    company_id: str
    raw: Mapping[str, Any] = field(repr=False)


class ReplayStore(Protocol):
    """Remember the callbacks that were received. Both methods may block; they are called off the event loop."""

    def add(self, key: str, seconds: float) -> bool:
        """Remember a key for some seconds. Return False if it is remembered already, in one step with remembering it."""
        ...

    def discard(self, key: str) -> None:
        """Forget a key."""
        ...


class MemoryReplayStore:
    """Remember callbacks in the memory of this process, at most `limit` of them; the oldest are forgotten first."""

    def __init__(self, limit: int = 100_000, clock: Clock | None = None) -> None:
        self._limit = limit
        self._clock: Clock = clock or SystemClock()
        self._ends: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, key: str, seconds: float) -> bool:
        """Remember a key for some seconds. Return False if it is remembered already."""
        now = self._clock.now()
        with self._lock:
            if self._ends.get(key, now) > now:
                return False
            self._ends.pop(key, None)
            self._ends[key] = now + seconds
            while len(self._ends) > self._limit or next(iter(self._ends.values())) <= now:
                self._ends.popitem(last=False)
        return True

    def discard(self, key: str) -> None:
        """Forget a key."""
        with self._lock:
            self._ends.pop(key, None)


_FORMS = {
    **dict.fromkeys(("construct_event", "parse", "receive"), "unwrap(body, headers)"),
    **dict.fromkeys(("verify", "verify_header"), "verify_signature(body, headers)"),
}
"""The form of cwql for the methods of receivers in other libraries."""


class _Receiver:
    """The common flows of both receivers."""

    def __init__(  # noqa: PLR0913 - the settings of a receiver, by keyword
        self,
        *,
        company_id: str,
        site: str,
        key_hosts: Iterable[str] = (),
        replay_window: float | None = None,
        replay_store: ReplayStore | None = None,
        http_client: Any = None,
        clock: Clock | None = None,
    ) -> None:
        if not company_id or not site:
            raise APIError("a receiver needs company_id= and site=, the values that a client is made with")
        if isinstance(key_hosts, str):
            raise APIError(f"key_hosts is a list of hosts: expected [{key_hosts!r}]")
        if replay_window is not None and not 0 < replay_window < 1e9:
            raise APIError(f"replay_window is in seconds, above 0: got {replay_window!r}")
        if replay_store is not None and replay_window is None:
            raise APIError("replay_store= needs replay_window=, the seconds for which it remembers a callback")
        self._clock: Clock = clock or SystemClock()
        self._location = KeyLocation(company_id, site, key_hosts)
        self._keys = KeyCache(self._clock)
        self._window = replay_window
        self._store = replay_store or MemoryReplayStore(clock=self._clock)
        self._http_client = http_client

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _FORMS)

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__} for {self._location.company_id!r}>"

    def _verify(self, body: bytes, headers: Mapping[str, str]) -> Flow[CallbackEvent]:
        """Check signature and company. The cheapest checks, which need no network, come first."""
        if not isinstance(body, bytes):
            raise TypeError(f"the signature is over the bytes of the body: expected bytes, got {type(body).__name__}")
        if len(body) > BODY_LIMIT:
            raise SignatureVerificationError(f"the callback has {len(body)} bytes: at most {BODY_LIMIT} are read")
        signature = _signature(headers)
        data = _parse(body)
        company_id = data.get("CompanyId")
        if not same_company(company_id, self._location.company_id):
            raise SignatureVerificationError(
                f"the callback is not about company {self._location.company_id!r} (CompanyId)"
            )
        request = self._location.check(_key_url(data))
        key, fresh = self._keys.get(request)
        if key is None or (not signature_matches(key, body, signature) and not fresh):
            # Keys are rotated: one that does not match may be an old one.
            key = yield from self._keys.read(request)
        if not signature_matches(key, body, signature):
            raise SignatureVerificationError("the callback's signature does not match its body")
        return _event(data, str(company_id))

    def _unwrap(self, body: bytes, headers: Mapping[str, str]) -> Flow[CallbackEvent]:
        event = yield from self._verify(body, headers)
        if self._window is not None:
            key, window = _replay_key(event), self._window
            new: bool = yield Work(lambda: self._store.add(key, window))
            if not new:
                raise DuplicateCallbackError("this callback was received before (MessageId)")
        return event

    def _forget(self, event: CallbackEvent) -> Flow[None]:
        key = _replay_key(event)
        yield Work(lambda: self._store.discard(key))


class CallbackReceiver(_Receiver):
    """Verify callbacks of one company, and return their events.

    `company_id` and `site` are the values that a client is made with. Keys are read from the site's host (on ConnectWise's
    cloud: with and without ``api-``) and from `key_hosts`, without credentials and without following redirects, and are
    cached for five minutes. With `replay_window`, in seconds, a callback that comes again is a DuplicateCallbackError;
    `replay_store` shares that between processes. Safe for use from several threads.

        receiver = CallbackReceiver(company_id="acme", site="na")
        event = receiver.unwrap(request.body, request.headers)
    """

    _transport: Transport | None = None

    def unwrap(self, body: bytes, headers: Mapping[str, str]) -> CallbackEvent:
        """Return the event of a callback, given its raw body.

        Raises SignatureVerificationError, SigningKeyUnavailableError, UntrustedURLError, DuplicateCallbackError.
        """
        return self._run(self._unwrap(body, headers))

    def verify_signature(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Check a callback as `unwrap` does, except for the replay window, and return nothing."""
        self._run(self._verify(body, headers))

    def forget(self, event: CallbackEvent) -> None:
        """Accept an event once more inside the replay window, because it could not be processed."""
        self._run(self._forget(event))

    def close(self) -> None:
        """Close the connections; those of an `http_client` that was given stay open."""
        close = getattr(self._transport, "close", None)
        if close is not None and self._transport is not self._http_client:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, flow: Flow[T]) -> T:
        if self._transport is None:
            from cwql.client.transport import open_transport

            self._transport = open_transport(self._http_client, timeout=KEY_TIMEOUT, origins=self._location.origins)
        return run(flow, self._transport, self._clock)


class AsyncCallbackReceiver(_Receiver):
    """Verify callbacks in the tasks of one event loop; see `CallbackReceiver`."""

    _transport: AsyncTransport | None = None

    async def unwrap(self, body: bytes, headers: Mapping[str, str]) -> CallbackEvent:
        """Return the event of a callback, given its raw body; see `CallbackReceiver.unwrap`."""
        return await self._run(self._unwrap(body, headers))

    async def verify_signature(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Check a callback as `unwrap` does, except for the replay window, and return nothing."""
        await self._run(self._verify(body, headers))

    async def forget(self, event: CallbackEvent) -> None:
        """Accept an event once more inside the replay window, because it could not be processed."""
        await self._run(self._forget(event))

    async def aclose(self) -> None:
        """Close the connections; those of an `http_client` that was given stay open."""
        close = getattr(self._transport, "aclose", None)
        if close is not None and self._transport is not self._http_client:
            await close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _run(self, flow: Flow[T]) -> T:
        if self._transport is None:
            from cwql.client.transport import open_async_transport

            origins = self._location.origins
            self._transport = open_async_transport(self._http_client, timeout=KEY_TIMEOUT, origins=origins)
        return await arun(flow, self._transport, self._clock)


def _signature(headers: Mapping[str, str]) -> bytes:
    text = Headers(headers).get(SIGNATURE_HEADER, "")
    if not isinstance(text, str):
        # Some frameworks give lists of values, or bytes.
        raise SignatureVerificationError(f"{SIGNATURE_HEADER} has to be text, got {type(text).__name__}")
    text = text.strip()
    if not text:
        raise SignatureVerificationError(f"the callback has no {SIGNATURE_HEADER}")
    signature = read_signature(text)
    if signature is None:
        raise SignatureVerificationError(f"the callback's {SIGNATURE_HEADER} is not the base64 of 32 bytes")
    return signature


def _parse(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise SignatureVerificationError("the callback's body is not JSON") from None
    if not isinstance(data, dict):
        raise SignatureVerificationError("the callback's body is not a JSON object")
    return data


def _key_url(data: Mapping[str, Any]) -> str:
    metadata = data.get("Metadata")
    url = metadata.get("key_url") if isinstance(metadata, dict) else None
    if not isinstance(url, str):
        raise UntrustedURLError("the callback names no signing key (Metadata.key_url)")
    return url


def _replay_key(event: CallbackEvent) -> str:
    """Return the identity of a callback: its message, and the registration that it was sent for."""
    if event.message_id is None:
        raise SignatureVerificationError("the callback has no MessageId, which a replay window needs")
    names = [event.company_id.lower(), event.message_id, event.raw.get("CallbackObjectRecId")]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def _event(data: Mapping[str, Any], company_id: str) -> CallbackEvent:
    # The reference document writes MemberID, servers write MemberId.
    folded = {name.lower(): value for name, value in data.items() if value is not None}
    entity = folded.get("entity")
    if isinstance(entity, str):
        # Manage sends the record as JSON inside the JSON.
        try:
            entity = json.loads(entity)
        except (ValueError, RecursionError):
            pass
    message_id = data.get("MessageId")
    return CallbackEvent(
        str(folded.get("action", "")).lower(),
        folded.get("id"),
        str(folded.get("type", "")),
        data.get("MemberId") or folded.get("memberid"),
        entity,
        message_id if isinstance(message_id, str) and 0 < len(message_id) <= _MESSAGE_ID_LIMIT else None,
        company_id,
        data,
    )
