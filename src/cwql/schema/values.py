"""The value at a path of a record, either a model or plain data: `read_value`, used by `Handle.value_in`."""

from __future__ import annotations

from cwql.errors import ExpressionError
from cwql.schema.naming import model_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cwql.schema.handles import Handle


def read_value(handle: Handle, record: object) -> Any:
    """Return the value at the path of a handle, or None if the record or anything on the path has no such member.

    A name that only filters is read at the path that records have it. Raises ExpressionError for a value that is not a
    record, or a record of another kind, and for a path that leads through a collection.
    """
    members = getattr(type(record), "model_fields", None)
    if members is None and record is not None and not hasattr(record, "keys"):
        raise ExpressionError(f"{handle!r}.value_in() takes one record or mapping, got {type(record).__name__}")
    first, info = handle._path.segments[0], handle._info
    if members is not None and info.origin == "spec" and model_name(first) not in members and first not in members:
        raise ExpressionError(f"{handle!r}.value_in() takes a {handle._root}, got a {type(record).__name__}")
    found = _follow(handle, record, handle._path.segments)
    if found is None and info.note is not None and info.note.kind == "filterable" and info.note.target:
        before = handle._path.segments[:-1]
        found = _follow(handle, record, (*before, *info.note.target.split("/")))
    return _typed(info.kind, found)


def _follow(handle: Handle, record: object, segments: tuple[str, ...]) -> Any:
    found: Any = record
    for step in segments:
        if found is None:
            return None
        if isinstance(found, list):
            raise ExpressionError(
                f"{handle!r} leads through a collection: go over its items, and ask for a value of each"
            )
        found = _member(found, step)
    return found


def _member(record: Any, name: str) -> Any:
    if hasattr(record, "keys"):
        return record.get(name)
    extra = getattr(record, "model_extra", None) or {}
    return extra[name] if name in extra else getattr(record, model_name(name), None)


def _typed(kind: str, value: Any) -> Any:
    """Return a value in its handle's type, because plain data and maps contain times as text.

    A value that does not fit is unchanged.
    """
    if kind in ("datetime", "date") and isinstance(value, str):
        from datetime import date, datetime

        try:
            return datetime.fromisoformat(value) if kind == "datetime" else date.fromisoformat(value[:10])
        except ValueError:
            return value
    if kind == "map" and hasattr(value, "model_dump"):
        return value.model_dump(exclude_unset=True)
    return str(value) if kind == "uuid" and value is not None else value
