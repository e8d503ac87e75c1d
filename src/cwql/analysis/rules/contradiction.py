"""CW401: terms that no record fulfils together."""

from __future__ import annotations

from cwql.analysis.terms import Layout, fields, is_plain, junctions, show
from cwql.diagnostics import Fix, Rule
from cwql.language.nodes import And, Comparison
from cwql.language.operators import EQ, IN
from cwql.language.ranges import excludes, find_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW401",
    "contradiction",
    "warning",
    summary="Reports comparisons joined by `and` that can never be true together: two values for one field, an "
    "empty range.",
    why="The list is always empty, which looks like an answer. Mostly `or` was meant, or two bounds were exchanged. Fields "
    "that lead through a collection are left alone: a contact may have two types.",
    example="id = 1 and id = 2",
    instead="id in (1, 2)",
    evidence="cwql.language.ranges, which concludes only facts that are true on any server",
    safety="unsafe",
    scope="condition",
    needs="shared",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the second one of the first two that exclude each other, for every field."""
    layout: Layout | None = None
    for junction in junctions(context.tree):
        if not isinstance(junction, And):
            continue
        for group in fields(context, junction):
            pair = next(((p, q) for i, q in enumerate(group) for p in group[:i] if excludes(p, q)), None)
            if pair is None or pair[1].span is None:
                continue
            if layout is None:
                if not is_plain(context):
                    return
                layout = Layout(context)
            p, q = pair
            hint, fixes = "one of the two bounds or values is not what was meant", []
            if p.operator is EQ and q.operator is EQ and find_kind(p.value) in ("text", "number"):
                hint = "a field has one value: join with `or`, or write a list with `in`"
                merged = Comparison(p.path, IN, (*p.values, *q.values))
                edits = layout.merge([p, q], merged, "in")
                if edits is not None:
                    fixes.append(Fix("ask for either value", edits, applicability="unsafe"))
            yield RULE.at(
                pair[1].span,
                f"nothing is ever found: {show(context, q)} contradicts {show(context, p)}",
                hint=hint,
                fixes=fixes,
            )
