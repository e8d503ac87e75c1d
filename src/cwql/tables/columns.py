"""The columns of a record, from the catalog: `find_columns` returns the shape of a record or of some of its fields.

A reference is a record of its members, a collection a list. `MAX_DEPTH` limits how deep records are nested, because records refer to
each other in circles; what is deeper is JSON text. ``_info`` of a record has the members of `INFO`. The links in it, and the ``_info``
of references, are left out, because they follow from the ids. Custom fields are a map from captions to values as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cwql.errors import UnknownNameError
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved, Unresolved
from cwql.schema.synonyms import suggest_fields
from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

__all__ = [
    "CUSTOM_FIELDS",
    "EXTRA",
    "INFO",
    "MISMATCHES",
    "Shape",
    "find_columns",
    "is_time",
    "join_path",
    "require_columns",
]

Kind: TypeAlias = Literal[
    "text", "integer", "number", "boolean", "datetime", "date", "enum", "json", "record", "list", "custom fields"
]

MAX_DEPTH = 2
"""How many references a column follows: ``configuration.company.name`` is two below a record."""

CUSTOM_FIELDS = "customFields"
EXTRA = "_extra"
MISMATCHES = "_mismatches"

INFO: Mapping[str, Kind] = {
    "lastUpdated": "datetime",
    "updatedBy": "text",
    "dateEntered": "datetime",
    "enteredBy": "text",
}
"""The members of ``_info`` that are columns; the specification has only a map of texts."""

_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "uuid": "text",
    "bytes": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "datetime": "datetime",
    "date": "date",
    "enum": "enum",
    "any": "json",
    "map": "json",
}


class Shape(Value):
    """The type of a column: its kind, the members of a ``record``, or the item of a ``list``.

    `closed` is True if a record has no other members according to the specification, except those in `ignored`.
    """

    kind: Kind
    members: tuple[tuple[str, Shape], ...] = ()
    item: Shape | None = None
    closed: bool = False
    ignored: tuple[str, ...] = ()

    def at(self, path: Iterable[str]) -> Shape | None:
        """Return the shape of the member at a path, or None if there is none."""
        found: Shape | None = self
        for name in path:
            found = dict(found.members).get(name) if found is not None else None
        return found


def find_columns(product: str, record: str, selected: Iterable[Sequence[str]] | None = None) -> Shape:
    """Return the shape of a record, or of the selected paths. Names are compared without letter case.

    Selected paths that the specification does not contain are left out, because nothing is known of their type.
    """
    known = catalog(product)
    if selected is None:
        return _record(known, known.record(record).name, MAX_DEPTH, top=True)
    return _select(known, known.record(record).name, [tuple(path) for path in selected], MAX_DEPTH, top=True)


def require_columns(product: str, record: str, paths: Iterable[tuple[str, ...]]) -> None:
    """Raise UnknownNameError for a path that is in no response according to the specification."""
    known = catalog(product)
    info = known.record(record)
    for path in paths:
        _require_column(known, info, path)


def _require_column(known: Catalog, record: RecordInfo, path: tuple[str, ...]) -> None:
    found = known.resolve(record.name, path)
    close: list[str] = []
    if path[0].lower() == "_info":
        if len(path) == 1 or path[1].lower() in {name.lower() for name in INFO}:
            return
        close = [f"_info/{name}" for name in INFO]
    elif isinstance(found, Unresolved):
        before = "".join([f"{field.name}/" for field in found.fields])
        if found.reason == "scalar":
            close = [before.rstrip("/")]
        elif found.reason == "unknown":
            near = suggest_fields(known, known.record(found.record), path[found.index])
            close = [_shown_as(known, record, f"{before}{name}") for name in near]
    elif found.field.origin == "spec":
        return
    else:
        shown = _shown_as(known, record, "/".join(path))
        close = [shown] if shown != "/".join(path) else []
    raise UnknownNameError(f"no column {'/'.join(path)!r} in the records {record.name!r}", close)


def _shown_as(known: Catalog, record: RecordInfo, path: str) -> str:
    """Return the path that responses have for a name that only filters, such as ``dateEntered``."""
    found = known.resolve(record.name, path.split("/"))
    note = found.field.note if isinstance(found, Resolved) else None
    return path if note is None or note.target is None else note.target


def join_path(path: str, name: str) -> str:
    """Return the path of a member, as ``_mismatches`` and flat rows have it: ``company/name``."""
    return f"{path}/{name}" if path else name


def is_time(field: FieldInfo) -> bool:
    """Return whether values of a field are moments: typed so, or a text of the specification that is named like a date."""
    return field.kind == "datetime" or field.dated


def _record(known: Catalog, name: str, depth: int, top: bool = False) -> Shape:
    info = known.find_record(name)
    if info is None:
        return Shape("json")
    members: list[tuple[str, Shape]] = []
    ignored: list[str] = []
    for field in info.fields():
        shape = _field(known, field, depth, top)
        if shape is None:
            ignored.append(field.name)
        else:
            members.append((field.name, shape))
    return Shape("record", tuple(members), None, not info.open, tuple(ignored)) if members else Shape("json")


def _field(known: Catalog, field: FieldInfo, depth: int, top: bool) -> Shape | None:
    """Return the shape of a field, or None if it is left out."""
    if field.name == "_info" and field.kind == "map":
        return _info() if top else None
    if is_time(field):
        return Shape("datetime")
    if field.kind == "reference":
        assert field.target is not None
        return _record(known, field.target, depth - 1) if depth else Shape("json")
    if field.kind == "collection":
        return _collection(known, field, depth)
    return Shape(_KINDS[field.kind])


def _collection(known: Catalog, field: FieldInfo, depth: int) -> Shape:
    if field.name == CUSTOM_FIELDS and field.target is not None:
        return Shape("custom fields")
    if field.target is not None:
        return Shape("list", item=_record(known, field.target, depth - 1) if depth else Shape("json"))
    return Shape("list", item=Shape(_KINDS.get(field.items or "any", "json")))


def _info(names: Iterable[str] = INFO) -> Shape:
    return Shape("record", tuple([(name, Shape(INFO[name])) for name in INFO if name in names]))


def _select(known: Catalog, name: str, paths: list[tuple[str, ...]], depth: int, top: bool = False) -> Shape:
    """Return the shape of some members of a record, in the order in which they are selected."""
    info = known.record(name)
    grouped: dict[str, list[tuple[str, ...]]] = {}
    for path in paths:
        if path:
            grouped.setdefault(path[0].lower(), []).append(path[1:])
    members: list[tuple[str, Shape]] = []
    for key, below in grouped.items():
        field = info.find(key)
        if field is None or field.origin != "spec":
            continue
        shape = _field(known, field, depth, top)
        if shape is not None:
            members.append((field.name, _narrow(known, field, shape, below, depth, top)))
    return Shape("record", tuple(members))


def _narrow(
    known: Catalog, field: FieldInfo, shape: Shape, below: list[tuple[str, ...]], depth: int, top: bool
) -> Shape:
    """Return the part of a field's shape that is selected by the paths below it; the whole field if one of them is empty."""
    if not all(below):
        return shape
    if field.name == "_info" and top:
        wanted = {path[0].lower() for path in below}
        return _info([name for name in INFO if name.lower() in wanted])
    if shape.kind == "record" and field.target is not None:
        inner = _select(known, field.target, below, depth - 1)
        return inner if inner.members else shape
    if shape.kind == "list" and shape.item is not None and shape.item.kind == "record" and field.target is not None:
        inner = _select(known, field.target, below, depth - 1)
        return Shape("list", item=inner) if inner.members else shape
    return shape
