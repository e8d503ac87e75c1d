"""Writes to the store with everything that servers add to a record: keys, timestamps, defaults, names of references."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cwql.sandbox import tickets
from cwql.sandbox.lookup import not_found
from cwql.sandbox.side_effects import CREATED, DELETED, UPDATED, Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.lookup import RecordLookup
    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Row, Store
    from cwql.schema.catalog import Catalog

REFERENCED = {
    "ServiceStatusReference": "BoardStatus",
    "ServiceTypeReference": "BoardType",
    "ServiceSubTypeReference": "BoardSubType",
    "ServiceItemReference": "BoardItem",
    "ServiceTeamReference": "BoardTeam",
}
"""The records of references whose names do not say it."""


class RecordWriter:
    """Create and replace records. `clock` returns the time in seconds since 1970, `member` is the caller's name."""

    def __init__(self, store: Store, lookup: RecordLookup, clock: Callable[[], float], member: str) -> None:
        self._store = store
        self._lookup = lookup
        self._clock = clock
        self._member = member

    def now(self) -> str:
        """Return the time as the APIs write it."""
        return f"{datetime.fromtimestamp(self._clock(), UTC):%Y-%m-%dT%H:%M:%SZ}"

    def create(
        self, route: Route, record: str, document: dict[str, Any], *, is_copy: bool = False, key: int | None = None
    ) -> Row:
        """Store a new record below the placeholders of the path, without the last one for an `is_copy`; with `key` if it is free."""
        product = route.product.name
        info = route.catalog.record(record)
        key_field = info.find("id")
        if key_field is not None:
            if key is not None and self._store.get(product, record, key) is not None:
                key = None
            # The store chooses the key; it comes first, as servers send it.
            document = {key_field.name: key, **{k: v for k, v in document.items() if k != key_field.name}}
        self._complete(route, record, document, None)
        parent = self._lookup.find_parent(product, route.params[:-1] if is_copy else route.params)
        (key,) = self._store.add(product, info.name, [document], parent)
        row = self._store.get(product, info.name, key)
        assert row is not None
        return row

    def replace(self, route: Route, record: str, old: Row, document: dict[str, Any]) -> Row:
        """Replace a record. Raises HTTPProblem (404) if it was deleted meanwhile."""
        before = old.document
        if "_info" in before:
            document["_info"] = before["_info"]
        self._complete(route, record, document, before)
        self._store.replace(route.product.name, record, old.key, document)
        row = self._store.get(route.product.name, record, old.key)
        if row is None:
            raise not_found(record, str(old.key))
        return row

    def _complete(self, route: Route, record: str, document: dict[str, Any], before: dict[str, Any] | None) -> None:
        self._set_info(route.catalog, record, document, is_new=before is None)
        if record in tickets.RECORDS:
            tickets.apply_ticket_rules(self._store, document, before, self.now(), self._member)
        self._complete_references(route, record, document)

    def _set_info(self, catalog: Catalog, record: str, document: dict[str, Any], *, is_new: bool) -> None:
        """Set who changed a record and when, if records of that kind show it."""
        if catalog.record(record).find("_info") is None:
            return
        previous = document.get("_info")
        info = dict(previous) if isinstance(previous, dict) else {}
        now = self.now()
        if is_new:
            info |= {"dateEntered": now, "enteredBy": self._member}
        document["_info"] = info | {"lastUpdated": now, "updatedBy": self._member}

    def _complete_references(self, route: Route, record: str, document: dict[str, Any]) -> None:
        """Add the name and the identifier of the record to references that only contain its id."""
        for field in route.catalog.record(record).fields():
            value = document.get(field.name)
            if field.kind != "reference" or field.target is None or not isinstance(value, dict):
                continue
            row = self._find_referenced(route, field.target, value.get("id", value.get("Id")))
            if row is not None:
                found = row.document
                for name in route.catalog.record(field.target).names:
                    if name not in value and found.get(name) is not None and name != "_info":
                        value[name] = found[name]

    def _find_referenced(self, route: Route, target: str, key: object) -> Row | None:
        stored = REFERENCED.get(target) or target.removesuffix("Reference")
        if not isinstance(key, int) or isinstance(key, bool) or stored == target or not 0 <= key < 2**63:
            return None
        return self._store.get(route.product.name, stored, key) if route.catalog.find_record(stored) else None


class SideEffectEditor:
    """Read and write records for side effects: see `cwql.sandbox.side_effects.RecordEditor`."""

    def __init__(self, store: Store, lookup: RecordLookup, writer: RecordWriter) -> None:
        self._store = store
        self._lookup = lookup
        self._writer = writer

    def read(self, route: Route, record: str, value: str) -> Row:
        """Return a record. Raises HTTPProblem (404)."""
        return self._lookup.find_item(route.product.name, record, value)

    def update(self, route: Route, record: str, row: Row, members: dict[str, Any]) -> Change:
        """Replace some members of a record."""
        return Change(record, self._writer.replace(route, record, row, row.document | members), UPDATED)

    def create(self, route: Route, record: str, document: dict[str, Any], key: int | None = None) -> Change:
        """Create a record with the parent of the one of the path, with that key if it is free."""
        return Change(record, self._writer.create(route, record, document, is_copy=True, key=key), CREATED)

    def delete(self, route: Route, record: str, row: Row) -> Change:
        """Delete a record."""
        self._store.delete(route.product.name, record, row.key)
        return Change(record, row, DELETED)
