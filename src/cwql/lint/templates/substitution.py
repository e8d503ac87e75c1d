"""A condition with its placeholders filled, and the mapping of positions back to the original: `Rendered`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cwql.diagnostics import Severity

MANY = 20
"""At most this many placeholders are considered one by one in a message or a fix."""


class Substitution(Value):
    """Replaces ``start:end`` by `text`; `exact` is True if this is a placeholder and nothing else."""

    start: int
    end: int
    text: str
    exact: bool = False


class Stretches:
    """Find the stretches that a span touches; they are in order and do not overlap."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        pairs = [*stretches]
        self._starts = [start for start, _ in pairs]
        self._ends = [end for _, end in pairs]

    def touched(self, span: Span) -> Iterator[tuple[int, int, int]]:
        """Yield number, start and end of those that the span shares a character with; an empty span or stretch lies inside."""
        index = max(bisect_left(self._starts, span.start) - 1, 0)
        while index < len(self._starts) and self._starts[index] < max(span.end, span.start + 1):
            start, end = self._starts[index], self._ends[index]
            if (start < span.end and span.start < end) or (span.start == span.end and start < span.start < end):
                yield index, start, end
            index += 1

    def touch(self, span: Span) -> bool:
        """Return whether the span touches any."""
        return next(self.touched(span), None) is not None


class Rendered:
    """A text with its substitutions, and the mapping back to the text with placeholders."""

    __slots__ = ("_filled", "_starts", "fillings", "text")

    def __init__(self, text: str, fillings: Iterable[Substitution]) -> None:
        self.fillings = tuple(fillings)
        parts: list[str] = []
        # Where each substitution starts in the filled text.
        self._starts: list[int] = []
        at = length = 0
        for filling in self.fillings:
            parts += (text[at : filling.start], filling.text)
            length += filling.start - at
            self._starts.append(length)
            length += len(filling.text)
            at = filling.end
        self.text = "".join([*parts, text[at:]])
        self._filled = Stretches(
            [(start, start + len(filling.text)) for start, filling in zip(self._starts, self.fillings, strict=True)]
        )

    def span(self, span: Span) -> Span:
        """Return the span in the text with placeholders.

        One that begins or ends inside a substitution includes all of it.
        """
        start = self._point(span.start, False)
        return Span(start, max(start, self._point(span.end, True))) if span.end > span.start else Span(start, start)

    def _point(self, at: int, ending: bool) -> int:
        # The last substitution that starts before the position, or at it if a span begins there.
        index = (bisect_left if ending else bisect_right)(self._starts, at) - 1
        if index < 0:
            return at
        filling = self.fillings[index]
        beyond = at - self._starts[index] - len(filling.text)
        if ending:
            return filling.end + max(beyond, 0)
        return filling.end + beyond if beyond >= 0 else filling.start

    def edits(self, edit: Edit) -> list[Edit] | None:
        """Return edits of the text with placeholders that make the same change and keep the placeholders.

        None if there are none.
        """
        span = edit.span
        found: list[Edit] = []
        text, at = edit.text, span.start
        touched = list(self._filled.touched(span))
        if len(touched) > MANY:
            return None
        for index, start, end in touched:
            filling = self.fillings[index]
            whole = filling.exact and filling.text and span.start <= start <= end <= span.end
            if not whole or text.count(filling.text) != 1:
                return None
            before, _, text = text.partition(filling.text)
            found.append(self._trimmed(at, start, before))
            at = end
        found.append(self._trimmed(at, span.end, text))
        return [each for each in found if each.text or len(each.span)]

    def _trimmed(self, start: int, end: int, text: str) -> Edit:
        old = self.text[start:end]
        while old and text and old[0] == text[0]:
            old, text, start = old[1:], text[1:], start + 1
        while old and text and old[-1] == text[-1]:
            old, text, end = old[:-1], text[:-1], end - 1
        if start == end:
            # After the preceding text, so that an insertion does not end up after a substitution.
            place = self._point(start, True)
            return Edit(Span(place, place), text)
        return Edit(self.span(Span(start, end)), text)

    def touched(self, finding: Diagnostic) -> Iterator[Substitution]:
        """Yield the substitutions that a diagnostic or one of its edits touches; only a few if there are many."""
        for span in [finding.span, *[edit.span for fix in finding.fixes for edit in fix.edits]]:
            for index, _, _ in islice(self._filled.touched(span), MANY):
                yield self.fillings[index]

    def finding(
        self, finding: Diagnostic, words: Sequence[tuple[str, str]] = (), severity: Severity | None = None
    ) -> Diagnostic:
        """Return the diagnostic with positions in the text with placeholders, and with placeholders in its message."""

        def show(message: str) -> str:
            for filling, name in words:
                message = message.replace(filling, name)
            return message

        fixes = []
        for fix in finding.fixes:
            edits = [self.edits(edit) for edit in fix.edits]
            if all(edit is not None for edit in edits):
                # New text around a placeholder may fit the substitution less than the old text did.
                is_filled = any(self._filled.touch(edit.span) for edit in fix.edits)
                applicability = "unsafe" if fix.is_safe and is_filled else fix.applicability
                fixes.append(
                    Fix(show(fix.title), [each for edit in edits for each in edit or ()], applicability=applicability)
                )
        return Diagnostic(
            code=finding.code,
            name=finding.name,
            severity=severity or finding.severity,
            message=show(finding.message),
            span=self.span(finding.span),
            hint=None if finding.hint is None else show(finding.hint),
            fixes=tuple(fixes),
            notes=tuple([show(note) for note in finding.notes]),
        )
