"""Columns out of decoded records: a `Codec` for each shape has the type that msgspec decodes, and builds the Arrow array.

msgspec checks every value against its type while it decodes, and refuses unknown members, so a page of expected values needs no
second look. Only records that it refuses are decoded member by member.
"""

from __future__ import annotations

from itertools import accumulate, chain
from operator import attrgetter
from struct import error as StructError  # noqa: N812  # the name that a class should have
from struct import pack
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from cwql.tables.arrow import TIME, arrow_type
from cwql.tables.columns import join_path
from cwql.tables.rows import read_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from cwql.tables.columns import Shape

    Report = Callable[[int, str, str], None]
    """Take note of a value that was replaced by null: the row, the path of the member, the value as JSON."""

__all__ = ["Codec", "make_codec"]

_NAIVE = pa.timestamp("us")

_LEAVES: dict[str, Any] = {
    "text": str,
    "enum": str,
    "datetime": str,
    "date": str,
    "integer": int,
    "number": float,
    "boolean": bool,
}


_FEW = 40
"""Records with fewer members are read member by member, which takes half of the time of tuples of all their members."""


class _CustomField(msgspec.Struct, gc=False):
    """One custom field; its value has any type."""

    caption: str | None = None
    value: Any = None


_caption = attrgetter("caption")
_value = attrgetter("value")


class Codec:
    """The decoding of one shape. `type` is for msgspec, `arrow` the type of the array.

    `members` has the codec of each member of a record with its name; `item` is the codec of a list's items.
    """

    __slots__ = ("_getters", "arrow", "decoder", "empty", "item", "members", "places", "shape", "struct", "type")

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.arrow = arrow_type(shape)
        self.members = tuple([(name, Codec(member)) for name, member in shape.members])
        self.places = {name: place for place, (name, _) in enumerate(self.members)}
        self.item = Codec(shape.item) if shape.item is not None else None
        self.struct: type[msgspec.Struct] | None = self._make_struct() if shape.kind == "record" else None
        self.type: Any = self._decoded()
        self.decoder = msgspec.json.Decoder(self.type)
        self.empty = self.struct() if self.struct is not None else None
        self._getters = [attrgetter(f"m{place}") for place in range(len(self.members))]

    def _decoded(self) -> Any:
        kind = self.shape.kind
        if kind == "json":
            return msgspec.Raw
        if kind == "custom fields":
            return list[_CustomField] | None
        if kind == "list":
            assert self.item is not None
            return list[self.item.type] | None  # type: ignore[name-defined]  # a type that is made at run time
        return (_LEAVES[kind] if self.struct is None else self.struct) | None

    def _make_struct(self) -> type[msgspec.Struct]:
        fields = [(f"m{place}", codec.type, codec.missing) for place, (_, codec) in enumerate(self.members)]
        names = {f"m{place}": name for place, (name, _) in enumerate(self.members)}
        # After all others, so that a record's tuple has its members at the places of `members`.
        fields += [(f"i{place}", msgspec.Raw, None) for place in range(len(self.shape.ignored))]
        names |= {f"i{place}": name for place, name in enumerate(self.shape.ignored)}
        closed = self.shape.closed
        return msgspec.defstruct("Record", fields, rename=names, forbid_unknown_fields=closed, gc=False, kw_only=True)

    @property
    def missing(self) -> Any:
        """Return the decoded value of a member that is missing."""
        return msgspec.Raw(b"null") if self.shape.kind == "json" else None

    # --- decoding of odd records -----------------------------------------------------------------------------------

    def read(self, raw: bytes | msgspec.Raw, row: int, path: str, report: Report, extra: dict[str, msgspec.Raw]) -> Any:
        """Decode a value; what has another type than expected is reported and replaced, unknown members go to `extra`."""
        try:
            return self.decoder.decode(raw)
        except msgspec.MsgspecError:
            pass
        if self.shape.kind == "record":
            return self._read_record(raw, row, path, report, extra)
        if self.shape.kind == "list" and self.item is not None:
            items = _decode(raw, list[msgspec.Raw])
            if items is not None:
                return [
                    self.item.read(each, row, join_path(path, str(place)), report, extra)
                    for place, each in enumerate(items)
                ]
        report(row, path, _text(raw))
        return self.missing

    def _read_record(
        self, raw: bytes | msgspec.Raw, row: int, path: str, report: Report, extra: dict[str, msgspec.Raw]
    ) -> Any:
        members = _decode(raw, dict[str, msgspec.Raw])
        if members is None:
            report(row, path, _text(raw))
            return None
        values: dict[str, Any] = {}
        for name, value in members.items():
            place = self.places.get(name)
            if place is not None:
                values[f"m{place}"] = self.members[place][1].read(value, row, join_path(path, name), report, extra)
            elif self.shape.closed and name not in self.shape.ignored:
                extra[join_path(path, name)] = value
        assert self.struct is not None
        return self.struct(**values)

    # --- arrays ----------------------------------------------------------------------------------------------------

    def build(self, values: Sequence[Any], rows: Sequence[int], path: str, report: Report) -> pa.Array:
        """Return the array of decoded values; `rows` are their rows in the table, for reports."""
        kind = self.shape.kind
        if kind == "json":
            return pa.array([_json(value) for value in values], pa.string())
        if kind == "record":
            return self._build_records(values, rows, path, report)
        # The first value is enough for most columns; counting costs a quarter of the conversion.
        if (not values or values[0] is None) and values.count(None) == len(values):
            return pa.nulls(len(values), self.arrow)
        if kind == "list":
            return self._build_lists(values, rows, path, report)
        if kind == "custom fields":
            return _build_map(values, rows, path, report)
        if kind == "enum":
            return pa.array(values, pa.string()).dictionary_encode()
        if kind in ("datetime", "date"):
            return _build_times(values, rows, path, report, self.arrow)
        if kind == "integer":
            try:
                # Packing takes a fifth of the time that pyarrow needs, but has no null.
                packed = pack(f"={len(values)}q", *values)
            except StructError:
                pass
            else:
                return pa.Array.from_buffers(self.arrow, len(values), [None, pa.py_buffer(packed)])
        try:
            return pa.array(values, self.arrow)
        except (OverflowError, pa.ArrowInvalid):
            return pa.array(
                [_fit(value, self.arrow, row, path, report) for value, row in zip(values, rows, strict=True)],
                self.arrow,
            )

    def columns(self, records: Sequence[Any], rows: Sequence[int], path: str, report: Report) -> list[pa.Array]:
        """Return the arrays of the members of records."""
        columns: Sequence[Sequence[Any]]
        if len(self.members) < _FEW:
            columns = [list(map(get, records)) for get in self._getters]
        else:
            columns = list(zip(*map(msgspec.structs.astuple, records), strict=True))
        return [
            codec.build(values, rows, join_path(path, name), report)
            for (name, codec), values in zip(self.members, columns, strict=False)
        ]

    def _build_records(self, values: Sequence[Any], rows: Sequence[int], path: str, report: Report) -> pa.Array:
        # By identity: `in` and `count` would compare each record with None.
        missing = [value is None for value in values]
        mask = None
        if True in missing:
            if False not in missing:
                return pa.nulls(len(values), self.arrow)
            mask = pa.array(missing)
            values = [self.empty if value is None else value for value in values]
        return pa.StructArray.from_arrays(self.columns(values, rows, path, report), fields=list(self.arrow), mask=mask)

    def _build_lists(self, values: Sequence[Any], rows: Sequence[int], path: str, report: Report) -> pa.Array:
        assert self.item is not None
        items = list(chain.from_iterable([value for value in values if value]))
        parents = [row for row, value in zip(rows, values, strict=True) if value for _ in value]
        inner = self.item.build(items, parents, path, report) if items else pa.array([], self.item.arrow)
        return pa.ListArray.from_arrays(_offsets(values), inner, type=self.arrow)


def make_codec(shape: Shape) -> Codec:
    """Return the codec of a record."""
    return Codec(shape)


def _decode(raw: bytes | msgspec.Raw, kind: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError:
        return None


def _offsets(values: Sequence[Any]) -> pa.Array:
    """Return where each list begins; a list that is None has no beginning, which makes it null."""
    places = list(accumulate([len(value) if value else 0 for value in values], initial=0))
    begins = [None if value is None else place for value, place in zip(values, places, strict=False)]
    return pa.array([*begins, places[-1]], pa.int32())


def _build_map(values: Sequence[Any], rows: Sequence[int], path: str, report: Report) -> pa.Array:
    """Return captions with values as text: ``true``, ``173``, the text itself, JSON for anything else.

    A caption that is missing, or repeated in a record, is reported.
    """
    # Most records have the same captions, so they are checked once.
    layouts = {tuple(map(_caption, value)) for value in values if value}
    if any(None in layout or len(set(layout)) < len(layout) for layout in layouts):
        values = [_distinct(value, row, path, report) for value, row in zip(values, rows, strict=True)]
    fields = list(chain.from_iterable([value for value in values if value]))
    texts = [
        value if value.__class__ is str or value is None else msgspec.json.encode(value).decode()
        for value in map(_value, fields)
    ]
    keys = pa.array(list(map(_caption, fields)), pa.string())
    return pa.MapArray.from_arrays(_offsets(values), keys, pa.array(texts, pa.string()))


def _distinct(value: list[_CustomField] | None, row: int, path: str, report: Report) -> list[_CustomField] | None:
    """Return the custom fields with a caption, each caption once, and report the others."""
    found: dict[str, _CustomField] = {}
    for field in value or ():
        if field.caption is None or field.caption in found:
            report(row, path, msgspec.json.encode(field).decode())
        else:
            found[field.caption] = field
    return None if value is None else list(found.values())


def _build_times(values: Sequence[Any], rows: Sequence[int], path: str, report: Report, arrow: pa.DataType) -> pa.Array:
    """Return moments or dates. Moments without a zone are in UTC, a date is its midnight."""
    texts = pa.array(values, pa.string())
    for kind in (arrow,) if arrow != TIME else (arrow, _NAIVE):
        try:
            return texts.cast(kind) if kind == arrow else texts.cast(kind).cast(arrow)
        except pa.ArrowInvalid:
            continue
    found: list[datetime | date | None] = []
    for value, row in zip(values, rows, strict=True):
        moment = read_moment(value or "")
        if moment is None and value is not None:
            report(row, path, msgspec.json.encode(value).decode())
        found.append(moment.date() if moment is not None and arrow != TIME else moment)
    return pa.array(found, arrow)


def _fit(value: Any, arrow: pa.DataType, row: int, path: str, report: Report) -> Any:
    """Return a value that the type can express, otherwise None."""
    try:
        pa.scalar(value, arrow)
    except (OverflowError, pa.ArrowInvalid):
        report(row, path, msgspec.json.encode(value).decode())
        return None
    return value


def _json(value: msgspec.Raw) -> str | None:
    text = _text(value)
    return None if text == "null" else text


def _text(raw: bytes | msgspec.Raw) -> str:
    return bytes(raw).decode("utf-8", "replace").strip()
