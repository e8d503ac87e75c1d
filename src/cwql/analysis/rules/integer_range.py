"""CW311: an integer that is too large for its field."""

from __future__ import annotations

from cwql.analysis.operands import operands, weigh
from cwql.diagnostics import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW311",
    "integer-range",
    "error",
    summary="Reports a number that is too large or too small for an integer field.",
    why="The server cannot read it as a value of the field: it refuses the condition, or no record matches. On Automate, whose "
    "specification is known to differ from its servers, it is a warning.",
    example="id = 99999999999",
    instead="id = 999999999",
    evidence="the formats (int32, int64) of the shipped specification",
    endpoint="/service/tickets",
    fields=("integer",),
    values=("number",),
    screened=True,
)

_BITS = {"int32": 31, "int64": 63}


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    for operand in operands(context):
        # Items of a collection have no format: the smaller one would be a guess.
        bits = _BITS.get(operand.field.format or "")
        if operand.kind != "integer" or bits is None or not operand.is_number:
            continue
        limit = 2**bits
        if -limit <= operand.value < limit:
            continue
        yield RULE.at(
            operand.span,
            f"{operand.literal} is out of range for {operand.path}: expected {-limit} to {limit - 1}",
            hint="look for a digit too many, or for a telephone or card number in the place of an id",
            severity=weigh(context, RULE),
        )
