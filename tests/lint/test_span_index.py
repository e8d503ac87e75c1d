"""The search for the condition around a position finds the same as a scan of all of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cwql.lint.request_targets import NOWHERE
from cwql.lint.templates.model import ConditionTemplate, SpanIndex
from cwql.source import Span

SPANS = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 30), st.integers(0, 12))


@given(st.lists(SPANS, max_size=12), SPANS)
def test_the_shortest_condition_around_a_place(spans: list[Span], place: Span) -> None:
    found = SpanIndex([ConditionTemplate([], "conditions", NOWHERE, span, "text") for span in spans]).innermost(place)
    lengths = [len(span) for span in spans if span.start <= place.start and place.end <= span.end]
    assert (None if found is None else len(found.span)) == min(lengths, default=None)
    assert found is None or (found.span.start <= place.start and place.end <= found.span.end)
