"""Records made from the catalog: a value of the right type for every field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.schema.catalog import Catalog
from cwql.schema.field import FieldInfo

if TYPE_CHECKING:
    from cwql.schema.field import Kind

_VALUES: dict[str, Any] = {
    "text": "some text",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "datetime": "2024-05-06T07:08:09Z",
    "date": "2024-05-06",
    "uuid": "12345678-1234-5678-1234-567812345678",
    "bytes": "AAEC",
    "any": {"free": [1, "two"]},
    "map": {"key": "value"},
}


def full_record(catalog: Catalog, name: str, depth: int = 1) -> dict[str, Any]:
    """Return a record with every member of the specification; records inside it are full down to `depth`."""
    return {field.name: _value(catalog, field, field.kind, depth) for field in catalog.record(name).fields()}


def _value(catalog: Catalog, field: FieldInfo, kind: Kind | None, depth: int) -> Any:
    if kind == "enum":
        return field.enum[-1]
    if kind == "reference" and field.target is not None:
        return full_record(catalog, field.target, depth - 1) if depth > 0 else {}
    if kind == "collection":
        return [_value(catalog, field, field.items, depth)] if field.items != "collection" else [[]]
    if kind == "map" and field.items != "text":
        if field.items in (None, "map"):
            return {}
        # The catalog does not describe the items of a list in a map.
        return {"key": [] if field.items == "collection" else _value(catalog, field, field.items, depth)}
    return _VALUES[kind or "any"]
