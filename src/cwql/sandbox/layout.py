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
        ("id", "number"),
        ("board/id", "number"),
        ("status/id", "number"),
        ("status/name", "text"),
        ("company/id", "number"),
        ("company/identifier", "text"),
        ("owner/identifier", "text"),
        ("closedFlag", "number"),
        ("dateEntered", "moment"),
        ("lastUpdated", "moment"),
        ("dateEntered", "sort"),
        ("lastUpdated", "sort"),
        ("summary", "text"),
    ),
    ("manage", "Configuration"): (
        ("id", "number"),
        ("company/id", "number"),
        ("type/name", "text"),
        ("activeFlag", "number"),
    ),
    ("manage", "TimeEntry"): (("id", "number"), ("chargeToId", "number"), ("company/id", "number")),
    ("automate", "Computer"): (
        ("Id", "number"),
        ("Client/Id", "number"),
        ("ComputerName", "text"),
        ("Status", "text"),
        ("RemoteAgentLastContact", "moment"),
    ),
}
"""The fields that are asked for most, and what they are compared with: a number, a text, a moment, or sorted by."""


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


NOTES = ("notes",)
"""A collection that the reference document filters tickets by, though no ticket shows it; notes are records of their own."""

_RELATED: dict[tuple[str, str, Prefix], str] = {("manage", "Ticket", NOTES): '"manage_ServiceNote"'}


class CatalogLayout:
    """Spell paths and find collections by the catalog; a name that only filters is read where records show its value."""

    document = "document"

    def __init__(self, product: str, record: str) -> None:
        self._catalog = catalog(product)
        self._product = product
        self._record = record

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

    def columns(self, segments: tuple[str, ...]) -> dict[str, str]:
        """Return the columns that hold a field beside the document, by kind."""
        hot = hot_columns(self._product, self._record)
        if not hot:
            return {}
        spelled = self.spell(segments)
        return {kind: column for column, path, kind in hot if path == spelled}

    def related(self, prefix: Prefix) -> str | None:
        """Return SQL for the JSON list of records that lie under this one in a table of their own."""
        table = _RELATED.get((self._product, self._record, prefix))
        if table is None:
            return None
        own = f'"{self._product}_{self._record}".key'
        return (
            f"(SELECT json_group_array(json(r.document)) FROM {table} AS r WHERE r.parent = '{self._record}/' || {own})"
        )
