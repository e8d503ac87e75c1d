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
    def schema(self) -> pa.Schema: ...

    def rows(self) -> Iterator[dict[str, Any]]: ...

    def count(self) -> int: ...

    def to_arrow(self) -> pa.Table: ...

    def to_arrow_batch_reader(self) -> pa.RecordBatchReader: ...

    def to_polars(self) -> pl.LazyFrame: ...

    def to_pandas(self) -> pd.DataFrame: ...


class AsyncScan(Protocol):
    """Records as a table. Nothing is requested until a method is called, and each call requests the records again."""

    @property
    def schema(self) -> pa.Schema: ...

    def rows(self) -> AsyncIterator[dict[str, Any]]: ...

    async def count(self) -> int: ...

    async def to_arrow(self) -> pa.Table: ...

    def to_arrow_batches(self) -> AsyncIterator[pa.RecordBatch]: ...

    async def to_polars(self) -> pl.LazyFrame: ...

    async def to_pandas(self) -> pd.DataFrame: ...
