"""Callbacks from Manage: `CallbackReceiver` and `AsyncCallbackReceiver` verify a request and return its event.

Manage signs the raw body: header ``x-content-signature``, by the key at the body's `Metadata.key_url`. That address,
the response with the key, and the company of the event are checked in `cwql.client.signing_key` and here.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cwql.client.drivers import SystemClock, arun, run
from cwql.client.effects import Work
from cwql.client.errors import APIError, DuplicateCallbackError, SignatureVerificationError, UntrustedURLError
from cwql.client.http_types import Headers
from cwql.client.signing_key import (
    KEY_TIMEOUT,
    KeyCache,
    KeyLocation,
    read_signature,
    same_company,
    signature_matches,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from cwql.client.drivers import AsyncTransport, Clock, Transport
    from cwql.client.effects import Flow

__all__ = ["AsyncCallbackReceiver", "CallbackEvent", "CallbackReceiver", "MemoryReplayStore", "ReplayStore"]

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

    async def close(self) -> None:
        """Close the connections; those of an `http_client` that was given stay open."""
        close = getattr(self._transport, "aclose", None)
        if close is not None and self._transport is not self._http_client:
            await close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, flow: Flow[T]) -> T:
        if self._transport is None:
            from cwql.client.transport import open_async_transport

            origins = self._location.origins
            self._transport = open_async_transport(self._http_client, timeout=KEY_TIMEOUT, origins=origins)
        return await arun(flow, self._transport, self._clock)


def _signature(headers: Mapping[str, str]) -> bytes:
    text = Headers(headers).get(SIGNATURE_HEADER, "").strip()
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
