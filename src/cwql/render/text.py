"""Diagnostics for people: an excerpt of the source, carets under the problem, and the fixes.

::

    <condition>:1:11: error CW104 double-equals: got ==, expected =
      |
    1 | status/id == 5
      |           ^^
      = fix: write =
      + status/id = 5
"""

from __future__ import annotations

from cwql.render.width import Cell, make_visible, split_cells, visible_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic, Fix
    from cwql.render import Report
    from cwql.render.terminal import Terminal
    from cwql.source import Source

CUT = "..."
"""Replaces the part of a long line that is not shown."""

_HEAD, _TAIL = 3, 2
"""Lines that are shown at the start and at the end of a long span."""


def write(reports: list[Report], terminal: Terminal) -> str:
    """Return a paragraph for each diagnostic, separated by blank lines."""
    return "\n\n".join(
        "\n".join(_paragraph(diagnostic, excerpts, terminal, alone=len(diagnostics) == 1))
        for source, diagnostics in reports
        for excerpts in [_Excerpts(source)]
        for diagnostic in diagnostics
    )


class _Excerpts:
    """The lines of a source. The last one is cached, because many diagnostics may be on one line of megabytes."""

    __slots__ = ("_cached", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._cached: tuple[Source, int, str] = (source, 0, "")

    def line(self, source: Source, number: int) -> str:
        """Return the text of a line without its line end; `source` is that of the excerpt, or a part of it."""
        if self._cached[0] is not source or self._cached[1] != number:
            self._cached = (source, number, source.line(number))
        return self._cached[2]


def _paragraph(diagnostic: Diagnostic, excerpts: _Excerpts, terminal: Terminal, alone: bool) -> Iterator[str]:
    source, span = excerpts.source.displayed(diagnostic.span)
    line, column = source.position(span.start)
    severity = terminal.style(diagnostic.severity, f"{diagnostic.severity} {diagnostic.code}")
    message = terminal.style("strong", make_visible(diagnostic.message))
    yield f"{visible_name(source.name)}:{line}:{column}: {severity} {terminal.style('quiet', diagnostic.name)}: {message}"
    last, last_column = source.position(max(span.start, span.end))
    if last_column == 1 and last > line:
        # The span ends with a line end and does not include the next line.
        last -= 1
        last_column = len(excerpts.line(source, last)) + 1
    margin = " " * len(str(last))
    yield f"{margin} {terminal.style('frame', '|')}"
    for number in range(line, last + 1):
        if number == line + _HEAD and last - number >= _TAIL:
            yield terminal.style("frame", CUT)
        if number < line + _HEAD or number > last - _TAIL:
            text = excerpts.line(source, number)
            start = column - 1 if number == line else len(text) - len(text.lstrip())
            end = last_column - 1 if number == last else len(text)
            shown, carets = show_line(text, start, end, terminal.width - len(margin) - 3)
            bar = terminal.style("frame", "|")
            yield f"{terminal.style('frame', str(number).rjust(len(margin)))} {bar} {shown}".rstrip()
            if number == line or text.strip():
                styled = terminal.style(diagnostic.severity, carets.lstrip())
                yield f"{margin} {bar} {carets.replace('^', '')}{styled}"
    yield from _advice(diagnostic, source.text if alone and source is excerpts.source else None, terminal, margin)


def _advice(diagnostic: Diagnostic, text: str | None, terminal: Terminal, margin: str) -> Iterator[str]:
    """Yield the lines below an excerpt: hint, fixes and notes; `text` is what fixes are applied to."""
    lead = f"{margin} {terminal.style('frame', '=')} "
    # A hint with the same text as the title of a fix is not repeated.
    if diagnostic.hint and all(fix.title != diagnostic.hint for fix in diagnostic.fixes):
        yield f"{lead}{terminal.style('code', 'hint')}: {make_visible(diagnostic.hint)}"
    for fix in diagnostic.fixes:
        word = terminal.style("good", "fix" if fix.is_safe else "fix (unsafe)")
        yield f"{lead}{word}: {make_visible(fix.title)}"
        # With several diagnostics, the result of a single fix is of no use.
        result = None if text is None else _apply(fix, text, terminal.width - len(margin) - 3)
        if result is not None:
            yield f"{margin} {terminal.style('good', f'+ {result}')}"
    for note in diagnostic.notes:
        yield f"{lead}{terminal.style('code', 'note')}: {make_visible(note)}"


def show_line(text: str, start: int, end: int, width: int) -> tuple[str, str]:
    """Return a line as it is shown in `width` columns, and the carets under the characters from `start` to `end`.

    A line that is too long is cut around these characters, with `CUT` in place of the rest. An empty range gets one caret.
    """
    # Only the characters around the range are split into cells, because a line may have megabytes. Every cell that is shown
    # has at least one character, so as many characters as columns are enough on either side.
    low, high = (0, len(text)) if len(text) <= 4 * width else (max(0, start - width), min(len(text), start + 2 * width))
    cells = split_cells(text[low:high])
    start, end = start - low, max(end - low, start - low)
    first, last = 0, len(cells)
    if low or high < len(text) or _width(cells) > width:
        first, last = _window(cells, start, width - 2 * len(CUT))
    cut_left, cut_right = low > 0 or first > 0, high < len(text) or last < len(cells)
    shown = "".join([cell.shown for cell in cells[first:last]])
    before = under = 0
    for cell in cells[first:last]:
        if cell.end <= start:
            before += cell.width
        elif cell.start < end or (cell.start <= start and start == end):
            under += cell.width
            if start == end:
                under = 1
                break
    margin = len(CUT) if cut_left else 0
    return (
        f"{CUT if cut_left else ''}{shown}{CUT if cut_right else ''}",
        " " * (margin + before) + "^" * max(under, 1),
    )


def _window(cells: list[Cell], start: int, width: int) -> tuple[int, int]:
    """Return the range of cells to show: a third of the width before the position, the rest after it."""
    place = next((index for index, cell in enumerate(cells) if cell.end > start), len(cells))
    first, used = place, 0
    while first > 0 and used + cells[first - 1].width <= width // 3:
        first -= 1
        used += cells[first].width
    last = place
    while last < len(cells) and used + cells[last].width <= width:
        used += cells[last].width
        last += 1
    while first > 0 and used + cells[first - 1].width <= width:
        first -= 1
        used += cells[first].width
    return first, last


def _width(cells: list[Cell]) -> int:
    return sum([cell.width for cell in cells])


def _apply(fix: Fix, text: str, width: int) -> str | None:
    """Return the whole text after a fix if it fits on one line, otherwise None."""
    if len(text) > 2 * width or "\n" in text or "\r" in text:
        return None
    from cwql.diagnostics import apply_edits

    cells = split_cells(apply_edits(text, fix.edits))
    return "".join([cell.shown for cell in cells]) if _width(cells) <= width else None
