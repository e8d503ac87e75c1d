r"""A condition in a source file: `ConditionTemplate`, made of segments that record where they came from.

::

    params={"conditions": f"summary contains \"{word}\" and id=1"}
                            ~~~~~~~~~~~~~~~~~~~  ......  ~~~~~~~~  same: the text is that of the file
                                             ^^        ^^          escape: one character, written as two
                                                ^^^^^^             placeholder: a placeholder, filled at run time
"""

from __future__ import annotations

from bisect import bisect_right

from cwql.lint.record import Record
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Literal, TypeAlias

    from cwql.lint.request_targets import RequestTarget
    from cwql.source import Span

    Kind: TypeAlias = Literal["same", "escape", "placeholder"]

PLACEHOLDER = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Represents a placeholder in `ConditionTemplate.text`."""


class QuoteStyle(Value):
    """How a kind of literal spells text, so that an edit keeps it valid.

    `escapes` maps a character to its spelling, `refused` contains characters that the literal cannot contain; `inner`
    is the quoting inside the literal (percent-encoding inside a string).
    """

    escapes: Mapping[str, str]
    refused: str = ""
    inner: QuoteStyle | None = None

    def __hash__(self) -> int:
        return hash((tuple(self.escapes.items()), self.refused, self.inner))

    def encode(self, text: str) -> str | None:
        """Return the spelling of a text inside the literal; None if the literal cannot contain it."""
        if self.inner is not None:
            inner = self.inner.encode(text)
            if inner is None:
                return None
            text = inner
        if any(sign in self.refused for sign in text):
            return None
        return "".join([self.escapes.get(sign, sign) for sign in text])


class TemplateSegment(Record):
    r"""A span of a condition and its position in the file: ``source[start:end]``.

    `text` is the text at run time. A ``same`` segment has the text of the file, an ``escape`` is a unit with another
    spelling (``\n``, ``%20``, ``''``), a ``placeholder`` is a placeholder with the text `PLACEHOLDER` and the `expression` that
    fills it. `safe` is True if its value cannot contain a quote or an operator (a number, a date that the program
    formats, a literal from another place); `joint` is the separator of a joined list of texts; `dated` is True for a date that is formatted without brackets; `origin` says where a value comes from that is not safe
    (``given`` and ``rows`` from outside of the program, ``code`` from a few words of the program, empty if that is unknown). `quoting` is that of the
    literal around the segment, None if nothing may be edited; for a placeholder between two literals it is None, since
    nothing can be written next to it. `literal` numbers the literals of a condition that is put together from several.
    """

    text: str
    start: int
    end: int
    kind: Kind = "same"
    literal: int = 0
    quoting: QuoteStyle | None = None
    expression: str = ""
    safe: bool = False
    joint: str | None = None
    dated: bool = False
    origin: str = ""


class ConditionTemplate(Record):
    """A text that is sent in a query parameter.

    `parameter` is its name in the API's spelling (``conditions``), `place` the known dialect and endpoint, `span` the
    span in the file from the first to the last character of its literals, including quotes. `encoded` is True if the
    text is part of a URL, in which ``%`` and ``+`` are escapes; `partial` is True if it is one item of a list that is
    joined later.
    """

    segments: Sequence[TemplateSegment]
    parameter: str
    place: RequestTarget
    span: Span
    language: str
    encoded: bool = False
    partial: bool = False

    @property
    def text(self) -> str:
        """Return the text at run time, with `PLACEHOLDER` for each placeholder."""
        segments = self.segments
        return segments[0].text if len(segments) == 1 else "".join([segment.text for segment in segments])


def show_text(found: ConditionTemplate) -> str:
    """Return the text of a condition with ``{expression}`` for each placeholder."""
    return "".join(
        [
            f"{{{_bare(segment.expression)}}}" if segment.text == PLACEHOLDER else segment.text
            for segment in found.segments
        ]
    )


def _bare(expression: str) -> str:
    """Return an expression without the signs of a template around it: ``name`` of ``${name}`` and ``{{name}}``."""
    text = expression.lstrip("$#@")
    return text.strip("{}") if text.startswith("{") and text.endswith("}") else expression


def cut(segment: TemplateSegment, low: int, high: int) -> TemplateSegment:
    """Return a stretch of a segment of kind ``same``."""
    start = segment.start
    return TemplateSegment(segment.text[low:high], start + low, start + high, "same", segment.literal, segment.quoting)


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
