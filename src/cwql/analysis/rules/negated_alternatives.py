"""CW403: `a != 1 or a != 2`."""

from __future__ import annotations

from cwql.analysis.terms import Layout, alternatives, fields, is_plain, show_path
from cwql.diagnostics import Fix, Rule
from cwql.language.nodes import Comparison, negate
from cwql.language.operators import NE, NOT_IN
from cwql.language.ranges import excludes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW403",
    "negated-alternatives",
    "warning",
    summary="Reports unequal values of one field that are joined by `or`.",
    why="Every value differs from one of the two, so nothing is filtered. Use `and` for `neither … nor`.",
    example="status/id != 1 or status/id != 2",
    instead="status/id not in (1, 2)",
    evidence="logic; cwql.language.ranges",
    safety="unsafe",
    endpoint="/service/tickets",
    scope="condition",
    needs="shared",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the second one, and put all of them into a list."""
    for junction in alternatives(context.tree):
        for group in fields(context, junction):
            negative = [item for item in group if item.operator in (NE, NOT_IN)]
            if (
                len(negative) < 2
                or not any(
                    excludes(negate(p), negate(q))  # type: ignore[arg-type]
                    for i, q in enumerate(negative)
                    for p in negative[:i]
                )
            ):
                continue
            span = negative[1].span
            if span is None or not is_plain(context):
                return
            fixes = []
            if not any(None in item.values for item in negative):
                values = dict.fromkeys([value for item in negative for value in item.values])
                merged = Comparison(negative[0].path, NOT_IN, tuple(values))
                edits = Layout(context).merge(negative, merged, "not in")
                if edits is not None:
                    fixes.append(Fix("exclude all of them", edits, applicability="unsafe"))
            yield RULE.at(
                span,
                f"every value passes: whatever {show_path(context, negative[0])} is, it differs from one of these",
                hint="join them with `and`, or write a list with `not in`",
                fixes=fixes,
            )
