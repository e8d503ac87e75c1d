"""CW411: a pattern that starts with a wildcard."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.language.operators import LIKE
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
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
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the wildcard."""
    for comparison in context.comparisons:
        value = comparison.value
        if (
            comparison.operator is LIKE
            and isinstance(value, str)
            and value.startswith(tuple(context.dialect.wildcards))
        ):
            start = context.place(comparison).values[0].start + 1
            yield RULE.at(
                Span(start, start + 1),
                "a pattern that starts with a wildcard makes the server look at every record",
                hint="narrow the list by another field too: a board, a company, a date",
            )
