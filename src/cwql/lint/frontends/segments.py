"""Text in segments: its characters, and spans of it that are replaced."""

from __future__ import annotations

from cwql.lint.templates.model import TemplateSegment, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Make = Callable[[int, int, TemplateSegment], Sequence[TemplateSegment]]
    Cut = tuple[int, int, Make]


def text_of(segments: Iterable[TemplateSegment]) -> str:
    """Return the text that segments make."""
    return "".join([segment.text for segment in segments])


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
