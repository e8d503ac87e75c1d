"""A mirror in a DuckDB file: nested columns as they are, and a transaction for each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from cwql.tables.destinations import Counts, State

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cwql.tables.destinations import TableName

__all__ = ["ERRORS", "DuckDBStore", "open_store"]

ERRORS = (duckdb.Error, ValueError)
"""The errors of a damaged, locked or impossible file."""


def open_store(file: str) -> DuckDBStore:
    """Open a file, or create it."""
    connection = duckdb.connect(
        file, config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    try:
        return DuckDBStore(connection)
    except BaseException:
        connection.close()
        raise


class DuckDBStore:
    """Tables in one schema for each first segment of a path; their states in ``_cwql.state``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._keys: dict[TableName, str] = {}
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE SCHEMA IF NOT EXISTS _cwql")
        connection.execute("CREATE TABLE IF NOT EXISTS _cwql.state (name TEXT PRIMARY KEY, state TEXT NOT NULL)")

    def state(self, name: TableName) -> State:
        """Return the state of a table; a new one if there is no table."""
        rows = self._connection.execute("SELECT state FROM _cwql.state WHERE name = ?", [str(name)]).fetchall()
        return State.from_json(rows[0][0] if rows else None)

    def prepare(self, name: TableName, schema: pa.Schema, key: str) -> list[str]:
        """Create a table, or add the columns that it lacks, and return their names."""
        self._keys[name] = key
        con = self._connection
        con.register("_new", schema.empty_table())
        try:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {_quote(name.schema)}")
            con.execute(f"CREATE TABLE IF NOT EXISTS {_full(name)} AS FROM _new")
            wanted = {row[0]: row[1] for row in con.execute("DESCRIBE _new").fetchall()}
            present = {row[0]: row[1] for row in con.execute(f"DESCRIBE {_full(name)}").fetchall()}
            added = []
            for column, kind in wanted.items():
                if column not in present:
                    con.execute(f"ALTER TABLE {_full(name)} ADD COLUMN {_quote(column)} {kind}")
                    added.append(column)
                elif present[column] != kind:
                    con.execute(f"ALTER TABLE {_full(name)} ALTER COLUMN {_quote(column)} SET DATA TYPE {kind}")
                    added.append(column)
            return added
        finally:
            con.unregister("_new")

    def write(self, name: TableName, records: pa.Table | None, deleted: Collection[int | str], state: State) -> Counts:
        """Insert or replace records, delete others, and store the state, all or nothing."""
        con = self._connection
        key = _quote(self._keys.get(name, "id"))
        counts = Counts()
        con.execute("BEGIN")
        try:
            if records is not None and records.num_rows:
                con.register("_new", records)
                updated = _changed(con.execute(f"DELETE FROM {_full(name)} WHERE {key} IN (SELECT {key} FROM _new)"))
                con.execute(f"INSERT INTO {_full(name)} BY NAME SELECT * FROM _new")
                con.unregister("_new")
                counts = Counts(records.num_rows - updated, updated)
            if deleted:
                con.register("_gone", pa.table({"id": pa.array(sorted(deleted))}))
                gone = _changed(con.execute(f"DELETE FROM {_full(name)} WHERE {key} IN (SELECT id FROM _gone)"))
                con.unregister("_gone")
                counts = Counts(counts.inserted, counts.updated, gone)
            con.execute("INSERT OR REPLACE INTO _cwql.state VALUES (?, ?)", [str(name), state.to_json()])
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
        return counts

    def versions(self, name: TableName) -> Mapping[int | str, tuple[str, str]]:
        """Return each id with the time and the author of the record's last change."""
        con = self._connection
        key = _quote(self._keys[name])
        columns = {row[0] for row in con.execute(f"DESCRIBE {_full(name)}").fetchall()}
        shown = "''" if "_info" not in columns else "coalesce(strftime(_info.lastUpdated, '%Y-%m-%dT%H:%M:%SZ'), '')"
        author = "''" if "_info" not in columns else "coalesce(_info.updatedBy, '')"
        rows = con.execute(f"SELECT {key}, {shown}, {author} FROM {_full(name)}").fetchall()
        return {row[0]: (row[1], row[2]) for row in rows}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _changed(result: duckdb.DuckDBPyConnection) -> int:
    return sum(row[0] for row in result.fetchall())


def _full(name: TableName) -> str:
    return f"{_quote(name.schema)}.{_quote(name.table)}"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
