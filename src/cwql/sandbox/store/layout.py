"""How the documents of one kind of record are stored: `CatalogLayout`, the indexed fields, and the members that are shared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved

if TYPE_CHECKING:
    from cwql.schema.record import Unresolved
    from cwql.semantics.scopes import Prefix

INDEXED_FIELDS: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("manage", "Ticket"): (
        ("board/id", "number"),
        ("board/name", "text"),
        ("status/id", "number"),
        ("status/name", "text"),
        ("type/name", "text"),
        ("priority/id", "number"),
        ("company/id", "number"),
        ("company/identifier", "text"),
        ("company/name", "text"),
        ("owner/identifier", "text"),
        ("closedFlag", "number"),
        ("dateEntered", "timestamp"),
        ("lastUpdated", "timestamp"),
        ("dateEntered", "sort"),
        ("lastUpdated", "sort"),
        ("summary", "text"),
    ),
    ("manage", "Configuration"): (
        ("company/id", "number"),
        ("type/name", "text"),
        ("activeFlag", "number"),
    ),
    ("manage", "TimeEntry"): (("chargeToId", "number"), ("company/id", "number")),
    ("automate", "Computer"): (
        ("Client/Id", "number"),
        ("ComputerName", "text"),
        ("Status", "text"),
        ("RemoteAgentLastContact", "timestamp"),
    ),
}
"""The fields that are asked for most, and the kind of their column (`cwql.semantics.sql_functions.COLUMN_KINDS`)."""


SHARED_MEMBERS: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    ("manage", "Ticket"): (
        (
            "company", "site", "siteName", "addressLine1", "city", "stateIdentifier", "zip", "contact", "contactName",
            "contactPhoneNumber", "contactEmailAddress", "agreement", "country",
        ),
        ("board", "status", "type", "subType", "item", "team", "closedFlag"),
        ("owner", "priority", "severity", "impact", "closedBy", "resources"),
        (
            "recordType", "workRole", "workType", "source", "serviceLocation", "customerUpdatedFlag",
            "automaticEmailContactFlag", "automaticEmailResourceFlag", "automaticEmailCcFlag", "allowAllClientsPortalView",
            "hasChildTicket", "hasMergedChildTicketFlag", "isInSla", "sla", "slaStatus", "billTime", "billExpenses",
            "billProducts", "billingMethod", "subBillingMethod", "approved", "requestForChangeFlag", "estimatedExpenseCost",
            "estimatedExpenseRevenue", "estimatedProductCost", "estimatedProductRevenue", "estimatedTimeCost",
            "estimatedTimeRevenue", "resolveMinutes", "resPlanMinutes", "respondMinutes", "escalationLevel",
            "minutesBeforeWaiting", "respondedSkippedMinutes", "resplanSkippedMinutes", "currency", "location", "department",
            "customFields",
        ),
    ),
}  # fmt: skip
"""The members that example records have in common with others, part by part: see `cwql.sandbox.store.table`."""


@dataclass(frozen=True, slots=True)
class IndexedColumn:
    """An indexed column: its name, the path of its field as documents spell it, and its kind."""

    name: str
    path: tuple[str, ...]
    kind: str


@lru_cache(maxsize=1024)
def indexed_columns(product: str, record: str) -> tuple[IndexedColumn, ...]:
    """Return the indexed columns of the table of a kind of record."""
    layout = CatalogLayout(product, record)
    return tuple(
        [
            IndexedColumn(f"field_{path.replace('/', '_')}_{kind}", layout.spell(tuple(path.split("/"))), kind)
            for path, kind in INDEXED_FIELDS.get((product, record), ())
        ]
    )


@lru_cache(maxsize=4096)
def key_member(product: str, record: str) -> tuple[str | None, bool]:
    """Return the member that contains the key of a record (None if there is none), and whether it is text."""
    field = catalog(product).record(record).find("id")
    if field is None or field.origin != "spec" or field.kind not in ("integer", "text"):
        return None, False
    return field.name, field.kind == "text"


def shared_column(index: int) -> str:
    """Return the column with the key of a shared part."""
    return f"shared_{index}"


def shared_table(product: str, record: str) -> str:
    """Return the SQL name of the table with the shared parts of a kind of record."""
    return f'"{product}_{record}_shared"'


NOTES = ("notes",)
"""A collection by which the reference document filters tickets, though no ticket shows it; notes are separate records."""

_RELATED: dict[tuple[str, str, Prefix], str] = {("manage", "Ticket", NOTES): '"manage_ServiceNote"'}


class CatalogLayout:
    """The layout of a kind of record by the catalog; a name that only filters is replaced by the member with its value."""

    def __init__(self, product: str, record: str) -> None:
        self._catalog = catalog(product)
        self._product = product
        self._record = record
        parts = SHARED_MEMBERS.get((product, record), ())
        self._part_of = {name: index for index, names in enumerate(parts) for name in names}

    def resolve(self, segments: tuple[str, ...]) -> Resolved | Unresolved:
        """Follow a path through the catalog."""
        return self._catalog.resolve(self._record, segments)

    def spell(self, segments: tuple[str, ...]) -> tuple[str, ...]:
        """Return a path as documents spell it."""
        found = self.resolve(segments)
        if not isinstance(found, Resolved):
            return segments
        note = found.note
        if note is None or note.target is None or note.kind not in ("alias", "filterable"):
            return found.segments
        target = tuple(note.target.replace(".", "/").split("/"))
        return (*found.segments[: len(found.segments) - len(found.field.name.split("/"))], *target)

    def is_collection(self, prefix: Prefix) -> bool:
        """Return whether a folded path leads to a collection of records."""
        if prefix == ("customfields",):
            return True
        found = self.resolve(prefix)
        return isinstance(found, Resolved) and found.field.child

    def may_be_list(self, segments: tuple[str, ...]) -> bool:
        """Return whether the value of a path may be a list of plain values."""
        found = self.resolve(segments)
        return not isinstance(found, Resolved) or found.field.kind in ("collection", "any")

    def source(self, segments: tuple[str, ...]) -> str:
        """Return the SQL of the JSON text in which a path is looked up: the document, or the part with its first member."""
        index = self._part_of.get(segments[0])
        if index is None:
            return "document"
        shared = f"FROM {shared_table(self._product, self._record)} AS s WHERE s.key = {shared_column(index)}"
        # A row with a whole document has no shared parts.
        return f"coalesce((SELECT s.text {shared}), document)"

    def columns(self, segments: tuple[str, ...]) -> dict[str, str]:
        """Return the indexed columns of a field, by kind."""
        spelled = self.spell(segments)
        member, is_text = key_member(self._product, self._record)
        if spelled == (member,):
            # The id of a record is its key.
            return {"number": "key"} if is_text else {"number": "key", "sort": "key"}
        columns = indexed_columns(self._product, self._record)
        return {column.kind: column.name for column in columns if column.path == spelled}

    def related(self, prefix: Prefix) -> str | None:
        """Return SQL for the JSON list of the records below this one in a separate table."""
        table = _RELATED.get((self._product, self._record, prefix))
        if table is None:
            return None
        own = f'"{self._product}_{self._record}".key'
        return (
            f"(SELECT json_group_array(json(r.document)) FROM {table} AS r WHERE r.parent = '{self._record}/' || {own})"
        )
