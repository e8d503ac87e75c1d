"""CW307: a bare number for a text field."""

from __future__ import annotations

from cwql.analysis.operands import names_id, operands, quote
from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW307",
    "number-for-text",
    "warning",
    summary="Reports a bare number that is compared with a text field.",
    why="A server may refuse it, or convert every text of the column. Ids are exempt: several records have "
    "them as text, and live clients compare them with unquoted numbers. Whether others work has not been "
    "verified.",
    example="poNumber = 4711",
    instead='poNumber = "4711"',
    evidence="live clients (ids); nothing is known of other fields",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("text",),
    values=("number",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with quotes as its fix."""
    for operand in operands(context):
        if operand.kind != "text" or not operand.is_number or names_id(operand.field):
            continue
        if operand.comparison.operator.family == "text" and operand.field.kind == "text":
            continue
        text = quote(operand.literal, context)
        yield RULE.at(
            operand.span,
            f"{operand.path} is text: expected {text}, got a bare number",
            hint=f"write {text}",
            fixes=[Fix("put it between quotes", [Edit(operand.span, text)], applicability="unsafe")],
        )
