"""What servers refuse in records that their types allow: `check_requirements`.

Values that another record has, a note that is shown nowhere, a callback at a level that its type does not have, a link to nothing,
years out of range. Each was recorded, or is in the vendor's table of callbacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.sandbox.messages import BodyProblem
from cwql.sandbox.problems import (
    invalid_object,
    label_of,
    missing,
    object_exists,
    out_of_range,
    reference_not_found,
)
from cwql.sandbox.tickets import RECORDS as TICKETS
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.store.store import Store

PRODUCT = "manage"

_TAKEN = {"Company": "Company ID already in use."}
"""The recorded sentences about an identifier that is in use; there is none for other records."""

SERVICE_SCHEDULE_TYPE = 4
"""The type of the schedule entries of tickets, by recorded links."""

_NOTE_FLAGS = ("detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag")
_YEARS = ("yearEstablished", "revenueYear")

CALLBACK_LEVELS: dict[str, tuple[str, ...]] = {
    "activity": ("owner", "status", "type", "company", "activity"),
    "agreement": ("owner", "type", "company", "agreement"),
    "company": ("owner", "status", "type", "territory", "company", "integratortag"),
    "configuration": ("owner", "type", "status", "configuration"),
    "contact": ("owner", "type", "territory", "company", "contact"),
    "expense": ("owner", "chargetotype", "type", "class", "company", "expense"),
    "invoice": ("owner", "status", "company", "invoice"),
    "member": ("owner", "location", "securityrole", "member"),
    "opportunity": ("owner", "statusid", "company", "opportunity"),
    "product": ("owner",),
    "productcatalog": ("owner",),
    "project": ("owner", "status", "board", "project"),
    "purchaseorder": ("owner", "status", "vendor", "company", "purchaseorder"),
    "schedule": ("owner", "status", "type", "location", "member", "schedule"),
    "site": ("owner", "company", "site"),
    "ticket": ("owner", "board", "project", "phase", "status", "ticket", "integratortag"),
    "time": ("owner", "company", "time"),
}
"""The levels of each type of callback, in small letters, by the vendor's table."""


def check_requirements(store: Store, record: str, document: dict[str, Any], key: int | None) -> None:
    """Check a record that is created (`key` is None) or replaced. Raises HTTPProblem (400)."""
    problems: list[BodyProblem] = []
    check = _CHECKS.get(record)
    if check is not None:
        problems += check(store, document, key)
    info = catalog(PRODUCT).record(record)
    identifier = info.find("identifier")
    if identifier is not None and identifier.required and identifier.kind == "text":
        problems += _check_identifier(store, record, document, key)
    if problems:
        raise invalid_object(record, problems)


def _check_identifier(store: Store, record: str, document: dict[str, Any], key: int | None) -> list[BodyProblem]:
    value = document.get("identifier")
    if value is None or not _is_taken(store, record, {"identifier": value}, key):
        return []
    return [object_exists("identifier", _TAKEN.get(record, f"{value} already exists."))]


def _is_taken(store: Store, record: str, members: dict[str, Any], key: int | None) -> bool:
    """Return whether another record has the same members."""
    clause = " AND ".join([f"json_extract(document, '$.{name}') = ? COLLATE NOCASE" for name in members])
    rows = store.find(
        PRODUCT, record, None, f"{clause} AND key != ?", (*members.values(), -1 if key is None else key), limit=1
    )
    return bool(rows)


def _check_company(store: Store, document: dict[str, Any], key: int | None) -> list[BodyProblem]:
    years = [name for name in _YEARS if isinstance(document.get(name), int)]
    return [out_of_range(name, 1900, 9999) for name in years if not 1900 <= document[name] <= 9999]


def _check_note(store: Store, document: dict[str, Any], key: int | None) -> list[BodyProblem]:
    if any(document.get(name) for name in _NOTE_FLAGS):
        return []
    message = "Please choose where to display the notes in order to save this record."
    return [BodyProblem("ServiceNote", message, ", ".join(_NOTE_FLAGS), "InvalidArgument")]


def _check_link(store: Store, document: dict[str, Any], key: int | None) -> list[BodyProblem]:
    if document.get("id") is not None or document.get("deviceIdentifier"):
        return []
    return [missing("id", "id or deviceIdentifier is required.")]


def _check_callback(store: Store, document: dict[str, Any], key: int | None) -> list[BodyProblem]:
    kind, level = str(document.get("type", "")).lower(), str(document.get("level", "")).lower()
    if kind not in CALLBACK_LEVELS:
        return [BodyProblem("InvalidType", "Unrecognized type", "type", "InvalidArgument")]
    if level not in CALLBACK_LEVELS[kind]:
        return [BodyProblem("InvalidLevel", "Unrecognized level for type", "level", "InvalidArgument")]
    members = {name: document.get(name) for name in ("url", "type", "level", "objectId")}
    if _is_taken(store, "CallbackEntry", members, key):
        return [object_exists("objectId", "A matching callback entry already exists")]
    return []


def _check_time_entry(store: Store, document: dict[str, Any], key: int | None) -> list[BodyProblem]:
    is_about_ticket = document.get("chargeToType", "ServiceTicket") in ("ServiceTicket", "ProjectTicket")
    return _check_ticket(store, "TimeEntry", "chargeToId", document, key) if is_about_ticket else []


def _check_schedule_entry(store: Store, document: dict[str, Any], key: int | None) -> list[BodyProblem]:
    kind = document.get("type")
    is_about_ticket = isinstance(kind, dict) and kind.get("id") == SERVICE_SCHEDULE_TYPE
    return _check_ticket(store, "ScheduleEntry", "objectId", document, key) if is_about_ticket else []


def _check_ticket(
    store: Store, record: str, member: str, document: dict[str, Any], key: int | None
) -> list[BodyProblem]:
    """Return the problem that a number names no ticket, unless the stored record has it too: the ticket may be deleted."""
    number = document.get(member)
    stored = None if key is None else store.get(PRODUCT, record, key)
    if not isinstance(number, int) or (stored is not None and stored.document.get(member) == number):
        return []
    if not any(store.count(PRODUCT, kind) for kind in TICKETS):
        return []
    if 0 <= number < 2**63 and any(store.get(PRODUCT, kind, number) is not None for kind in TICKETS):
        return []
    return [reference_not_found(member, f"{label_of('Ticket')} {number} not found")]


_CHECKS: dict[str, Callable[[Store, dict[str, Any], int | None], list[BodyProblem]]] = {
    "Company": _check_company,
    "ServiceNote": _check_note,
    "ConfigurationReference": _check_link,
    "CallbackEntry": _check_callback,
    "TimeEntry": _check_time_entry,
    "ScheduleEntry": _check_schedule_entry,
}
