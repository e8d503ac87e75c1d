"""The paths of fields below a record, as listings show them: by the beginning of a path, with notes on each field."""

from __future__ import annotations

from cwql.errors import UnknownNameError
from cwql.schema.record import Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

    FieldPath: TypeAlias = tuple[tuple[str, ...], FieldInfo]


def find_field_paths(known: Catalog, record: RecordInfo, prefix: str) -> list[FieldPath]:
    """Return the fields whose path begins with `prefix`, and the fields inside the one with exactly that path.

    Raises UnknownNameError with similar names if there is none.
    """
    *before, last = prefix.replace(".", "/").split("/")
    path: tuple[str, ...] = ()
    current = record
    if before:
        found = known.resolve(record.name, before)
        if isinstance(found, Unresolved):
            raise _unknown(known, found.record, before[found.index])
        inner = _inside(known, found.field)
        if inner is None:
            raise UnknownNameError(f"{'/'.join(found.segments)!r} is {found.field.title} and has no fields")
        path, current = found.segments, inner
    rows = [((*path, field.name), field) for field in _fields(current) if field.name.lower().startswith(last.lower())]
    exact = current.find(last) if last else None
    target = _inside(known, exact) if exact is not None else None
    if exact is not None and target is not None:
        rows += [((*path, exact.name, field.name), field) for field in _fields(target)]
    if not rows:
        raise _unknown(known, current.name, last)
    return rows


def note_on(field: FieldInfo) -> str:
    """Return what the overlay says about a field: whether it filters, and other names of it; empty for most."""
    note = field.note
    if note is None:
        return ""
    if note.kind == "unfilterable":
        return f"does not filter: {note.target}" if note.target else "does not filter"
    if note.kind == "alias":
        return f"{note.origin} name of {note.target}" if note.target else f"{note.origin} name"
    if note.kind == "filterable":
        return f"filters ({note.origin})" + (f", shown as {note.target}" if note.target else "")
    return ""


def _fields(record: RecordInfo) -> Iterator[FieldInfo]:
    yield from record.fields()
    for name in record.extra_names:
        field = record.find(name) if "/" not in name else record.named_path(tuple(name.split("/")))
        if field is not None:
            yield field


def _inside(known: Catalog, field: FieldInfo) -> RecordInfo | None:
    return known.find_record(field.target) if field.target is not None and field.kind != "map" else None


def _unknown(known: Catalog, record: str, name: str) -> UnknownNameError:
    from cwql.schema.synonyms import suggest_fields

    return UnknownNameError(
        f"no field of {record} begins with {name!r}", suggest_fields(known, known.record(record), name)
    )
