"""The members that servers set in new records of Manage, by kind: `fill_defaults`.

Recorded responses show them: every flag, a ``mobileGuid``, references to the default record of a setup table, the company of a time entry,
the number of the ticket of a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from cwql.sandbox.patches import CUSTOM_FIELDS, merge_custom_fields
from cwql.sandbox.problems import invalid_object, reference_not_found
from cwql.sandbox.references import listed_kinds, make_reference, stored_kind
from cwql.sandbox.tickets import fill_ticket
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.store.store import Parent, Row, Store

PRODUCT = "manage"

CUSTOM_FIELD_PODS = {"Ticket": 1, "Company": 2, "Configuration": 3}
"""The pod of the custom fields (`UserDefinedField.podId`) that the records of a kind have."""

_REFERENCES = ("status", "location", "department", "currency", "territory", "billingTerms", "stage", "where", "workRole", "workType", "taxCode", "timeZoneSetup")  # fmt: skip
"""References that new records of any kind get, to the default record of the setup table."""

_COMMANDS = re.compile(r"(add|remove|skip|process|ignore|notify|send|email|disableOnline)", re.IGNORECASE)
"""Flags that say what to do with a request; records do not show them."""

_LISTS = ("types", "communicationItems", "integratorTags", "questions")


@dataclass(slots=True)
class Fill:
    """A new record, and what its default members depend on."""

    store: Store
    record: str
    document: dict[str, Any]
    key: int
    parent: Parent
    now: str
    member: str

    def set(self, name: str, value: Any) -> None:
        """Set a member that the caller did not."""
        if value is not None and self.document.get(name) is None and self._field(name) is not None:
            self.document[name] = value

    def refer(self, name: str, record: str, row: Row | None) -> None:
        """Set a reference to a record that the caller did not."""
        field = self._field(name)
        if row is not None and field is not None and field.kind == "reference":
            self.set(name, make_reference(field, record, row))

    def find_default(self, record: str, parent: Parent = None) -> Row | None:
        """Return the default record of a setup table, otherwise the first one, or None if there are none."""
        flagged = "json_extract(document, '$.defaultFlag')"
        order = f"coalesce({flagged}, 0) DESC, key"
        rows = self.store.find(PRODUCT, record, parent, order=order, limit=1)
        return rows[0] if rows else None

    def read(self, name: str, record: str) -> dict[str, Any] | None:
        """Return the record that a reference of the document refers to."""
        value = self.document.get(name)
        key = value.get("id") if isinstance(value, dict) else None
        row = self.store.get(PRODUCT, record, key) if isinstance(key, int) and 0 <= key < 2**63 else None
        return None if row is None else row.document

    def find_member(self) -> Row | None:
        """Return the record of the caller."""
        clause = "json_extract(document, '$.identifier') = ?"
        rows = self.store.find(PRODUCT, "Member", None, clause, (self.member,), limit=1)
        return rows[0] if rows else None

    def _field(self, name: str) -> Any:
        field = catalog(PRODUCT).record(self.record).find(name)
        return field if field is not None and field.origin == "spec" else None


def fill_defaults(fill: Fill) -> None:
    """Set the members of a new record that the caller did not set."""
    own = _RULES.get(fill.record)
    if own is not None:
        own(fill)
    _fill_parent(fill)
    for field in catalog(PRODUCT).record(fill.record).fields():
        if field.name == "mobileGuid":
            fill.set("mobileGuid", str(uuid5(NAMESPACE_URL, f"{fill.record}/{fill.key}")))
        elif field.kind == "boolean" and not _COMMANDS.match(field.name):
            fill.set(field.name, False)
        elif field.kind == "reference" and field.name in _REFERENCES:
            kind = stored_kind(field.target or "")
            if kind is not None and fill.document.get(field.name) is None:
                fill.refer(field.name, kind, fill.find_default(kind))
        elif field.kind == "collection" and field.name in _LISTS:
            fill.set(field.name, [])
    fill_custom_fields(fill)


def fill_custom_fields(fill: Fill) -> None:
    """Give a record all custom fields of its kind, with their captions and the sent values.

    Raises HTTPProblem (400) for a custom field that records of the kind do not have: otherwise its value would be lost.
    """
    if catalog(PRODUCT).record(fill.record).find(CUSTOM_FIELDS) is None:
        return
    pod = CUSTOM_FIELD_PODS.get(fill.record)
    clause = "json_extract(document, '$.podId') = ?"
    rows = [] if pod is None else fill.store.find(PRODUCT, "UserDefinedField", None, clause, (pod,))
    own = [
        {
            "id": row.key,
            "caption": row.document.get("caption"),
            "type": row.document.get("fieldTypeIdentifier"),
            "entryMethod": row.document.get("entryTypeIdentifier"),
            "numberOfDecimals": row.document.get("numberDecimals") or 0,
        }
        for row in rows
    ]
    merged = merge_custom_fields(own, fill.document.get(CUSTOM_FIELDS) or [])
    unknown = merged[len(own) :] if own else []
    if unknown:
        named = unknown[0] if isinstance(unknown[0], dict) else {}
        member = "caption" if named.get("id") is None else "id"
        message = f"Custom field {str(named.get(member))[:60]} not found"
        raise invalid_object(fill.record, [reference_not_found(f"{CUSTOM_FIELDS}/{member}", message)])
    fill.document[CUSTOM_FIELDS] = merged


def _fill_parent(fill: Fill) -> None:
    """Set the members of a record below another one that say which one that is."""
    if fill.parent is None or "/" in fill.parent[0]:
        return
    set_parent(fill.store, fill.record, fill.document, fill.parent)


def set_parent(store: Store, record: str, document: dict[str, Any], parent: tuple[str, int]) -> None:
    """Set the members of a document that name its parent: ``ticketId``, or the reference ``company``."""
    kind, key = parent
    info = catalog(PRODUCT).record(record)
    short = {"ServiceTicket": "Ticket", "ProjectTicket": "Ticket"}.get(kind, kind)
    for name in dict.fromkeys((f"{short}Id", f"{kind}Id")):
        field = info.find(name)
        if field is not None and field.origin == "spec" and field.kind == "integer":
            document[field.name] = key
    field = info.find(short)
    if field is None or field.origin != "spec" or field.kind != "reference":
        return
    row = store.get(PRODUCT, kind, key) if kind in listed_kinds() else None
    if row is not None and stored_kind(field.target or "") in (kind, short):
        document[field.name] = make_reference(field, kind, row)


def _fill_note(fill: Fill) -> None:
    document = fill.document
    fill.set("internalAnalysisFlag", False)
    is_internal = bool(document.get("internalAnalysisFlag"))
    fill.set("internalFlag", is_internal)
    fill.set("externalFlag", not is_internal)
    fill.set("dateCreated", fill.now)
    fill.set("createdBy", fill.member)
    if document.get("contact") is None:
        fill.refer("member", "Member", fill.find_member())


def _fill_time_entry(fill: Fill) -> None:
    document = fill.document
    fill.set("chargeToType", "ServiceTicket")
    fill.refer("member", "Member", fill.find_member())
    kind = {"ServiceTicket": "Ticket", "ProjectTicket": "ProjectTicket"}.get(document.get("chargeToType", ""))
    key = document.get("chargeToId")
    row = fill.store.get(PRODUCT, kind, key) if kind is not None and isinstance(key, int) and key >= 0 else None
    if row is not None:
        ticket = row.document
        for name in ("company", "agreement", "project", "phase", "workRole", "workType"):
            if ticket.get(name) is not None:
                fill.set(name, ticket[name])
        fill.refer("ticket", kind or "", row)
        for name in ("board", "status", "type", "subType"):
            value = ticket.get(name)
            fill.set(f"ticket{name[0].upper()}{name[1:]}", value.get("name") if isinstance(value, dict) else None)
    fill.refer("department", "Department", fill.find_default("Department"))
    hours = _hours(document.get("timeStart"), document.get("timeEnd"))
    fill.set("actualHours", max(0.0, hours - (document.get("hoursDeduct") or 0)))
    fill.set("hoursBilled", document.get("actualHours"))
    fill.set("billableOption", "Billable")
    fill.set("status", "Open")
    fill.set("enteredBy", fill.member)
    fill.set("dateEntered", fill.now)
    fill.set("locationId", 1)
    fill.set("businessUnitId", 1)


def _hours(start: Any, end: Any) -> float:
    if not isinstance(start, str) or not isinstance(end, str):
        return 0.0
    return round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 3600, 2)


def _fill_schedule_entry(fill: Fill) -> None:
    document = fill.document
    key = document.get("objectId")
    row = None
    if isinstance(key, int) and key >= 0:
        row = fill.store.get(PRODUCT, "Ticket", key) or fill.store.get(PRODUCT, "ProjectTicket", key)
    if row is not None:
        company = row.document.get("company") or {}
        fill.set("name", f"{company.get('name', '')} / {row.document.get('summary', '')}")
    fill.set("name", "Appointment")
    fill.refer("member", "Member", fill.find_member())
    fill.set("hours", _hours(document.get("dateStart"), document.get("dateEnd")))


def _fill_activity(fill: Fill) -> None:
    fill.refer("type", "ActivityType", fill.find_default("ActivityType"))
    fill.refer("assignedBy", "Member", fill.find_member())


def _fill_contact(fill: Fill) -> None:
    company = fill.read("company", "Company")
    if company is not None and isinstance(company.get("site"), dict):
        fill.set("site", company["site"])
    items = fill.document.get("communicationItems") or []
    for item in items:
        if isinstance(item, dict) and item.get("communicationType") == "Phone":
            fill.set("defaultPhoneNbr", item.get("value"))
            fill.set("defaultPhoneType", (item.get("type") or {}).get("name"))


def _fill_project(fill: Fill) -> None:
    fill.refer("type", "ProjectType", fill.find_default("ProjectType"))
    fill.refer("manager", "Member", fill.find_member())
    fill.set("billTime", "Billable")
    fill.set("billExpenses", "Billable")
    fill.set("billProducts", "Billable")
    fill.set("actualHours", 0.0)
    fill.set("percentComplete", 0.0)


def _fill_configuration(fill: Fill) -> None:
    if fill.document.get("activeFlag") is None:
        fill.document["activeFlag"] = True
    fill.set("showRemoteFlag", False)


def _fill_document(fill: Fill) -> None:
    fill.set("owner", fill.member)


_RULES: dict[str, Callable[[Fill], None]] = {
    "Ticket": fill_ticket,
    "ProjectTicket": fill_ticket,
    "ServiceNote": _fill_note,
    "TicketNote": _fill_note,
    "CompanyNote": _fill_note,
    "ProjectNote": _fill_note,
    "TimeEntry": _fill_time_entry,
    "ScheduleEntry": _fill_schedule_entry,
    "Activity": _fill_activity,
    "Contact": _fill_contact,
    "Project": _fill_project,
    "Configuration": _fill_configuration,
    "DocumentInfo": _fill_document,
}
"""The members that depend on others, by kind of record."""
