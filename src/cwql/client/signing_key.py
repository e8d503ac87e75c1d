"""The key that a callback of Manage is signed with: its address, and the check of a signature.

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
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from cwql.client.auth.secret import Secret
from cwql.client.effects import Send
from cwql.client.errors import SignatureVerificationError, SigningKeyUnavailableError, UntrustedURLError
from cwql.client.http_types import Headers, Request, TransportFailure
from cwql.client.origin import Origin, site_url, split_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.client.drivers import Clock
    from cwql.client.effects import Flow
    from cwql.client.http_types import Response

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
