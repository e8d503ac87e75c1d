"""Conditions in Jupyter notebooks: the code cells are one Python program, whose text is in strings of JSON."""

from __future__ import annotations

import json
from bisect import bisect_right

from cwql.diagnostics import Diagnostic
from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import UnreadableSource, find_language
from cwql.lint.frontends.embedded import Embedded
from cwql.lint.frontends.json import read_entries
from cwql.lint.frontends.segments import QUOTED, starts_of, text_of
from cwql.lint.templates.model import TemplateSegment
from cwql.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate

_KERNELS = frozenset(("", "python", "python3"))
_MAGIC = re.compile(r"^[ \t]*[%!?]|^[^\n#'\"]*\?[ \t]*$", re.MULTILINE)

_FOREIGN = re.compile(
    r"\s*+%%?(?:bash|bigquery|cmd|fs|html|javascript|js|latex|markdown|md|perl|powershell|r|ruby|scala|script|sh|sql|svg|writefile)\b",
    re.IGNORECASE,
)
"""How a cell begins that is no Python."""

_LINE = re.compile(r"^[^\n]+", re.MULTILINE)


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of the code cells. Raises `UnreadableSource` for a text that is no notebook of Python."""
    try:
        notebook = json.loads(source.text)
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(str(error), getattr(error, "pos", 0)) from None
    kernel = _kernel(notebook)
    if kernel not in _KERNELS:
        raise UnreadableSource(f"a notebook of {kernel}")
    text = ""
    segments: list[TemplateSegment] = []
    for cell in find_cells(source.text):
        pattern = _LINE if _FOREIGN.match(cell.text) else _MAGIC
        text += pattern.sub(lambda match: "#" + match[0][1:] if match[0] else "", cell.text)
        segments += cell.segments
        if not text.endswith("\n"):
            end = cell.segments[-1].end
            text += "\n"
            segments.append(TemplateSegment("\n", end, end, "escape"))
    if text:
        yield from Embedded(segments, QUOTED, text).extract(find_language("python"), context)


def _kernel(notebook: object) -> str:
    for key in ("metadata", "language_info", "name"):
        notebook = notebook.get(key) if isinstance(notebook, dict) else None
    return notebook.lower() if isinstance(notebook, str) else ""


class Cell:
    """The code of a cell, and its segments in the file. `number` counts all cells from 1."""

    __slots__ = ("_starts", "number", "segments", "text")

    def __init__(self, number: int, segments: list[TemplateSegment]) -> None:
        self.number = number
        self.segments = segments
        self.text = text_of(segments)
        self._starts = starts_of(segments)

    def offset_of(self, place: int) -> int:
        """Return the character of the code at a position of the file, or the last one before it."""
        index = max(bisect_right(self.segments, place, key=lambda segment: segment.start) - 1, 0)
        segment = self.segments[index]
        within = place - segment.start if segment.kind == "same" else 0
        return self._starts[index] + max(min(within, len(segment.text) - 1), 0)


class NotebookSource(Source):
    """A notebook, whose positions are shown as a cell and a line of it."""

    __slots__ = ("_cells", "_shown")

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, name)
        self._cells = [*find_cells(text)]
        self._shown = [Source(cell.text, f"{name}:cell {cell.number}") for cell in self._cells]

    def _find(self, offset: int) -> int | None:
        """Return the index of the cell that contains a position."""
        index = bisect_right(self._cells, offset, key=lambda cell: cell.segments[0].start) - 1
        return index if index >= 0 and offset <= self._cells[index].segments[-1].end else None

    def displayed(self, span: Span) -> tuple[Source, Span]:
        """Return the code of the cell of a span, and the span in it."""
        index = self._find(span.start)
        if index is None:
            return self, span
        cell = self._cells[index]
        start = cell.offset_of(span.start)
        end = cell.offset_of(span.end - 1) + 1 if span.end > span.start else start
        return self._shown[index], Span(start, min(end, len(cell.text)))

    def part(self, offset: int) -> str:
        """Return the cell and its line."""
        index = self._find(offset)
        if index is None:
            return ""
        shown, span = self.displayed(Span(offset, offset))
        return f"cell {self._cells[index].number}, line {shown.position(span.start)[0]}"


def find_cells(text: str) -> Iterator[Cell]:
    """Yield the code cells."""
    entries, parents = read_entries(text)
    kinds = {entry.scope: entry.text for entry in entries if entry.key == "cell_type"}
    lines: dict[int, list[TemplateSegment]] = {scope: [] for scope in kinds}
    for entry in entries:
        # The source of a cell is a text, or a list of lines.
        scope = entry.scope if entry.key == "source" else parents[entry.scope] if not entry.key else -1
        if scope in lines:
            lines[scope] += [segment for segment in entry.segments if segment.text]
    for number, (scope, kind) in enumerate(kinds.items(), 1):
        if kind == "code" and lines[scope]:
            yield Cell(number, lines[scope])
