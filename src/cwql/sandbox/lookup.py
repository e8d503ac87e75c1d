"""Which stored records a path is about: `Finder`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cwql.sandbox.messages import Refusal
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from cwql.sandbox.routing import Route, Step
    from cwql.sandbox.store.store import Parent, Row, Store

_NAMES = ("identifier", "id", "name")
"""What a path may name a record by, other than its number (``/system/members/jdoe``)."""


class Finder:
    """Find records by the placeholders of a path."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def source(self, route: Route, record: str) -> str:
        """Return the kind of record that is stored: the short form of a record (``…/info``) is read from the record itself."""
        if route.last == "info":
            above = route.sibling()
            if above is not None and above.record is not None:
                return above.record
        return record

    def parent(self, product: str, steps: tuple[Step, ...]) -> Parent:
        """Return what a collection lies under, by the last placeholder. Raises Refusal (404) where it is not there."""
        if not steps:
            return None
        record, key = steps[-1].record, _number(steps[-1].value)
        if "/" in record:
            # No operation gives what the placeholder stands for; its number is all there is.
            return record, key if key is not None else 0
        if key is None:
            return record, self.item(product, record, steps[-1].value).key
        self.require(product, steps)
        return record, key

    def require(self, product: str, steps: tuple[Step, ...]) -> None:
        """Raise Refusal (404) where the last placeholder names no record of a kind of which there are some."""
        if not steps or "/" in steps[-1].record:
            return
        record, key = steps[-1].record, _number(steps[-1].value)
        if key is None or self._store.get(product, record, key) is not None:
            return
        if self._store.count(product, record):
            raise missing(record, steps[-1].value)

    def item(self, product: str, record: str, value: str) -> Row:
        """Return the record that a placeholder names. Raises Refusal (404)."""
        key = _number(value)
        if key is not None:
            row = self._store.get(product, record, key)
        else:
            try:
                value.encode()
            except UnicodeEncodeError:
                raise missing(record, repr(value)) from None
            names = _names(product, record)
            # A kind without names is not searched: there may be a million of it.
            places = " OR ".join([f"json_extract(document, '$.{name}') = ?" for name in names])
            rows = self._store.find(product, record, None, places, (value,) * len(names), limit=1) if names else []
            row = rows[0] if rows else None
        if row is None:
            raise missing(record, value)
        return row


@lru_cache(maxsize=1024)
def _names(product: str, record: str) -> tuple[str, ...]:
    """Return the members of a kind, as documents spell them, that a path may name a record by."""
    info = catalog(product).record(record)
    found = [info.find(name) for name in _NAMES]
    return tuple(dict.fromkeys([f.name for f in found if f is not None and f.origin == "spec" and f.kind == "text"]))


def missing(record: str, value: str) -> Refusal:
    """Return the refusal for a record that is not there."""
    return Refusal(404, "NotFound", f"{record} {value[:100]} not found")


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
