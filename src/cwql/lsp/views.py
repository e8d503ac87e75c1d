"""A document of the editor is a whole file, or a cell of a notebook. `View` converts positions for both."""

from __future__ import annotations

from lsprotocol import types

from cwql.lsp.positions import Positions
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.diagnostics import Edit
    from cwql.lsp.document import Document


class View:
    """A document of the editor: the part of a `Document` that begins at `start`.

    A file is one view. The cells of a notebook are views of one document, so that a cell knows the names of those above it.
    """

    __slots__ = ("_positions", "document", "end", "start", "uri", "version")

    def __init__(
        self, uri: str, document: Document, start: int = 0, end: int | None = None, version: int | None = None
    ) -> None:
        self.uri = uri
        self.document = document
        self.start = start
        self.end = len(document.text) if end is None else end
        self.version = version
        self._positions: Positions | None = None

    @property
    def positions(self) -> Positions:
        """Return the conversion between offsets in the view and positions."""
        if self._positions is None:
            is_whole = self.start == 0 and self.end == len(self.document.text)
            text = self.document.text[self.start : self.end]
            self._positions = self.document.positions if is_whole else Positions(text, self.document.encoding)
        return self._positions

    def contains(self, span: Span) -> bool:
        """Return whether a span of the document is in the view."""
        return self.start <= span.start and span.end <= self.end

    def offset(self, position: types.Position) -> int:
        """Return the offset in the document of a position."""
        return self.start + self.positions.offset(position.line, position.character)

    def span(self, range: types.Range) -> Span:
        """Return the span of the document for a range."""
        return Span(self.offset(range.start), self.offset(range.end))

    def position(self, offset: int) -> types.Position:
        """Return the position of an offset in the document."""
        return types.Position(*self.positions.position(offset - self.start))

    def range(self, span: Span) -> types.Range:
        """Return the range of a span of the document."""
        return types.Range(self.position(span.start), self.position(span.end))

    def text_edits(self, edits: Iterable[Edit]) -> list[types.TextEdit]:
        """Return edits of the document for the editor."""
        return [types.TextEdit(self.range(edit.span), edit.text) for edit in edits]

    def replacement(self, text: str) -> list[types.TextEdit]:
        """Return the edit that turns the text of the view into another one, without the equal parts."""
        from cwql.lsp.conditions import find_change

        own = self.document.text[self.start : self.end]
        start, old_end, new_end = find_change(own, text)
        span = Span(self.start + start, self.start + old_end)
        return [types.TextEdit(self.range(span), text[start:new_end])]
