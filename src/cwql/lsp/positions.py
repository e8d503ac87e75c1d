"""Positions of the protocol: a line and a column in code units of UTF-8, UTF-16 or UTF-32, both counted from 0."""

from __future__ import annotations

import re
from bisect import bisect_right

_LINE_ENDS = re.compile(r"\r\n|\n|\r")
_WIDTHS = {"utf-8": 1, "utf-16": 2}


class Positions:
    """Convert between offsets of characters and positions, for one text."""

    __slots__ = ("_encoding", "_starts", "_text")

    def __init__(self, text: str, encoding: str) -> None:
        self._text = text
        self._encoding = encoding
        if "\r" in text:
            self._starts = [0, *[match.end() for match in _LINE_ENDS.finditer(text)]]
        else:
            self._starts = [0]
            at = text.find("\n")
            while at >= 0:
                self._starts.append(at + 1)
                at = text.find("\n", at + 1)

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a position; one beyond the end of its line means that end."""
        starts = self._starts
        if line < 0 or column < 0:
            return 0
        if line >= len(starts):
            return len(self._text)
        start = starts[line]
        content = self._line(line)
        if content.isascii() or self._encoding == "utf-32":
            return start + min(column, len(content))
        units = 0
        for index, character in enumerate(content):
            if units >= column:
                return start + index
            units += self._units(character)
        return start + len(content)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        offset = max(0, min(offset, len(self._text)))
        line = bisect_right(self._starts, offset) - 1
        # Between the two characters of a line end there is no position; the one before them is the nearest.
        before = self._text[self._starts[line] : offset].rstrip("\r")
        return line, self._units(before)

    def _line(self, line: int) -> str:
        """Return a line without its end."""
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        return self._text[self._starts[line] : end].rstrip("\r\n")

    def _units(self, text: str) -> int:
        width = _WIDTHS.get(self._encoding)
        if width is None or text.isascii():
            return len(text)
        name = "utf-8" if width == 1 else "utf-16-le"
        return len(text.encode(name, "surrogatepass")) // width
