"""Positions in a text: `Span`, and `Source`, which finds lines and columns."""

from __future__ import annotations

from cwql.value import Value, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from dataclasses import KW_ONLY


class Span(Value):
    """A half-open range of characters, ``text[span.start:span.end]``, counted from 0."""

    __module__ = "cwql"

    start: int
    end: int

    # Written by hand, because a mistaken text has hundreds of spans.
    def __init__(self, start: int, end: int) -> None:
        assign(self, "start", start)
        assign(self, "end", end)

    def __iter__(self) -> Iterator[int]:
        yield self.start
        yield self.end

    def __len__(self) -> int:
        return self.end - self.start


def cover(first: Span, last: Span) -> Span:
    """Return the smallest span that contains both."""
    return Span(min(first.start, last.start), max(first.end, last.end))


def overlap(first: Span, last: Span) -> bool:
    """Return whether both share a character. An empty span overlaps if it is strictly inside the other one."""
    return first.start < last.end and last.start < first.end


class Location(Value):
    """A span as lines and columns, all counted from 1; the end is after the last character."""

    __module__ = "cwql"

    _: KW_ONLY
    line: int
    column: int
    end_line: int
    end_column: int


class Source:
    r"""A text with a name, for messages that show a line and a column.

    `name` is shown before the position: a file name, or ``<condition>``. Lines end at ``\n``, ``\r\n`` or ``\r``.
    """

    __slots__ = ("_starts", "name", "text")

    def __init__(self, text: str, name: str = "<condition>") -> None:
        self.text = text
        self.name = name
        self._starts: list[int] | None = None

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            starts = [0]
            if "\r" not in self.text:
                at = self.text.find("\n")
                while at >= 0:
                    starts.append(at + 1)
                    at = self.text.find("\n", at + 1)
            else:
                import re

                starts += [match.end() for match in re.finditer(r"\r\n?|\n", self.text)]
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of a character, both counted from 1; a column is a character."""
        starts = self._line_starts()
        low, high = 0, len(starts)
        while high - low > 1:
            middle = (low + high) // 2
            if starts[middle] <= offset:
                low = middle
            else:
                high = middle
        return low + 1, offset - starts[low] + 1

    def locate(self, span: Span) -> Location:
        """Return the lines and columns of a span."""
        line, column = self.position(span.start)
        end_line, end_column = self.position(span.end)
        return Location(line=line, column=column, end_line=end_line, end_column=end_column)

    def start_of(self, number: int) -> int:
        """Return the offset at which a line (counted from 1) begins."""
        return self._line_starts()[number - 1]

    def end_of(self, number: int) -> int:
        """Return the offset after a line (counted from 1) with its line end."""
        starts = self._line_starts()
        return starts[number] if number < len(starts) else len(self.text)

    def displayed(self, span: Span) -> tuple[Source, Span]:
        """Return the source and the span to show to people for a span: another one if the file is only a container."""
        return self, span

    def part(self, offset: int) -> str:
        """Return the position in the part of a container for people, such as ``cell 3, line 2``; empty for any other text."""
        return ""

    def line(self, number: int) -> str:
        """Return the text of a line, counted from 1, without its line end."""
        return self.text[self.start_of(number) : self.end_of(number)].rstrip("\r\n")
