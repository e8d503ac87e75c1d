"""The output of API records: a table for people, JSON, JSON lines and CSV for tools.

`write_records` writes each record as soon as it arrives, so that a million records need little memory. The widths of a table are
measured on its first rows.
"""

from __future__ import annotations

import re
from itertools import chain, islice

from cwql.errors import CwqlError, UnknownNameError
from cwql.render.width import split_cells
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo
    from typing import Any, TextIO, TypeAlias

    from cwql.render.terminal import Terminal

    Record: TypeAlias = Mapping[str, Any]

__all__ = ["FILES", "FORMATS", "Column", "Layout", "find_zone", "read_format", "value_at", "write_records"]

FORMATS: dict[str, str] = {
    "table": "a table, for people",
    "json": "a JSON list of objects",
    "jsonl": "a JSON object on each line",
    "csv": "CSV, for spreadsheets",
}
"""Every format of records, in the order of ``--help``."""

FILES: dict[str, str] = {
    "xlsx": "an Excel file (needs --output-file)",
    "parquet": "a Parquet file (needs --output-file)",
    "arrow": "an Arrow file (needs --output-file)",
}
"""Formats with types, which are written to a file by the extra ``tables``."""

_MEASURED = 200
_NARROWEST = 6
_GAP = "  "
_FORMULAS = frozenset("=+-@\t\r")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_NAMES = ("name", "Name", "identifier", "summary", "caption", "description", "ComputerName", "id", "Id")


class Layout(Value):
    """Options of tables and CSV.

    `excel` begins CSV with a byte order mark and writes an apostrophe before texts that Excel would run as formulas.
    Times are converted to `zone`, otherwise shown as the server sends them.
    """

    delimiter: str = ","
    excel: bool = False
    zone: tzinfo | None = None

    def text(self, value: Any) -> str:
        """Return the text of a cell."""
        text = _text(value)
        if self.zone is not None and _TIME.fullmatch(text):
            from datetime import datetime

            text = datetime.fromisoformat(text).astimezone(self.zone).isoformat(" ", "seconds")
        return text

    def csv_text(self, value: Any) -> str:
        """Return the text of a cell of CSV."""
        text = self.text(value)
        is_formula = self.excel and isinstance(value, str) and text[:1] in _FORMULAS
        return f"'{text}" if is_formula else text


def read_format(format: str | None, file: str | None) -> str:
    """Return the format of the output: the one that was given, otherwise by the ending of the file, otherwise a table.

    Raises:
        CwqlError: The format needs a file.
    """
    ending = (file or "").rpartition(".")[2].lower()
    found = format or (ending if ending in (*FORMATS, *FILES) else "table")
    if found in FILES and file is None:
        raise CwqlError(f"--output-format {found} needs --output-file FILE")
    return found


def find_zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name; ``local`` is that of the machine.

    Raises:
        UnknownNameError: The machine knows no such zone.
    """
    from datetime import datetime
    from zoneinfo import ZoneInfo, available_timezones

    if name == "local":
        zone = datetime.now().astimezone().tzinfo
        assert zone is not None
        return zone
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        from cwql.schema.suggest import suggest

        raise UnknownNameError(f"unknown time zone {name!r}", suggest(name, available_timezones())) from None


class Column(Value):
    """A column: its title, and the path of members to its value."""

    title: str
    path: tuple[str, ...]


def write_records(
    records: Iterable[Record],
    columns: Sequence[Column],
    format: str,
    stream: TextIO,
    terminal: Terminal,
    layout: Layout | None = None,
) -> int:
    """Write records to a stream and return their number. Tables and CSV have the given columns and layout.

    Raises:
        UnknownNameError: There is no format of that name.
    """
    if format not in FORMATS:
        raise UnknownNameError(f"unknown format {format!r}: expected one of {', '.join(FORMATS)}")
    count = 0
    for count, line in enumerate(_WRITERS[format](records, columns, terminal, layout or Layout()), 1):  # noqa: B007 - the last number is returned
        stream.write(line)
    return count - _LINES_WITHOUT_RECORD[format] if count else 0


def value_at(value: Any, path: Sequence[str]) -> Any:
    """Return the value at a path of members; of a list, the values of its items; None if a member is missing."""
    for index, name in enumerate(path):
        if isinstance(value, list):
            return [value_at(item, path[index:]) for item in value]
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _text(value: Any) -> str:
    """Return the text of a cell: of a record its name, of a list its items."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return next((_text(value[name]) for name in _NAMES if value.get(name) is not None), "{…}" if value else "")
    if isinstance(value, list):
        return ", ".join([_custom_field_text(item) or _text(item) for item in value])
    return str(value)


def _custom_field_text(item: Any) -> str:
    """Return ``caption: value`` for a custom field, otherwise an empty text."""
    if not isinstance(item, dict) or "caption" not in item or "value" not in item:
        return ""
    return f"{_text(item['caption'])}: {_text(item['value'])}"


def _json_lines(
    records: Iterable[Record], columns: Sequence[Column], terminal: Terminal, layout: Layout
) -> Iterator[str]:
    import json

    for record in records:
        yield json.dumps(record, ensure_ascii=False) + "\n"


def _json(records: Iterable[Record], columns: Sequence[Column], terminal: Terminal, layout: Layout) -> Iterator[str]:
    import json
    from textwrap import indent

    between = "[\n"
    for record in records:
        yield between + indent(json.dumps(record, ensure_ascii=False, indent=2), "  ")
        between = ",\n"
    yield "\n]\n" if between != "[\n" else "[]\n"


def _csv(records: Iterable[Record], columns: Sequence[Column], terminal: Terminal, layout: Layout) -> Iterator[str]:
    import csv

    class Echo:
        def write(self, line: str) -> str:
            return line

    writer = csv.writer(Echo(), delimiter=layout.delimiter, lineterminator="\n")
    mark = "\ufeff" if layout.excel else ""
    yield mark + str(writer.writerow([column.title for column in columns]))
    for record in records:
        yield str(writer.writerow([layout.csv_text(value_at(record, column.path)) for column in columns]))


def _table(records: Iterable[Record], columns: Sequence[Column], terminal: Terminal, layout: Layout) -> Iterator[str]:
    source = iter(records)

    def row(record: Record) -> list[_Cell]:
        values = [value_at(record, column.path) for column in columns]
        return [_Cell(layout.text(value), _is_number(value)) for value in values]

    first = [row(record) for record in islice(source, _MEASURED)]
    titles = [_Cell(column.title) for column in columns]
    natural = [max(cell.width for cell in cells) for cells in zip(titles, *first, strict=True)]
    widths = _fit(natural, terminal.width - len(_GAP) * (len(columns) - 1)) if terminal.is_limited else natural
    right = [bool(first) and all(cells[index].right for cells in first) for index in range(len(columns))]
    yield f"{terminal.style('strong', _line(titles, widths, right))}\n"
    yield terminal.style("quiet", _GAP.join(["─" * width for width in widths])) + "\n"
    for cells in chain(first, map(row, source)):
        yield f"{_line(cells, widths, right, terminal.is_limited)}\n"


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


class _Cell:
    """A cell of a table: the text on one line, and its width in columns of the terminal."""

    __slots__ = ("right", "shown", "width")

    def __init__(self, text: str, right: bool = False) -> None:
        text = " ".join(text.split())
        self.right = right
        # The width of most text is its length.
        if text.isascii() and text.isprintable():
            self.shown, self.width = text, len(text)
        else:
            cells = split_cells(text)
            self.shown = "".join([cell.shown for cell in cells])
            self.width = sum(cell.width for cell in cells)

    def fit(self, width: int, right: bool) -> str:
        """Return the text, padded or cut to a width."""
        if self.width <= width:
            padding = " " * (width - self.width)
            return padding + self.shown if right else self.shown + padding
        shown, room = [], width - 1
        for cell in split_cells(self.shown):
            if cell.width > room:
                break
            shown.append(cell.shown)
            room -= cell.width
        return "".join(shown) + "…" + " " * room


def _line(cells: Sequence[_Cell], widths: Sequence[int], right: Sequence[bool], is_cut: bool = True) -> str:
    if not is_cut:
        # A later row may be wider than those that were measured.
        widths = [max(cell.width, width) for cell, width in zip(cells, widths, strict=True)]
    return _GAP.join([cell.fit(width, side) for cell, width, side in zip(cells, widths, right, strict=True)]).rstrip()


def _fit(natural: Sequence[int], room: int) -> list[int]:
    """Return widths whose sum fits: the widest columns are narrowed first."""
    widths = list(natural)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


_WRITERS = {"table": _table, "json": _json, "jsonl": _json_lines, "csv": _csv}
# Titles, the line below them, and the closing bracket.
_LINES_WITHOUT_RECORD = {"table": 2, "json": 1, "jsonl": 0, "csv": 1}
