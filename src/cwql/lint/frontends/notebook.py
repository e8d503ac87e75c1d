"""Conditions in Jupyter notebooks: the code cells are one Python program, whose text is in strings of JSON."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right

from cwql.diagnostics import Diagnostic
from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import UnreadableSource
from cwql.lint.frontends.embedded import Embedded
from cwql.lint.frontends.json import decode
from cwql.lint.frontends.segments import QUOTED
from cwql.lint.templates.model import QuoteStyle
from cwql.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate, TemplateSegment

_STRING = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|[{}\[\],:]')
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
    code = CellCode([cell for cell in find_cells(source.text) if cell.text])
    if not code.text:
        return
    from cwql.lint.frontends.python import extract as extract_python

    inner = Source(code.text, source.name)
    for item in extract_python(inner, context.within(None, inner)):
        yield code.put_back(item)


def _kernel(notebook: object) -> str:
    metadata = notebook.get("metadata") if isinstance(notebook, dict) else None
    info = metadata.get("language_info") if isinstance(metadata, dict) else None
    name = info.get("name") if isinstance(info, dict) else None
    return name.lower() if isinstance(name, str) else ""


class Cell:
    """The code of a cell, and the position of each of its characters in the file. `number` counts all cells from 1."""

    __slots__ = ("ends", "number", "starts", "text")

    def __init__(self, text: str, number: int, strings: Iterable[tuple[int, int]]) -> None:
        self.number = number
        self.starts: list[int] = []
        self.ends: list[int] = []
        parts: list[str] = []
        for start, end in strings:
            for segment in decode(text, start, end):
                parts.append(segment.text)
                if segment.kind == "same":
                    self.starts += range(segment.start, segment.end)
                    self.ends += range(segment.start + 1, segment.end + 1)
                else:
                    self.starts += [segment.start] * len(segment.text)
                    self.ends += [segment.end] * len(segment.text)
        self.text = "".join(parts)


class NotebookSource(Source):
    """A notebook, whose positions are shown as a cell and a line of it."""

    __slots__ = ("_cells", "_shown")

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, name)
        self._cells = [cell for cell in find_cells(text) if cell.text]
        self._shown = [Source(cell.text, f"{name}:cell {cell.number}") for cell in self._cells]

    def _find(self, offset: int) -> int | None:
        """Return the index of the cell that contains a position."""
        index = bisect_right(self._cells, offset, key=lambda cell: cell.starts[0]) - 1
        return index if index >= 0 and offset <= self._cells[index].ends[-1] else None

    def displayed(self, span: Span) -> tuple[Source, Span]:
        """Return the code of the cell of a span, and the span in it."""
        index = self._find(span.start)
        if index is None:
            return self, span
        cell = self._cells[index]
        start = max(bisect_right(cell.starts, span.start) - 1, 0)
        end = bisect_left(cell.ends, span.end) + 1 if span.end > span.start else start
        return self._shown[index], Span(start, min(end, len(cell.text)))

    def part(self, offset: int) -> str:
        """Return the cell and its line."""
        index = self._find(offset)
        if index is None:
            return ""
        shown, span = self.displayed(Span(offset, offset))
        return f"cell {self._cells[index].number}, line {shown.position(span.start)[0]}"


class CellCode(Embedded):
    """The code of cells, and the position of each of its characters in the file."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        parts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        for cell in cells:
            self._starts += cell.starts
            self._ends += cell.ends
            pattern = _LINE if _FOREIGN.match(cell.text) else _MAGIC
            shown = pattern.sub(lambda match: "#" + match[0][1:] if match[0] else "", cell.text)
            if not shown.endswith("\n"):
                shown += "\n"
                self._starts.append(self._ends[-1])
                self._ends.append(self._ends[-1])
            parts.append(shown)
        self.text = "".join(parts)

    def span(self, span: Span) -> Span:
        """Return a span of the code in the file."""
        if not self._starts:
            return Span(0, 0)
        start = self._starts[min(span.start, len(self._starts) - 1)]
        end = self._ends[min(span.end, len(self._ends)) - 1] if span.end > span.start else start
        return Span(start, max(start, end))

    def quoting(self, quoting: QuoteStyle | None) -> QuoteStyle | None:
        """Return the spelling in JSON of a spelling in Python."""
        return None if quoting is None else QuoteStyle(QUOTED.escapes, QUOTED.refused, quoting)

    def spell(self, text: str) -> str:
        """Return a text as JSON spells it."""
        return QUOTED.encode(text) or text

    def spans(self, segment: TemplateSegment) -> Iterator[tuple[str, Span, bool]]:
        """Yield the parts of a segment, which escapes of JSON separate."""
        begin = segment.start
        for at in range(segment.start, segment.end):
            plain = self._ends[at] - self._starts[at] == 1
            following = at + 1 < segment.end and self._starts[at + 1] == self._ends[at] and plain
            if following and self._ends[at + 1] - self._starts[at + 1] == 1:
                continue
            text = segment.text[begin - segment.start : at + 1 - segment.start]
            yield text, Span(self._starts[begin], self._ends[at]), plain
            begin = at + 1


def find_cells(text: str) -> Iterator[Cell]:
    """Yield the code cells."""
    number = 0
    key = ""
    last: tuple[int, int] | None = None
    stack: list[str] = []
    spans: list[tuple[int, int]] = []
    code = False
    for match in _STRING.finditer(text):
        sign = match[0][0]
        if sign == '"':
            inner = match.start() + 1, match.end() - 1
            if key == "source" and len(stack) in (3, 4) and stack[1:2] == ["cells"]:
                spans.append(inner)
            elif key == "cell_type" and len(stack) == 3:
                code = text[inner[0] : inner[1]] == "code"
            last = inner
        elif sign == ":":
            key = text[last[0] : last[1]] if last is not None else ""
            last = None
        elif sign in "{[":
            stack.append(key)
            if len(stack) == 3:
                spans, code = [], False
            key = key if sign == "[" else ""
        elif sign in "}]":
            if len(stack) == 3 and stack[1] == "cells":
                number += 1
                if code:
                    yield Cell(text, number, spans)
            key = stack.pop() if stack else ""
            key = "" if sign == "}" else key
        elif sign == "," and (not stack or len(stack) != 4):
            key = key if len(stack) == 4 else ""
