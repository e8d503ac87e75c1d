"""Callbacks: which ones are sent for a change, their bodies, their signatures, and the URL of the key.

The signature in ``x-content-signature`` is base64(HMAC-SHA256(key, body)) over the raw body; the key is the SHA-256 digest of the
signing key's text, which can be read at ``Metadata.key_url`` of the body. Members and URL have the form of callbacks that were
recorded from ConnectWise's cloud.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import json
import uuid
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from cwql.sandbox.hrefs import with_origin
from cwql.sandbox.store.table import dump
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.sandbox.messages import RecordEvent, Request
    from cwql.sandbox.store.store import Store

SIGNATURE = "x-content-signature"
KEY_PATH = "/v4_6_release//system/callbackkey/index.rails"
"""The path of the signing key, which needs no credentials."""

KEY_ID = "5f1c3a52-8d0e-4b6f-9a37-0c2d4e6f8a10"
"""The id of the sandbox's only signing key."""

TIMEOUT = 5.0
_RECORDS = {
    "time": ("TimeEntry",),
    "expense": ("ExpenseEntry",),
    "schedule": ("ScheduleEntry",),
    "ticket": ("Ticket", "ProjectTicket"),
    "product": ("CatalogItem",),
    "productcatalog": ("CatalogItem",),
    "purchaseorder": ("PurchaseOrder",),
    "site": ("CompanySite",),
}
"""The records of types that are not called like them."""

_MEMBERS = {
    "statusid": "status",
    "securityrole": "securityRole",
    "vendor": "vendorCompany",
    "class": "classification",
    "location": "location",
}
"""The members of records that levels are not called like."""


class CallbackDelivery(NamedTuple):
    """The URL of a callback, and the status of the response (None: not sent, or no response)."""

    url: str
    status: int | None


def sign(signing_key: str, body: bytes) -> str:
    """Return the signature of a body."""
    key = hashlib.sha256(signing_key.encode()).digest()
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def is_key_request(request: Request, company: str) -> bool:
    """Return whether a request asks for the signing key, by the URL that callbacks contain."""
    found = (request.method, request.path, request.parameter("companyName"), request.parameter("id"))
    return found == ("GET", KEY_PATH, company, KEY_ID)


def find_callbacks(
    store: Store, event: RecordEvent, origin: str, company: str, numbers: Iterator[int] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the URL and the body of every callback that is sent for a change; each of `numbers` makes the id of a message."""
    numbers = count(1) if numbers is None else numbers
    if catalog(event.product).find_record("CallbackEntry") is None:
        # Automate has no callbacks.
        return
    for row in store.find(event.product, "CallbackEntry"):
        entry = row.document
        if entry.get("inactiveFlag") or not _matches(entry, event):
            continue
        body = {
            "MessageId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"message {next(numbers)}")),
            "FromUrl": origin.partition("://")[2],
            "CompanyId": company,
            "MemberId": "sandbox",
            # The reference document has this one, recorded callbacks have the other.
            "MemberID": 1,
            "Action": event.action,
            "ID": event.key,
            "Type": entry.get("type"),
            "ProductInstanceId": None,
            "PartnerId": None,
            "Entity": with_origin(event.text.encode(), origin).decode(),
            "Callback": {"ID": row.key, "Type": entry.get("type")},
            "Metadata": {"key_url": f"{origin}{KEY_PATH}?{urlencode({'companyName': company, 'id': KEY_ID})}"},
            "CallbackObjectRecId": row.key,
        }
        # Servers append the number and the action to the text of the URL, so that it should end in ``?id=``.
        yield f"{entry.get('url')}{event.key}&action={event.action}", dump(body).encode()


def _matches(entry: dict[str, Any], event: RecordEvent) -> bool:
    kind = str(entry.get("type", "")).lower()
    if event.record.lower() not in [name.lower() for name in _RECORDS.get(kind, (kind,))]:
        return False
    level = str(entry.get("level", "")).lower()
    if entry.get("objectId") in (0, None) or level == "owner":
        return True
    return entry.get("objectId") in _find_ids(event, kind, level)


def _find_ids(event: RecordEvent, kind: str, level: str) -> list[Any]:
    """Return the ids that a record has at a level: its own, that of a reference, or those of a list of them (``types``)."""
    if level in (kind, event.record.lower()):
        return [event.key]
    document = json.loads(event.text) if event.text else {}
    name = _MEMBERS.get(level, level)
    value = document.get(name, document.get(f"{name}s"))
    references = value if isinstance(value, list) else [value]
    return [each.get("id") for each in references if isinstance(each, dict)]


def deliver(url: str, body: bytes, signing_key: str) -> CallbackDelivery:
    """Send a callback.

    Nothing leaves this machine: only loopback addresses are called.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
        return CallbackDelivery(url, None)
    try:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            target = parts.path or "/"
            headers = {"content-type": "application/json", SIGNATURE: sign(signing_key, body)}
            connection.request("POST", f"{target}?{parts.query}" if parts.query else target, body, headers)
            return CallbackDelivery(url, connection.getresponse().status)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return CallbackDelivery(url, None)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
