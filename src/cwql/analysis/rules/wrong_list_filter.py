"""CW413: records that belong to another list."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.language.operators import EQ, IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW413",
    "wrong-list-filter",
    "warning",
    summary='Reports `recordType = "ProjectTicket"` on /service/tickets.',
    why="The list of service tickets has no project tickets, although the enum has the value, so the "
    "condition matches nothing.",
    example='recordType = "ProjectTicket"',
    instead='recordType = "ServiceTicket"',
    evidence="a client's report: always an empty list",
    endpoint="/service/tickets",
    judges="content",
    screened=True,
)

_ELSEWHERE = {
    "service/tickets": ({"projectticket", "projectissue"}, "/project/tickets"),
}


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    endpoint = context.endpoint
    if endpoint is None:
        return
    entry = _ELSEWHERE.get(endpoint.key.removesuffix("/search").removesuffix("/count"))
    if entry is None:
        return
    values, there = entry
    for comparison in context.comparisons:
        if [segment.lower() for segment in comparison.path.segments] != ["recordtype"]:
            continue
        if comparison.operator not in (EQ, IN):
            continue
        for index, value in enumerate(comparison.values):
            if isinstance(value, str) and value.lower() in values:
                yield RULE.at(
                    context.place(comparison).values[index],
                    f"this list contains no record of type {value}: nothing is found",
                    hint=f"ask {there}",
                )
