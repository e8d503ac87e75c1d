"""The types of scans: what `to_scan` of a list returns. `cwql.tables.scan` has the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import pandas as pd
    import polars as pl
    import pyarrow as pa


class Scan(Protocol):
    """Records as a table. Nothing is requested until a method is called, and each call requests the records again."""

    @property
    def schema(self) -> pa.Schema:
        """The columns and their types."""
        ...

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the records as dictionaries."""
        ...

    def count(self) -> int:
        """Return how many records there are, by the endpoint's own count if it has one."""
        ...

    def to_arrow(self) -> pa.Table:
        """Return all records as an Arrow table."""
        ...

    def to_arrow_batch_reader(self) -> pa.RecordBatchReader:
        """Return a reader of Arrow batches, one for each page."""
        ...

    def to_polars(self) -> pl.LazyFrame:
        """Return a lazy frame of polars."""
        ...

    def to_pandas(self) -> pd.DataFrame:
        """Return all records as a data frame of pandas."""
        ...


class AsyncScan(Protocol):
    """Records as a table. Nothing is requested until a method is called, and each call requests the records again."""

    @property
    def schema(self) -> pa.Schema:
        """The columns and their types."""
        ...

    def rows(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the records as dictionaries."""
        ...

    async def count(self) -> int:
        """Return how many records there are, by the endpoint's own count if it has one."""
        ...

    async def to_arrow(self) -> pa.Table:
        """Return all records as an Arrow table."""
        ...

    def to_arrow_batches(self) -> AsyncIterator[pa.RecordBatch]:
        """Yield Arrow batches, one for each page."""
        ...

    async def to_polars(self) -> pl.LazyFrame:
        """Return a lazy frame of polars."""
        ...

    async def to_pandas(self) -> pd.DataFrame:
        """Return all records as a data frame of pandas."""
        ...
