"""The output of API records: a table for people, JSON, JSON lines and CSV for tools.

`write_records` writes each record as soon as it arrives, so that a million records need little memory. The widths of a table are
measured on its first rows.
"""

from __future__ import annotations

from itertools import chain, islice

from cwql.errors import UnknownNameError
from cwql.render.width import split_cells
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, TextIO, TypeAlias

    from cwql.render.terminal import Terminal

    Record: TypeAlias = Mapping[str, Any]

__all__ = ["FORMATS", "Column", "value_at", "write_records"]

FORMATS: dict[str, str] = {
    "table": "a table, for people",
    "json": "a JSON list of objects",
    "jsonl": "a JSON object on each line",
    "csv": "CSV, for spreadsheets",
}
"""Every format of records, in the order of ``--help``."""

_MEASURED = 200
_WIDEST, _NARROWEST = 48, 6
_GAP = "  "
_NAMES = ("name", "Name", "identifier", "summary", "caption", "description", "ComputerName", "id", "Id")


class Column(Value):
    """A column: its title, and the path of members to its value."""

    title: str
    path: tuple[str, ...]


def write_records(
    records: Iterable[Record], columns: Sequence[Column], format: str, stream: TextIO, terminal: Terminal
) -> int:
    """Write records to a stream and return their number. Tables and CSV have the given columns.

    Raises:
        UnknownNameError: There is no format of that name.
    """
    if format not in FORMATS:
        raise UnknownNameError(f"unknown format {format!r}: expected one of {', '.join(FORMATS)}")
    count = 0
    for count, line in enumerate(_WRITERS[format](records, columns, terminal), 1):  # noqa: B007 - the last number is returned
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
        return ", ".join([_text(item) for item in value])
    return str(value)


def _json_lines(records: Iterable[Record], columns: Sequence[Column], terminal: Terminal) -> Iterator[str]:
    import json

    for record in records:
        yield json.dumps(record, ensure_ascii=False) + "\n"


def _json(records: Iterable[Record], columns: Sequence[Column], terminal: Terminal) -> Iterator[str]:
    import json
    from textwrap import indent

    between = "[\n"
    for record in records:
        yield between + indent(json.dumps(record, ensure_ascii=False, indent=2), "  ")
        between = ",\n"
    yield "\n]\n" if between != "[\n" else "[]\n"


def _csv(records: Iterable[Record], columns: Sequence[Column], terminal: Terminal) -> Iterator[str]:
    import csv

    class Echo:
        def write(self, line: str) -> str:
            return line

    writer = csv.writer(Echo(), lineterminator="\n")
    yield str(writer.writerow([column.title for column in columns]))
    for record in records:
        yield str(writer.writerow([_text(value_at(record, column.path)) for column in columns]))


def _table(records: Iterable[Record], columns: Sequence[Column], terminal: Terminal) -> Iterator[str]:
    source = iter(records)
    first = [[_Cell(value_at(record, column.path)) for column in columns] for record in islice(source, _MEASURED)]
    titles = [_Cell(column.title) for column in columns]
    natural = [max(cell.width for cell in cells) for cells in zip(titles, *first, strict=True)]
    widths = _fit(natural, terminal.width - len(_GAP) * (len(columns) - 1))
    right = [bool(first) and all(row[index].right for row in first) for index in range(len(columns))]
    yield f"{terminal.style('strong', _line(titles, widths, right))}\n"
    yield terminal.style("quiet", _GAP.join(["─" * width for width in widths])) + "\n"
    later = ([_Cell(value_at(record, column.path)) for column in columns] for record in source)
    for cells in chain(first, later):
        yield f"{_line(cells, widths, right)}\n"


class _Cell:
    """A cell of a table: the text on one line, and its width in columns of the terminal."""

    __slots__ = ("right", "shown", "width")

    def __init__(self, value: Any) -> None:
        text = " ".join(_text(value).split())
        self.right = value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
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


def _line(cells: Sequence[_Cell], widths: Sequence[int], right: Sequence[bool]) -> str:
    return _GAP.join([cell.fit(width, side) for cell, width, side in zip(cells, widths, right, strict=True)]).rstrip()


def _fit(natural: Sequence[int], room: int) -> list[int]:
    """Return widths whose sum fits: the widest columns are narrowed first."""
    widths = [min(width, _WIDEST) for width in natural]
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


_WRITERS = {"table": _table, "json": _json, "jsonl": _json_lines, "csv": _csv}
# Titles, the line below them, and the closing bracket.
_LINES_WITHOUT_RECORD = {"table": 2, "json": 1, "jsonl": 0, "csv": 1}
