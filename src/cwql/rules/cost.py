"""Rules about conditions that are slow, or too long to be sent."""

from __future__ import annotations

from bisect import bisect_right

from cwql.diagnostics import Rule
from cwql.language.nodes import Comparison
from cwql.language.operators import EQ, LIKE, MEMBERSHIP
from cwql.rules.applicability import is_false
from cwql.rules.registry import checks
from cwql.rules.url_length import measure_url
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

LEADING_WILDCARD = Rule(
    "CW411",
    "leading-wildcard",
    "info",
    summary="Reports a pattern that starts with a wildcard, if strict checking is enabled.",
    why="No index can be used, so the server scans every record. The reference documents themselves write "
    "such patterns, and on small lists the cost is not noticeable, so the rule is opt-in.",
    example='summary like "%vpn%"',
    instead='summary like "vpn%"',
    evidence="language reference: a leading wildcard cannot use an index",
    strict=True,
    operators=("like",),
    values=("text",),
    needs_whole_text=True,
)


@checks(LEADING_WILDCARD)
def check_leading_wildcard(context: Context) -> Iterator[Diagnostic]:
    """Report the wildcard."""
    for comparison in context.comparisons:
        value = comparison.value
        if (
            comparison.operator is LIKE
            and isinstance(value, str)
            and value.startswith(tuple(context.dialect.wildcards))
        ):
            start = context.place(comparison).values[0].start + 1
            yield LEADING_WILDCARD.at(
                Span(start, start + 1),
                "a pattern that starts with a wildcard makes the server look at every record",
                hint="narrow the list by another field too: a board, a company, a date",
            )


UNBOUNDED_OPEN_FILTER = Rule(
    "CW412",
    "unbounded-open-filter",
    "info",
    summary="Reports `closedFlag = false` as the whole condition of a list of tickets.",
    why="On a large system it is slow, and timeouts are reported; an additional board, company or date makes it fast.",
    example="closedFlag = false",
    instead="closedFlag = false and board/id in (1, 2)",
    evidence="language reference, semantics and traps",
    endpoint="/service/tickets",
    fields=("boolean",),
    names=("closedflag",),
    values=("boolean",),
    when=is_false,
    scope="condition",
    needs="alone",
    traits=("terms", "whole"),
)

_TICKET_LISTS = frozenset(("service/tickets", "project/tickets"))


@checks(UNBOUNDED_OPEN_FILTER)
def check_unbounded_open_filter(context: Context) -> Iterator[Diagnostic]:
    """Report the comparison."""
    tree, endpoint = context.tree, context.endpoint
    if (
        endpoint is None
        or endpoint.key.removesuffix("/search") not in _TICKET_LISTS
        or not isinstance(tree, Comparison)
    ):
        return
    if [segment.lower() for segment in tree.path.segments] != ["closedflag"] or tree.span is None:
        return
    if tree.operator is EQ and tree.value is False:
        yield UNBOUNDED_OPEN_FILTER.at(
            tree.span,
            "all open tickets of the system: slow if there are many",
            hint="narrow the list by a board, a company or a date as well",
        )


LONG_URL = Rule(
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
    traits=("terms",),
)


@checks(LONG_URL)
def check_long_url(context: Context) -> Iterator[Diagnostic]:
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
    yield LONG_URL.at(
        Span(cut, len(text)),
        f"the URL would have about {length} characters, {length - limit} more than servers are known to take",
        hint=hint,
    )
