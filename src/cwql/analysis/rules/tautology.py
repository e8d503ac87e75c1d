"""CW402: alternatives that together match everything."""

from __future__ import annotations

from cwql.analysis.terms import alternatives, fields, is_plain, show
from cwql.diagnostics import Rule
from cwql.language.nodes import negate
from cwql.language.operators import NE, NOT_IN
from cwql.language.ranges import excludes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW402",
    "tautology",
    "warning",
    summary="Reports comparisons joined by `or` of which one is always true: a value and its opposite, ranges "
    "that overlap.",
    why="Every record with a value passes, so the comparisons filter nothing. Mostly `and` was meant.",
    example="id < 5 or id >= 3",
    instead="id < 5 and id >= 3",
    evidence="cwql.language.ranges, which concludes only facts that are true on any server",
    scope="condition",
    needs="shared",
    screened=True,
)

_NEGATIVE = (NE, NOT_IN)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the second of the first two terms that together match everything, for every field."""
    for junction in alternatives(context.tree):
        for group in fields(context, junction):
            opposites = [negate(item) for item in group]
            for place, (p, q) in enumerate(zip(group, opposites, strict=True)):
                other = next(
                    (
                        i
                        for i in range(place)
                        # If both are negative, another rule reports them, because `and` is then certainly meant.
                        if not (p.operator in _NEGATIVE and group[i].operator in _NEGATIVE)
                        and excludes(q, opposites[i])  # type: ignore[arg-type]
                    ),
                    None,
                )
                if other is None or p.span is None:
                    continue
                if not is_plain(context):
                    return
                yield RULE.at(
                    p.span,
                    f"every value matches: if {show(context, group[other])} is false, {show(context, p)} is true",
                    hint="join them with `and`, or leave both out",
                )
                break
