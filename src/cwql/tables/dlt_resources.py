"""Lists as a source of dlt: `dlt_source`, for the destinations and schedulers that dlt has.

Each list is a resource that yields Arrow tables: all records in the first run, later those that changed, and from time to time those
that are gone, as for `cwql.tables.pull`. dlt merges them by their ids, and stores the state with the records.
"""

from __future__ import annotations

import logging
from datetime import UTC
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import dlt
import pyarrow as pa

from cwql.tables.destinations import Counts, State
from cwql.tables.destinations.relational import Layout
from cwql.tables.mirror import Job, PulledTable, PullSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from dlt.extract.source import DltSource

    from cwql.tables.destinations import TableName

__all__ = ["DELETED", "dlt_source"]

logger = logging.getLogger("cwql.tables")

DELETED = "_deleted"
"""The column that is true for a record that is gone; dlt deletes the record then."""

_AHEAD = 4
"""How many tables are read before dlt takes them."""


def dlt_source(client: Any, endpoints: Iterable[str], settings: PullSettings | None = None) -> DltSource:
    """Return a source of dlt with a resource for each list: ``pipeline.run(dlt_source(psa, ["/service/tickets"]))``.

    Tables are named by their paths (``service_tickets``); a reference has a column for each member (``company__name``), lists and custom
    fields are JSON. Deletions are found as `cwql.tables.pull` finds them, by comparing ids with the destination.

    Raises UnknownNameError for a path that is no list of records, and while dlt runs the errors of every call.
    """
    jobs = [Job.make(client, path, settings or PullSettings(), None) for path in endpoints]

    def connectwise() -> Iterator[Any]:
        for job in jobs:
            yield dlt.resource(
                _read,
                name=_table(job.name),
                primary_key=job.key,
                write_disposition="merge",
                columns={DELETED: {"data_type": "bool", "nullable": True, "hard_delete": True}},
            )(job)

    source: DltSource = dlt.source(connectwise, name="connectwise", max_table_nesting=0)()
    return source


def _table(name: TableName) -> str:
    return f"{name.schema}_{name.table}".replace("/", "_")


def _read(job: Job) -> Iterator[pa.Table]:
    """Yield the data that a run of a job writes. The job runs in a thread, because it writes and dlt reads."""
    saved = dlt.current.resource_state()
    store = _Store(State.from_json(saved.get("cwql")), _Versions(_table(job.name)))
    report = PulledTable(str(job.name))

    def run() -> None:
        try:
            job.run(store, report)
        except BaseException as error:
            store.finish(error)
        else:
            store.finish()

    thread = Thread(target=run, name="cwql", daemon=True)
    thread.start()
    try:
        yield from store.tables()
    finally:
        store.stop()
        thread.join()
    for note in report.notes:
        logger.warning("%s: %s", report.name, note)
    saved["cwql"] = store.saved.to_json()


_ROWS = 10_000
"""How many rows are read from the destination at once."""


class _Versions:
    """The ids and the last changes of the records that the destination of the current pipeline has."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._pipeline = dlt.current.pipeline()

    def read(self, layout: Layout, key: str) -> dict[int | str, tuple[str, str]]:
        """Return each id with the time and the author of the record's last change."""
        normalize = self._pipeline.default_schema.naming.normalize_path
        places = (layout.position("_info", "lastUpdated"), layout.position("_info", "updatedBy"))
        names = [normalize(key), *[normalize(layout.names[place]) for place in places if place is not None]]
        found: dict[int | str, tuple[str, str]] = {}
        with self._pipeline.sql_client() as client:
            columns = ", ".join([client.escape_column_name(name) for name in names])
            table = client.make_qualified_table_name(self._table)
            with client.execute_query(f"SELECT {columns} FROM {table}") as cursor:  # noqa: S608  # names are escaped
                while rows := cursor.fetchmany(_ROWS):
                    for identity, *info in rows:
                        moment, author = info or (None, None)
                        # A database may return moments in the time zone of the machine.
                        changed = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
                        found[identity] = (changed, author or "")
        return found


class _Stopped(BaseException):
    """The reader needs no more tables."""


class _Store:
    """The destination of a job: a queue of tables that dlt reads."""

    def __init__(self, saved: State, versions: _Versions) -> None:
        self.saved = saved
        self._is_new = saved == State()
        self._known = versions
        self._layout: Layout | None = None
        self._key = ""
        self._queue: Queue[pa.Table | BaseException | None] = Queue(_AHEAD)
        self._stopped = Event()

    # --- for the job -----------------------------------------------------------------------------------------------

    def state(self, name: TableName) -> State:
        """Return the state."""
        return self.saved

    def prepare(self, name: TableName, schema: pa.Schema, key: str) -> list[str]:
        """Take note of the columns. dlt adds those that a table lacks."""
        self._layout, self._key = Layout(schema, "__"), key
        return []

    def write(self, name: TableName, records: pa.Table | None, deleted: Collection[int | str], state: State) -> Counts:
        """Pass records, and the ids of deleted ones, to dlt."""
        assert self._layout is not None
        self.saved = state
        if records is not None and records.num_rows:
            table = self._layout.table(records)
            self._put(table.append_column(DELETED, pa.nulls(table.num_rows, pa.bool_())))
        if deleted:
            ids = pa.table({self._key: pa.array(list(deleted))})
            table = self._layout.table(ids)
            self._put(table.append_column(DELETED, pa.array([True] * table.num_rows)))
        return Counts(records.num_rows if records is not None else 0, 0, len(deleted))

    def versions(self, name: TableName) -> Mapping[int | str, tuple[str, str]]:
        """Return each id with the time and the author of the record's last change."""
        assert self._layout is not None
        return {} if self._is_new else self._known.read(self._layout, self._key)

    def close(self) -> None:
        """Do nothing: dlt closes its destination."""

    def finish(self, error: BaseException | None = None) -> None:
        """Say that there are no more tables, and why if it is an error, which the reader raises."""
        try:
            self._put(error)
        except _Stopped:
            pass

    def _put(self, item: pa.Table | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                return self._queue.put(item, timeout=0.5)
            except Full:
                continue
        raise _Stopped

    # --- for dlt ---------------------------------------------------------------------------------------------------

    def tables(self) -> Iterator[pa.Table]:
        """Yield the tables. Raises the error that ended the job."""
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def stop(self) -> None:
        """Let the job end at its next write."""
        self._stopped.set()
        try:
            while True:
                self._queue.get_nowait()
        except Empty:
            pass
