"""Arrow tables as files: Excel, Parquet and the file format of Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["write_file"]


def write_file(table: pa.Table, format: str, file: str) -> int:
    """Write a table to a file as ``xlsx``, ``parquet`` or ``arrow``, and return the number of rows.

    Raises:
        CwqlError: A sheet cannot have as many rows.
    """
    if format == "xlsx":
        from cwql.tables.excel import write_workbook

        return write_workbook(table, file)
    if format == "parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, file)
    else:
        import pyarrow as pa

        with pa.OSFile(file, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    return int(table.num_rows)
