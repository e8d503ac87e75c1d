"""CW313: an order comparison with null or a boolean."""

from __future__ import annotations

from cwql.analysis.operands import LITERALS, TITLES, fits, holds_fault, is_ordered
from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.ranges import find_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW313",
    "unorderable-value",
    "error",
    summary="Reports `<`, `<=`, `>` or `>=` with null or a boolean.",
    why="Neither comes before or after anything: the server refuses it, or nothing is found.",
    example="closedDate > null",
    instead="closedDate != null",
    evidence="no document and no public client is known to write it",
    safety="unsafe",
    families=("order",),
    values=("null", "boolean"),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the operator."""
    for comparison in context.comparisons:
        if not is_ordered(comparison) or holds_fault(context, comparison):
            continue
        field = context.field(comparison.path)
        if (
            comparison.value is not None
            and field is not None
            and field.kind in TITLES
            and fits(field, comparison.operator)
        ):
            # For example a boolean for a number field: the value is wrong, not the operator.
            continue
        place = context.place(comparison)
        written = context.text[place.operator.start : place.operator.end]
        fixes = []
        if comparison.value is None:
            # A negated `> null` is parsed as `<= null`, so the written text decides.
            word = "!=" if written in (">", "<") else "="
            hint = "write != null for a field that has a value, = null for one that has none"
            fixes.append(Fix(f"write {word}", [Edit(place.operator, word)], applicability="unsafe"))
        else:
            hint = "write = or !="
        yield RULE.at(
            place.operator,
            f"`{written}` asks for an order, which {LITERALS[find_kind(comparison.value)]} does not have",
            hint=hint,
            fixes=fixes,
        )
