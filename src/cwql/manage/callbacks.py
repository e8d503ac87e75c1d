"""Callbacks of Manage: the rules for their URLs, types and levels (the vendor's table), and the bodies of new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cwql.client.errors import RequestBodyError, UntrustedURLError
from cwql.client.origin import Origin
from cwql.client.request_body import Fault
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LEVELS", "callback_body", "callback_faults", "level_name"]

LEVELS = {
    "activity": ("owner", "status", "type", "company", "activity"),
    "agreement": ("owner", "type", "company", "agreement"),
    "company": ("owner", "status", "type", "territory", "company", "integratorTag"),
    "contact": ("owner", "type", "territory", "company", "contact"),
    "configuration": ("owner", "type", "status", "configuration"),
    "expense": ("owner", "chargeToType", "type", "class", "company", "expense"),
    "invoice": ("owner", "status", "company", "invoice"),
    "member": ("owner", "location", "securityRole", "member"),
    "opportunity": ("owner", "statusId", "company", "opportunity"),
    "productcatalog": ("owner",),
    "project": ("owner", "status", "board", "project"),
    "purchaseorder": ("owner", "status", "vendor", "company", "purchaseOrder"),
    "schedule": ("owner", "status", "type", "location", "member", "schedule"),
    "ticket": ("owner", "board", "project", "phase", "status", "ticket", "integratorTag"),
    "time": ("owner", "company", "time"),
}
"""The levels of each type of callback. Servers answer 400 "Unrecognized level for type" to others."""

_UNDOCUMENTED = ("product", "site")
"""Types of older documents, whose levels are not known."""

_WITHOUT_ID = ("owner", "integratorTag", "chargeToType")
"""Levels that need no id of a record."""


def callback_faults(url: str, type: str, level: str, object_id: int) -> list[tuple[str, str, str]]:
    """Return the problems of a callback as (member, value, expected)."""
    return [*_url_faults(url), *_level_faults(type.lower(), level, object_id)]


def level_name(type: str, level: str) -> str:
    """Return a level in the vendor's spelling."""
    return next((known for known in LEVELS.get(type.lower(), ()) if known.lower() == level.lower()), level)


def _url_faults(url: str) -> list[tuple[str, str, str]]:
    try:
        Origin.of(url.partition("#")[0])
    except UntrustedURLError as error:
        unencrypted = url.strip().lower().startswith("http://")
        got = "an http URL, over which customers' records would come unencrypted" if unencrypted else str(error)
        return [("url", got, "an https URL that the server can reach")]
    if url.endswith(("=", "/")):
        return []
    # Manage appends the id as text: /hook becomes /hook20, which no route of a server matches.
    parts = urlsplit(url)
    right = f"{parts.path}?{f'{parts.query}&' if parts.query else ''}recordId="
    return [("url", repr(parts.path), f"an address that ends with = or /, like {right}, because Manage appends the id")]


def _level_faults(type: str, level: str, object_id: int) -> list[tuple[str, str, str]]:
    known = LEVELS.get(type)
    if known is None:
        names = [*LEVELS, *_UNDOCUMENTED]
        close = suggest(type, names) if type not in names else []
        # A name that resembles none of these is left to the server.
        return [("type", repr(type), f"{close[0]!r} or another of {', '.join(sorted(names))}")] if close else []
    folded = level.lower()
    if folded not in [name.lower() for name in known]:
        close = suggest(level, known)
        return [
            (
                "level",
                repr(level),
                f"{f'{close[0]!r} or another' if close else 'a'} level of {type}: {', '.join(known)}",
            )
        ]
    if folded not in [name.lower() for name in _WITHOUT_ID] and object_id < 1:
        return [("object_id", str(object_id), f"the id of a {level_name(type, level)} (0 is for the level owner)")]
    return []


def callback_body(
    url: str, type: str, level: str, object_id: int, description: str, members: Mapping[str, object]
) -> dict[str, object]:
    """Return the body of a new callback.

    Raises:
        RequestBodyError: Manage would not call the URL, `type` is misspelled, or the type does not have the `level`.
    """
    faults = tuple([Fault(*fault) for fault in callback_faults(url, type, level, object_id)])
    if faults:
        raise RequestBodyError("POST /system/callbacks", faults)
    body: dict[str, object] = {
        "url": url,
        "type": type.lower(),
        "level": level_name(type, level),
        "objectId": object_id,
        **members,
    }
    if description:
        body["description"] = description
    return body
