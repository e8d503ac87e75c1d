"""Bytes of a page to flat dictionaries, with the packages of the client alone: `RowReader`.

The values are those of the Arrow columns (`cwql.tables.pages`): a value of another type than the specification's is None and is
described in ``_mismatches``, members that the specification does not contain are JSON in ``_extra``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from cwql.client.parsing import MOST_RECORDS, NotReadable, SchemaMismatch, parse_json
from cwql.tables.columns import EXTRA, MISMATCHES, join_path

if TYPE_CHECKING:
    from cwql.tables.columns import Shape

__all__ = ["FlatRow", "RowReader", "describe_mismatch", "read_moment"]

_SHOWN = 80
"""How many characters of a value a `SchemaMismatch` has."""

_INTEGERS = range(-(2**63), 2**63)


class FlatRow:
    """A row as the pagination needs it: by its id, and by the members that a list is sorted by."""

    __slots__ = ("_identity", "_record", "values")

    def __init__(self, record: dict[str, Any], values: dict[str, Any], identity: int | str | None) -> None:
        self._record = record
        self._identity = identity
        self.values = values

    def __getattr__(self, name: str) -> Any:
        if name.lower() == "id":
            return self._identity
        if name not in self._record:
            raise AttributeError(name)
        return self._record[name]


class RowReader:
    """Read pages of records of one shape."""

    def __init__(self, record: str, shape: Shape) -> None:
        self._record = record
        self._shape = shape

    def read(self, body: bytes) -> tuple[list[FlatRow], list[SchemaMismatch]]:
        """Return the rows of a page, and its odd values. Raises NotReadable for anything but a list."""
        found = parse_json(body, allow_inf_nan=False)
        if found is None:
            return [], []
        if not isinstance(found, list):
            raise NotReadable(f"expected a list of {self._record}, got {type(found).__name__}")
        if len(found) > MOST_RECORDS:
            raise NotReadable(f"a list of more than {MOST_RECORDS:,} records")
        rows = []
        mismatches = []
        for each in found:
            reading = _Reading()
            record = each if isinstance(each, dict) else {}
            if record is not each:
                reading.report("", each)
            values = reading.members(self._shape, record, "")
            flat: dict[str, Any] = {}
            _flatten(self._shape, values, "", flat)
            if self._shape.closed:
                flat[EXTRA] = _json(reading.extra) if reading.extra else None
            odd = [{"schema": self._record, "member": path, "value": value} for path, value in reading.odd]
            flat[MISMATCHES] = odd or None
            identity = next((value for name, value in values.items() if name.lower() == "id"), None)
            mismatches += [describe_mismatch(self._record, identity, path, value) for path, value in reading.odd]
            rows.append(FlatRow(values, flat, identity))
        return rows, mismatches


def describe_mismatch(record: str, identity: int | str | None, path: str, value: str) -> SchemaMismatch:
    """Return an odd value as the client reports it, shortened."""
    shown = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
    return SchemaMismatch(record=record, id=identity, path=path, raw_value=shown, expected="as specified")


class _Reading:
    """The reading of one record, with its odd values and its unknown members."""

    def __init__(self) -> None:
        self.odd: list[tuple[str, str]] = []
        self.extra: dict[str, Any] = {}

    def report(self, path: str, value: object) -> None:
        self.odd.append((path, _json(value)))

    def members(self, shape: Shape, record: dict[str, Any], path: str) -> dict[str, Any]:
        """Return all members of a shape, None for those that a record does not have."""
        values: dict[str, Any] = {name: None for name, _ in shape.members}
        for name, member in shape.members:
            if name in record:
                values[name] = self.value(member, record[name], join_path(path, name))
        if shape.closed:
            for name, value in record.items():
                if name not in values and name not in shape.ignored:
                    self.extra[join_path(path, name)] = value
        return values

    def value(self, shape: Shape, value: Any, path: str) -> Any:
        """Return a value as the type of its column has it, or None after it was reported."""
        if value is None:
            return None
        kind = shape.kind
        if kind == "json":
            return _json(value)
        if kind == "record" and isinstance(value, dict):
            return self.members(shape, value, path)
        if kind == "list" and isinstance(value, list) and shape.item is not None:
            return [self.value(shape.item, each, join_path(path, str(place))) for place, each in enumerate(value)]
        if kind == "custom fields" and isinstance(value, list):
            return self._custom_fields(value, path)
        found = _leaf(kind, value)
        if found is None:
            self.report(path, value)
        return found

    def _custom_fields(self, fields: list[Any], path: str) -> dict[str, str | None] | None:
        """Return captions with values as text. A caption that is missing or repeated is reported, other odd fields as a whole."""
        if not all(isinstance(field, dict) and isinstance(field.get("caption"), str | None) for field in fields):
            self.report(path, fields)
            return None
        values: dict[str, str | None] = {}
        for field in fields:
            caption, value = field.get("caption"), field.get("value")
            if caption is None or caption in values:
                self.report(path, {"caption": caption, "value": value})
            else:
                values[caption] = value if value is None or isinstance(value, str) else _json(value)
        return values


def _leaf(kind: str, value: Any) -> Any:
    """Return a text, number, truth value or time; None if a value is of another type."""
    if kind in ("text", "enum"):
        return value if isinstance(value, str) else None
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind in ("integer", "number"):
        return _number(kind, value)
    if kind in ("datetime", "date") and isinstance(value, str):
        moment = read_moment(value)
        return moment.date() if moment is not None and kind == "date" else moment
    return None


def _number(kind: str, value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if kind == "integer":
        return value if isinstance(value, int) and value in _INTEGERS else None
    try:
        return float(value)
    except OverflowError:
        return None


def read_moment(text: str) -> datetime | None:
    """Return a moment; one without a zone is in UTC. None if the text is no moment."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _flatten(shape: Shape, values: dict[str, Any] | None, path: str, flat: dict[str, Any]) -> None:
    """Write the members of a record and of the records in it, by their paths."""
    for name, member in shape.members:
        value = values[name] if values is not None else None
        if member.kind == "record":
            _flatten(member, value, join_path(path, name), flat)
        else:
            flat[join_path(path, name)] = value


def _json(value: object) -> str:
    return to_json(value).decode()
