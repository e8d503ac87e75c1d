"""CW414: a condition that does not fit into a URL."""

from __future__ import annotations

from bisect import bisect_right

from cwql.analysis.url_length import measure_url
from cwql.diagnostics import Rule
from cwql.language.operators import MEMBERSHIP
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW414",
    "long-url",
    "warning",
    summary="Reports a condition that makes the URL longer than servers are known to take.",
    why="Requests beyond 2,000 characters are refused or cut on the way. Some lists can be searched by POST "
    "…/search with the condition in the body; otherwise a long list of values is split over several "
    "requests.",
    example=f"id in ({', '.join([str(number) for number in range(10_001, 10_402)])})",
    instead="id >= 10001 and id <= 10401",
    evidence="language reference: URLs stay at or below 2,000 characters",
    endpoint="/company/configurations",
    scope="condition",
    needs="long",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the position at which the limit is reached, judging by the condition alone."""
    limit, endpoint, text = context.dialect.url_limit, context.endpoint, context.text
    if endpoint is not None and endpoint.key.endswith("/search"):
        return
    length = measure_url(text)
    if length <= limit:
        return
    cut = bisect_right(range(len(text)), limit, key=lambda at: measure_url(text[:at])) - 1
    listed = any(item.operator in MEMBERSHIP and len(item.values) > 1 for item in context.comparisons)
    split = (
        "split the list of values over several requests" if listed else "say it in fewer words, or in several requests"
    )
    if endpoint is not None and endpoint.search:
        hint = f"send it by POST to {endpoint.path}/search"
    else:
        hint = split
    yield RULE.at(
        Span(cut, len(text)),
        f"the URL would have about {length} characters, {length - limit} more than servers are known to take",
        hint=hint,
    )
