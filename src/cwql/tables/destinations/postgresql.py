"""A mirror in PostgreSQL: ``service.tickets``, with lists and maps as jsonb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa

from cwql.tables.destinations import Counts, State
from cwql.tables.destinations.relational import Layout, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cwql.tables.destinations import TableName

__all__ = ["ERRORS", "PostgreSQLStore", "open_store"]

ERRORS = (psycopg.Error, ValueError)
"""The errors of a server, and of a URL that is none."""

_LONGEST = 63
"""How many bytes PostgreSQL keeps of a name."""


def open_store(url: str) -> PostgreSQLStore:
    """Connect to a database."""
    return PostgreSQLStore(psycopg.connect(url, autocommit=True))


class PostgreSQLStore:
    """Tables with the id as primary key, in a schema for each first segment of a path; their states in ``_cwql.state``."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._layouts: dict[TableName, tuple[Layout, str]] = {}
        connection.execute("CREATE SCHEMA IF NOT EXISTS _cwql")
        connection.execute("CREATE TABLE IF NOT EXISTS _cwql.state (name text PRIMARY KEY, state text NOT NULL)")

    def state(self, name: TableName) -> State:
        """Return the state of a table; a new one if there is no table."""
        row = self._connection.execute("SELECT state FROM _cwql.state WHERE name = %s", (str(name),)).fetchone()
        return State.from_json(row[0] if row else None)

    def prepare(self, name: TableName, schema: pa.Schema, key: str) -> list[str]:
        """Create a table, or add the columns that it lacks, and return their names."""
        layout = Layout(schema)
        layout.names = [column.encode()[:_LONGEST].decode("utf-8", "ignore") for column in layout.names]
        self._layouts[name] = (layout, key)
        columns = [
            f"{quote(column)} {_kind(kind)}{' PRIMARY KEY' if column == key else ''}"
            for column, kind in zip(layout.names, layout.types, strict=True)
        ]
        con = self._connection
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(name.schema)}")
        con.execute(f"CREATE TABLE IF NOT EXISTS {_full(name)} ({', '.join(columns)})")
        rows = con.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
            (name.schema, name.table),
        ).fetchall()
        present = {row[0] for row in rows}
        added = [column for column in layout.names if column not in present]
        for column, declared in zip(layout.names, columns, strict=True):
            if column in added:
                con.execute(f"ALTER TABLE {_full(name)} ADD COLUMN {declared}")
        return added

    def write(self, name: TableName, records: pa.Table | None, deleted: Collection[int | str], state: State) -> Counts:
        """Insert or replace records, delete others, and store the state, all or nothing."""
        layout, key = self._layouts[name]
        counts = Counts()
        with self._connection.transaction(), self._connection.cursor() as cursor:
            if records is not None and records.num_rows:
                updated = self._delete(cursor, name, key, records.column(key).to_pylist())
                names = ", ".join([quote(column) for column in layout.names])
                with cursor.copy(f"COPY {_full(name)} ({names}) FROM STDIN") as copy:
                    for row in layout.rows(records):
                        copy.write_row([value.replace("\0", "") if isinstance(value, str) else value for value in row])
                counts = Counts(records.num_rows - updated, updated)
            if deleted:
                counts = Counts(counts.inserted, counts.updated, self._delete(cursor, name, key, sorted(deleted)))
            cursor.execute(
                "INSERT INTO _cwql.state VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET state = excluded.state",
                (str(name), state.to_json()),
            )
        return counts

    def _delete(self, cursor: Any, name: TableName, key: str, ids: list[Any]) -> int:
        cursor.execute(f"DELETE FROM {_full(name)} WHERE {quote(key)} = ANY(%s)", (ids,))
        return int(cursor.rowcount)

    def versions(self, name: TableName) -> Mapping[int | str, tuple[str, str]]:
        """Return each id with the time and the author of the record's last change."""
        layout, key = self._layouts[name]
        time, author = layout.position("_info", "lastUpdated"), layout.position("_info", "updatedBy")
        shown = [quote(layout.names[place]) if place is not None else "NULL" for place in (time, author)]
        text = (
            f"to_char({shown[0]} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')" if time is not None else "NULL"
        )
        rows = self._connection.execute(f"SELECT {quote(key)}, {text}, {shown[1]} FROM {_full(name)}").fetchall()
        return {row[0]: (row[1] or "", row[2] or "") for row in rows}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "bigint"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_floating(kind):
        return "double precision"
    if pa.types.is_timestamp(kind):
        return "timestamptz"
    if pa.types.is_date(kind):
        return "date"
    return "jsonb" if pa.types.is_nested(kind) else "text"


def _full(name: TableName) -> str:
    return f"{quote(name.schema)}.{quote(name.table)}"
