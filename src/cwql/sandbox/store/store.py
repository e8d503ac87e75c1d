"""Records in SQLite: `Store` stores them as JSON documents, in one table for each kind of record.

Four things identify a record:

* its `product`, ``manage`` or ``automate``;
* its `record`, the class name in the catalog (``Ticket``, ``ContactCommunication``, ``Computer``);
* its `key`, an integer that is unique among all records of that kind. If the catalog gives the kind a member ``id`` (``Id`` on
  Automate), document and key agree: a document without one gets the next free key, as a number or as text, whichever the
  catalog says. A kind without such a member has its key only in the table;
* its `parent`: None, or the pair (kind, key) of the record above it. The notes of ticket 5 are
  ``store.add("manage", "ServiceNote", notes, parent=("Ticket", 5))``, and ``GET /service/tickets/5/notes`` lists them. The kind of
  the parent is the record that GET returns for the path up to the last placeholder (``/service/tickets/{parentId}`` returns
  Ticket). A path without a placeholder lists the records of all parents (``/system/workflows/events``).

Documents are dicts of JSON values: texts, integers, floats, booleans, None, lists and dicts; date-times as
``2024-01-31T17:00:00Z``. Fields that are often asked for (`cwql.sandbox.store.layout.INDEXED_FIELDS`) have separate columns, which
are indexed when a store was filled, or when a large table is first searched. One connection and one lock serve all threads.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cwql.errors import CwqlError
from cwql.sandbox.store.counts import CountCache, is_cacheable
from cwql.sandbox.store.table import RowSource, Table, dump
from cwql.schema.catalog import catalog
from cwql.semantics.sql_functions import register

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from os import PathLike

    Batch = tuple[str, str, Iterable["Document"], "Parent"]

Parent = tuple[str, int] | None
Document = dict[str, Any]

_APPLICATION_ID = 0x6377716C
"""The mark of the sandbox's files: ``cwql`` in ASCII."""

_LINKS_TABLE = (
    "CREATE TABLE IF NOT EXISTS links (kind TEXT NOT NULL, above INTEGER NOT NULL, below INTEGER NOT NULL, "
    "PRIMARY KEY (kind, above, below)) WITHOUT ROWID"
)

_FILLED, _FILLING = 1, 2
"""The version of a file that is filled, and of one that is being filled; a new one has 0."""

_CACHE = 32_768
"""KiB of a file that are cached in memory, and how much of an index is sorted at a time."""

_STATEMENTS = 8
"""How many prepared statements SQLite caches; one takes about 20 times as much memory as its text."""

_LONG_STATEMENT = 50_000
"""A statement with more characters is not cached."""

INDEXED_FROM = 5_000
"""How many records a table has when its columns are indexed; smaller ones are read as fast without indexes."""

SEARCH_TIMEOUT = 20.0
"""How many seconds a search may take, so that a hostile condition does not delay all other requests."""


class Row(NamedTuple):
    """The key of a record and its document as JSON text."""

    key: int
    text: str

    @property
    def document(self) -> Document:
        """Return the document, parsed from its text."""
        document: Document = json.loads(self.text)
        return document


class Store:
    """Store records in memory, or in the file at `path`. Raises CwqlError for a file that is something else."""

    def __init__(self, path: str | PathLike[str] = ":memory:") -> None:
        self._lock = threading.RLock()
        self._tables: dict[tuple[str, str], Table] = {}
        self._counts = CountCache()
        self._is_filling = False
        self._deadline = float("inf")
        self._connection = _open(path)
        register(self._connection)
        self._connection.execute(_LINKS_TABLE)
        self._connection.set_progress_handler(self._has_timed_out, 1_000_000)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    def clear(self) -> None:
        """Remove all records, so that the store can be filled again."""
        with self._lock:
            run = self._connection.execute
            names = run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
            for (name,) in names:
                run(f'DROP TABLE "{name}"')
            run(_LINKS_TABLE)
            run("PRAGMA user_version = 0")
            self._tables.clear()
            self._counts = CountCache()

    @property
    def is_filled(self) -> bool:
        """Return whether the store was filled before, which a file remembers."""
        return bool(self._connection.execute("PRAGMA user_version").fetchone()[0] == _FILLED)

    def fill(self, batches: Iterable[Batch]) -> int:
        """Add batches to an empty store, index large tables, and return how many records there are.

        A file whose filling was interrupted is filled again when it is opened.
        """
        with self._lock:
            run = self._connection.execute
            run(f"PRAGMA user_version = {_FILLING}")
            # All records can be made again, so no journal is needed.
            (journal,) = run("PRAGMA journal_mode").fetchone()
            run("PRAGMA journal_mode = OFF")
            with _Transaction(self._connection):
                self._is_filling = True
                try:
                    count = sum(self._add_batch(*batch) for batch in batches)
                finally:
                    self._is_filling = False
            for table in self._tables.values():
                self._index(table)
            run(f"PRAGMA user_version = {_FILLED}")
            run(f"PRAGMA journal_mode = {journal}")
            return count

    def _add_batch(self, product: str, record: str, documents: Iterable[Document], parent: Parent) -> int:
        if not isinstance(documents, RowSource):
            return len(self.add(product, record, documents, parent))
        table = self._table(product, record)
        self._connection.executemany(table.insert, table.make_rows(self._connection, documents))
        table.mark_changed()
        return len(documents)

    def add(
        self,
        product: str,
        record: str,
        documents: Iterable[Document],
        parent: Parent = None,
        keys: Iterable[int] = (),
    ) -> list[int]:
        """Insert documents and return their keys, in order.

        The key is set in documents that lack it; `keys` are those of documents of a kind that has no member for it. Raises
        sqlite3.IntegrityError if a key is taken.
        """
        with self._lock:
            table = self._table(product, record)
            given, keys = iter(keys), []
            rows = self._rows(table, documents, _parent_text(parent), given, keys)
            with nullcontext() if self._is_filling else _Transaction(self._connection):
                self._connection.executemany(table.insert, rows)
            table.mark_changed()
            return keys

    def _rows(
        self, table: Table, documents: Iterable[Document], parent: str, given: Iterator[int], keys: list[int]
    ) -> Iterator[tuple[Any, ...]]:
        next_key = self._next_key(table)
        for document in documents:
            key = next(given, None)
            if key is None:
                key = table.key_of(document)
            if key is None:
                key = next_key
                table.set_key(document, key)
            next_key = max(next_key, key + 1)
            keys.append(key)
            yield table.make_row(key, parent, document)

    def next_key(self, product: str, record: str) -> int:
        """Return the key that the next new record of a kind gets."""
        with self._lock:
            return self._next_key(self._table(product, record))

    def _next_key(self, table: Table) -> int:
        (last,) = self._connection.execute(f"SELECT max(key) FROM {table.name}").fetchone()
        # A key is never used twice; the database forgets those of deleted records, the table object does not.
        table.last_key = max(table.last_key, last or 0)
        return table.last_key + 1

    def get(self, product: str, record: str, key: int, parent: Parent = None) -> Row | None:
        """Return a record by its key, or None; with a parent, only if it is below that one."""
        with self._lock:
            table = self._table(product, record)
            sql = f"SELECT {table.selected} FROM {table.name} WHERE key = ?"
            row = self._connection.execute(
                *((sql, (key,)) if parent is None else (f"{sql} AND parent = ?", (key, _parent_text(parent))))
            ).fetchone()
            return None if row is None else self._row(table, row)

    def is_below_another(self, product: str, record: str, key: int, parent: tuple[str, int]) -> bool:
        """Return whether a record is below another record of the kind of `parent`."""
        with self._lock:
            sql = f"SELECT parent FROM {self._table(product, record).name} WHERE key = ?"
            found = self._connection.execute(sql, (key,)).fetchone()
            stored = "" if found is None else str(found[0])
            return stored.rpartition("/")[0] == parent[0] and stored != _parent_text(parent)

    def replace(self, product: str, record: str, key: int, document: Document) -> bool:
        """Replace the document with a key; return False if there is none."""
        with self._lock:
            table = self._table(product, record)
            table.set_key(document, key)
            done = self._connection.execute(table.update, (*table.extract(document), dump(document), key)).rowcount
            table.mark_changed()
            return done > 0

    def replace_all(self, product: str, record: str, documents: Iterable[Document], parent: Parent) -> None:
        """Replace all records of a kind: for lists that are made from other records when they are read."""
        with self._lock:
            table = self._table(product, record)
            self._connection.execute(f"DELETE FROM {table.name}")
            self.add(product, record, documents, parent)

    def link(self, kind: str, above: int, below: int) -> None:
        """Attach the record `below` to the record `above`."""
        with self._lock:
            self._connection.execute("INSERT OR IGNORE INTO links VALUES (?, ?, ?)", (kind, above, below))

    def unlink(self, kind: str, above: int, below: int) -> bool:
        """Detach a record; return False if it was not attached."""
        sql = "DELETE FROM links WHERE kind = ? AND above = ? AND below = ?"
        with self._lock:
            return self._connection.execute(sql, (kind, above, below)).rowcount > 0

    def linked(self, kind: str, above: int) -> list[int]:
        """Return the keys of the records that are attached to a record."""
        sql = "SELECT below FROM links WHERE kind = ? AND above = ? ORDER BY below"
        with self._lock:
            return [key for (key,) in self._connection.execute(sql, (kind, above))]

    def delete(self, product: str, record: str, key: int) -> bool:
        """Delete a record; return False if there is none."""
        with self._lock:
            table = self._table(product, record)
            table.last_key = max(table.last_key, key)
            done = self._connection.execute(f"DELETE FROM {table.name} WHERE key = ?", (key,)).rowcount
            table.mark_changed()
            return done > 0

    def count(
        self, product: str, record: str, parent: Parent = None, where: str = "1", parameters: Sequence[object] = ()
    ) -> int:
        """Count the records for which an SQL expression over ``document`` and ``key`` is true, below a parent if there is one."""
        with self._lock:
            table = self._table(product, record)
            condition, values = _add_parent(parent, where, parameters)
            key = (table.name, table.version, condition, values) if is_cacheable(condition, values) else None
            count = None if key is None else self._counts.get(key)
            if count is None:
                sql = f"SELECT count(*) FROM {table.name} WHERE {condition}"
                count = int(self._search(table, sql, values)[0][0])
                if key is not None:
                    self._counts.put(key, count)
            return count

    def find(  # noqa: PLR0913  # the clauses of a SELECT
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
        """Return the records for which an SQL expression is true, in an order, at most `limit` of them."""
        with self._lock:
            table = self._table(product, record)
            condition, values = _add_parent(parent, where, parameters)
            sql = f"SELECT {table.selected} FROM {table.name} WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
            return [self._row(table, row) for row in self._search(table, sql, (*values, limit, offset))]

    def _row(self, table: Table, values: tuple[Any, ...]) -> Row:
        key, text, *part_keys = values
        return Row(key, table.join(self._connection, text, part_keys) if part_keys else text)

    def _search(self, table: Table, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Run a statement that may have to read a whole table. Raises TimeoutError if it takes too long."""
        self._index(table)
        self._deadline = time.monotonic() + SEARCH_TIMEOUT
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TimeoutError(f"a search took more than {SEARCH_TIMEOUT:.0f} seconds") from None
            raise
        finally:
            self._deadline = float("inf")
            if len(sql) > _LONG_STATEMENT:
                self._drop_statements()

    def _drop_statements(self) -> None:
        """Push all prepared statements out of SQLite's cache, which has no other way to drop one."""
        for number in range(_STATEMENTS):
            self._connection.execute(f"SELECT {number}")

    def _has_timed_out(self) -> bool:
        return time.monotonic() > self._deadline

    def _index(self, table: Table) -> None:
        if table.is_indexed:
            return
        (size,) = self._connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {table.name}").fetchone()
        if table.columns and size < INDEXED_FROM:
            return
        table.is_indexed = True
        if table.create_indexes(self._connection):
            # Without statistics SQLite prefers the index of a flag to that of a company.
            self._connection.execute("PRAGMA analysis_limit = 0")
            self._connection.execute(f"ANALYZE {table.name}")

    def _table(self, product: str, record: str) -> Table:
        table = self._tables.get((product, record))
        if table is None:
            info = catalog(product).record(record)
            table = self._tables[product, record] = Table(product, info.name)
            table.create(self._connection)
        return table


def _add_parent(parent: Parent, where: str, parameters: Sequence[object]) -> tuple[str, tuple[Any, ...]]:
    if parent is None:
        return where, tuple(parameters)
    return f"parent = ? AND ({where})", (_parent_text(parent), *parameters)


def _open(path: str | PathLike[str]) -> sqlite3.Connection:
    """Open a database. Raises CwqlError for the file of another program, which is not changed."""
    connection = _connect(path)
    try:
        run = connection.execute
        (mark,), (version,) = (run(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
        if mark != _APPLICATION_ID and run("SELECT 1 FROM sqlite_master").fetchone() is not None:
            raise CwqlError(f"{path} contains another program's database: name another file for the sandbox")
        if version == _FILLING:
            connection.close()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{os.fspath(path)}{suffix}").unlink(missing_ok=True)
            connection = _connect(path)
        # Not synchronous: if the machine stops, the writes of the last second may be lost, which a sandbox can afford.
        connection.executescript(
            f"PRAGMA application_id = {_APPLICATION_ID}; "
            f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -{_CACHE};"
        )
    except sqlite3.DatabaseError as error:
        connection.close()
        raise CwqlError(f"{path} is no database that the sandbox can use: {error}") from None
    except CwqlError:
        connection.close()
        raise
    return connection


def _connect(path: str | PathLike[str]) -> sqlite3.Connection:
    try:
        if os.fspath(path) != ":memory:":
            # SQLite gives its companion files (-wal, -shm) the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=_STATEMENTS)
    except OSError as error:
        raise CwqlError(f"{path}: {error.strerror}") from None
    except sqlite3.OperationalError as error:
        raise CwqlError(f"{path}: {error}") from None


class _Transaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def _parent_text(parent: Parent) -> str:
    return "" if parent is None else f"{parent[0]}/{parent[1]}"
