"""Copies of lists that lose nothing: `pull` brings the tables of a destination up to date.

The first pull reads pages by id and can be resumed at any page. Later ones read what changed since the watermark, less an overlap, and
from time to time sweep over the ids for deletions. The watermark is a time of the server: the last change on the first page of a run, so
that a change during the run is read again by the next one. Lists without a time of the last change are read as a whole.
"""

# The functions of pyarrow.compute are made at run time.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from cwql.errors import CwqlError, UnknownNameError
from cwql.language.nodes import Comparison, FieldList, Order, OrderBy, Path
from cwql.language.operators import GE, GT, IN
from cwql.schema import loader
from cwql.schema.catalog import catalog, locate
from cwql.tables.destinations import State, TableName, open_destination
from cwql.tables.fetch import resource_at
from cwql.tables.pages import PageReader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from cwql.schema.endpoint import Endpoint
    from cwql.tables.destinations import Counts, Destination
    from cwql.tables.scan import Scan

__all__ = ["Job", "PullResult", "PullSettings", "PulledTable", "pull"]

CHANGED = "lastUpdated"
INFO = ("_info", CHANGED)

BUFFER = 20_000
"""How many changed records are stored in one transaction."""

REFETCH = 500
"""How many records are read again by their ids in one list."""

READS = 3
"""How often a list is read that changes between its pages, if its pages are requested by number."""

FEW = 10
"""Deletions up to this number are never suspicious."""


@dataclass(frozen=True, slots=True)
class PullSettings:
    """How a mirror is brought up to date.

    `overlap` is how much earlier than the watermark changes are read, because servers store them late. `sweep_every` is the time between
    two sweeps; `sweep` True does one now, False none. `max_deleted` is the share of a table that a sweep deletes without
    `allow_deletions`. `parallel` is how many pages are requested at the same time, except those of changes. `page_size` is for tests.
    """

    overlap: timedelta = timedelta(minutes=10)
    sweep_every: timedelta = timedelta(hours=24)
    sweep: bool | None = None
    max_deleted: float = 0.2
    allow_deletions: bool = False
    full_refresh: bool = False
    parallel: int = 1
    page_size: int | None = None


@dataclass(slots=True)
class PulledTable:
    """What happened to one table. `how` is ``first``, ``changes`` or ``whole``; `notes` are for the reader of a report."""

    name: str
    how: str = ""
    read: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    guarded: int = 0
    added_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    swept: bool = False

    def add(self, counts: Counts) -> None:
        """Add what a write changed."""
        self.inserted += counts.inserted
        self.updated += counts.updated
        self.deleted += counts.deleted


@dataclass(slots=True)
class PullResult:
    """What happened to each table, by its name (``service.tickets``)."""

    tables: dict[str, PulledTable] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Return whether no deletions were held back."""
        return not any(table.guarded for table in self.tables.values())


def pull(
    client: Any,
    endpoints: Iterable[str],
    *,
    to: str,
    settings: PullSettings | None = None,
    dry_run: bool = False,
    on_progress: Callable[[str, int], object] | None = None,
) -> PullResult:
    """Bring the tables of endpoints up to date in a destination: ``pull(psa, ["/service/tickets"], to="duckdb:psa.duckdb")``.

    Can be repeated and interrupted at any time. `client` is a client of one product, or a mapping of both by name. A dry run only counts
    the records to read. `on_progress` is called with a table's name and the number of its records that were read.

    Raises UnknownNameError for a path that is no list of records, CwqlError for the destination, and the errors of every call.
    """
    settings = settings or PullSettings()
    jobs = [Job.make(client, path, settings, on_progress) for path in endpoints]
    result = PullResult()
    with _Open(to) as destination:
        for job in jobs:
            report = result.tables[str(job.name)] = PulledTable(str(job.name))
            if dry_run:
                job.count(destination, report)
            else:
                job.run(destination, report)
    return result


class _Open:
    """A destination for the time of a pull."""

    def __init__(self, url: str) -> None:
        self._destination = open_destination(url)

    def __enter__(self) -> Destination:
        return self._destination

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._destination.close()


class Job:
    """One table of a pull."""

    def __init__(
        self,
        resource: Any,
        product: str,
        endpoint: Endpoint,
        name: TableName,
        settings: PullSettings,
        on_progress: Callable[[str, int], object] | None,
    ) -> None:
        assert endpoint.record is not None
        self.name = name
        self._resource = resource
        self._settings = settings
        self._progress = on_progress
        self._reader = PageReader(product, endpoint.record)
        info = catalog(product).record(endpoint.record)
        self._key = next(each for each in info.names if each.lower() == "id")
        changed = info.find(CHANGED)
        note = changed.note if changed is not None else None
        self._has_changes = note is not None and note.target == "/".join(INFO)
        self._pages_by_id = "pageid" in {each.lower().rpartition(".")[2] for each in endpoint.parameters}

    @classmethod
    def make(
        cls, client: Any, path: str, settings: PullSettings, on_progress: Callable[[str, int], object] | None
    ) -> Self:
        """Return the job of an endpoint. Raises UnknownNameError."""
        own = None if _is_mapping(client) else _product_of(client)
        product, endpoint = locate(path, own)
        segments = [segment for segment in path.strip("/").split("/") if segment]
        info = catalog(product).find_record(endpoint.record) if endpoint.record else None
        if endpoint.listed and info is not None and any(segment.startswith("{") for segment in segments):
            raise UnknownNameError(
                f"{path} is one list for each record above it: write an id, as in /service/boards/1/statuses"
            )
        if not endpoint.listed or info is None:
            raise UnknownNameError(f"{path} is not a list of records that the specification describes")
        if not any(each.lower() == "id" for each in info.names):
            near = [
                title for name in loader.PRODUCTS if name != product for title in catalog(name).near_endpoints(path)
            ]
            message = (
                f"{catalog(product).title(endpoint)} of {product} cannot be mirrored, because its records have no id"
            )
            raise UnknownNameError(message, near[:3])
        title = catalog(product).title(endpoint).strip("/").split("/")
        title = [given if "{" in known else known for known, given in zip(title, segments[-len(title) :], strict=True)]
        name = TableName(title[0], "_".join(title[1:])) if len(title) > 1 else TableName(product, title[0])
        found = client[product] if own is None else client
        return cls(resource_at(found, "/".join(segments)), product, endpoint, name, settings, on_progress)

    @property
    def key(self) -> str:
        """Return the name of the id."""
        return self._key

    # --- runs ------------------------------------------------------------------------------------------------------

    def count(self, destination: Destination, report: PulledTable) -> None:
        """Report how many records a run would read."""
        state = self._state(destination)
        where = self._since(state) if self._has_changes and state.complete and state.watermark else self._after(state)
        report.how = "changes" if state.complete and self._has_changes else "first" if self._has_changes else "whole"
        report.read = int(self._resource.count(where))

    def run(self, destination: Destination, report: PulledTable) -> None:
        """Bring the table up to date."""
        before = destination.state(self.name)
        added = destination.prepare(self.name, self._reader.schema, self._key)
        report.added_columns = added if before.columns else []
        state = self._state(destination)
        if before.columns and state.columns != before.columns:
            report.notes.append("the columns changed, so all records are read again")
        if not self._has_changes:
            report.notes.append("records have no time of their last change, so all are read each time")
            self._read_whole(destination, report, state)
        elif state.complete and state.watermark:
            report.how = "changes"
            state = self._read_changes(destination, report, state)
            self._sweep_if_due(destination, report, state)
        else:
            self._read_first(destination, report, state)

    def _state(self, destination: Destination) -> State:
        """Return the state of the table; a new one if its columns are others, or everything shall be read again."""
        state = destination.state(self.name)
        columns = _fingerprint(self._reader.schema)
        if state.columns == columns and not (self._settings.full_refresh and state.complete):
            return state
        return State(columns)

    def _read_first(self, destination: Destination, report: PulledTable, state: State) -> None:
        """Read all records by id. After an interruption the next run continues behind the last stored page."""
        report.how = "first"
        if not state.watermark or state.complete:
            state = _with(state, watermark=self._latest(), complete=False, after=0)
            destination.write(self.name, None, (), state)
        # Records that were deleted on the server since an earlier run read them are found by a sweep.
        is_new = not state.after and not destination.versions(self.name)
        for table in self._pages(self._after(state), report):
            state = _with(state, after=_last_id(table, self._key))
            report.add(destination.write(self.name, table, (), state))
        state = _with(state, complete=True, after=0, swept=_now() if is_new else "")
        report.add(destination.write(self.name, None, (), state))
        self._sweep_if_due(destination, report, state)

    def _read_changes(self, destination: Destination, report: PulledTable, state: State) -> State:
        """Read the records that changed since the watermark, less the overlap."""
        latest = state.watermark
        buffered: list[pa.Table] = []
        first = True
        for table in self._pages(self._since(state), report, parallel=1):
            if first:
                latest = max(latest, _latest_of(table))
                first = False
            buffered.append(table)
            if sum(each.num_rows for each in buffered) >= BUFFER:
                report.add(destination.write(self.name, pa.concat_tables(buffered), (), state))
                buffered.clear()
        state = _with(state, watermark=latest)
        if buffered or latest != destination.state(self.name).watermark:
            records = pa.concat_tables(buffered) if buffered else None
            report.add(destination.write(self.name, records, (), state))
        return state

    def _read_whole(self, destination: Destination, report: PulledTable, state: State) -> None:
        """Read all records of a list without times, and delete those that were not in it."""
        report.how = "whole"
        stored = set(destination.versions(self.name))
        rows = len(stored)
        seen: set[int | str] = set()
        counts: set[int | None] = set()
        parts: dict[str, Any] = {} if self._pages_by_id else {"on_progress": lambda _, total: counts.add(total)}
        reading = _with(state, complete=False)
        for number in range(READS):
            stored |= seen
            seen.clear()
            counts.clear()
            for table in self._pages(None, report, **parts):
                seen.update(table.column(self._key).to_pylist())
                report.add(destination.write(self.name, table, (), reading))
            # By page numbers, each record that is deleted moves another one to an earlier page, which was read already.
            if len(counts - {None}) <= 1:
                break
            report.notes.append(
                "records were added or deleted while the list was read"
                + (", so it is read again" if number < READS - 1 else ": the next run may find more")
            )
        gone = self._guard(report, stored - seen, rows)
        # A list that is read by page numbers may miss records while others are deleted, so these are looked up by their ids.
        for table in self._by_ids(gone, report):
            gone = set(gone) - set(table.column(self._key).to_pylist())
            report.add(destination.write(self.name, table, (), reading))
        report.add(destination.write(self.name, None, gone, _with(state, complete=True, swept=_now())))
        report.swept = True

    # --- deletions -------------------------------------------------------------------------------------------------

    def _sweep_if_due(self, destination: Destination, report: PulledTable, state: State) -> None:
        settings = self._settings
        due = not state.swept or datetime.now(UTC) - datetime.fromisoformat(state.swept) >= settings.sweep_every
        if settings.sweep is True or (settings.sweep is None and due):
            self._sweep(destination, report, state)

    def _sweep(self, destination: Destination, report: PulledTable, state: State) -> None:
        """Compare the ids and the last changes of all records, delete what is gone, and read again what differs."""
        fields = FieldList(tuple([Path(path) for path in ((self._key,), INFO, ("_info", "updatedBy"))]))
        known = destination.versions(self.name)
        seen: set[int | str] = set()
        different: list[int | str] = []
        for table in self._tables(self._scan(None, fields=fields)):
            infos = table.column("_info").to_pylist()
            for identity, info in zip(table.column(self._key).to_pylist(), infos, strict=True):
                seen.add(identity)
                if known.get(identity) != _version(info):
                    different.append(identity)
        for table in self._by_ids(different, report):
            report.add(destination.write(self.name, table, (), state))
        gone = self._guard(report, set(known) - seen, len(known))
        state = _with(state, swept="" if report.guarded else _now())
        report.add(destination.write(self.name, None, gone, state))
        report.swept = True

    def _guard(self, report: PulledTable, gone: Collection[int | str], rows: int) -> Collection[int | str]:
        """Return the records to delete: none if they are suspiciously many, as after a loss of permissions."""
        if self._settings.allow_deletions or len(gone) <= FEW or len(gone) <= rows * self._settings.max_deleted:
            return gone
        report.guarded = len(gone)
        report.notes.append(
            f"{len(gone):,} of {rows:,} records are gone on the server; they are kept until deletions are allowed"
        )
        return ()

    # --- requests --------------------------------------------------------------------------------------------------

    def _after(self, state: State) -> Comparison | None:
        return Comparison(Path((self._key,)), GT, state.after) if state.after else None

    def _since(self, state: State) -> Comparison:
        latest = datetime.fromisoformat(state.watermark)
        # Servers write the year 1 for times that are not known.
        start = latest - min(self._settings.overlap, latest - datetime.min.replace(tzinfo=UTC))
        return Comparison(Path((CHANGED,)), GE, start.astimezone(UTC).replace(microsecond=0))

    def _latest(self) -> str:
        """Return the time of the last change on the server, empty if there is none."""
        order = OrderBy((Order(Path((CHANGED,)), descending=True),))
        fields = FieldList((Path((self._key,)), Path(INFO)))
        table = self._scan(None, fields=fields, order_by=order, limit=1).to_arrow()
        return _latest_of(table)

    def _scan(self, where: Comparison | None, **parts: Any) -> Scan:
        if "limit" not in parts:
            parts.setdefault("parallel", self._settings.parallel)
            if self._settings.page_size is not None:
                parts["page_size"] = self._settings.page_size
        scan: Scan = self._resource.to_scan(where, **parts)
        return scan

    def _pages(self, where: Comparison | None, report: PulledTable, **parts: Any) -> Iterator[pa.Table]:
        """Yield whole records, page by page."""
        for table in self._tables(self._scan(where, **parts)):
            report.read += table.num_rows
            if self._progress is not None:
                self._progress(report.name, report.read)
            yield table

    def _by_ids(self, ids: Collection[int | str], report: PulledTable) -> Iterator[pa.Table]:
        """Yield the records that are still there."""
        ordered = sorted(ids, key=lambda each: (isinstance(each, str), each))
        for place in range(0, len(ordered), REFETCH):
            yield from self._pages(
                Comparison(Path((self._key,)), IN, tuple(ordered[place : place + REFETCH])), report, parallel=1
            )

    def _tables(self, scan: Scan) -> Iterator[pa.Table]:
        for batch in scan.to_arrow_batch_reader():
            if batch.num_rows:
                table = pa.Table.from_batches([batch])
                yield table.filter(pc.is_valid(table.column(self._key)))


def _with(state: State, **changes: Any) -> State:
    return State(**{name: changes.get(name, getattr(state, name)) for name in State.__match_args__})


def _version(info: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the time and the author of a record's last change, as destinations have them."""
    if not info:
        return "", ""
    moment = info.get(CHANGED)
    return (moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else ""), info.get("updatedBy") or ""


def _latest_of(table: pa.Table) -> str:
    moments = pc.struct_field(table.column("_info"), CHANGED)
    latest = pc.max(moments).as_py()
    return latest.astimezone(UTC).isoformat() if latest is not None else ""


def _last_id(table: pa.Table, key: str) -> int:
    return int(pc.max(table.column(key)).as_py())


def _fingerprint(schema: pa.Schema) -> str:
    """Return a text that differs if the columns do."""
    from hashlib import blake2b

    return blake2b(schema.remove_metadata().to_string().encode(), digest_size=8).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _is_mapping(client: Any) -> bool:
    return hasattr(client, "keys")


def _product_of(client: Any) -> str:
    product = getattr(getattr(client, "_core", None), "line", None)
    if product is None:
        raise CwqlError(f"expected a client of Manage or Automate, got {type(client).__name__}")
    return str(product.product)
