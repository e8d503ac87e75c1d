"""CW312: a number with a fraction for an integer field."""

from __future__ import annotations

from cwql.analysis.operands import operands
from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW312",
    "fractional-integer",
    "warning",
    summary="Reports a number with a fraction that is compared with an integer field.",
    why="No record has a fraction in such a field, and a server may refuse to read it as an integer.",
    example="board/id = 5.0",
    instead="board/id = 5",
    evidence="the types of the shipped specification",
    safety="safe",
    endpoint="/service/tickets",
    fields=("integer",),
    values=("number",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value; a fraction of zeros can go."""
    for operand in operands(context):
        value = operand.value
        if operand.kind != "integer" or not operand.is_number or "." not in operand.literal:
            continue
        whole = operand.literal.partition(".")[0]
        even = value == int(whole)
        yield RULE.at(
            operand.span,
            f"{operand.path} is an integer field: expected {whole if even else 'a whole number'}, got {operand.literal}",
            hint=f"write {whole}" if even else "round it in the direction that is meant",
            fixes=[Fix("leave the fraction out", [Edit(operand.span, whole)])] if even else (),
        )
