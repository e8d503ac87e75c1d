"""Conditions inside a source file, and the cursor in them.

A file is searched for conditions again only if nothing cheaper helps: an edit inside a literal moves the known conditions,
which takes microseconds. A condition that is empty, or in a file that cannot be parsed because it is being typed, is found by
a probe: the linter searches a changed text, in which something is between the quotes and everything is closed.
"""

from __future__ import annotations

import re

from cwql.diagnostics import Edit
from cwql.language.dialects import find_dialect
from cwql.lint.templates.source_map import SourceMap
from cwql.source import Span
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cwql.language.dialects.base import DialectName
    from cwql.lint.templates.model import ConditionTemplate, TemplateSegment

PROBE = "=0"
"""The text that a probe inserts at the cursor: it is no word, which would be taken for something else than a condition."""

_DELIMITERS = re.compile(r"\"\"\"|'''|\\.|[\"'`#()\[\]{}\n]", re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_KEY = re.compile(r"\?|condition|order_?by|fields", re.IGNORECASE)
_LONG_QUOTES = ('"""', "'''", "`")
_LINE_LIMIT = 2000


class EmbeddedCondition:
    """A condition in a file: its `text`, and the way between positions in the text and in the file."""

    __slots__ = ("_layout", "found", "text")

    def __init__(self, found: ConditionTemplate) -> None:
        self.found = found
        self.text = found.text
        self._layout = SourceMap(found.segments)

    @property
    def dialect(self) -> DialectName:
        """Return the dialect; Manage if nothing names one."""
        return find_dialect(self.found.place.dialect or "manage").name

    @property
    def endpoint(self) -> str | None:
        """Return the endpoint, if it is known."""
        return self.found.place.endpoint

    def text_offset(self, at: int) -> int | None:
        """Return the offset in the text of an offset in the file; None if it is not in the text, or in a placeholder."""
        start = 0
        for segment in self.found.segments:
            if segment.start <= at <= segment.end:
                if segment.kind == "same":
                    return start + at - segment.start
                if at == segment.end:
                    return start + len(segment.text)
                if segment.kind == "escape" or at == segment.start:
                    return start
            start += len(segment.text)
        return None

    def span(self, span: Span) -> Span:
        """Return the span of the file that contains a span of the text."""
        return self._layout.span(span)

    def edit(self, edit: Edit) -> Edit | None:
        """Return the edit of the file for an edit of the text, spelled as the literal requires; None if there is none."""
        if self.text:
            return self._layout.edit(edit)
        segment = next((segment for segment in self.found.segments if segment.quoting is not None), None)
        written = None if segment is None or segment.quoting is None else segment.quoting.encode(edit.text)
        return None if written is None or segment is None else Edit(Span(segment.start, segment.start), written)


def innermost(found: Iterable[ConditionTemplate], at: int) -> EmbeddedCondition | None:
    """Return the shortest condition whose text contains an offset of the file."""
    best: EmbeddedCondition | None = None
    for each in found:
        if each.span.start <= at <= each.span.end and (best is None or len(each.span) < len(best.found.span)):
            candidate = EmbeddedCondition(each)
            if candidate.text_offset(at) is not None:
                best = candidate
    return best


def find_change(before: str, after: str) -> tuple[int, int, int]:
    """Return the smallest change between two texts: ``before[start:old_end]`` became ``after[start:new_end]``."""
    limit = min(len(before), len(after))
    start = _common(limit, lambda size: before[:size] == after[:size])
    rest = limit - start
    tail = _common(rest, lambda size: before[len(before) - size :] == after[len(after) - size :])
    return start, len(before) - tail, len(after) - tail


def _common(limit: int, is_same: Callable[[int], bool]) -> int:
    """Return the largest size up to a limit that passes a test which all smaller sizes pass too."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if is_same(middle):
            low = middle
        else:
            high = middle - 1
    return low


def shift(
    found: Sequence[ConditionTemplate],
    start: int,
    old_end: int,
    new_end: int,
    inserted: str,
    *,
    elsewhere: bool = False,
) -> list[ConditionTemplate] | None:
    """Return the conditions after a change; None if it is not an edit inside the literal of one of them.

    With `elsewhere`, an edit outside all of them moves those after it; None only if it cuts one.
    """
    moved: list[ConditionTemplate] = []
    was_inside = False
    for each in found:
        segments = _shift_pieces(each, start, old_end, new_end, inserted)
        if segments is None:
            return None
        was_inside = was_inside or segments[1]
        span = Span(
            each.span.start if each.span.start <= start else each.span.start + new_end - old_end,
            each.span.end + new_end - old_end if each.span.end >= old_end else each.span.end,
        )
        moved.append(replace(each, segments=segments[0], span=span))
    return moved if was_inside or elsewhere else None


def _shift_pieces(
    found: ConditionTemplate, start: int, old_end: int, new_end: int, inserted: str
) -> tuple[list[TemplateSegment], bool] | None:
    """Return the segments after a change, and whether it was inside one of them; None if it cuts a segment."""
    segments: list[TemplateSegment] = []
    was_inside = False
    delta = new_end - old_end
    for segment in found.segments:
        if not was_inside and segment.kind == "same" and segment.start <= start and old_end <= segment.end:
            quoting = segment.quoting
            text = segment.text[: start - segment.start] + inserted + segment.text[old_end - segment.start :]
            # A sign at the beginning may introduce another kind of literal, for example in YAML.
            is_plain = start > segment.start or not text or text[0].isalnum() or text[0] in "(_"
            if is_plain and quoting is not None and quoting.encode(inserted) == inserted and "\n" not in inserted:
                segments.append(replace(segment, text=text, end=segment.end + delta))
                was_inside = True
                continue
        if segment.end <= start:
            segments.append(segment)
        elif segment.start >= old_end:
            segments.append(replace(segment, start=segment.start + delta, end=segment.end + delta))
        else:
            return None
    return segments, was_inside


def may_be_in_string(text: str, at: int) -> bool:
    """Return whether an offset may be in a string, or in a line that names a parameter.

    This is a quick test, because editors ask for candidates at every word of a program.
    """
    line = text[max(text.rfind("\n", 0, at) + 1, at - _LINE_LIMIT) : at]
    if _KEY.search(line) or _find_open(line, native=False)[0]:
        return True
    return any(text.count(quote, 0, at) % 2 for quote in _LONG_QUOTES)


def find_string(text: str, at: int) -> int | None:
    """Return where the string begins that is open at an offset of a line, if it names no parameter; otherwise None.

    Whether such a string is a condition depends only on the text before it.
    """
    start = max(text.rfind("\n", 0, at) + 1, at - _LINE_LIMIT)
    quote, _, begin = _find_open(text[start:at], native=False)
    return None if not quote or _KEY.search(text, start + begin, at) else start + begin


def probe(
    text: str, at: int, native: bool, extract: Callable[[str], list[ConditionTemplate]]
) -> list[ConditionTemplate]:
    """Return the conditions at an offset that only a search of a changed text finds; `extract` searches a text.

    `native` is True for a language whose parser needs the whole file (Python).
    """
    before = text[:at]
    for changed in (before + PROBE + text[at:], before + PROBE + _close(before, native)):
        found = [
            each
            for each in extract(changed)
            if any(
                segment.kind == "same" and segment.start <= at and at + len(PROBE) <= segment.end
                for segment in each.segments
            )
        ]
        restored = shift(found, at, at + len(PROBE), at, "") if found else None
        if restored and innermost(restored, at) is not None:
            return restored
    return []


def _close(before: str, native: bool) -> str:
    """Return the characters that close the string and the brackets that are open at the end of a text."""
    start = 0 if native else before.rfind("\n") + 1
    quote, brackets, _ = _find_open(before[start:], native)
    return quote + "".join(reversed(brackets)) + "\n"


def _find_open(text: str, native: bool) -> tuple[str, list[str], int]:
    """Return the quote that is open at the end of a text, the closing brackets that are missing, and where the string begins.

    `native` is True for Python.
    """
    quote = ""
    brackets: list[str] = []
    position = begin = 0
    while (match := _DELIMITERS.search(text, position)) is not None:
        sign, position = match.group(), match.end()
        if quote:
            if sign == quote or (sign == "\n" and len(quote) == 1):
                quote = ""
            elif len(sign) == 3 and sign[0] == quote:
                position = match.start() + 1
                quote = ""
        elif sign == "#" and native:
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif sign[0] in "\"'" or (sign == "`" and not native):
            quote, begin = sign, position
        elif sign in _CLOSING:
            brackets.append(_CLOSING[sign])
        elif brackets and sign == brackets[-1]:
            brackets.pop()
    return quote, brackets, begin
