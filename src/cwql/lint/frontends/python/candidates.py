"""Texts that may be conditions, until all uses of them are known."""

from __future__ import annotations

from bisect import bisect_left

from cwql.lint.request_targets import RequestTarget
from cwql.lint.templates.model import TemplateSegment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Candidate:
    """A text that may be a condition; decided when all its uses are known."""

    __slots__ = ("extent", "parameter", "partial", "places", "segments", "weak")

    def __init__(
        self,
        segments: tuple[TemplateSegment, ...],
        parameter: str,
        place: RequestTarget,
        extent: tuple[int, int],
        weak: bool,
    ) -> None:
        self.segments = segments
        self.parameter = parameter
        self.places = [place]
        self.extent = extent
        self.weak = weak
        # One item of a list that is joined elsewhere.
        self.partial = False


def common_place(places: Sequence[RequestTarget]) -> RequestTarget:
    """Return the target of a text with several uses: the one that all known targets agree on."""
    dialects = {place.dialect for place in places if place.dialect is not None}
    endpoints = {place.endpoint for place in places if place.endpoint is not None}
    dialect = dialects.pop() if len(dialects) == 1 else None
    endpoint = endpoints.pop() if len(endpoints) == 1 and dialect is not None else None
    return RequestTarget(dialect, endpoint, any(place.sure for place in places))


def with_numbers(pieces: tuple[TemplateSegment, ...]) -> tuple[TemplateSegment, ...]:
    """Return the pieces with their literals numbered from 0, those without text left out."""
    numbers: dict[int, int] = {}
    return tuple([
        TemplateSegment(
            piece.text,
            piece.start,
            piece.end,
            piece.kind,
            numbers.setdefault(piece.literal, len(numbers)),
            piece.quoting,
            piece.expression,
            piece.safe,
            piece.joint,
        )
        for piece in pieces
        if piece.text
    ])  # fmt: skip


def has_between(places: Sequence[int], low: int, high: int) -> bool:
    """Return whether one of the positions, which are in order, is in a span."""
    index = bisect_left(places, low)
    return index < len(places) and places[index] < high
