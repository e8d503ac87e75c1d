"""Tables for databases without nested columns: `Layout` has a column for each member of a record, and JSON for lists and maps."""

# The functions of pyarrow.compute are made at run time.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Layout", "quote"]


class Layout:
    """The columns of a table: `names` with their Arrow types, joined by a separator (``company_id``), and the rows of records."""

    def __init__(self, schema: pa.Schema, separator: str = "_") -> None:
        self._paths: list[tuple[str, ...]] = []
        self.types: list[pa.DataType] = []
        for field in schema:
            self._add((field.name,), field.type)
        self.names = _unique([separator.join(path) for path in self._paths])

    def _add(self, path: tuple[str, ...], kind: pa.DataType) -> None:
        if pa.types.is_struct(kind):
            for member in kind:
                self._add((*path, member.name), member.type)
        else:
            self._paths.append(path)
            self.types.append(kind)

    def position(self, *path: str) -> int | None:
        """Return the place of a member, or None if there is none."""
        return self._paths.index(path) if path in self._paths else None

    def rows(self, records: pa.Table) -> Iterator[tuple[Any, ...]]:
        """Yield the values of each record; moments and dates as Python has them, lists and maps as JSON."""
        return zip(*[column.to_pylist() for column in self.table(records).columns], strict=True)

    def table(self, records: pa.Table) -> pa.Table:
        """Return the records with these columns; lists and maps as JSON, and texts without dictionaries."""
        columns: list[Any] = []
        for path, kind in zip(self._paths, self.types, strict=True):
            column: Any = records.column(path[0]) if path[0] in records.column_names else None
            for name in path[1:]:
                column = pc.struct_field(column, name) if column is not None else None
            if column is None:
                columns.append(pa.nulls(records.num_rows, _flat(kind)))
            elif pa.types.is_nested(kind):
                values: list[Any] = column.to_pylist(maps_as_pydicts="strict")
                texts = [None if value is None else json.dumps(value, default=_text) for value in values]
                columns.append(pa.array(texts, pa.string()))
            else:
                columns.append(column.cast(_flat(kind)))
        return pa.table(columns, names=self.names)


def _flat(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_nested(kind) or pa.types.is_dictionary(kind) else kind


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def _unique(names: list[str]) -> list[str]:
    """Return names that differ without their letter case."""
    seen: set[str] = set()
    unique = []
    for name in names:
        while name.lower() in seen:
            name += "_"  # noqa: PLW2901 - until it is new
        seen.add(name.lower())
        unique.append(name)
    return unique


def quote(name: str) -> str:
    """Return a name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
