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
``2024-01-31T17:00:00Z``. Fields that are asked for often (`cwql.sandbox.store.layout.HOT`) have columns of their own, which are indexed when
a store was filled, or when a table that grew large is first searched. One connection and one lock serve all threads.
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
from cwql.sandbox.store.table import Drawn, Table, dump
from cwql.schema.catalog import catalog
from cwql.semantics.sql_functions import register

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from os import PathLike

    Batch = tuple[str, str, Iterable["Document"], "Parent"]

Parent = tuple[str, int] | None
Document = dict[str, Any]

_APPLICATION = 0x6377716C
"""What marks a file as the sandbox's: ``cwql`` in ASCII."""

_FILLED, _BEGUN = 1, 2
"""The versions of a file that was filled, and of one that is being filled; a new one has 0."""

_CACHE = 32_768
"""KiB of a file that are kept in memory, and how much of an index is sorted at a time."""

_STATEMENTS = 8
"""How many prepared statements SQLite keeps; one takes about 20 times as much memory as its text."""

_LONG_STATEMENT = 50_000
"""A statement with more characters is not kept."""

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
    """Keep records, in memory by default, or in the file at `path`. Raises CwqlError for a file that is something else."""

    def __init__(self, path: str | PathLike[str] = ":memory:") -> None:
        self._lock = threading.RLock()
        self._tables: dict[tuple[str, str], Table] = {}
        self._counts = CountCache()
        self._filling = False
        self._deadline = float("inf")
        self._connection = _open(path)
        register(self._connection)
        self._connection.set_progress_handler(self._is_late, 1_000_000)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @property
    def filled(self) -> bool:
        """Tell whether the store was filled before: a file keeps what it held."""
        return bool(self._connection.execute("PRAGMA user_version").fetchone()[0] == _FILLED)

    def fill(self, batches: Iterable[Batch]) -> int:
        """Put batches into an empty store, index what is large, and return how many records there are.

        A file whose filling was interrupted is started anew when it is opened.
        """
        with self._lock:
            run = self._connection.execute
            run(f"PRAGMA user_version = {_BEGUN}")
            # Nothing is lost that could not be drawn again: no journal.
            (journal,) = run("PRAGMA journal_mode").fetchone()
            run("PRAGMA journal_mode = OFF")
            with _Transaction(self._connection):
                self._filling = True
                try:
                    count = sum(self._add_batch(*batch) for batch in batches)
                finally:
                    self._filling = False
            for table in self._tables.values():
                self._index(table)
            run(f"PRAGMA user_version = {_FILLED}")
            run(f"PRAGMA journal_mode = {journal}")
            return count

    def _add_batch(self, product: str, record: str, documents: Iterable[Document], parent: Parent) -> int:
        if not isinstance(documents, Drawn):
            return len(self.add(product, record, documents, parent))
        table = self._table(product, record)
        self._connection.executemany(table.insert, table.draw(self._connection, documents))
        table.changed()
        return len(documents)

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
            with nullcontext() if self._filling else _Transaction(self._connection):
                self._connection.executemany(table.insert, rows)
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
            yield table.row(key, parent, document)

    def _next_key(self, table: Table) -> int:
        (last,) = self._connection.execute(f"SELECT max(key) FROM {table.name}").fetchone()
        # A key that was given once does not come back: `last` forgets deleted records, the table object does not.
        table.last = max(table.last, last or 0)
        return table.last + 1

    def get(self, product: str, record: str, key: int, parent: Parent = None) -> Row | None:
        """Return a record by its key, or None; with a parent, only if it lies under it."""
        with self._lock:
            table = self._table(product, record)
            sql = f"SELECT {table.reading} FROM {table.name} WHERE key = ?"
            row = self._connection.execute(
                *((sql, (key,)) if parent is None else (f"{sql} AND parent = ?", (key, _parent_text(parent))))
            ).fetchone()
            return None if row is None else self._row(table, row)

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
            key = (table.name, table.version, scope, bound) if is_cacheable(scope, bound) else None
            count = None if key is None else self._counts.get(key)
            if count is None:
                sql = f"SELECT count(*) FROM {table.name} WHERE {scope}"
                count = int(self._search(table, sql, bound)[0][0])
                if key is not None:
                    self._counts.put(key, count)
            return count

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
            sql = f"SELECT {table.reading} FROM {table.name} WHERE {scope} ORDER BY {order} LIMIT ? OFFSET ?"
            return [self._row(table, row) for row in self._search(table, sql, (*bound, limit, offset))]

    def _row(self, table: Table, values: tuple[Any, ...]) -> Row:
        key, text, *pieces = values
        return Row(key, table.join(self._connection, text, pieces) if pieces else text)

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
            if len(sql) > _LONG_STATEMENT:
                self._drop_statements()

    def _drop_statements(self) -> None:
        """Push every prepared statement out of SQLite's cache, which has no other way to forget one."""
        for number in range(_STATEMENTS):
            self._connection.execute(f"SELECT {number}")

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def _index(self, table: Table) -> None:
        if table.indexed:
            return
        (size,) = self._connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {table.name}").fetchone()
        if table.hot and size < INDEXED_FROM:
            return
        table.indexed = True
        if table.index(self._connection):
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
            table = self._tables[product, record] = Table(product, info.name)
            table.create(self._connection)
        return table


def _open(path: str | PathLike[str]) -> sqlite3.Connection:
    """Open a database; a file that another program made is left alone."""
    connection = _connect(path)
    try:
        run = connection.execute
        (mark,), (version,) = (run(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
        if mark != _APPLICATION and run("SELECT 1 FROM sqlite_master").fetchone() is not None:
            raise CwqlError(f"{path} holds another program's database: name a file of its own for the sandbox")
        if version == _BEGUN:
            connection.close()
            for end in ("", "-wal", "-shm"):
                Path(f"{os.fspath(path)}{end}").unlink(missing_ok=True)
            connection = _connect(path)
        # A file is a convenience of the sandbox, not a vault: what the last second wrote may be lost when the machine stops.
        connection.executescript(
            f"PRAGMA application_id = {_APPLICATION}; "
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
            # SQLite gives the files beside it (-wal, -shm) the same mode.
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
