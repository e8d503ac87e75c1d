"""Callbacks: which ones a change calls, what they say, how it is signed, and where the key lies.

The signature in ``x-content-signature`` is base64(HMAC-SHA256(key, body)) over the raw body, the key being the SHA-256 digest of the
signing key's text; ``Metadata.key_url`` of the body names where that text is read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cwql.sandbox.store.table import dump
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.sandbox.messages import Notice
    from cwql.sandbox.store.store import Store

SIGNATURE = "x-content-signature"
KEY_PATH = "/v4_6_release/apis/3.0/system/callbacks/keys/1"
"""Where the signing key is read, without credentials."""

_TYPES = {"time": "TimeEntry", "expense": "ExpenseEntry", "schedule": "ScheduleEntry", "configuration": "Configuration"}
TIMEOUT = 5.0


def sign(signing_key: str, body: bytes) -> str:
    """Return the signature of a body."""
    key = hashlib.sha256(signing_key.encode()).digest()
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def find_calls(store: Store, notice: Notice, origin: str, member: int = 1) -> Iterator[tuple[str, bytes]]:
    """Yield the address and the body of every callback that a change is to call."""
    if catalog(notice.product).find_record("CallbackEntry") is None:
        # Automate has no callbacks.
        return
    for row in store.find(notice.product, "CallbackEntry"):
        entry = row.document
        if entry.get("inactiveFlag") or not _concerns(entry, notice):
            continue
        body = {
            "MessageId": f"{row.key}-{notice.record}-{notice.key}-{notice.action}",
            "FromUrl": origin.partition("://")[2],
            "CompanyId": "sandbox",
            "MemberId": "sandbox",
            "MemberID": member,
            "Action": notice.action,
            "ID": notice.key,
            "Type": entry.get("type"),
            "ProductInstanceId": None,
            "PartnerId": None,
            "Entity": notice.text,
            "Callback": {"ID": row.key, "Type": entry.get("type")},
            "Metadata": {"entity_updated": None, "key_url": f"{origin}{KEY_PATH}"},
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
    """Tell whether a host is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
