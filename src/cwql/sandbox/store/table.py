"""The table of one kind of record: its columns, and how a document lies in them, whole or in pieces.

A document that is drawn by the million has most of its members in common with others: who asked, the board, the priority. Such
members may lie once for all in a table beside (`cwql.sandbox.store.layout.SHARED` names them); a row then holds what is its own, and the keys of
its pieces. A row that was written by a request holds its whole document.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from cwql.sandbox.store.layout import SHARED, Hot, hot_columns, key_member, shared_column, shared_table
from cwql.semantics.sql_functions import column_value

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

Document = dict[str, Any]
Values = tuple[str | int | float | None, ...]


class Piece(NamedTuple):
    """Hold the key of a piece that is stored, and the values of the hot columns that it fills."""

    key: int
    values: Values


class Sharing(Protocol):
    """Take what documents have in common, and whole documents, while rows are drawn."""

    def piece(self, place: int, members: Document) -> Piece:
        """Store the members of the piece at a place (an index of `SHARED`)."""
        ...

    def whole(self, document: Document) -> Values:
        """Return the row of a document that is not cut up."""
        ...


class Drawn(ABC):
    """Documents that come as rows as well, which is much faster than building each and taking it apart.

    A row is the key, the parent, the hot values of the members of its own, those of each piece, the keys of the pieces, and
    the JSON text of the members of its own.
    """

    @abstractmethod
    def __iter__(self) -> Iterator[Document]:
        """Draw the documents."""

    @abstractmethod
    def __len__(self) -> int:
        """Return how many there are; their keys run from 1."""

    @abstractmethod
    def rows(self, sharing: Sharing) -> Iterator[Values]:
        """Draw the same documents as rows."""


class Table:
    """Describe the table of one kind of record."""

    def __init__(self, product: str, record: str) -> None:
        self.product = product
        self.record = record
        self.stem = f"{product}_{record}"
        self.name = f'"{self.stem}"'
        self.key_member, self.key_is_text = key_member(product, record)
        self.last = 0
        self.indexed = False
        self.version = 0
        """How often the table was written to: part of the key of each cached total."""
        self.shared = SHARED.get((product, record), ())
        self.pieces: dict[int, str] = {}
        """The texts of the pieces that were read so far."""
        places = {name: place for place, names in enumerate(self.shared) for name in names}
        known = hot_columns(product, record)
        self._own = [hot for hot in known if hot.path[0] not in places]
        self._in_pieces = [
            [hot for hot in known if places.get(hot.path[0]) == place] for place in range(len(self.shared))
        ]
        self.hot = [*self._own, *[hot for hots in self._in_pieces for hot in hots]]
        columns = [hot.column for hot in self.hot]
        shared = [shared_column(place) for place in range(len(self.shared))]
        # The document comes last: what stands before it is read without it.
        names = ["key", "parent", *columns, *shared, "document"]
        self.insert = f"INSERT INTO {self.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        changed = [*[f"{name} = ?" for name in columns], *[f"{name} = NULL" for name in shared], "document = ?"]
        self.update = f"UPDATE {self.name} SET {', '.join(changed)} WHERE key = ?"
        self.reading = ", ".join(["key", "document", *shared])

    def create(self, connection: sqlite3.Connection) -> None:
        """Make the table and those beside it, where they are not there."""
        columns = "".join([f"{hot.column}, " for hot in self.hot])
        columns += "".join([f"{shared_column(place)} INTEGER, " for place in range(len(self.shared))])
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

    def index(self, connection: sqlite3.Connection) -> bool:
        """Index the hot columns; tell whether any index was missing."""
        sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?"
        there = {name for (name,) in connection.execute(sql, (self.stem,))}
        missing = [hot.column for hot in self.hot if f"{self.stem}_{hot.column}" not in there]
        for column in missing:
            connection.execute(f'CREATE INDEX "{self.stem}_{column}" ON {self.name} ({column})')
        return bool(missing)

    def extract(self, document: Document, hots: Sequence[Hot] | None = None) -> Values:
        """Return what the columns beside a document hold."""
        values = []
        for hot in self.hot if hots is None else hots:
            value: Any = document
            for step in hot.path:
                value = value.get(step) if isinstance(value, dict) else None
            values.append(column_value(value, hot.kind))
        return tuple(values)

    def row(self, key: int, parent: str, document: Document) -> Values:
        """Return the row of a whole document."""
        return (key, parent, *self.extract(document), *[None] * len(self.shared), dump(document))

    def draw(self, connection: sqlite3.Connection, drawn: Drawn) -> Iterator[Values]:
        """Draw rows; their pieces are stored on the way."""
        return drawn.rows(_Sharing(self, connection))

    def values_of(self, place: int, members: Document) -> Values:
        """Return the values of the hot columns that a piece fills."""
        return self.extract(members, self._in_pieces[place])

    def join(self, connection: sqlite3.Connection, own: str, keys: Sequence[int | None]) -> str:
        """Return the whole text of a document, from that of its row and the keys of its pieces."""
        if not keys or keys[0] is None:
            return own
        texts = [own[:-1]]
        for key in keys:
            assert key is not None
            text = self.pieces.get(key)
            if text is None:
                sql = f"SELECT text FROM {shared_table(self.product, self.record)} WHERE key = ?"
                (text,) = connection.execute(sql, (key,)).fetchone()
                self.pieces[key] = text
            texts.append(text[1:-1])
        return f"{','.join(texts)}}}"

    def changed(self) -> None:
        """Invalidate the cached totals."""
        self.version += 1

    def key_of(self, document: Document) -> int | None:
        """Return the key that a document names itself, or None."""
        value = document.get(self.key_member) if self.key_member is not None else None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
            value = int(value)
        return value if isinstance(value, int) and 0 <= value < 2**63 else None

    def put_key(self, document: Document, key: int) -> None:
        """Write the key into a document whose kind shows one."""
        if self.key_member is not None:
            document[self.key_member] = str(key) if self.key_is_text else key


class _Sharing:
    def __init__(self, table: Table, connection: sqlite3.Connection) -> None:
        self._table = table
        self._connection = connection
        sql = f"SELECT coalesce(max(key), 0) FROM {shared_table(table.product, table.record)}"
        (self._last,) = connection.execute(sql).fetchone()

    def piece(self, place: int, members: Document) -> Piece:
        table = self._table
        self._last += 1
        sql = f"INSERT INTO {shared_table(table.product, table.record)} (key, text) VALUES (?, ?)"
        self._connection.execute(sql, (self._last, dump(members)))
        return Piece(self._last, table.values_of(place, members))

    def whole(self, document: Document) -> Values:
        key = self._table.key_of(document)
        assert key is not None
        return self._table.row(key, "", document)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def dump(document: object) -> str:
    """Return JSON text as it is stored and sent: compact, any character as itself."""
    return _ENCODER.encode(document)
