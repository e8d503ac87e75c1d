"""Lookup of the stored records that a path is about: `RecordLookup`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cwql.sandbox.problems import invalid_object, missing, not_found, reference_not_found
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from cwql.sandbox.routing import PathParam, Route
    from cwql.sandbox.store.store import Parent, Row, Store

_IDENTIFYING = ("identifier", "id", "name")
"""The members, next to its number, by which a path may name a record (``/system/members/jdoe``)."""

_NAMED_IN_PATHS = {"manage": frozenset(("Member", "CatalogItem", "Report"))}
"""The records of a product whose placeholder is a text in the specification (`memberIdentifier`); any record of other products."""


class RecordLookup:
    """Find records by the placeholders of a path."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def stored_record(self, route: Route, record: str) -> str:
        """Return the kind of record that is stored: the short form of a record (``…/info``) is read from the record itself."""
        if route.last_segment == "info":
            above = route.parent_endpoint
            if above is not None and above.record is not None:
                return above.record
        return record

    def find_parent(self, product: str, params: tuple[PathParam, ...]) -> Parent:
        """Return the parent of a collection, by the last placeholder. Raises HTTPProblem (404) if it does not exist."""
        if not params:
            return None
        record, key = params[-1].record, _parse_key(params[-1].value)
        if "/" in record:
            # No operation returns the record of the placeholder, so its number is all that is known.
            return record, key if key is not None else 0
        if key is None:
            return record, self.find_item(product, record, params[-1].value).key
        self.require(product, params)
        return record, key

    def require(self, product: str, params: tuple[PathParam, ...]) -> None:
        """Raise HTTPProblem (404) if the record of the last placeholder does not exist and its type is stored."""
        if not params or "/" in params[-1].record:
            return
        record, key = params[-1].record, _parse_key(params[-1].value)
        if key is None or self._store.get(product, record, key) is not None:
            return
        if self._store.count(product, record):
            raise not_found(record, params[-1].value)

    def find_item(self, product: str, record: str, value: str) -> Row:
        """Return the record that a placeholder names. Raises HTTPProblem (404)."""
        key = _parse_key(value)
        row = self._store.get(product, record, key) if key is not None else self._find_by_name(product, record, value)
        if row is None:
            raise not_found(record, value)
        return row

    def find_below(self, product: str, record: str, params: tuple[PathParam, ...]) -> Row:
        """Return the record that the last placeholder names. Raises HTTPProblem (404) if it is below another record than the path."""
        row = self.find_item(product, record, params[-1].value)
        if len(params) > 1:
            self.require(product, params[:-1])
            key = _parse_key(params[-2].value)
            if key is not None and self._store.is_below_another(product, record, row.key, (params[-2].record, key)):
                raise not_found(record, params[-1].value)
        return row

    def find_configuration(self, reference: dict[str, Any]) -> Row:
        """Return the configuration that a link names by its id or its device identifier. Raises HTTPProblem (400)."""
        for name in ("id", "deviceIdentifier"):
            value = reference.get(name)
            if value in (None, ""):
                continue
            row = None
            if name == "id" and isinstance(value, int) and 0 <= value < 2**63:
                row = self._store.get("manage", "Configuration", value)
            elif name != "id":
                clause = "json_extract(document, '$.deviceIdentifier') = ?"
                row = next(
                    iter(self._store.find("manage", "Configuration", None, clause, (str(value),), limit=1)), None
                )
            if row is not None:
                return row
            problem = reference_not_found(name, f"configuration {str(value)[:100]} not found")
            raise invalid_object("ConfigurationReference", [problem])
        raise invalid_object("ConfigurationReference", [missing("id", "id or deviceIdentifier is required.")])

    def _find_by_name(self, product: str, record: str, value: str) -> Row | None:
        try:
            value.encode()
        except UnicodeEncodeError:
            raise not_found(record, repr(value)) from None
        names = _identifying_members(product, record)
        # A kind without names is not searched, because there may be a million records of it.
        clause = " OR ".join([f"json_extract(document, '$.{name}') = ? COLLATE NOCASE" for name in names])
        rows = self._store.find(product, record, None, clause, (value,) * len(names), limit=1) if names else []
        return rows[0] if rows else None


@lru_cache(maxsize=1024)
def _identifying_members(product: str, record: str) -> tuple[str, ...]:
    """Return the members of a kind, as documents spell them, by which a path may name a record."""
    info = catalog(product).record(record)
    if info.name not in _NAMED_IN_PATHS.get(product, (info.name,)):
        return ()
    found = [info.find(name) for name in _IDENTIFYING]
    return tuple(dict.fromkeys([f.name for f in found if f is not None and f.origin == "spec" and f.kind == "text"]))


def _parse_key(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
