"""Callbacks: which ones a change calls, their body, their signature, and the address of the signing key.

The signature in ``x-content-signature`` is base64(HMAC-SHA256(key, body)) over the raw body, the key being the SHA-256 digest of the
signing key's text; ``Metadata.key_url`` of the body is the address of that text. Members and address have the form of
callbacks that were recorded from ConnectWise's cloud.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from cwql.sandbox.store.table import dump
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.sandbox.messages import Notice, Request
    from cwql.sandbox.store.store import Store

SIGNATURE = "x-content-signature"
KEY_PATH = "/v4_6_release//system/callbackkey/index.rails"
"""The path of the signing key, which is read without credentials."""

KEY_ID = "5f1c3a52-8d0e-4b6f-9a37-0c2d4e6f8a10"
"""The id of the sandbox's only signing key."""

_TYPES = {"time": "TimeEntry", "expense": "ExpenseEntry", "schedule": "ScheduleEntry", "configuration": "Configuration"}
TIMEOUT = 5.0


def sign(signing_key: str, body: bytes) -> str:
    """Return the signature of a body."""
    key = hashlib.sha256(signing_key.encode()).digest()
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def is_key_request(request: Request, company: str) -> bool:
    """Return whether a request asks for the signing key: by the address that callbacks name."""
    asked = (request.method, request.path, request.parameter("companyName"), request.parameter("id"))
    return asked == ("GET", KEY_PATH, company, KEY_ID)


def find_calls(store: Store, notice: Notice, origin: str, company: str) -> Iterator[tuple[str, bytes]]:
    """Yield the address and the body of every callback that a change is to call."""
    if catalog(notice.product).find_record("CallbackEntry") is None:
        # Automate has no callbacks.
        return
    for row in store.find(notice.product, "CallbackEntry"):
        entry = row.document
        if entry.get("inactiveFlag") or not _concerns(entry, notice):
            continue
        body = {
            "MessageId": str(uuid.uuid4()),
            "FromUrl": origin.partition("://")[2],
            "CompanyId": company,
            "MemberId": "sandbox",
            # The reference document has this one, recorded callbacks the other.
            "MemberID": 1,
            "Action": notice.action,
            "ID": notice.key,
            "Type": entry.get("type"),
            "ProductInstanceId": None,
            "PartnerId": None,
            "Entity": notice.text,
            "Callback": {"ID": row.key, "Type": entry.get("type")},
            "Metadata": {"key_url": f"{origin}{KEY_PATH}?{urlencode({'companyName': company, 'id': KEY_ID})}"},
            "CallbackObjectRecId": row.key,
        }
        yield str(entry.get("url")), dump(body).encode()


def _concerns(entry: dict[str, Any], notice: Notice) -> bool:
    kind = str(entry.get("type", "")).lower()
    if _TYPES.get(kind, kind).lower() != notice.record.lower():
        return False
    if entry.get("objectId") in (0, None) or str(entry.get("level", "")).lower() == "owner":
        return True
    return _objects(notice).get(str(entry.get("level")).lower()) == entry.get("objectId")


def _objects(notice: Notice) -> dict[str, Any]:
    """Map the levels at which a callback may listen to the ids that a record has there."""
    document = json.loads(notice.text) if notice.text else {}
    found: dict[str, Any] = {notice.record.lower(): notice.key}
    for name in ("board", "status", "company", "contact", "project", "agreement", "member", "owner"):
        value = document.get(name)
        if isinstance(value, dict):
            found[name] = value.get("id")
    return found


def deliver(url: str, body: bytes, signing_key: str) -> int | None:
    """Send a callback and return the status of the answer; None where it cannot be sent.

    Nothing leaves this machine: only loopback addresses are called.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
        return None
    try:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            target = parts.path or "/"
            headers = {"content-type": "application/json", SIGNATURE: sign(signing_key, body)}
            connection.request("POST", f"{target}?{parts.query}" if parts.query else target, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
