"""CW501: two custom fields in one `and`."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.language.nodes import And, Comparison, Junction
from cwql.language.operators import EQ, IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Expr

RULE = Rule(
    "CW501",
    "two-custom-fields",
    "error",
    summary="Reports an `and` that asks one custom field to be two.",
    why="One custom field of the record has to fulfil every clause of an `and`; none has two captions, so nothing matches.",
    example='caption = "Region" and value = "West" and caption = "Asset Owner" and value = "Pat"',
    instead='caption = "Region" and value = "West"',
    evidence="every recorded customFieldConditions is about one caption or id",
    parameter="customFieldConditions",
    scope="custom_field",
    judges="absence",
    screened=True,
)

NAMES = ("caption", "id")
"""The members that identify a custom field."""


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the clause that leaves no custom field over."""
    if context.parameter.record is None or context.parameter.shape != "condition":
        return
    for name in NAMES:
        conflict = find_conflict(context.tree, name)  # type: ignore[arg-type]
        span = None if conflict is None else conflict[1].span
        if conflict is not None and span is not None:
            first, second = (item.values[0] for item in conflict)
            yield RULE.at(
                span,
                f"no custom field has the {name} {second!r} and the {name} {first!r}: one has to fulfil every clause of an `and`",
                hint="ask for one of them and look at the other in the records; with `or`, either will do",
            )
            return


def find_conflict(expr: Expr, name: str) -> tuple[Comparison, Comparison] | None:
    """Return two comparisons that no custom field fulfils together, or None."""
    if not isinstance(expr, Junction):
        return None
    if isinstance(expr, And):
        allowed: dict[object, Comparison] | None = None
        for item in expr.items:
            named = _named(item, name)
            if named is None:
                continue
            if allowed is None:
                allowed = named
                continue
            left = {key: allowed[key] for key in allowed if key in named}
            if not left and allowed and named:
                return next(iter(allowed.values())), next(iter(named.values()))
            allowed = left
    for item in expr.items:
        found = find_conflict(item, name)
        if found is not None:
            return found
    return None


def _named(expr: Expr, name: str) -> dict[object, Comparison] | None:
    """Return the captions (or ids) that a condition allows, each with the comparison that names it; None for any."""
    if isinstance(expr, Comparison):
        if expr.operator in (EQ, IN) and tuple([step.lower() for step in expr.path.segments]) == (name,):
            return {value.lower() if isinstance(value, str) else value: expr for value in expr.values}
        return None
    if not isinstance(expr, Junction):
        return None
    parts = [_named(item, name) for item in expr.items]
    if isinstance(expr, And):
        return next((part for part in parts if part is not None), None)
    known: dict[object, Comparison] = {}
    for part in parts:
        if part is None:
            return None
        known.update(part)
    return known
