"""SQL over both APIs: `connect` returns a `Database`, whose `sql` reads the tables that a query names, and executes it with DuckDB."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Timer
from typing import TYPE_CHECKING, Any

import duckdb

from cwql.tables.constants import Constants
from cwql.tables.fetch import Fetcher
from cwql.tables.frames import flatten
from cwql.tables.plan import make_plans
from cwql.tables.query import SQLError, read_query, tables_like, written_name
from cwql.tables.where_text import freeze_now
from cwql.value import unknown_attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import NoReturn, Self

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from cwql.automate import Client as AutomateClient
    from cwql.manage import Client as ManageClient
    from cwql.tables.plan import ScanPlan

__all__ = ["Database", "Result", "connect"]


def connect(  # noqa: PLR0913  # by name only
    *,
    manage: ManageClient | None = None,
    automate: AutomateClient | None = None,
    path: str = ":memory:",
    timezone: str = "UTC",
    now: Callable[[], datetime] | None = None,
    options: Mapping[str, str] | None = None,
    timeout: float | None = None,
    parallel: int = 1,
) -> Database:
    """Return a database whose tables are the lists of the APIs: ``manage.service.tickets``, ``automate.Computers``.

    `path` is a DuckDB file with further tables. Days and months are those of `timezone`; `now` replaces the current time. `options` are
    settings of DuckDB, such as ``{"enable_external_access": "false"}`` for queries that must not read local files. After `timeout`
    seconds, DuckDB stops executing a query. `parallel` is how many pages of a table are requested at the same time, as for lists.
    """
    clients = {name: client for name, client in (("manage", manage), ("automate", automate)) if client is not None}
    return Database(clients, path, timezone, now or (lambda: datetime.now(UTC)), options, timeout, parallel)


_DATABASE_FORMS = {
    "cursor": "sql(...)",
    "execute": "sql(...)",
    "query": "sql(...)",
    "tables": "cwql endpoints, at the command line",
}
"""The form of cwql for the methods of connections in other libraries."""

_RESULT_FORMS = {
    **dict.fromkeys(("all", "fetchall", "fetchmany", "to_dicts", "to_pylist"), "list(result.rows())"),
    **dict.fromkeys(("fetchone", "first"), "next(result.rows(), None)"),
    **dict.fromkeys(("df", "fetchdf", "to_df"), "to_pandas()"),
    **dict.fromkeys(("arrow", "fetch_arrow_table", "to_arrow_table"), "to_arrow()"),
    **dict.fromkeys(("pl", "to_polars_df"), "to_polars()"),
    "show": "to_pandas(), or `cwql sql` at the command line",
}
"""The form of cwql for the methods of results of DuckDB, polars and DBAPI."""


class Database:
    """Execute SQL of DuckDB over lists of the APIs. Nothing is stored, so every query reads from the servers."""

    def __init__(  # noqa: PLR0913  # called by connect
        self,
        clients: Mapping[str, Any],
        path: str,
        timezone: str,
        now: Callable[[], datetime],
        options: Mapping[str, str] | None = None,
        timeout: float | None = None,
        parallel: int = 1,
    ) -> None:
        if parallel < 1:
            raise ValueError(f"parallel is a number from 1: got {parallel!r}")
        self._clients = clients
        self._parallel = parallel
        self._timeout = timeout
        # DuckDB would download extensions; those for JSON, Parquet and time zones are part of it.
        offline = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        self._connection = duckdb.connect(path, config={**offline, **(options or {})})
        self._timezone = timezone
        self._now = now

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self._connection.cursor()
        # A cursor is a separate session, with the time zone of the machine.
        cursor.execute(f"SET TimeZone = '{_quoted(self._timezone)}'")
        return cursor

    def sql(self, query: str, /, params: Sequence[Any] | Mapping[str, Any] | None = None) -> Result:
        """Return the result of a SELECT. Names are checked at once, and the query is executed when its rows are used.

        Raises SQLError, and when it is executed the errors of every call.
        """
        read_query(query)
        text = freeze_now(query, _literal(self._now()))
        parsed = read_query(text)
        for scan in parsed.scans:
            if scan.product not in self._clients:
                raise SQLError(f"the query reads {scan.product}, but connect() was called without {scan.product}=")
        cursor = self._cursor()
        for node in parsed.others:
            try:
                # A part of the query, which is executed as a whole anyway.
                cursor.execute(f"SELECT 1 FROM {node.sql(dialect='duckdb')} LIMIT 0")  # noqa: S608
            except duckdb.CatalogException:
                name = written_name(node)
                close = tables_like(name)
                hint = "" if close else "; a table is a product and a path, such as manage.service.tickets"
                raise parsed.error_at(f"no table {name!r}{hint}", node.this, close) from None
            except duckdb.Error:
                continue
        with self._interrupted(cursor):
            plans, rewritten = make_plans(parsed, Constants(cursor))
        return Result(self, plans, rewritten, params)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _DATABASE_FORMS)

    def _execute(self, plans: list[ScanPlan], sql: str, params: Any, limit: int | None = None) -> pa.Table:
        """Read the tables of a query and return its result, or its first rows."""
        tables = self.fetcher().fetch(plans, lambda plan, table: self._passing(plan, table, sql, params))
        return self._run(tables, sql, params, limit)

    def fetcher(self) -> Fetcher:
        """Return what sends the requests of plans."""
        return Fetcher(self._clients, lambda sql, tables: self._run(tables, sql, None), self._parallel)

    def _run(self, tables: Mapping[str, pa.Table], sql: str, params: Any, limit: int | None = None) -> pa.Table:
        cursor = self._cursor()
        try:
            for name, table in tables.items():
                cursor.register(name, table)
            with self._interrupted(cursor):
                relation = cursor.sql(sql, params=params)
                return (relation if limit is None else relation.limit(limit)).to_arrow_table()
        except duckdb.InterruptException:
            raise SQLError(f"the query takes longer than {self._timeout or 0:g} seconds") from None
        except duckdb.Error as error:
            message = str(error).partition("\n")[0]
            hint = (
                "; compare a member of the record, such as status.name" if "destination type STRUCT" in message else ""
            )
            raise SQLError(f"DuckDB: {message}{hint}") from None
        finally:
            for name in tables:
                cursor.unregister(name)
            cursor.close()

    @contextmanager
    def _interrupted(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Interrupt the cursor if it is used for longer than the timeout."""
        if self._timeout is None:
            yield
            return
        timer = Timer(self._timeout, cursor.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _passing(self, plan: ScanPlan, table: pa.Table, sql: str, params: Any) -> int:
        """Return how many rows of the result come from some of the records."""
        return int(self._run({plan.scan.name: table}, sql, params).num_rows)

    def close(self) -> None:
        """Close the database; the clients stay open."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Result:
    """The rows of a query. The first use executes it; later ones see the same rows."""

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _RESULT_FORMS)

    def __init__(self, database: Database, plans: list[ScanPlan], sql: str, params: Any) -> None:
        self._database = database
        self._plans = plans
        self._sql = sql
        self._params = params
        self._table: pa.Table | None = None

    @property
    def plans(self) -> list[ScanPlan]:
        """Return the requests of the query, one plan for each table."""
        return self._plans

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema."""
        return self.to_arrow().schema

    def rows(self, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the rows as dictionaries, or the first `limit` of them, which needs memory for no more."""
        if limit is None or self._table is not None:
            table = self.to_arrow().slice(0, limit)
        else:
            table = self._database._execute(self._plans, self._sql, self._params, limit)
        for batch in table.to_batches():
            yield from batch.to_pylist(maps_as_pydicts="strict")

    def count(self) -> int:
        """Return the number of rows."""
        return int(self.to_arrow().num_rows)

    def to_arrow(self) -> pa.Table:
        """Return the rows as an Arrow table."""
        if self._table is None:
            self._table = self._database._execute(self._plans, self._sql, self._params)
        return self._table

    def to_arrow_batch_reader(self) -> pa.RecordBatchReader:
        """Return a reader of the rows."""
        return self.to_arrow().to_reader()

    def to_polars(self) -> pl.LazyFrame:
        """Return the rows as a lazy frame of polars."""
        import polars as pl

        return pl.LazyFrame(pl.from_arrow(self.to_arrow()))

    def to_pandas(self) -> pd.DataFrame:
        """Return a data frame of pandas, with a column for each member of a struct."""
        return flatten(self.to_arrow()).to_pandas()

    def explain(self) -> str:
        """Return the requests of the query, and what is evaluated locally. Counts records to estimate the pages."""
        from cwql.tables.explain import explain

        return explain(self._plans, self._sql, self._database.fetcher())


def _literal(moment: datetime) -> str:
    """Return the current time in whole seconds, because conditions with fractions of a second are not exact."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+00")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
