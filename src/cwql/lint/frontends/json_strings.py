"""Strings of JSON: their decoded text, and the code in them."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.embedded import Embedded
from cwql.lint.frontends.segments import QUOTED, decode_escapes
from cwql.lint.templates.model import QuoteStyle
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cwql.lint.templates.model import TemplateSegment

_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")


def decode(text: str, start: int, end: int) -> list[TemplateSegment]:
    """Return the segments of the string whose inner text is ``text[start:end]``."""
    return decode_escapes(text, start, end, _ESCAPE)


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


class CellCode(Embedded):
    """The code of cells, and the position of each of its characters in the file."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        parts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        for cell in cells:
            self._starts += cell.starts
            self._ends += cell.ends
            shown = cell.text
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
