"""How the documents of one kind of record lie in the store, as the catalog knows it: `CatalogLayout`, and the `HOT` fields."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved

if TYPE_CHECKING:
    from cwql.schema.record import Unresolved
    from cwql.semantics.scopes import Prefix

HOT: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
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
"""The fields that are asked for most, and what they are compared with: a number, a text, a moment, or sorted by."""


SHARED: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    ("manage", "Ticket"): (
        (
            "company", "site", "siteName", "addressLine1", "city", "stateIdentifier", "zip", "contact", "contactName",
            "contactPhoneNumber", "contactEmailAddress", "agreement",
        ),
        ("board", "status", "type", "closedFlag"),
        ("owner", "priority", "severity", "impact", "closedBy", "resources"),
        (
            "recordType", "workRole", "workType", "team", "source", "customerUpdatedFlag", "automaticEmailContactFlag",
            "hasChildTicket", "isInSla", "sla", "billTime", "location", "department", "customFields",
        ),
    ),
}  # fmt: skip
"""The members that drawn documents have in common with others, piece by piece: see `cwql.sandbox.store.table`."""


class Hot(NamedTuple):
    """Name a column beside the document: the path that it holds, as documents spell it, and its kind."""

    column: str
    path: tuple[str, ...]
    kind: str


@lru_cache(maxsize=1024)
def hot_columns(product: str, record: str) -> tuple[Hot, ...]:
    """Return the columns that the table of a kind of record has beside the document."""
    layout = CatalogLayout(product, record)
    return tuple(
        [
            Hot(f"hot_{path.replace('/', '_')}_{kind}", layout.spell(tuple(path.split("/"))), kind)
            for path, kind in HOT.get((product, record), ())
        ]
    )


@lru_cache(maxsize=4096)
def key_member(product: str, record: str) -> tuple[str | None, bool]:
    """Return the member that shows the key of a record, None where there is none, and whether it is a text."""
    field = catalog(product).record(record).find("id")
    if field is None or field.origin != "spec" or field.kind not in ("integer", "text"):
        return None, False
    return field.name, field.kind == "text"


def shared_column(place: int) -> str:
    """Return the column that holds the key of a piece."""
    return f"shared_{place}"


def shared_table(product: str, record: str) -> str:
    """Return the SQL of the table that holds the pieces of a kind of record."""
    return f'"{product}_{record}_shared"'


NOTES = ("notes",)
"""A collection that the reference document filters tickets by, though no ticket shows it; notes are records of their own."""

_RELATED: dict[tuple[str, str, Prefix], str] = {("manage", "Ticket", NOTES): '"manage_ServiceNote"'}


class CatalogLayout:
    """Spell paths and find collections by the catalog; a name that only filters is read where records show its value."""

    def __init__(self, product: str, record: str) -> None:
        self._catalog = catalog(product)
        self._product = product
        self._record = record
        self._pieces = {name: place for place, names in enumerate(SHARED.get((product, record), ())) for name in names}

    def resolve(self, segments: tuple[str, ...]) -> Resolved | Unresolved:
        """Follow a path through the catalog."""
        return self._catalog.resolve(self._record, segments)

    def spell(self, segments: tuple[str, ...]) -> tuple[str, ...]:
        """Return a path as documents write it."""
        found = self.resolve(segments)
        if not isinstance(found, Resolved):
            return segments
        note = found.note
        if note is None or note.target is None or note.kind not in ("alias", "filterable"):
            return found.segments
        target = tuple(note.target.replace(".", "/").split("/"))
        return (*found.segments[: len(found.segments) - len(found.field.name.split("/"))], *target)

    def is_collection(self, prefix: Prefix) -> bool:
        """Tell whether a folded path leads to a collection of records."""
        if prefix == ("customfields",):
            return True
        found = self.resolve(prefix)
        return isinstance(found, Resolved) and found.field.child

    def may_be_list(self, segments: tuple[str, ...]) -> bool:
        """Tell whether a list of plain values may stand at the end of a path."""
        found = self.resolve(segments)
        return not isinstance(found, Resolved) or found.field.kind in ("collection", "any")

    def source(self, steps: tuple[str, ...]) -> str:
        """Return the SQL of the JSON text in which a path is looked up: the document, or the piece that holds its first member."""
        place = self._pieces.get(steps[0])
        if place is None:
            return "document"
        shared = f"FROM {shared_table(self._product, self._record)} AS s WHERE s.key = {shared_column(place)}"
        # A row that holds its document whole has no pieces.
        return f"coalesce((SELECT s.text {shared}), document)"

    def columns(self, segments: tuple[str, ...]) -> dict[str, str]:
        """Return the columns that hold a field beside the document, by kind."""
        spelled = self.spell(segments)
        member, is_text = key_member(self._product, self._record)
        if spelled == (member,):
            # What a record shows as its id is its key.
            return {"number": "key"} if is_text else {"number": "key", "sort": "key"}
        return {kind: column for column, path, kind in hot_columns(self._product, self._record) if path == spelled}

    def related(self, prefix: Prefix) -> str | None:
        """Return SQL for the JSON list of records that lie under this one in a table of their own."""
        table = _RELATED.get((self._product, self._record, prefix))
        if table is None:
            return None
        own = f'"{self._product}_{self._record}".key'
        return (
            f"(SELECT json_group_array(json(r.document)) FROM {table} AS r WHERE r.parent = '{self._record}/' || {own})"
        )
