"""Text in segments: its characters, its escapes, and spans of it that are replaced."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.escapes import COMMON, Escapes
from cwql.lint.templates.model import QuoteStyle, TemplateSegment, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Make = Callable[[int, int, TemplateSegment], Sequence[TemplateSegment]]
    Cut = tuple[int, int, Make]


def text_of(segments: Iterable[TemplateSegment]) -> str:
    """Return the text that segments make."""
    return "".join([segment.text for segment in segments])


CONTROLS = "".join(set(map(chr, range(32))) - set("\n\t\r"))
QUOTED = QuoteStyle({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}, CONTROLS)
"""Double quotes of JSON, YAML and TOML."""


_ESCAPES = Escapes("\\", {**COMMON, "_": "\xa0"})


def decode_escapes(
    text: str, start: int, end: int, escapes: re.Pattern[str], quoting: QuoteStyle = QUOTED
) -> list[TemplateSegment]:
    """Return the segments of the string whose inner text is ``text[start:end]``, in which a pattern matches the escapes."""
    segments: list[TemplateSegment] = []
    at = start
    for match in escapes.finditer(text, start, end):
        if at < match.start():
            segments.append(TemplateSegment(text[at : match.start()], at, match.start(), "same", 0, quoting))
        segments.append(TemplateSegment(_character(match[0]), match.start(), match.end(), "escape", 0, quoting))
        at = match.end()
    if at < end or not segments:
        segments.append(TemplateSegment(text[at:end], at, end, "same", 0, quoting))
    return segments


_JSON_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")


def decode_json(text: str, start: int, end: int) -> list[TemplateSegment]:
    """Return the segments of the string of JSON whose inner text is ``text[start:end]``."""
    return decode_escapes(text, start, end, _JSON_ESCAPE)


def _character(escape: str) -> str:
    """Return the text of an escape of JSON, YAML, TOML, CSV or XML."""
    if escape[0] == "&":
        from html import unescape

        return unescape(escape)
    if escape[0] != "\\":
        # YAML folds lines without an escape.
        return escape[0] if escape in ("''", '""') else " "
    if len(escape) == 12:
        # A surrogate pair of JSON.
        return bytes.fromhex(escape[2:6] + escape[8:]).decode("utf-16-be")
    return "" if "\n" in escape else _ESCAPES.read(escape, 0, len(escape))[0]


def keep_only(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text with blanks for all but some spans, which are in order; its lines remain."""
    shown: list[str] = []
    at = 0
    for start, end in spans:
        shown += [re.sub(r"[^\n]", " ", text[at:start]), text[start:end]]
        at = end
    return "".join(shown)


def cut_segments(
    segments: Sequence[TemplateSegment], begin: int, stop: int, starts: Sequence[int] = ()
) -> Iterator[TemplateSegment]:
    """Yield the segments of ``text[begin:stop]``, the outer ones shortened; `starts` may give where each begins."""
    starts = starts or starts_of(segments)
    index = max(bisect_right(starts, begin) - 1, 0)
    while index < len(segments) and starts[index] < stop:
        segment, start = segments[index], starts[index]
        low, high = max(begin - start, 0), min(stop - start, len(segment.text))
        if low < high:
            yield cut(segment, low, high) if segment.kind == "same" else segment
        index += 1


def starts_of(segments: Sequence[TemplateSegment]) -> list[int]:
    """Return where each segment begins in the text that all of them make, and the length of that."""
    return [*accumulate([len(segment.text) for segment in segments], initial=0)]


def substitute(segments: Sequence[TemplateSegment], cuts: Iterable[Cut]) -> list[TemplateSegment]:
    """Return the segments with spans of their text replaced.

    A cut is ``(low, high, make)``, in rising order: ``make(start, end, segment)`` returns the replacement of
    ``text[low:high]``, which is ``start:end`` in the file and begins in `segment`.
    """
    cuts = list(cuts)
    if not cuts:
        return list(segments)
    starts = starts_of(segments)
    result: list[TemplateSegment] = []
    done = 0
    for low, high, make in cuts:
        replaced = list(cut_segments(segments, low, high, starts))
        result += cut_segments(segments, done, low, starts)
        result += make(replaced[0].start, replaced[-1].end, replaced[0])
        done = high
    return [*result, *cut_segments(segments, done, starts[-1], starts)]
