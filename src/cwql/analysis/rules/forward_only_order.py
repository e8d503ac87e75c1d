"""CW215: a sort order together with forward-only paging."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW215",
    "forward-only-order",
    "error",
    summary="Reports an `orderBy` for pages in forward-only mode.",
    why="Forward-only pages follow the id: `pageId` means every id greater than that. Any other order is refused, or would "
    "lose and repeat records.",
    example="dateEntered desc",
    instead="no orderBy, or numbered pages",
    evidence="vendor text: orderBy cannot be used with pagination-type: forward-only",
    endpoint="/service/tickets",
    parameter="orderBy",
    scope="order",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the whole order."""
    if context.forward_only and context.parameter.shape == "order_by":
        yield RULE.at(
            Span(0, len(context.text)),
            "a sort order together with forward-only paging, which follows the id",
            hint="leave orderBy out, or ask for numbered pages",
        )
