"""A mirror as Parquet files: ``service/tickets.parquet``, replaced as a whole, so that readers always see one complete table.

The state of a table is in the metadata of its file, so both change at once. The pages of a first pull are separate files in
``service/.tickets`` until it is complete. ``manifest.json`` lists the tables for other programs.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from secrets import token_hex
from typing import IO, TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from cwql.tables.arrow import without_dictionaries
from cwql.tables.destinations import Counts, State, require_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from cwql.tables.destinations import TableName

__all__ = ["ERRORS", "ParquetStore", "open_store"]

ERRORS = (pa.ArrowException, OSError, ValueError)
"""The errors of a damaged or impossible file."""

_STATE = b"cwql.state"
_ROWS = 50_000


def open_store(folder: str) -> ParquetStore:
    """Open a folder, or create it."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    return ParquetStore(root)


class ParquetStore:
    """One file for each table."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tables: dict[TableName, tuple[pa.Schema, str]] = {}

    def state(self, name: TableName) -> State:
        """Return the state of a table; a new one if there is no table."""
        for file in [*reversed(self._pages(name)), self._file(name)]:
            if file.exists():
                metadata = pq.read_schema(file).metadata or {}
                return State.from_json(metadata.get(_STATE, b"").decode())
        return State()

    def prepare(self, name: TableName, schema: pa.Schema, key: str) -> list[str]:
        """Remember the columns of a table, and return those that its file lacks. They are added by the next write."""
        # Parquet has no type for dictionaries: readers see text.
        plain = pa.schema([(field.name, without_dictionaries(field.type)) for field in schema])
        self._tables[name] = (plain, key)
        file = self._file(name)
        present = set(pq.read_schema(file).names) if file.exists() else set(plain.names)
        return [column for column in plain.names if column not in present]

    def write(self, name: TableName, records: pa.Table | None, deleted: Collection[int | str], state: State) -> Counts:
        """Insert or replace records, delete others, and store the state, all or nothing.

        Records of an incomplete table are counted when it is complete.
        """
        schema, key = self._tables[name]
        records = records.cast(schema) if records is not None else schema.empty_table()
        if not state.complete and not deleted:
            self._add_page(name, records, state)
            return Counts()
        pages = self._pages(name)
        gone = set(deleted)
        tables = [_without(_fitted(pq.read_table(page), schema), key, gone) for page in pages]
        fresh = _last_of_each([*tables, records], key) if tables else records
        counts = self._replace(name, fresh, gone, state)
        if pages:
            shutil.rmtree(pages[0].parent)
        self._write_manifest()
        return counts

    def _add_page(self, name: TableName, records: pa.Table, state: State) -> None:
        pages = self._pages(name)
        file = self._file(name).parent / f".{name.table}" / f"{len(pages) + 1:08}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, records.schema, iter(records.to_batches()), state)

    def _replace(self, name: TableName, fresh: pa.Table, deleted: set[int | str], state: State) -> Counts:
        """Write the table with the new records and without the deleted ones."""
        schema, key = self._tables[name]
        file = self._file(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        replaced = set(fresh.column(key).to_pylist())
        counted = {"updated": 0, "deleted": 0}

        def batches() -> Iterator[pa.RecordBatch]:
            if file.exists():
                for batch in pq.ParquetFile(file).iter_batches(_ROWS):
                    table = _fitted(pa.Table.from_batches([batch]), schema)
                    ids = table.column(key).to_pylist()
                    counted["updated"] += sum(each in replaced for each in ids)
                    counted["deleted"] += sum(each in deleted and each not in replaced for each in ids)
                    keep = pa.array([each not in replaced and each not in deleted for each in ids], pa.bool_())
                    yield from table.filter(keep).to_batches()
            yield from fresh.to_batches()

        _write(file, schema, batches(), state)
        return Counts(fresh.num_rows - counted["updated"], counted["updated"], counted["deleted"])

    def versions(self, name: TableName) -> Mapping[int | str, tuple[str, str]]:
        """Return each id with the time and the author of the record's last change."""
        schema, key = self._tables[name]
        has_info = "_info" in schema.names
        found: dict[int | str, tuple[str, str]] = {}
        # The pages of an interrupted read become part of the table, so deletions are looked for in them too.
        for file in [self._file(name), *self._pages(name)]:
            if not file.exists():
                continue
            table = pq.read_table(file, columns=[key, *(["_info"] if has_info else [])])
            ids = table.column(key).to_pylist()
            infos = table.column("_info").to_pylist() if has_info else [None] * len(ids)
            for each, info in zip(ids, infos, strict=True):
                changed = info["lastUpdated"] if info else None
                time = changed.strftime("%Y-%m-%dT%H:%M:%SZ") if changed else ""
                found[each] = (time, (info or {}).get("updatedBy") or "")
        return found

    def close(self) -> None:
        """Do nothing: every file is complete."""

    def _file(self, name: TableName) -> Path:
        file = self._root / name.schema / f"{name.table}.parquet"
        require_file(file)
        return file

    def _pages(self, name: TableName) -> list[Path]:
        return sorted((self._file(name).parent / f".{name.table}").glob("*.parquet"))

    def _write_manifest(self) -> None:
        tables = {}
        for file in sorted(self._root.glob("*/*.parquet")):
            require_file(file)
            schema = pq.read_schema(file)
            state = State.from_json((schema.metadata or {}).get(_STATE, b"").decode())
            tables[f"{file.parent.name}.{file.stem}"] = {
                "file": file.relative_to(self._root).as_posix(),
                "rows": pq.read_metadata(file).num_rows,
                "watermark": state.watermark,
            }
        manifest = f"{json.dumps({'tables': tables}, indent=2)}\n".encode()
        _replace_file(self._root / "manifest.json", lambda stream: stream.write(manifest))


def _write(file: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch], state: State) -> None:
    stated = schema.with_metadata({_STATE: state.to_json().encode()})

    def write(stream: IO[bytes]) -> None:
        with pq.ParquetWriter(stream, stated) as writer:
            for batch in batches:
                writer.write_batch(batch.replace_schema_metadata(stated.metadata))

    _replace_file(file, write)


def _replace_file(file: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file next to another one and put it in its place, so that no reader sees a part of it."""
    # The name cannot be guessed, and must be new, so that nothing is written through a planted link.
    temporary = file.with_name(f".{file.name}.{token_hex(8)}.new")
    try:
        with open(temporary, "xb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table with the columns of a schema; those that it lacks are null."""
    if table.schema.equals(schema):
        return table.replace_schema_metadata(None)
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _without(table: pa.Table, key: str, gone: set[int | str]) -> pa.Table:
    if not gone:
        return table
    return table.filter(pa.array([each not in gone for each in table.column(key).to_pylist()], pa.bool_()))


def _last_of_each(tables: list[pa.Table], key: str) -> pa.Table:
    """Return the records of several tables, of each id the last one."""
    table = pa.concat_tables(tables)
    places = {identity: place for place, identity in enumerate(table.column(key).to_pylist())}
    return table.take(pa.array(sorted(places.values()), pa.int64()))
