"""CW317: a text operator with something that is no text."""

from __future__ import annotations

from cwql.analysis.operands import LITERALS, fits, holds_fault, quote
from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import CONTAINS, NOT_CONTAINS
from cwql.language.ranges import find_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW317",
    "pattern-value",
    "warning",
    summary="Reports `contains`, `like` and their kin with a value that is no text.",
    why="They search for a piece of text. Only `contains` on a list of numbers takes a number.",
    example="summary like 5",
    instead='summary like "5%"',
    evidence="both reference documents; live clients of Automate (contains on lists of ports)",
    safety="unsafe",
    endpoint="/service/tickets",
    families=("text",),
    values=("number", "boolean", "null", "time"),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    for comparison in context.comparisons:
        operator, value = comparison.operator, comparison.value
        if operator.family != "text" or isinstance(value, str) or holds_fault(context, comparison):
            continue
        field = context.field(comparison.path)
        kind = find_kind(value)
        if field is not None and not fits(field, operator):
            continue
        number = kind == "number"
        if number and operator in (CONTAINS, NOT_CONTAINS) and (field is None or field.kind != "text"):
            continue
        if field is not None and field.kind == "collection" and value is not None:
            continue
        if field is not None and field.kind == "text" and not number and value is not None:
            # A boolean or a time instead of a text has a message of its own.
            continue
        place = context.place(comparison)
        word = context.text[place.operator.start : place.operator.end]
        fixes, hint = [], "compare with = or !=" if value is None else "write the text between quotes"
        if number:
            text = quote(place.literals[0], context)
            hint = f"write {text}"
            fixes.append(Fix("put it between quotes", [Edit(place.values[0], text)], applicability="unsafe"))
        yield RULE.at(
            place.values[0], f"`{word}` searches for text, but this is {LITERALS[kind]}", hint=hint, fixes=fixes
        )
