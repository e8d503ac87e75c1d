"""Members of records, whatever a record is: dicts, pydantic models, objects with attributes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from cwql.schema.naming import attribute
from cwql.semantics.meaning import plain_number, write_moment

if TYPE_CHECKING:
    from typing import TypeAlias

    from cwql.semantics.meaning import Number

    Plain: TypeAlias = str | Number | list[object] | object | None

_NOTHING = object()
_spellings: dict[type, dict[str, str]] = {}


def member(record: object, name: str) -> object:
    """Return what stands under a name, in any letter case; None where nothing does."""
    if isinstance(record, dict):
        value = record.get(name, _NOTHING)
        if value is not _NOTHING:
            return value
        folded = name.lower()
        for key, value in record.items():
            if isinstance(key, str) and key.lower() == folded:
                return value
        return None
    if record is None or isinstance(record, (str, int, float, list, tuple)):
        return None
    if isinstance(record, Mapping):
        return member(dict(record), name)
    return _attribute(record, name)


def _attribute(record: object, name: str) -> object:
    kind = type(record)
    spellings = _spellings.get(kind)
    if spellings is None:
        spellings = _spellings[kind] = _spell(kind)
    known = spellings.get(name.lower())
    if known is not None:
        return getattr(record, known, None)
    # Members that the model does not know are kept beside it.
    extra = getattr(record, "model_extra", None)
    if extra:
        return member(extra, name)
    if not hasattr(kind, "model_fields"):
        found = getattr(record, name, _NOTHING)
        if found is _NOTHING:
            found = getattr(record, attribute(name), _NOTHING)
        if found is not _NOTHING:
            return None if callable(found) else found
        return member(getattr(record, "__dict__", None), name)
    return None


def _spell(kind: type) -> dict[str, str]:
    """Map the names of a pydantic model, as the API writes them, to its attributes."""
    fields: Mapping[str, object] = getattr(kind, "model_fields", {})
    spellings: dict[str, str] = {}
    for name, field in fields.items():
        spellings.setdefault(name.lower(), name)
        alias = getattr(field, "alias", None)
        if isinstance(alias, str):
            spellings[alias.lower()] = name
    return spellings


def plain(value: object) -> Plain:
    """Return a value as JSON would hold it: text, number, list, or the value itself where it is a record."""
    kind = type(value)
    if kind is str or value is None:
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float)):
        return plain_number(value)
    if isinstance(value, Decimal):
        return None if value.is_nan() else value
    if isinstance(value, datetime):
        return write_moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    if kind.__name__ == "UUID":
        return str(value)
    return value
