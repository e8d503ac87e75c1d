"""CW306: 1 or 0 for a boolean."""

from __future__ import annotations

from cwql.analysis.operands import operands
from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW306",
    "number-as-boolean",
    "warning",
    summary="Reports `1` or `0` for a boolean field.",
    why="Databases store booleans so, but no document and no live client writes them so in a condition.",
    example="closedFlag = 0 and id > 5",
    instead="closedFlag = false and id > 5",
    evidence="language reference: no evidence for 1 and 0",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("boolean",),
    values=("number",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the word as its fix."""
    for operand in operands(context):
        if operand.kind != "boolean" or not operand.is_number or operand.value not in (0, 1):
            continue
        word = context.dialect.booleans[operand.value == 0]
        yield RULE.at(
            operand.span,
            f"{operand.path} is a boolean: expected {word}, got {operand.literal}",
            hint=f"write {word}",
            fixes=[Fix(f"write {word}", [Edit(operand.span, word)], applicability="unsafe")],
        )
