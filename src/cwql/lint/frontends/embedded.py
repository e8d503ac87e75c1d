"""Code inside another file: `Embedded` moves the results for the code to its position in the file."""

from __future__ import annotations

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.lint.frontends import load
from cwql.lint.templates.model import ConditionTemplate, TemplateSegment
from cwql.source import Source, Span
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cwql.lint.frontends import Language
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import QuoteStyle


class Embedded:
    """A part of a file that is read as if it were a file; the subclasses know the positions of its characters."""

    __slots__ = ()

    if TYPE_CHECKING:
        # Each subclass defines them.

        text: str

        def span(self, span: Span) -> Span:
            """Return a span of the code in the file."""
            ...

        def spans(self, segment: TemplateSegment) -> Iterable[tuple[str, Span, bool]]:
            """Yield the parts of a plain segment: their text, their span, and whether the file has the same text there."""
            ...

    def quoting(self, quoting: QuoteStyle | None) -> QuoteStyle | None:
        """Return the spelling in the file of a spelling in the code."""
        return quoting

    def spell(self, text: str) -> str:
        """Return how the file spells a text of the code."""
        return text

    def extract(self, language: Language, context: Context) -> list[ConditionTemplate | Diagnostic]:
        """Return the results for the code, at their positions in the file. Raises `UnreadableSource`."""
        inner = Source(self.text, context.source.name)
        return [self._put_back(item) for item in load(language).extract(inner, context.within(None, inner))]

    def _put_back(self, item: ConditionTemplate | Diagnostic) -> ConditionTemplate | Diagnostic:
        """Return a result with its positions in the file."""
        if isinstance(item, ConditionTemplate):
            segments = [segment for old in item.segments for segment in self._segments(old)]
            return replace(item, segments=segments, span=self.span(item.span))
        fixes = [
            Fix(
                fix.title,
                [Edit(self.span(edit.span), self.spell(edit.text)) for edit in fix.edits],
                applicability=fix.applicability,
            )
            for fix in item.fixes
        ]
        return replace(item, span=self.span(item.span), fixes=tuple(fixes))

    def _segments(self, old: TemplateSegment) -> Iterator[TemplateSegment]:
        quoting = self.quoting(old.quoting)
        if old.kind == "same":
            for text, span, same in self.spans(old):
                yield TemplateSegment(text, span.start, span.end, "same" if same else "escape", old.literal, quoting)
            return
        span = self.span(Span(old.start, old.end))
        yield replace(old, start=span.start, end=span.end, quoting=quoting)
