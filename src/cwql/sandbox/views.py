"""Lists below a record that show other records: `refresh_view` makes their rows before they are read.

A ticket's time entries, documents, schedule entries, activities and products are references to separate records; its configurations are
those that were attached; `allNotes` has its notes and those of its time entries. The rows are made again for each request, so filters,
pages and counts work as in any other list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.sandbox.attachments import parent_of_documents
from cwql.sandbox.hrefs import MARK, reference_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Row, Store

    Builder = Callable[[Store, str, int], Iterator[dict[str, Any]]]

PRODUCT = "manage"
LINKED = "Configuration"
"""The records that can be attached to tickets and agreements."""

_TIME_NOTE_OFFSET = 10**9
"""What is added to the id of a time entry for its note in `allNotes`, where notes of tickets keep their ids."""


def refresh_view(store: Store, route: Route) -> None:
    """Make the rows of a list below a record, if it shows other records."""
    view = find_view(route)
    if view is None or not route.params:
        return
    record, build = view
    kind, value = route.params[0].record, route.params[0].value
    if value.isascii() and value.isdigit() and len(value) < 19:
        store.replace_all(PRODUCT, record, build(store, kind, int(value)), (kind, int(value)))


def find_view(route: Route) -> tuple[str, Builder] | None:
    """Return the kind of record that a list shows, and the function that makes its rows; None for any other list."""
    if route.product.name != PRODUCT:
        return None
    key = route.endpoint.key.removesuffix("/count").removesuffix("/{}")
    return VIEWS.get(key)


def link_kind(kind: str) -> str:
    """Return the kind of the links from records to configurations."""
    return f"{kind} {LINKED}"


def _time_entries(store: Store, kind: str, key: int) -> list[Row]:
    charge = "ProjectTicket" if kind == "ProjectTicket" else "ServiceTicket"
    clause = "json_extract(document, '$.chargeToId') = ? AND json_extract(document, '$.chargeToType') = ?"
    return store.find(PRODUCT, "TimeEntry", None, clause, (key, charge))


def _build_time_references(store: Store, kind: str, key: int) -> Iterator[dict[str, Any]]:
    for row in _time_entries(store, kind, key):
        info = {"time_href": f"{MARK}/time/entries/{row.key}"}
        if row.document.get("notes"):
            info["notes"] = row.document["notes"]
        yield {"id": row.key, "_info": info}


def _build_all_notes(store: Store, kind: str, key: int) -> Iterator[dict[str, Any]]:
    own = store.get(PRODUCT, kind, key)
    ticket = {"id": key, "summary": own.document.get("summary") if own is not None else None}
    record = "TicketNote" if kind == "ProjectTicket" else "ServiceNote"
    for row in store.find(PRODUCT, record, (kind, key)):
        note = row.document
        yield {
            "id": row.key,
            "noteType": "TicketNote",
            "ticket": ticket,
            "text": note.get("text"),
            "isMarkdownFlag": False,
            "detailDescriptionFlag": bool(note.get("detailDescriptionFlag")),
            "internalAnalysisFlag": bool(note.get("internalAnalysisFlag")),
            "resolutionFlag": bool(note.get("resolutionFlag")),
            "bundledFlag": False,
            "mergedFlag": False,
            "issueFlag": bool(note.get("issueFlag")),
            "originalAuthor": note.get("createdBy"),
            **{name: note[name] for name in ("member", "contact") if note.get(name)},
            "_info": note.get("_info", {}),
        }
    for row in _time_entries(store, kind, key):
        entry = row.document
        if not entry.get("notes"):
            continue
        yield {
            "id": _TIME_NOTE_OFFSET + row.key,
            "noteType": "TimeEntryNote",
            "ticket": ticket,
            "text": entry["notes"],
            "isMarkdownFlag": False,
            "detailDescriptionFlag": bool(entry.get("addToDetailDescriptionFlag", True)),
            "internalAnalysisFlag": bool(entry.get("addToInternalAnalysisFlag")),
            "resolutionFlag": bool(entry.get("addToResolutionFlag")),
            "timeStart": entry.get("timeStart"),
            "timeEnd": entry.get("timeEnd"),
            "bundledFlag": False,
            "mergedFlag": False,
            "issueFlag": False,
            "originalAuthor": entry.get("enteredBy"),
            **{name: entry[name] for name in ("member",) if entry.get(name)},
            "_info": entry.get("_info", {}),
        }


def _build_documents(store: Store, kind: str, key: int) -> Iterator[dict[str, Any]]:
    for row in store.find(PRODUCT, "DocumentInfo", parent_of_documents("Ticket", str(key))):
        yield {
            "id": row.key,
            "name": row.document.get("title"),
            "_info": {"document_href": f"{MARK}/system/documents/{row.key}"},
        }


def _build_configurations(store: Store, kind: str, key: int) -> Iterator[dict[str, Any]]:
    for below in store.linked(link_kind(kind), key):
        row = store.get(PRODUCT, LINKED, below)
        if row is not None:
            yield configuration_link(row)


def configuration_link(row: Row) -> dict[str, Any]:
    """Return an attached configuration as lists show it."""
    document = row.document
    link: dict[str, Any] = {"id": row.key}
    if document.get("deviceIdentifier"):
        link["deviceIdentifier"] = document["deviceIdentifier"]
    href = reference_info("ConfigurationReference", LINKED, row.key, document)
    return {**link, "_info": {"name": document.get("name"), **href}}


def _build_references(record: str, member: str, target: str) -> Builder:
    """Return a builder of references to the records whose member is the number of the ticket."""

    def build(store: Store, kind: str, key: int) -> Iterator[dict[str, Any]]:
        clause = f"json_extract(document, '$.{member}') = ?"
        for row in store.find(PRODUCT, record, None, clause, (key,)):
            info = reference_info(target, record, row.key, row.document)
            names = {"ProductReference": "description", "ActivityReference": "name"}
            reference: dict[str, Any] = {"id": row.key}
            if target in names and row.document.get(names[target]):
                reference[names[target]] = row.document[names[target]]
            yield {**reference, "_info": info}

    return build


_OF_TICKETS: dict[str, tuple[str, Builder]] = {
    "timeentries": ("TimeEntryReference", _build_time_references),
    "documents": ("DocumentReference", _build_documents),
    "configurations": ("ConfigurationReference", _build_configurations),
    "scheduleentries": (
        "ScheduleEntryReference",
        _build_references("ScheduleEntry", "objectId", "ScheduleEntryReference"),
    ),
    "activities": ("ActivityReference", _build_references("Activity", "ticket.id", "ActivityReference")),
    "products": ("ProductReference", _build_references("ProductItem", "ticket.id", "ProductReference")),
}
VIEWS: dict[str, tuple[str, Builder]] = {
    **{f"service/tickets/{{}}/{name}": view for name, view in _OF_TICKETS.items()},
    **{f"project/tickets/{{}}/{name}": view for name, view in _OF_TICKETS.items()},
    "service/tickets/{}/allnotes": ("ServiceTicketNote", _build_all_notes),
    "project/tickets/{}/allnotes": ("ProjectTicketNote", _build_all_notes),
    "finance/agreements/{}/configurations": ("ConfigurationReference", _build_configurations),
}
"""Every such list by the key of its path: the kind of its records, and the function that makes them."""
