"""A mirror in a SQLite file: ``service_tickets``, with moments as ISO text and lists and maps as JSON."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cwql.tables.destinations import Counts, State
from cwql.tables.destinations.relational import Layout, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cwql.tables.destinations import TableName

__all__ = ["ERRORS", "SQLiteStore", "open_store"]

# The last two are of paths, and of integers of more than 64 bits.
ERRORS = (sqlite3.Error, ValueError, OverflowError)
"""The errors of a damaged, locked or impossible file."""

_SLICE = 500
"""How many values a statement has; SQLite takes at least 999."""


def open_store(file: str) -> SQLiteStore:
    """Open a file, or create it."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        return SQLiteStore(connection)
    except BaseException:
        connection.close()
        raise


class SQLiteStore:
    """Tables with the id as primary key; their states in ``_cwql_state``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._layouts: dict[TableName, tuple[Layout, str]] = {}
        connection.execute("CREATE TABLE IF NOT EXISTS _cwql_state (name TEXT PRIMARY KEY, state TEXT NOT NULL)")

    def state(self, name: TableName) -> State:
        """Return the state of a table; a new one if there is no table."""
        row = self._connection.execute("SELECT state FROM _cwql_state WHERE name = ?", (str(name),)).fetchone()
        return State.from_json(row[0] if row else None)

    def prepare(self, name: TableName, schema: pa.Schema, key: str) -> list[str]:
        """Create a table, or add the columns that it lacks, and return their names."""
        layout = Layout(schema)
        self._layouts[name] = (layout, key)
        columns = [
            f"{quote(column)} {_kind(kind)}{' PRIMARY KEY' if column == key else ''}"
            for column, kind in zip(layout.names, layout.types, strict=True)
        ]
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {_full(name)} ({', '.join(columns)})")
        present = {row[1].lower() for row in self._connection.execute(f"PRAGMA table_info({_full(name)})")}
        added = [column for column in layout.names if column.lower() not in present]
        for column, declared in zip(layout.names, columns, strict=True):
            if column in added:
                self._connection.execute(f"ALTER TABLE {_full(name)} ADD COLUMN {declared}")
        return added

    def write(self, name: TableName, records: pa.Table | None, deleted: Collection[int | str], state: State) -> Counts:
        """Insert or replace records, delete others, and store the state, all or nothing."""
        con = self._connection
        layout, key = self._layouts[name]
        counts = Counts()
        con.execute("BEGIN IMMEDIATE")
        try:
            if records is not None and records.num_rows:
                updated = self._delete(name, key, records.column(key).to_pylist())
                holes = ", ".join("?" * len(layout.names))
                names = ", ".join([quote(column) for column in layout.names])
                rows = ([_plain(value) for value in row] for row in layout.rows(records))
                con.executemany(f"INSERT INTO {_full(name)} ({names}) VALUES ({holes})", rows)
                counts = Counts(records.num_rows - updated, updated)
            if deleted:
                counts = Counts(counts.inserted, counts.updated, self._delete(name, key, sorted(deleted)))
            con.execute("INSERT OR REPLACE INTO _cwql_state VALUES (?, ?)", (str(name), state.to_json()))
            con.execute("COMMIT")
        except BaseException:
            # Some errors, such as a full disk, end the transaction.
            if con.in_transaction:
                con.execute("ROLLBACK")
            raise
        return counts

    def _delete(self, name: TableName, key: str, ids: list[Any]) -> int:
        count = 0
        for place in range(0, len(ids), _SLICE):
            part = ids[place : place + _SLICE]
            holes = ", ".join("?" * len(part))
            count += self._connection.execute(
                f"DELETE FROM {_full(name)} WHERE {quote(key)} IN ({holes})", part
            ).rowcount
        return count

    def versions(self, name: TableName) -> Mapping[int | str, tuple[str, str]]:
        """Return each id with the time and the author of the record's last change."""
        layout, key = self._layouts[name]
        time, author = layout.position("_info", "lastUpdated"), layout.position("_info", "updatedBy")
        shown = [quote(layout.names[place]) if place is not None else "NULL" for place in (time, author)]
        rows = self._connection.execute(f"SELECT {quote(key)}, {shown[0]}, {shown[1]} FROM {_full(name)}")
        return {row[0]: ((row[1] or "")[:19] + "Z" if row[1] else "", row[2] or "") for row in rows}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return "INTEGER"
    return "REAL" if pa.types.is_floating(kind) else "TEXT"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _full(name: TableName) -> str:
    return quote(f"{name.schema}_{name.table}")
