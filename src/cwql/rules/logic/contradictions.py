"""Rules about conditions that are true for no record, or for every one."""

from __future__ import annotations

from cwql.diagnostics import Fix, Rule
from cwql.language.nodes import And, Comparison, negate
from cwql.language.operators import EQ, IN, NE, NOT_IN
from cwql.language.ranges import excludes, find_kind
from cwql.rules.logic.terms import Layout, alternatives, fields, is_plain, junctions, show, show_path
from cwql.rules.registry import checks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

CONTRADICTION = Rule(
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
    needs="and",
    traits=("terms", "agents"),
)


@checks(CONTRADICTION)
def check_contradiction(context: Context) -> Iterator[Diagnostic]:
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
            yield CONTRADICTION.at(
                pair[1].span,
                f"nothing is ever found: {show(context, q)} contradicts {show(context, p)}",
                hint=hint,
                fixes=fixes,
            )


TAUTOLOGY = Rule(
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
    needs="or",
    traits=("terms", "agents"),
)

_NEGATIVE = (NE, NOT_IN)


@checks(TAUTOLOGY)
def check_tautology(context: Context) -> Iterator[Diagnostic]:
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
                yield TAUTOLOGY.at(
                    p.span,
                    f"every value matches: if {show(context, group[other])} is false, {show(context, p)} is true",
                    hint="join them with `and`, or leave both out",
                )
                break


NEGATED_ALTERNATIVES = Rule(
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
    needs="or",
    traits=("terms", "agents"),
)


@checks(NEGATED_ALTERNATIVES)
def check_negated_alternatives(context: Context) -> Iterator[Diagnostic]:
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
            yield NEGATED_ALTERNATIVES.at(
                span,
                f"every value passes: whatever {show_path(context, negative[0])} is, it differs from one of these",
                hint="join them with `and`, or write a list with `not in`",
                fixes=fixes,
            )
