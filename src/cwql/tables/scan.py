"""Lists as tables: `Scan` and `AsyncScan`, which `to_scan` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from cwql.client.compiled_query import to_query
from cwql.client.errors import URLTooLongError
from cwql.errors import UnknownNameError
from cwql.language.nodes import FieldList, Path
from cwql.semantics.weaken import weaken
from cwql.tables.columns import CUSTOM_FIELDS, EXTRA, MISMATCHES
from cwql.tables.frames import flatten, lazy_frame
from cwql.tables.pages import batches_of, page_reader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    import pandas as pd
    import polars as pl

    from cwql.client.scan_source import AsyncScanSource, ScanSource
    from cwql.semantics.column_predicate import Predicate
    from cwql.tables.columns import Shape
    from cwql.tables.pages import PageReader

__all__ = ["AsyncScan", "Scan"]

S = TypeVar("S", "ScanSource", "AsyncScanSource")


def _complete(source: S) -> tuple[S, PageReader]:
    """Return the list and the reader of its pages. Custom fields are requested with caption and value, which their map is made of."""
    record = source.endpoint.record
    if record is None or not source.endpoint.listed:
        raise UnknownNameError(f"{source.path} is not a list of records that the specification describes")
    selected = source.selected()
    if selected is not None:
        whole = dict.fromkeys([part for path in selected for part in _with_caption(path)])
        if tuple(whole) != selected:
            selected = tuple(whole)
            source = source.with_parts(fields=FieldList(tuple([Path(path) for path in selected])))
    return source, page_reader(source.product, record, selected)


def _with_caption(path: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    if len(path) > 1 and path[0].lower() == CUSTOM_FIELDS.lower():
        return (CUSTOM_FIELDS, "caption"), (CUSTOM_FIELDS, "value")
    return (path,)


class Scan:
    """Records as a table. Nothing is requested until a method is called, and each call requests the records again.

    ``psa.service.tickets.to_scan("closedFlag = false", fields=["id", "summary"]).to_arrow()``
    """

    def __init__(self, source: ScanSource) -> None:
        self._source, self._pages = _complete(source)

    def __repr__(self) -> str:
        return f"<cwql.tables.Scan of {self._source.path}>"

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema. It comes from the specification and is the same whatever the data contains."""
        return self._pages.schema

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the records as flat dictionaries, for CSV files and frames: ``row["company/name"]``.

        Values have the types of the schema; custom fields are a dictionary by caption.
        """
        for batch in self._batches():
            yield from _flat_rows(batch)

    def count(self) -> int:
        """Return how many records there are, by the endpoint's own count if it has one."""
        return self._source.count()

    def to_arrow(self) -> pa.Table:
        """Return all records as an Arrow table."""
        return pa.Table.from_batches(list(self._batches()), self.schema)

    def to_arrow_batch_reader(self) -> pa.RecordBatchReader:
        """Return a reader that requests page after page, so that memory does not grow with the number of records."""
        return pa.RecordBatchReader.from_batches(self.schema, self._batches())

    def to_polars(self) -> pl.LazyFrame:
        """Return a lazy frame of polars. It requests only the selected columns and rows, and sends its filters as far as they can be."""
        return lazy_frame(self)

    def to_pandas(self) -> pd.DataFrame:
        """Return a data frame of pandas, with a column for each member of a reference: ``company/name``."""
        return flatten(self.to_arrow()).to_pandas()

    @property
    def shape(self) -> Shape:
        """Return the shape of the records."""
        return self._pages.shape

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
            (found, *rest) = weaken(source.product, self._pages.record, predicate)
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
        for page in self._source.pages(self._pages.read):
            yield from batches_of(page)


class AsyncScan:
    """Records as a table, for the asynchronous client."""

    def __init__(self, source: AsyncScanSource) -> None:
        self._source, self._pages = _complete(source)

    def __repr__(self) -> str:
        return f"<cwql.tables.AsyncScan of {self._source.path}>"

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema. It comes from the specification and is the same whatever the data contains."""
        return self._pages.schema

    async def rows(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the records as flat dictionaries: see `Scan.rows`."""
        async for batch in self.to_arrow_batches():
            for row in _flat_rows(batch):
                yield row

    async def count(self) -> int:
        """Return how many records there are, by the endpoint's own count if it has one."""
        return await self._source.count()

    async def to_arrow(self) -> pa.Table:
        """Return all records as an Arrow table."""
        return pa.Table.from_batches([batch async for batch in self.to_arrow_batches()], self.schema)

    async def to_arrow_batches(self) -> AsyncIterator[pa.RecordBatch]:
        """Yield page after page, so that memory does not grow with the number of records."""
        async for page in self._source.pages(self._pages.read):
            for batch in batches_of(page):
                yield batch

    async def to_polars(self) -> pl.LazyFrame:
        """Return all records as a lazy frame of polars."""
        import polars as pl

        return pl.LazyFrame(pl.from_arrow(await self.to_arrow()))

    async def to_pandas(self) -> pd.DataFrame:
        """Return a data frame of pandas, with a column for each member of a reference: ``company/name``."""
        return flatten(await self.to_arrow()).to_pandas()


def _flat_rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = flatten(pa.Table.from_batches([batch])).to_pylist(maps_as_pydicts="strict")
    return rows
