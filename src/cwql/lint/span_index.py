"""Find the condition around a place in a file that may have thousands of them: `SpanIndex`."""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Span


class SpanIndex:
    """The conditions of a file, ordered by position."""

    __slots__ = ("_ends", "_found", "_starts")

    def __init__(self, found: Iterable[ConditionTemplate]) -> None:
        self._found = sorted(found, key=lambda each: each.span.start)
        self._starts = [each.span.start for each in self._found]
        # The last end of all conditions up to each one: most do not overlap, so that a search looks at one or two.
        self._ends: list[int] = []
        for each in self._found:
            self._ends.append(max(each.span.end, self._ends[-1] if self._ends else 0))

    def around(self, span: Span) -> Span:
        """Return the span of the shortest condition that contains a span, otherwise the span itself."""
        found = self.innermost(span)
        return span if found is None else found.span

    def innermost(self, span: Span) -> ConditionTemplate | None:
        """Return the shortest condition that contains a span, otherwise None."""
        best: ConditionTemplate | None = None
        index = bisect_right(self._starts, span.start) - 1
        while index >= 0 and self._ends[index] >= span.end:
            each = self._found[index]
            if each.span.end >= span.end and (best is None or len(each.span) <= len(best.span)):
                best = each
            index -= 1
        return best
