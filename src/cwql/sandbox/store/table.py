"""The table of one kind of record: its columns, and how a document is stored, whole or in parts.

A large data set has many documents with the same members: the company and the contact of a ticket, its board, its priority. Such
members are stored once, as shared parts in a second table (`cwql.sandbox.store.layout.SHARED_MEMBERS` lists them). The row of a document
then contains its own members and the keys of its parts. The row of a document from a request contains the whole document.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from cwql.sandbox.store.layout import (
    SHARED_MEMBERS,
    IndexedColumn,
    indexed_columns,
    key_member,
    shared_column,
    shared_table,
)
from cwql.semantics.sql_functions import column_value

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

Document = dict[str, Any]
Values = tuple[str | int | float | None, ...]


class SharedPart(NamedTuple):
    """The key of a stored part, and the values of the indexed columns whose fields it contains."""

    key: int
    values: Values


class PartStore(Protocol):
    """Store shared parts while rows are made."""

    def add(self, index: int, members: Document) -> SharedPart:
        """Store the members of a part, by its index in `SHARED_MEMBERS`."""
        ...

    def make_whole_row(self, document: Document) -> Values:
        """Return the row of a document without shared parts."""
        ...


class RowSource(ABC):
    """Documents that can also be made as rows, which is much faster than building each one and dividing it.

    A row is the key, the parent, the indexed values of the document's own members and those of each part, the keys of the
    parts, and the JSON text of the own members.
    """

    @abstractmethod
    def __iter__(self) -> Iterator[Document]:
        """Make the documents."""

    @abstractmethod
    def __len__(self) -> int:
        """Return how many documents there are; their keys start at 1."""

    @abstractmethod
    def rows(self, parts: PartStore) -> Iterator[Values]:
        """Make the same documents as rows."""


class Table:
    """The table of one kind of record."""

    def __init__(self, product: str, record: str) -> None:
        self.product = product
        self.record = record
        self.stem = f"{product}_{record}"
        self.name = f'"{self.stem}"'
        self.key_member, self.key_is_text = key_member(product, record)
        self.last_key = 0
        self.is_indexed = False
        self.version = 0
        """How often the table was written to: part of the key of each cached total."""
        self.shared = SHARED_MEMBERS.get((product, record), ())
        self.part_texts: dict[int, str] = {}
        """The texts of the shared parts that were read so far."""
        part_of = {name: index for index, names in enumerate(self.shared) for name in names}
        columns = indexed_columns(product, record)
        self._own = [column for column in columns if column.path[0] not in part_of]
        self._in_parts = [
            [column for column in columns if part_of.get(column.path[0]) == index] for index in range(len(self.shared))
        ]
        self.columns = [*self._own, *[column for columns in self._in_parts for column in columns]]
        names = [column.name for column in self.columns]
        shared = [shared_column(index) for index in range(len(self.shared))]
        # The document comes last, because SQLite reads the columns before it without it.
        inserted = ["key", "parent", *names, *shared, "document"]
        self.insert = f"INSERT INTO {self.name} ({', '.join(inserted)}) VALUES ({', '.join('?' * len(inserted))})"
        updated = [*[f"{name} = ?" for name in names], *[f"{name} = NULL" for name in shared], "document = ?"]
        self.update = f"UPDATE {self.name} SET {', '.join(updated)} WHERE key = ?"
        self.selected = ", ".join(["key", "document", *shared])

    def create(self, connection: sqlite3.Connection) -> None:
        """Create the table and the one for shared parts, if they do not exist."""
        columns = "".join([f"{column.name}, " for column in self.columns])
        columns += "".join([f"{shared_column(index)} INTEGER, " for index in range(len(self.shared))])
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {self.name} "
            f"(key INTEGER PRIMARY KEY, parent TEXT NOT NULL, {columns}document TEXT NOT NULL)"
        )
        connection.execute(f'CREATE INDEX IF NOT EXISTS "{self.stem}_parent" ON {self.name} (parent)')
        if self.shared:
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {shared_table(self.product, self.record)} "
                "(key INTEGER PRIMARY KEY, text TEXT NOT NULL)"
            )

    def create_indexes(self, connection: sqlite3.Connection) -> bool:
        """Index the columns; return whether an index was missing."""
        sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?"
        existing = {name for (name,) in connection.execute(sql, (self.stem,))}
        missing = [column.name for column in self.columns if f"{self.stem}_{column.name}" not in existing]
        for name in missing:
            connection.execute(f'CREATE INDEX "{self.stem}_{name}" ON {self.name} ({name})')
        return bool(missing)

    def extract(self, document: Document, columns: Sequence[IndexedColumn] | None = None) -> Values:
        """Return the values of indexed columns for a document."""
        values = []
        for column in self.columns if columns is None else columns:
            value: Any = document
            for segment in column.path:
                value = value.get(segment) if isinstance(value, dict) else None
            values.append(column_value(value, column.kind))
        return tuple(values)

    def make_row(self, key: int, parent: str, document: Document) -> Values:
        """Return the row of a whole document."""
        return (key, parent, *self.extract(document), *[None] * len(self.shared), dump(document))

    def make_rows(self, connection: sqlite3.Connection, source: RowSource) -> Iterator[Values]:
        """Return the rows of a source; their shared parts are stored meanwhile."""
        return source.rows(_PartStore(self, connection))

    def part_values(self, index: int, members: Document) -> Values:
        """Return the values of the indexed columns whose fields a part contains."""
        return self.extract(members, self._in_parts[index])

    def join(self, connection: sqlite3.Connection, own: str, part_keys: Sequence[int | None]) -> str:
        """Return the whole text of a document, from the text of its row and the keys of its parts."""
        if part_keys[0] is None:
            return own
        texts = [own[:-1]]
        for key in part_keys:
            assert key is not None
            text = self.part_texts.get(key)
            if text is None:
                sql = f"SELECT text FROM {shared_table(self.product, self.record)} WHERE key = ?"
                (text,) = connection.execute(sql, (key,)).fetchone()
                self.part_texts[key] = text
            texts.append(text[1:-1])
        return f"{','.join(texts)}}}"

    def mark_changed(self) -> None:
        """Invalidate the cached totals."""
        self.version += 1

    def key_of(self, document: Document) -> int | None:
        """Return the key that a document contains, or None."""
        value = document.get(self.key_member) if self.key_member is not None else None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
            value = int(value)
        return value if isinstance(value, int) and 0 <= value < 2**63 else None

    def set_key(self, document: Document, key: int) -> None:
        """Set the key in a document, if its kind shows one."""
        if self.key_member is not None:
            document[self.key_member] = str(key) if self.key_is_text else key


class _PartStore:
    def __init__(self, table: Table, connection: sqlite3.Connection) -> None:
        self._table = table
        self._connection = connection
        sql = f"SELECT coalesce(max(key), 0) FROM {shared_table(table.product, table.record)}"
        (self._last_key,) = connection.execute(sql).fetchone()

    def add(self, index: int, members: Document) -> SharedPart:
        table = self._table
        self._last_key += 1
        sql = f"INSERT INTO {shared_table(table.product, table.record)} (key, text) VALUES (?, ?)"
        self._connection.execute(sql, (self._last_key, dump(members)))
        return SharedPart(self._last_key, table.part_values(index, members))

    def make_whole_row(self, document: Document) -> Values:
        key = self._table.key_of(document)
        assert key is not None
        return self._table.make_row(key, "", document)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def dump(document: object) -> str:
    """Return JSON text as it is stored and sent: compact, without escapes that are not needed."""
    return _ENCODER.encode(document)
