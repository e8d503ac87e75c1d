"""Callbacks from Manage: `CallbackReceiver` takes a request's body and headers and gives an event that can be trusted.

Manage signs the raw body: header ``x-content-signature`` = base64(HMAC-SHA256(SHA-256 digest of the signing key's text,
body)). The key stands behind `Metadata.key_url` of the same body, so that address is believed only if it is ConnectWise's or
the configured server's. Works behind any web framework::

    receiver = psa.callbacks.receiver()                           # or: CallbackReceiver(site="na")
    event = receiver.receive(request.body, request.headers)      # or: await receiver.areceive(…)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cwql.client.errors import SignatureError, UntrustedLinkError
from cwql.client.flow import Headers, Request, Send, SystemClock, TransportFailure, arun, run
from cwql.client.origin import Origin, check_key_url
from cwql.client.secret import Secret
from cwql.client.site import site_url

if TYPE_CHECKING:
    from cwql.client.flow import AsyncTransport, Clock, Flow, Reply, Transport

__all__ = ["CallbackEvent", "CallbackReceiver", "sign", "signature_matches"]

SIGNATURE_HEADER = "x-content-signature"

BODY_LIMIT = 10 << 20
"""Bytes of a callback's body; a record is far smaller."""

KEY_LIMIT = 16 << 10
"""Bytes of a reply that holds a key."""

KEY_LIFE = 300.0
"""Seconds for which a key is kept."""

KEY_FRESH = 10.0
"""Seconds in which a kept key is not asked for again, even where a signature does not match it."""

_KEYS_KEPT = 64
_KEY_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class CallbackEvent:
    """What happened: `action` (``added``, ``updated``, ``deleted``) to the record `id` of a `type`, by a member.

    `entity` is the record as it is now (plain data, None where it was not sent), `body` everything that came.
    """

    action: str
    id: int | str | None
    type: str
    member_id: int | str | None
    entity: Any
    body: Mapping[str, Any] = field(repr=False)


class CallbackReceiver:
    """Verify callbacks and read them.

    `site` is one's own server, in any form that a client takes; `sites` are more of them. ConnectWise's hosts are believed
    without being named. Keys are asked for without credentials, without redirects, and kept for five minutes. Thread- and task-safe. The default transports are made when
    they are first needed and live as long as the receiver.
    """

    def __init__(
        self,
        site: str | None = None,
        *,
        sites: tuple[str, ...] = (),
        transport: Transport | None = None,
        async_transport: AsyncTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._trusted = tuple([Origin.of(site_url(name)) for name in ((site,) if site else ()) + sites])
        self._transport = transport
        self._async_transport = async_transport
        self._clock: Clock = clock or SystemClock()
        self._keys: dict[str, tuple[float, Secret]] = {}
        self._lock = threading.Lock()

    def receive(self, body: bytes, headers: Mapping[str, str]) -> CallbackEvent:
        """Return the event of a callback. Raises SignatureError, UntrustedLinkError."""
        if self._transport is None:
            from cwql.client.transport import open_transport

            self._transport = open_transport(timeout=_KEY_TIMEOUT)
        return run(self.verify(body, headers), self._transport, self._clock)

    async def areceive(self, body: bytes, headers: Mapping[str, str]) -> CallbackEvent:
        """Return the event of a callback. Raises SignatureError, UntrustedLinkError."""
        if self._async_transport is None:
            from cwql.client.transport import open_async_transport

            self._async_transport = open_async_transport(timeout=_KEY_TIMEOUT)
        return await arun(self.verify(body, headers), self._async_transport, self._clock)

    def close(self) -> None:
        """Close the connections of the synchronous transport; a given one too."""
        close = getattr(self._transport, "close", None)
        if close is not None:
            close()

    async def aclose(self) -> None:
        """Close the connections of the asynchronous transport; a given one too."""
        close = getattr(self._async_transport, "aclose", None)
        if close is not None:
            await close()

    def verify(self, body: bytes, headers: Mapping[str, str]) -> Flow[CallbackEvent]:
        """Check a callback, as a flow."""
        if len(body) > BODY_LIMIT:
            raise SignatureError(f"a callback of {len(body)} bytes is no callback")
        signature = Headers(headers).get(SIGNATURE_HEADER, "").strip()
        if not signature:
            raise SignatureError(f"the callback has no {SIGNATURE_HEADER}")
        data = _read(body)
        url = check_key_url(_key_url(data), self._trusted)
        key, fresh = self._kept(url)
        if key is None or (not signature_matches(key, body, signature) and not fresh):
            # Keys are renewed: one that does not fit may just be old.
            key = yield from self._fetch(url)
        if not signature_matches(key, body, signature):
            raise SignatureError("the callback's signature does not match its body")
        return _event(data)

    def _kept(self, url: str) -> tuple[Secret | None, bool]:
        with self._lock:
            found = self._keys.get(url)
        age = self._clock.now() - found[0] if found is not None else KEY_LIFE
        if found is None or age >= KEY_LIFE:
            return None, False
        return found[1], age < KEY_FRESH

    def _fetch(self, url: str) -> Flow[Secret]:
        base, _, query = url.partition("?")
        sink = _Capped()
        headers = Headers({"accept": "application/json"})
        parameters = tuple(parse_qsl(query, keep_blank_values=True))
        request = Request("GET", base, parameters, headers, timeout=_KEY_TIMEOUT, sink=sink, label="signing key")
        try:
            reply: Reply = yield Send(request)
        except TransportFailure as failure:
            raise SignatureError(f"the signing key cannot be read: {failure}") from None
        if reply.status != 200:
            raise SignatureError(f"the signing key cannot be read: the server answers {reply.status}")
        key = _read_key(bytes(sink.content) or reply.content[:KEY_LIMIT])
        with self._lock:
            while len(self._keys) >= _KEYS_KEPT:
                del self._keys[min(self._keys, key=lambda kept: self._keys[kept][0])]
            self._keys[url] = (self._clock.now(), key)
        return key


class _Capped:
    """Take no more of a body than a key may have."""

    __slots__ = ("content",)

    def __init__(self) -> None:
        self.content = bytearray()

    def begin(self, status: int, headers: Headers) -> None:
        self.content.clear()

    def write(self, chunk: bytes) -> None:
        self.content += chunk
        if len(self.content) > KEY_LIMIT:
            raise SignatureError(f"the signing key cannot be read: it has more than {KEY_LIMIT} bytes")


def sign(key: str | Secret, body: bytes) -> str:
    """Return the signature of a body."""
    text = key.reveal() if isinstance(key, Secret) else key
    digest = hmac.new(hashlib.sha256(text.encode()).digest(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def signature_matches(key: str | Secret, body: bytes, signature: str) -> bool:
    """Tell whether a signature is that of a body; takes the same time for every wrong one."""
    try:
        given = base64.b64decode(signature.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(base64.b64decode(sign(key, body)), given)


def _read(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise SignatureError("the callback's body is no JSON") from None
    if not isinstance(data, dict):
        raise SignatureError("the callback's body is no JSON object")
    return data


def _find(data: Mapping[str, Any], *names: str) -> Any:
    folded = {str(name).lower().replace("_", ""): value for name, value in data.items()}
    return next((folded[name] for name in names if folded.get(name) is not None), None)


def _key_url(data: Mapping[str, Any]) -> str:
    metadata = _find(data, "metadata")
    url = _find(metadata, "keyurl") if isinstance(metadata, dict) else None
    if not isinstance(url, str):
        raise UntrustedLinkError("the callback names no signing key (Metadata.key_url)")
    return url


def _read_key(content: bytes) -> Secret:
    try:
        text = content.decode().strip()
    except UnicodeDecodeError:
        raise SignatureError("the signing key cannot be read: it is no text") from None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = text
    found = _find(data, "signingkey", "key") if isinstance(data, dict) else data
    if not isinstance(found, str) or not found or found[:1] == "<":
        raise SignatureError("the signing key cannot be read: the server sends something else")
    return Secret(found)


def _event(data: Mapping[str, Any]) -> CallbackEvent:
    entity = _find(data, "entity")
    if isinstance(entity, str):
        # Manage sends the record as JSON inside the JSON.
        try:
            entity = json.loads(entity)
        except (ValueError, RecursionError):
            pass
    action, kind = _find(data, "action"), _find(data, "type")
    return CallbackEvent(
        str(action or "").lower(),
        _find(data, "id"),
        str(kind or ""),
        _find(data, "memberid"),
        entity,
        data,
    )
