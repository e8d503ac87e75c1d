"""Conditions in Jupyter notebooks: the code cells are one Python program, whose text is in strings of JSON."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right

from cwql.diagnostics import Diagnostic
from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import UnreadableSource, find_language
from cwql.lint.frontends.json import read_entries
from cwql.lint.frontends.json_strings import Cell, CellCode
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
    cells = [cell for cell in find_cells(source.text) if cell.text]
    for cell in cells:
        pattern = _LINE if _FOREIGN.match(cell.text) else _MAGIC
        cell.text = pattern.sub(lambda match: "#" + match[0][1:] if match[0] else "", cell.text)
    code = CellCode(cells)
    if not code.text:
        return
    yield from code.extract(find_language("python"), context)


def _kernel(notebook: object) -> str:
    for key in ("metadata", "language_info", "name"):
        notebook = notebook.get(key) if isinstance(notebook, dict) else None
    return notebook.lower() if isinstance(notebook, str) else ""


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


def find_cells(text: str) -> Iterator[Cell]:
    """Yield the code cells."""
    entries, parents = read_entries(text)
    kinds = {entry.scope: entry.text for entry in entries if entry.key == "cell_type"}
    lines: dict[int, list[tuple[int, int]]] = {scope: [] for scope in kinds}
    for entry in entries:
        # The source of a cell is a text, or a list of lines.
        scope = entry.scope if entry.key == "source" else parents[entry.scope] if not entry.key else -1
        if scope in lines:
            lines[scope].append((entry.start + 1, entry.end - 1))
    for number, (scope, kind) in enumerate(kinds.items(), 1):
        if kind == "code":
            yield Cell(text, number, lines[scope])
