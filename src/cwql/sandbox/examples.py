"""Example records for operations whose result is not stored: `make_example`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo, Kind

_VALUES: dict[Kind, Any] = {
    "text": "",
    "integer": 0,
    "number": 0,
    "boolean": False,
    "datetime": "2024-01-01T00:00:00Z",
    "date": "2024-01-01",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "bytes": "",
    "collection": [],
    "map": {},
}
_DEPTH_LIMIT = 3


def make_example(catalog: Catalog, record: str, depth: int = 0) -> dict[str, Any]:
    """Return an example record with neutral values and its required references."""
    found: dict[str, Any] = {}
    for field in catalog.record(record).fields():
        value = example_value(field)
        if field.kind == "reference" and field.required and field.target is not None and depth < _DEPTH_LIMIT:
            value = make_example(catalog, field.target, depth + 1)
        if value is not None:
            found[field.name] = value
    return found


def example_value(field: FieldInfo) -> Any:
    """Return a value of a field's type; None for references and for fields of any type."""
    if field.kind == "enum":
        return field.enum[0]
    value = _VALUES.get(field.kind)
    return type(value)() if isinstance(value, (list, dict)) else value
