"""Members of records: dicts, pydantic models, and objects with attributes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from cwql.schema.naming import model_name
from cwql.semantics.values import format_timestamp, normalize_number

if TYPE_CHECKING:
    from typing import TypeAlias

    from cwql.semantics.values import Number

    PlainValue: TypeAlias = str | Number | list[object] | object | None

_MISSING = object()
_attributes_by_class: dict[type, dict[str, str]] = {}


def get_member(record: object, name: str) -> object:
    """Return the member with a name, in any letter case; None if the record has none."""
    if isinstance(record, dict):
        value = record.get(name, _MISSING)
        if value is not _MISSING:
            return value
        folded = name.lower()
        for key, value in record.items():
            if isinstance(key, str) and key.lower() == folded:
                return value
        return None
    if record is None or isinstance(record, (str, int, float, list, tuple)):
        return None
    if isinstance(record, Mapping):
        return get_member(dict(record), name)
    return _get_attribute(record, name)


def _get_attribute(record: object, name: str) -> object:
    kind = type(record)
    attributes = _attributes_by_class.get(kind)
    if attributes is None:
        attributes = _attributes_by_class[kind] = _map_attributes(kind)
    known = attributes.get(name.lower())
    if known is not None:
        return getattr(record, known, None)
    # pydantic keeps members that the model does not define in `model_extra`.
    extra = getattr(record, "model_extra", None)
    if extra:
        return get_member(extra, name)
    if not hasattr(kind, "model_fields"):
        found = getattr(record, name, _MISSING)
        if found is _MISSING:
            found = getattr(record, model_name(name), _MISSING)
        if found is not _MISSING:
            return None if callable(found) else found
        return get_member(getattr(record, "__dict__", None), name)
    return None


def _map_attributes(kind: type) -> dict[str, str]:
    """Map the names of a pydantic model, as the API writes them, to its attributes."""
    fields: Mapping[str, object] = getattr(kind, "model_fields", {})
    attributes: dict[str, str] = {}
    for name, field in fields.items():
        attributes.setdefault(name.lower(), name)
        alias = getattr(field, "alias", None)
        if isinstance(alias, str):
            attributes[alias.lower()] = name
    return attributes


def to_plain(value: object) -> PlainValue:
    """Return a value as JSON would contain it: text, a number, a list, or the value itself if it is a record."""
    kind = type(value)
    if kind is str or value is None:
        return value
    if isinstance(value, Enum):
        return to_plain(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float)):
        return normalize_number(value)
    if isinstance(value, Decimal):
        return None if value.is_nan() else value
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    if kind.__name__ == "UUID":
        return str(value)
    return value
