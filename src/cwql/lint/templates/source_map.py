"""The way back from the text of a condition to the file: `SourceMap` maps spans and fixes through the segments."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.source import Span
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.templates.model import TemplateSegment


LONGEST_USE = 200
"""Longest source between two parts of a condition that is shown as the use of a name."""


LONGEST_JOINT = 40
"""Longest source between the parts of one expression, such as ``" + ``."""

_SIGNS = ("$", "@", "%")
"""The first characters of variables that end with the last character of their name."""


class SourceMap:
    """Map every character of a condition's text to its position in the file.

    Spans can always be mapped back, widened to whole escapes and placeholders if necessary. Edits can be mapped only if
    they are inside one literal that can spell the new text; they never change placeholders, gaps between segments, or
    halves of escapes.
    """

    __slots__ = ("_ends", "_segments", "_starts")

    def __init__(self, segments: Sequence[TemplateSegment]) -> None:
        self._segments = [segment for segment in segments if segment.text]
        self._starts: list[int] = []
        self._ends: list[int] = []
        at = 0
        for segment in self._segments:
            self._starts.append(at)
            at += len(segment.text)
            self._ends.append(at)

    def span(self, span: Span) -> Span:
        """Return the span of the file that contains a span of the text; an empty one remains after the text before it."""
        if not self._segments:
            return Span(0, 0)
        length = self._ends[-1]
        start, end = min(span.start, length), min(span.end, length)
        if start >= end:
            at = self._point(start)
            return Span(at, at)
        first, last = bisect_right(self._starts, start) - 1, bisect_left(self._ends, end)
        segment = self._segments[first]
        opening = segment.start + (start - self._starts[first] if segment.kind == "same" else 0)
        segment = self._segments[last]
        closing = segment.start + end - self._starts[last] if segment.kind == "same" else segment.end
        # A text that is put together backwards (`format` with numbers) has no one stretch: its beginning is shown.
        return Span(opening, closing) if closing > opening else Span(opening, self._segments[first].end)

    def _point(self, at: int) -> int:
        index = bisect_left(self._ends, at)
        segment = self._segments[min(index, len(self._segments) - 1)]
        if at == 0 or segment.kind != "same":
            return segment.start if at == 0 or self._ends[index] != at else segment.end
        return segment.start + at - self._starts[index]

    def edit(self, edit: Edit) -> Edit | None:
        """Return the edit of the file that makes the same change to the text; None if there is no certain one."""
        start, end = edit.span.start, edit.span.end
        if not self._segments or not 0 <= start <= end <= self._ends[-1]:
            return None
        if self._is_glued(edit):
            return None
        if start == end:
            return self._insertion(start, edit.text)
        first, last = bisect_right(self._starts, start) - 1, bisect_left(self._ends, end)
        run = self._segments[first : last + 1]
        quoting, literal = run[0].quoting, run[0].literal
        if quoting is None or any(
            segment.kind == "placeholder" or segment.literal != literal or segment.quoting != quoting for segment in run
        ):
            return None
        if any(run[index].end != run[index + 1].start for index in range(len(run) - 1)):
            return None
        if run[0].kind != "same" and self._starts[first] != start:
            return None
        if run[-1].kind != "same" and self._ends[last] != end:
            return None
        written = quoting.encode(edit.text)
        return None if written is None else Edit(self.span(edit.span), written)

    def _is_glued(self, edit: Edit) -> bool:
        """Return whether the new text would become part of the name of the variable before it (``$name``)."""
        before = bisect_left(self._ends, edit.span.start)
        if edit.span.start == 0 or self._ends[before] != edit.span.start:
            return False
        following = edit.text + self._after(edit.span.end)
        if not following[:1].isalnum() and following[:1] not in tuple("_[:-.?"):
            return False
        segment = self._segments[before]
        if segment.kind == "placeholder":
            return len(segment.expression) == segment.end - segment.start and segment.expression.startswith(_SIGNS)
        # The text before is elsewhere in the file, so that a variable which contains it may be in front of the edit.
        old = self._after(edit.span.start)
        return (
            len(edit.span) > 0
            and not old.startswith("_")
            and not old.isalnum()
            and before + 1 < len(self._segments)
            and self._segments[before + 1].start != segment.end
        )

    def _after(self, at: int) -> str:
        """Return the first character after a position of the text; empty at its end."""
        index = bisect_right(self._starts, at) - 1
        return self._segments[index].text[at - self._starts[index] :][:1]

    def _insertion(self, at: int, text: str) -> Edit | None:
        before, after = bisect_left(self._ends, at), bisect_right(self._starts, at) - 1
        if before < len(self._segments) and at < self._ends[before] and self._starts[before] < at:
            # Inside a segment.
            segment = self._segments[before]
            places = [(segment, segment.start + at - self._starts[before])] if segment.kind == "same" else []
        else:
            places = []
            if at and before < len(self._segments):
                places.append((self._segments[before], self._segments[before].end))
            if after < len(self._segments) and self._starts[after] == at:
                places.append((self._segments[after], self._segments[after].start))
            # Next to a placeholder inside a literal only if no text of that literal is next to it.
            places.sort(key=lambda place: place[0].kind == "placeholder")
        for segment, place in places:
            written = None if segment.quoting is None else segment.quoting.encode(text)
            if written is not None:
                return Edit(Span(place, place), written)
        return None

    def fix(self, fix: Fix) -> Fix | None:
        """Return the fix with its edits in the file; None if one of them cannot be mapped."""
        edits = [self.edit(edit) for edit in fix.edits]
        found = [edit for edit in edits if edit is not None]
        if len(found) < len(edits) or self._is_scattered(fix.edits, found):
            return None
        return Fix(fix.title, found, applicability=fix.applicability)

    def _is_scattered(self, edits: Sequence[Edit], found: Sequence[Edit]) -> bool:
        """Return whether two edits that belong together, such as parentheses, are in different statements of the program."""
        for index in range(len(edits) - 1):
            first = bisect_right(self._starts, edits[index].span.start) - 1
            last = bisect_left(self._ends, edits[index + 1].span.end)
            between = sum(segment.end - segment.start for segment in self._segments[first : last + 1])
            if not 0 <= found[index + 1].span.start - found[index].span.end <= between + LONGEST_JOINT:
                return True
        return False

    def finding(self, finding: Diagnostic) -> Diagnostic:
        """Return the diagnostic with its positions in the file, and with those of its fixes that can be mapped."""
        fixes = [fix for fix in map(self.fix, finding.fixes) if fix is not None]
        if finding.code == "CW139" and not fixes:
            use = self._use(finding.span)
            if use is not None:
                quote = self.text[finding.span.start : finding.span.end][:1]
                other = '"' if quote == "'" else "'"
                return replace(
                    finding,
                    span=use,
                    message=f"this value contains {quote}, at which the string ends: expected a value without {quote}",
                    hint=f"put {other} around it, or refuse values with {quote}",
                    fixes=(),
                )
        return replace(finding, span=self.span(finding.span), fixes=tuple(fixes))

    @property
    def text(self) -> str:
        """Return the text of the condition."""
        return "".join([segment.text for segment in self._segments])

    def _use(self, span: Span) -> Span | None:
        """Return where a literal uses the name whose value a span is in; None if the span is in no such value."""
        first = bisect_right(self._starts, span.start) - 1
        low = high = max(first, 0)
        literal = self._segments[low].literal
        while low and self._segments[low - 1].literal == literal:
            low -= 1
        while high + 1 < len(self._segments) and self._segments[high + 1].literal == literal:
            high += 1
        if not 0 < low <= high < len(self._segments) - 1:
            return None
        before, after = self._segments[low - 1], self._segments[high + 1]
        if not before.end < after.start <= before.end + LONGEST_USE:
            return None
        inside = before.end <= self._segments[low].start < after.start
        return None if inside else Span(before.end, after.start)
