"""Code inside another file: `Embedded` moves the results for the code to its position in the file."""

from __future__ import annotations

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.lint.frontends import load
from cwql.lint.frontends.segments import cut_segments, starts_of, text_of
from cwql.lint.templates.model import ConditionTemplate, QuoteStyle, TemplateSegment
from cwql.lint.templates.source_map import SourceMap
from cwql.source import Source, Span
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.lint.frontends import Language
    from cwql.lint.request_targets import Context


class Embedded:
    """Code that is read as if it were a file: its text in segments of the file, and how the file spells it if it is a string.

    `text` is given if it differs from that of the segments, in characters that no condition contains.
    """

    __slots__ = ("_map", "_segments", "_spelling", "_starts", "text")

    def __init__(
        self, segments: Sequence[TemplateSegment], spelling: QuoteStyle | None = None, text: str | None = None
    ) -> None:
        self.text = text_of(segments) if text is None else text
        self._segments = segments
        self._spelling = spelling
        self._starts = starts_of(segments)
        self._map = SourceMap(segments)

    def span(self, span: Span) -> Span:
        """Return a span of the code in the file."""
        # An empty one remains before the character after it, which may be in another line than the character before.
        found = self._map.span(Span(span.start, max(span.end, span.start + 1)))
        return found if len(span) else Span(found.start, found.start)

    def extract(self, language: Language, context: Context) -> list[ConditionTemplate | Diagnostic]:
        """Return the results for the code, at their positions in the file. Raises `UnreadableSource`."""
        inner = Source(self.text, context.source.name)
        return [self._put_back(item) for item in load(language).extract(inner, context.within(None, inner))]

    def _put_back(self, item: ConditionTemplate | Diagnostic) -> ConditionTemplate | Diagnostic:
        """Return a result with its positions in the file."""
        if isinstance(item, ConditionTemplate):
            segments = [segment for old in item.segments for segment in self._cut(old)]
            return replace(item, segments=segments, span=self.span(item.span))
        fixes = []
        for fix in item.fixes:
            edits = [Edit(self.span(edit.span), self._spell(edit.text)) for edit in fix.edits]
            fixes.append(Fix(fix.title, edits, applicability=fix.applicability))
        return replace(item, span=self.span(item.span), fixes=tuple(fixes))

    def _spell(self, text: str) -> str:
        return text if self._spelling is None else self._spelling.encode(text) or text

    def _cut(self, old: TemplateSegment) -> Iterator[TemplateSegment]:
        """Yield a segment of the code as segments of the file."""
        quoting, spelling = old.quoting, self._spelling
        if quoting is not None and spelling is not None:
            quoting = QuoteStyle(spelling.escapes, spelling.refused, quoting)
        if old.kind != "same" or not old.text:
            span = self.span(Span(old.start, old.end))
            yield replace(old, start=span.start, end=span.end, quoting=quoting)
            return
        for part in cut_segments(self._segments, old.start, old.end, self._starts):
            style, own = quoting, part.quoting if spelling is None else None
            if style is not None and own is not None:
                # The text is not written in the code, but elsewhere in the file.
                style = QuoteStyle(own.escapes, own.refused, style.inner)
            yield replace(part, literal=old.literal, quoting=style)
