"""Lists as tables: `Scan` and `AsyncScan`, which `to_scan` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cwql.client.compiled_query import to_query
from cwql.client.errors import URLTooLongError
from cwql.errors import UnknownNameError
from cwql.language.nodes import FieldList, Path
from cwql.semantics.weaken import weaken
from cwql.tables import require_extra
from cwql.tables.columns import CUSTOM_FIELDS, EXTRA, MISMATCHES, find_columns, require_columns
from cwql.tables.rows import RowReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from cwql.client.scan_source import AsyncScanSource, ScanSource
    from cwql.semantics.column_predicate import Predicate
    from cwql.tables.columns import Shape
    from cwql.tables.pages import PageReader

__all__ = ["AsyncScan", "Scan"]

S = TypeVar("S", "ScanSource", "AsyncScanSource")


def _complete(source: S) -> tuple[S, _Columns]:
    """Return the list and its columns. Custom fields are requested with caption and value, which their map is made of.

    Raises UnknownNameError for a selected field that is no column.
    """
    record = source.endpoint.record
    if record is None or not source.endpoint.listed:
        raise UnknownNameError(f"{source.path} is not a list of records that the specification describes")
    fields = source.selected()
    if fields is None:
        return source, _Columns(source.product, record, None)
    requested, selected = fields
    require_columns(source.product, record, selected)
    whole = _with_captions(selected)
    if whole != tuple(selected):
        source = source.with_parts(fields=FieldList(tuple([Path(path) for path in whole])))
    return source, _Columns(source.product, record, _with_captions(requested))


class _Columns:
    """The columns of a list, and the readers of its pages: as rows, and as Arrow batches, which need the extra."""

    def __init__(self, product: str, record: str, selected: tuple[tuple[str, ...], ...] | None) -> None:
        self.record = record
        self.shape = find_columns(product, record, selected)
        self.rows = RowReader(record, self.shape)
        self._place = (product, record, selected)

    @property
    def pages(self) -> PageReader:
        """Return the reader of Arrow batches. Raises CwqlError without the extra."""
        require_extra()
        from cwql.tables.pages import page_reader

        return page_reader(*self._place)


def _with_captions(paths: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys([part for path in paths for part in _with_caption(path)]))


def _with_caption(path: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    if len(path) > 1 and path[0].lower() == CUSTOM_FIELDS.lower():
        return (CUSTOM_FIELDS, "caption"), (CUSTOM_FIELDS, "value")
    return (path,)


class Scan:
    """Records as a table. Nothing is requested until a method is called, and each call requests the records again.

    ``psa.service.tickets.to_scan("closedFlag = false", fields=["id", "summary"]).to_arrow()``
    """

    def __init__(self, source: ScanSource) -> None:
        self._source, self._columns = _complete(source)

    def __repr__(self) -> str:
        return f"<cwql.tables.Scan of {self._source.path}>"

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema. It comes from the specification and is the same whatever the data contains."""
        return self._columns.pages.schema

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the records as flat dictionaries, for CSV files and frames: ``row["company/name"]``.

        Values have the types of the schema; custom fields are a dictionary by caption. Needs no extra.
        """
        for page in self._source.pages(self._columns.rows.read):
            for row in page:
                yield row.values

    def count(self) -> int:
        """Return how many records there are, by the endpoint's own count if it has one."""
        return self._source.count()

    def to_arrow(self) -> pa.Table:
        """Return all records as an Arrow table."""
        schema = self.schema
        import pyarrow as pa

        return pa.Table.from_batches(list(self._batches()), schema)

    def to_arrow_batch_reader(self) -> pa.RecordBatchReader:
        """Return a reader that requests page after page, so that memory does not grow with the number of records."""
        schema = self.schema
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(schema, self._batches())

    def to_polars(self) -> pl.LazyFrame:
        """Return a lazy frame of polars. It requests only the selected columns and rows, and sends its filters as far as they can be."""
        require_extra()
        from cwql.tables.frames import lazy_frame

        return lazy_frame(self)

    def to_pandas(self) -> pd.DataFrame:
        """Return a data frame of pandas, with a column for each member of a reference: ``company/name``."""
        table = self.to_arrow()
        from cwql.tables.frames import flatten

        return flatten(table).to_pandas()

    @property
    def shape(self) -> Shape:
        """Return the shape of the records."""
        return self._columns.shape

    def narrow(
        self, columns: Sequence[str] | None = None, limit: int | None = None, predicate: Predicate | None = None
    ) -> Scan | None:
        """Return the same records with only some columns, and at most so many of them; None if no record fulfils the predicate.

        Records that do not fulfil the predicate are left out as far as the server can do that.
        """
        source = self._source
        parts: dict[str, Any] = {}
        whole = source.options.get("fields") is None and not hasattr(source.where, "parts")
        if columns is not None and whole and EXTRA not in columns:
            parts["fields"] = [name for name in columns if name != MISMATCHES] or ["id"]
        given = source.options.get("limit")
        if limit is not None:
            parts["limit"] = max(1, min(limit, given) if given is not None else limit)
        # The first records are others if some of them are left out.
        limited = "limit" in parts or given is not None or "limit" in getattr(source.where, "parts", ())
        if predicate is not None and not limited:
            (found, *rest) = weaken(source.product, self._columns.record, predicate)
            if found.never:
                return None
            if not rest and found.where is not None and found.child is found.custom is None:
                try:
                    # The own condition of the list was checked before, and the other one is not the caller's.
                    where = to_query(source.where, {}) & found.where
                    return Scan(source.with_parts(**parts, where=where, on_invalid="ignore"))
                except URLTooLongError:
                    pass
        return Scan(source.with_parts(**parts))

    def _batches(self) -> Iterator[pa.RecordBatch]:
        read = self._columns.pages.read
        from cwql.tables.pages import batches_of

        for page in self._source.pages(read):
            yield from batches_of(page)


class AsyncScan:
    """Records as a table, for the asynchronous client."""

    def __init__(self, source: AsyncScanSource) -> None:
        self._source, self._columns = _complete(source)

    def __repr__(self) -> str:
        return f"<cwql.tables.AsyncScan of {self._source.path}>"

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema. It comes from the specification and is the same whatever the data contains."""
        return self._columns.pages.schema

    async def rows(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the records as flat dictionaries: see `Scan.rows`."""
        async for page in self._source.pages(self._columns.rows.read):
            for row in page:
                yield row.values

    async def count(self) -> int:
        """Return how many records there are, by the endpoint's own count if it has one."""
        return await self._source.count()

    async def to_arrow(self) -> pa.Table:
        """Return all records as an Arrow table."""
        schema = self.schema
        import pyarrow as pa

        return pa.Table.from_batches([batch async for batch in self.to_arrow_batches()], schema)

    async def to_arrow_batches(self) -> AsyncIterator[pa.RecordBatch]:
        """Yield page after page, so that memory does not grow with the number of records."""
        read = self._columns.pages.read
        from cwql.tables.pages import batches_of

        async for page in self._source.pages(read):
            for batch in batches_of(page):
                yield batch

    async def to_polars(self) -> pl.LazyFrame:
        """Return all records as a lazy frame of polars."""
        table = await self.to_arrow()
        import polars as pl

        return pl.LazyFrame(pl.from_arrow(table))

    async def to_pandas(self) -> pd.DataFrame:
        """Return a data frame of pandas, with a column for each member of a reference: ``company/name``."""
        table = await self.to_arrow()
        from cwql.tables.frames import flatten

        return flatten(table).to_pandas()
