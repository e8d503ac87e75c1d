"""Records in SQLite: `Store` keeps them as JSON documents, one table per kind of record.

A record is known by four things:

* its `product`, ``manage`` or ``automate``;
* its `record`, the class name in the catalog (``Ticket``, ``ContactCommunication``, ``Computer``);
* its `key`, an integer that is unique among all records of that kind. Where the catalog gives the kind a member ``id`` (``Id``
  on Automate), document and key agree: a document without one gets the next free key, as a number or as text, whichever the
  catalog says. A kind without such a member has its key beside the document only;
* its `parent`: None for a record of its own, or the pair (kind, key) of the record that it lies under. The notes of ticket 5
  are ``store.add("manage", "ServiceNote", notes, parent=("Ticket", 5))``, and ``GET /service/tickets/5/notes`` lists them. The
  kind of the parent is the record that GET gives for the path up to the last placeholder (``/service/tickets/{parentId}``
  gives Ticket). A path without a placeholder lists records under every parent (``/system/workflows/events``).

Documents are dicts of JSON values: texts, integers, floats, booleans, None, lists and dicts; date-times as
``2024-01-31T17:00:00Z``. Fields that are asked for often (`cwql.sandbox.layout.HOT`) have columns of their own, which are indexed when
a large table is first searched, so that bulk loading is fast. One connection and one lock serve all threads.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from cwql.sandbox.layout import hot_columns
from cwql.schema.catalog import catalog
from cwql.semantics.sql import column_value, register

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from os import PathLike

Parent = tuple[str, int] | None
Document = dict[str, Any]

_BATCH = 5_000

INDEXED_FROM = 5_000
"""How many records a table has when its hot fields are indexed; smaller ones are read as fast."""

PATIENCE = 20.0
"""How many seconds a statement may take: a hostile condition must not hold up everyone else."""


class Row(NamedTuple):
    """Hold the key of a record and its document as JSON text."""

    key: int
    text: str

    @property
    def document(self) -> Document:
        """Return the document, read from its text."""
        document: Document = json.loads(self.text)
        return document


class Store:
    """Keep records, in memory by default, or in the file at `path`."""

    def __init__(self, path: str | PathLike[str] = ":memory:") -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._lock = threading.RLock()
        self._tables: dict[tuple[str, str], Table] = {}
        register(self._connection)
        self._connection.set_progress_handler(self._is_late, 1_000_000)
        self._deadline = float("inf")
        # A file is a convenience of the sandbox, not a vault: what the last second wrote may be lost when the machine stops.
        self._connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
        )

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @property
    def filled(self) -> bool:
        """Tell whether the store was filled before: a file keeps what it held."""
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        return bool(version)

    @filled.setter
    def filled(self, value: bool) -> None:
        self._connection.execute(f"PRAGMA user_version = {int(value)}")

    def has(self, product: str, record: str) -> bool:
        """Tell whether there is any record of a kind."""
        with self._lock:
            table = self._table(product, record)
            return self._connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone() is not None

    def add(self, product: str, record: str, documents: Iterable[Document], parent: Parent = None) -> list[int]:
        """Insert documents and return their keys, in order.

        Documents that lack the member of the key get it set. Raises sqlite3.IntegrityError where a key is taken.
        """
        with self._lock:
            table = self._table(product, record)
            keys: list[int] = []
            rows = self._rows(table, documents, _parent_text(parent), keys)
            with self._transaction():
                while batch := list(islice(rows, _BATCH)):
                    self._connection.executemany(table.insert, batch)
            table.changed()
            return keys

    def _rows(
        self, table: Table, documents: Iterable[Document], parent: str, keys: list[int]
    ) -> Iterator[tuple[Any, ...]]:
        following = self._next_key(table)
        for document in documents:
            key = table.key_of(document)
            if key is None:
                key = following
                table.put_key(document, key)
            following = max(following, key + 1)
            keys.append(key)
            yield key, parent, *table.extract(document), dump(document)

    def _next_key(self, table: Table) -> int:
        (last,) = self._connection.execute(f"SELECT max(key) FROM {table.name}").fetchone()
        # A key that was given once does not come back: `last` forgets deleted records, the table object does not.
        table.last = max(table.last, last or 0)
        return table.last + 1

    def get(self, product: str, record: str, key: int, parent: Parent = None) -> Row | None:
        """Return a record by its key, or None; with a parent, only if it lies under it."""
        with self._lock:
            table = self._table(product, record)
            sql = f"SELECT key, document FROM {table.name} WHERE key = ?"
            row = self._connection.execute(
                *((sql, (key,)) if parent is None else (f"{sql} AND parent = ?", (key, _parent_text(parent))))
            ).fetchone()
            return None if row is None else Row(*row)

    def replace(self, product: str, record: str, key: int, document: Document) -> bool:
        """Put a document in the place of the one with that key; return False where there is none."""
        with self._lock:
            table = self._table(product, record)
            table.put_key(document, key)
            done = self._connection.execute(table.update, (*table.extract(document), dump(document), key)).rowcount
            table.changed()
            return done > 0

    def delete(self, product: str, record: str, key: int) -> bool:
        """Delete a record; return False where there is none."""
        with self._lock:
            table = self._table(product, record)
            table.last = max(table.last, key)
            done = self._connection.execute(f"DELETE FROM {table.name} WHERE key = ?", (key,)).rowcount
            table.changed()
            return done > 0

    def count(
        self, product: str, record: str, parent: Parent = None, where: str = "1", parameters: Sequence[object] = ()
    ) -> int:
        """Count records, under a parent if one is given, that fulfil an SQL expression over ``document`` and ``key``."""
        with self._lock:
            table = self._table(product, record)
            scope, bound = self._scope(parent, where, parameters)
            known = table.counts.get((scope, bound))
            if known is None:
                sql = f"SELECT count(*) FROM {table.name} WHERE {scope}"
                (known,) = self._search(table, sql, bound)[0]
                table.counts[scope, bound] = known
            return int(known)

    def find(
        self,
        product: str,
        record: str,
        parent: Parent = None,
        where: str = "1",
        parameters: Sequence[object] = (),
        order: str = "key",
        limit: int = -1,
        offset: int = 0,
    ) -> list[Row]:
        """Return records that fulfil an SQL expression, in an order, at most `limit` of them."""
        with self._lock:
            table = self._table(product, record)
            scope, bound = self._scope(parent, where, parameters)
            sql = f"SELECT key, document FROM {table.name} WHERE {scope} ORDER BY {order} LIMIT ? OFFSET ?"
            return [Row(*row) for row in self._search(table, sql, (*bound, limit, offset))]

    def _search(self, table: Table, sql: str, bound: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Run a statement that may have to read a whole table. Raises TimeoutError where it takes too long."""
        self._index(table)
        self._deadline = time.monotonic() + PATIENCE
        try:
            return self._connection.execute(sql, bound).fetchall()
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TimeoutError(f"a search took more than {PATIENCE:.0f} seconds") from None
            raise
        finally:
            self._deadline = float("inf")

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def index(self) -> None:
        """Index the hot fields of every table that is large; otherwise the first search does it."""
        with self._lock:
            for table in self._tables.values():
                self._index(table)

    def _index(self, table: Table) -> None:
        if table.indexed:
            return
        (size,) = self._connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {table.name}").fetchone()
        if table.hot and size < INDEXED_FROM:
            return
        table.indexed = True
        for hot in table.hot:
            name = f"{table.stem}_{hot.column}"
            self._connection.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON {table.name} ({hot.column})')
        if table.hot:
            # Without statistics SQLite takes the index of a flag for as good as that of a company.
            self._connection.execute("PRAGMA analysis_limit = 0")
            self._connection.execute(f"ANALYZE {table.name}")

    def _scope(self, parent: Parent, where: str, parameters: Sequence[object]) -> tuple[str, tuple[Any, ...]]:
        if parent is None:
            return where, tuple(parameters)
        return f"parent = ? AND ({where})", (_parent_text(parent), *parameters)

    def _table(self, product: str, record: str) -> Table:
        table = self._tables.get((product, record))
        if table is None:
            info = catalog(product).record(record)
            table = self._tables[product, record] = Table(product, info.name, *_key_member(product, info.name))
            columns = "".join([f"{hot.column}, " for hot in table.hot])
            # The document comes last: what stands before it is read without it.
            self._connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table.name} "
                f"(key INTEGER PRIMARY KEY, parent TEXT NOT NULL, {columns}document TEXT NOT NULL)"
            )
            self._connection.execute(f'CREATE INDEX IF NOT EXISTS "{table.stem}_parent" ON {table.name} (parent)')
        return table

    def _transaction(self) -> _Transaction:
        return _Transaction(self._connection)


class Table:
    """Describe the table of one kind of record."""

    def __init__(self, product: str, record: str, key_member: str | None, key_is_text: bool) -> None:
        self.product = product
        self.record = record
        self.stem = f"{product}_{record}"
        self.name = f'"{self.stem}"'
        self.key_member = key_member
        self.key_is_text = key_is_text
        self.last = 0
        self.indexed = False
        self.counts: dict[tuple[str, tuple[Any, ...]], int] = {}
        self.hot = hot_columns(product, record)
        columns = [hot.column for hot in self.hot]
        marks = ", ".join("?" * (len(columns) + 3))
        self.insert = f"INSERT INTO {self.name} ({', '.join(['key', 'parent', *columns, 'document'])}) VALUES ({marks})"
        self.update = (
            f"UPDATE {self.name} SET {', '.join([f'{name} = ?' for name in (*columns, 'document')])} WHERE key = ?"
        )

    def extract(self, document: Document) -> list[str | int | float | None]:
        """Return what the columns beside a document hold."""
        values = []
        for hot in self.hot:
            value: Any = document
            for step in hot.path:
                value = value.get(step) if isinstance(value, dict) else None
            values.append(column_value(value, hot.kind))
        return values

    def changed(self) -> None:
        """Forget what was counted."""
        self.counts.clear()

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


class _Transaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def dump(document: object) -> str:
    """Return JSON text as it is stored and sent: compact, any character as itself."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _parent_text(parent: Parent) -> str:
    return "" if parent is None else f"{parent[0]}/{parent[1]}"


def _key_member(product: str, record: str) -> tuple[str | None, bool]:
    field = catalog(product).record(record).find("id")
    if field is None or field.origin != "spec" or field.kind not in ("integer", "text"):
        return None, False
    return field.name, field.kind == "text"
