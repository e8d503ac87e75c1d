"""Records as rows: a table for people, JSON, JSON lines and CSV for tools.

`write_rows` takes plain dicts, one at a time, and writes as it goes: a million records need no memory. Only the widths of a
table are measured, on its first rows.
"""

from __future__ import annotations

from itertools import chain, islice

from cwql.errors import UnknownNameError
from cwql.render.cells import split_cells
from cwql.render.page import Page
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, TextIO

    Row = Mapping[str, Any]

__all__ = ["FORMATS", "Column", "read_cell", "write_rows"]

FORMATS: dict[str, str] = {
    "table": "a table, for people",
    "json": "one list of objects",
    "jsonl": "one object a line",
    "csv": "one line a record, for spreadsheets",
}
"""Every format of records, in the order of ``--help``."""

_MEASURED = 200
_WIDEST, _NARROWEST = 48, 6
_GAP = "  "
_NAMES = ("name", "Name", "identifier", "summary", "caption", "description", "ComputerName", "id", "Id")


class Column(Value):
    """Hold a column: its title, and the path of members that leads to its value."""

    title: str
    path: tuple[str, ...]


def write_rows(rows: Iterable[Row], columns: Sequence[Column], format: str, stream: TextIO, page: Page) -> int:
    """Write rows to a stream and return how many there were. `columns` hold for tables and CSV.

    Raises UnknownNameError for an unknown format.
    """
    if format not in FORMATS:
        raise UnknownNameError(f"unknown format {format!r}: expected one of {', '.join(FORMATS)}")
    count = 0
    for count, line in enumerate(_LINES[format](rows, columns, page), 1):  # noqa: B007 - the last number is returned
        stream.write(line)
    return count - _EXTRA[format] if count else 0


def read_cell(row: Any, path: Sequence[str]) -> Any:
    """Return what stands under a path: of a list the values of its items, of a missing member None."""
    for place, name in enumerate(path):
        if isinstance(row, list):
            return [read_cell(item, path[place:]) for item in row]
        if not isinstance(row, dict):
            return None
        row = row.get(name)
    return row


def _text(value: Any) -> str:
    """Return a value as a cell shows it: a record by its name, a list by its items."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return next((_text(value[name]) for name in _NAMES if value.get(name) is not None), "{…}" if value else "")
    if isinstance(value, list):
        return ", ".join([_text(item) for item in value])
    return str(value)


def _json_lines(rows: Iterable[Row], columns: Sequence[Column], page: Page) -> Iterator[str]:
    import json

    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _json(rows: Iterable[Row], columns: Sequence[Column], page: Page) -> Iterator[str]:
    import json
    from textwrap import indent

    between = "[\n"
    for row in rows:
        yield between + indent(json.dumps(row, ensure_ascii=False, indent=2), "  ")
        between = ",\n"
    yield "\n]\n" if between != "[\n" else "[]\n"


def _csv(rows: Iterable[Row], columns: Sequence[Column], page: Page) -> Iterator[str]:
    import csv

    class Echo:
        def write(self, line: str) -> str:
            return line

    writer = csv.writer(Echo(), lineterminator="\n")
    yield str(writer.writerow([column.title for column in columns]))
    for row in rows:
        yield str(writer.writerow([_text(read_cell(row, column.path)) for column in columns]))


def _table(rows: Iterable[Row], columns: Sequence[Column], page: Page) -> Iterator[str]:
    source = iter(rows)
    first = [[_Cell(read_cell(row, column.path)) for column in columns] for row in islice(source, _MEASURED)]
    titles = [_Cell(column.title) for column in columns]
    natural = [max(cell.width for cell in cells) for cells in zip(titles, *first, strict=True)]
    widths = _fit(natural, page.width - len(_GAP) * (len(columns) - 1))
    right = [bool(first) and all(row[place].right for row in first) for place in range(len(columns))]
    yield f"{page.paint('strong', _line(titles, widths, right))}\n"
    yield page.paint("quiet", _GAP.join(["─" * width for width in widths])) + "\n"
    later = ([_Cell(read_cell(row, column.path)) for column in columns] for row in source)
    for cells in chain(first, later):
        yield f"{_line(cells, widths, right)}\n"


class _Cell:
    """Hold a cell of a table: the text on one line, and its width in columns of the terminal."""

    __slots__ = ("right", "shown", "width")

    def __init__(self, value: Any) -> None:
        text = " ".join(_text(value).split())
        self.right = value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
        # Most text is as wide as it is long; the rest is measured cell by cell.
        if text.isascii() and text.isprintable():
            self.shown, self.width = text, len(text)
        else:
            cells = split_cells(text)
            self.shown = "".join([cell.shown for cell in cells])
            self.width = sum(cell.width for cell in cells)

    def fit(self, width: int, right: bool) -> str:
        """Return the text padded or cut to a width."""
        if self.width <= width:
            padding = " " * (width - self.width)
            return padding + self.shown if right else self.shown + padding
        kept, room = [], width - 1
        for cell in split_cells(self.shown):
            if cell.width > room:
                break
            kept.append(cell.shown)
            room -= cell.width
        return "".join(kept) + "…" + " " * room


def _line(cells: Sequence[_Cell], widths: Sequence[int], right: Sequence[bool]) -> str:
    return _GAP.join([cell.fit(width, side) for cell, width, side in zip(cells, widths, right, strict=True)]).rstrip()


def _fit(natural: Sequence[int], room: int) -> list[int]:
    """Return widths that fit the room: the widest columns give way first."""
    widths = [min(width, _WIDEST) for width in natural]
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


_LINES = {"table": _table, "json": _json, "jsonl": _json_lines, "csv": _csv}
# Lines that hold no record: titles and the rule below them, the closing bracket.
_EXTRA = {"table": 2, "json": 1, "jsonl": 0, "csv": 1}
