"""Arrow tables for data frames: `flatten` for pandas, `lazy_frame` for polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from cwql.tables.scan import Scan

__all__ = ["flatten", "lazy_frame"]


def flatten(table: pa.Table) -> pa.Table:
    """Return the table with a column for each member of a record, named by its path: ``company/name``."""
    names: list[str] = []
    columns: list[pa.ChunkedArray] = []
    pending = list(zip(table.column_names, table.columns, strict=True))[::-1]
    while pending:
        name, column = pending.pop()
        if pa.types.is_struct(column.type):
            members = [f"{name}/{field.name}" for field in column.type]
            pending += list(zip(members, column.flatten(), strict=True))[::-1]
        else:
            names.append(name)
            columns.append(column)
    return pa.table(columns, names=names)


def lazy_frame(scan: Scan) -> pl.LazyFrame:
    """Return a lazy frame that requests the records when it is collected, with only the columns and rows that are used.

    Filters become conditions as far as they can, and polars evaluates them again.
    """
    import polars as pl
    from polars.io.plugins import register_io_source

    from cwql.tables.polars_predicates import read_predicate

    def read(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        needed = columns
        if columns is not None and predicate is not None:
            needed = list(dict.fromkeys([*columns, *predicate.meta.root_names()]))
        # polars counts the rows before it filters them.
        sent = read_predicate(predicate, scan.shape) if predicate is not None and rows is None else None
        narrowed = scan.narrow(needed, rows, sent)
        if narrowed is None:
            yield empty.select(columns) if columns is not None else empty
            return
        remaining = rows
        for batch in narrowed.to_arrow_batch_reader():
            frame = pl.DataFrame(pl.from_arrow(batch))
            if remaining is not None:
                frame = frame.head(remaining)
                remaining -= len(frame)
            if predicate is not None:
                frame = frame.filter(predicate)
            yield frame.select(columns) if columns is not None else frame
            if remaining is not None and remaining <= 0:
                return

    empty = pl.DataFrame(pl.from_arrow(scan.schema.empty_table()))
    return register_io_source(read, schema=empty.schema, validate_schema=True)
