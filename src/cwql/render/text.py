"""Findings for people: the line of the text, carets under the place, what to write instead.

::

    <condition>:1:11: error CW104 double-equals: got ==, expected =
      |
    1 | status/id == 5
      |           ^^
      = fix: write =
      + status/id = 5
"""

from __future__ import annotations

from cwql.render.cells import Cell, make_visible, show_name, split_cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic, Fix
    from cwql.render import Report
    from cwql.render.page import Page
    from cwql.source import Source

CUT = "..."
"""Stands where a long line was cut."""

_HEAD, _TAIL = 3, 2
"""How many lines at the beginning and at the end of a long span are shown."""


def write(reports: list[Report], page: Page) -> str:
    """Return every finding as a paragraph, one empty line between two."""
    return "\n\n".join(
        "\n".join(_paragraph(finding, excerpt, page, alone=len(findings) == 1))
        for source, findings in reports
        for excerpt in [Excerpt(source)]
        for finding in findings
    )


class Excerpt:
    """Find the lines of a source; the last one is kept, since many findings may share one line of megabytes."""

    __slots__ = ("_kept", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._kept: tuple[int, str] = (0, "")

    def line(self, number: int) -> str:
        """Return the text of a line without its line end."""
        if self._kept[0] != number:
            self._kept = (number, self.source.line(number))
        return self._kept[1]


def _paragraph(finding: Diagnostic, excerpt: Excerpt, page: Page, alone: bool) -> Iterator[str]:
    source, span = excerpt.source, finding.span
    line, column = source.position(span.start)
    severity = page.paint(finding.severity, f"{finding.severity} {finding.code}")
    message = page.paint("strong", make_visible(finding.message))
    yield f"{show_name(source.name)}:{line}:{column}: {severity} {page.paint('quiet', finding.name)}: {message}"

    last, last_column = source.position(max(span.start, span.end))
    if last_column == 1 and last > line:
        # The span ends with a line end: nothing of the line after it is meant.
        last -= 1
        last_column = len(excerpt.line(last)) + 1
    gutter = len(str(last))
    bar = page.paint("frame", "|")
    yield f"{' ' * gutter} {bar}"
    for number in range(line, last + 1):
        if number == line + _HEAD and last - number >= _TAIL:
            yield page.paint("frame", CUT)
        if line + _HEAD <= number <= last - _TAIL:
            continue
        text = excerpt.line(number)
        start = column - 1 if number == line else len(text) - len(text.lstrip())
        end = last_column - 1 if number == last else len(text)
        shown, carets = show_line(text, start, end, page.width - gutter - 3)
        yield f"{page.paint('frame', str(number).rjust(gutter))} {bar} {shown}".rstrip()
        if number == line or text.strip():
            yield f"{' ' * gutter} {bar} {carets.replace('^', '')}{page.paint(finding.severity, carets.lstrip())}"

    lead = f"{' ' * gutter} {page.paint('frame', '=')} "
    # A hint that a fix repeats word for word is said once.
    if finding.hint and all(fix.title != finding.hint for fix in finding.fixes):
        yield f"{lead}{page.paint('code', 'hint')}: {make_visible(finding.hint)}"
    for fix in finding.fixes:
        word = page.paint("good", "fix" if fix.safe else "fix (unsafe)")
        yield f"{lead}{word}: {make_visible(fix.title)}"
        # Among several findings the text after one fix of them is nothing that anyone wants.
        result = _apply(fix, source.text, page.width - gutter - 3) if alone else None
        if result is not None:
            yield f"{' ' * gutter} {page.paint('good', f'+ {result}')}"
    for note in finding.notes:
        yield f"{lead}{page.paint('code', 'note')}: {make_visible(note)}"


def show_line(text: str, start: int, end: int, width: int) -> tuple[str, str]:
    """Return a line as it is shown in `width` columns, and the carets under the characters from `start` to `end`.

    A line that is too long is cut around the place, `CUT` standing for what is left out. An empty place gets one caret.
    """
    # Only the neighbourhood of the place is split into cells: a line may have megabytes. Every cell that is shown holds
    # at least one character, so that many characters on either side are enough.
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
    """Choose which cells to show: a third of the width before the place, the rest from there on."""
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
    """Return the whole text after a fix where it fits on one line of the page."""
    if len(text) > 2 * width or "\n" in text or "\r" in text:
        return None
    from cwql.analysis.fixes import apply_edits

    cells = split_cells(apply_edits(text, fix.edits))
    return "".join([cell.shown for cell in cells]) if _width(cells) <= width else None
