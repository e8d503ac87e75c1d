"""Text in segments: its characters, its escapes, and spans of it that are replaced."""

from __future__ import annotations

from cwql.lint.templates.model import QuoteStyle, TemplateSegment, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Sequence

    Make = Callable[[int, int, TemplateSegment], Sequence[TemplateSegment]]
    Cut = tuple[int, int, Make]


def text_of(segments: Iterable[TemplateSegment]) -> str:
    """Return the text that segments make."""
    return "".join([segment.text for segment in segments])


CONTROLS = "".join(set(map(chr, range(32))) - set("\n\t\r"))
QUOTED = QuoteStyle({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}, CONTROLS)
"""Double quotes of JSON, YAML and TOML."""


def decode_escapes(  # the text, and how it is written
    text: str,
    start: int,
    end: int,
    escapes: re.Pattern[str],
    character: Callable[[str], str],
    quoting: QuoteStyle = QUOTED,
) -> list[TemplateSegment]:
    """Return the segments of the string whose inner text is ``text[start:end]``; `character` decodes an escape."""
    segments: list[TemplateSegment] = []
    at = start
    for match in escapes.finditer(text, start, end):
        if at < match.start():
            segments.append(TemplateSegment(text[at : match.start()], at, match.start(), "same", 0, quoting))
        segments.append(TemplateSegment(character(match[0]), match.start(), match.end(), "escape", 0, quoting))
        at = match.end()
    if at < end or not segments:
        segments.append(TemplateSegment(text[at:end], at, end, "same", 0, quoting))
    return segments


def character_of(digits: str) -> str:
    """Return the character of a code in hexadecimal digits."""
    code = int("0" + digits, 16)
    return chr(code) if code < 0x110000 else "\N{REPLACEMENT CHARACTER}"


def substitute(segments: Sequence[TemplateSegment], cuts: Iterable[Cut]) -> list[TemplateSegment]:
    """Return the segments with spans of their text replaced.

    A cut is ``(low, high, make)``, in rising order: ``make(start, end, segment)`` returns the replacement of
    ``text[low:high]``, which is ``start:end`` in the file and begins in `segment`.
    """
    cuts = list(cuts)
    if not cuts:
        return list(segments)
    result: list[TemplateSegment] = []
    index, base = 0, 0
    done = 0

    def copy(upto: int) -> None:
        nonlocal index, base, done
        while index < len(segments) and done < upto:
            segment = segments[index]
            high = min(upto - base, len(segment.text))
            low = done - base
            if low < high:
                result.append(cut(segment, low, high) if segment.kind == "same" else segment)
            done = base + high
            if high == len(segment.text):
                base += len(segment.text)
                index += 1

    def drop(upto: int) -> tuple[int, int, TemplateSegment]:
        nonlocal index, base, done
        first = segments[min(index, len(segments) - 1)]
        start = end = first.start + (done - base if first.kind == "same" else 0)
        while index < len(segments) and done < upto:
            segment = segments[index]
            high = min(upto - base, len(segment.text))
            end = segment.start + high if segment.kind == "same" else segment.end
            done = base + high
            if high == len(segment.text):
                base += len(segment.text)
                index += 1
        return start, end, first

    for low, high, make in cuts:
        copy(low)
        result.extend(make(*drop(high)))
    copy(sum([len(segment.text) for segment in segments]))
    return result
