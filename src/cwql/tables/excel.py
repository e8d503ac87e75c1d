"""Arrow tables as Excel files: `write_workbook`."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cwql.errors import CwqlError
from cwql.tables.frames import flatten

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["write_workbook"]

_ROWS = 1_048_575
"""How many rows a sheet has below its header."""

_TEXT = 32_767
"""How many characters a cell has."""


def write_workbook(table: pa.Table, file: str, sheet: str = "cwql") -> int:
    """Write a table to a sheet with a header and a filter, and return the number of rows.

    Text stays text, also if it begins like a formula. Times are in UTC, because Excel has no time zones. Raises CwqlError for too
    many rows, and without xlsxwriter.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise CwqlError('Excel files need xlsxwriter: pip install "cwql[tables]"') from None
    if table.num_rows > _ROWS:
        raise CwqlError(f"a sheet has at most {_ROWS:,} rows: got {table.num_rows:,}")
    flat = flatten(table)
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        page = workbook.add_worksheet(sheet)
        bold = workbook.add_format({"bold": True})
        formats: dict[type, Any] = {
            datetime: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for place, name in enumerate(flat.column_names):
            page.write_string(0, place, name, bold)
            for row, value in enumerate(flat.column(place).to_pylist(), 1):
                _write(page, row, place, value, formats)
        page.freeze_panes(1, 0)
        if flat.column_names:
            page.autofilter(0, 0, max(1, flat.num_rows), len(flat.column_names) - 1)
            page.autofit()
    return int(flat.num_rows)


def _write(page: Any, row: int, place: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, place, value)
    elif isinstance(value, (int, float, Decimal)):
        page.write_number(row, place, value)
    elif isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo is not None else value
        page.write_datetime(row, place, moment, formats[datetime])
    elif isinstance(value, date):
        page.write_datetime(row, place, value, formats[date])
    elif isinstance(value, str):
        page.write_string(row, place, value[:_TEXT])
    else:
        page.write_string(row, place, json.dumps(value, default=str, ensure_ascii=False)[:_TEXT])
