"""CW309: an enum member in other letters than the specification has."""

from __future__ import annotations

from cwql.analysis.operands import operands
from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW309",
    "member-case",
    "info",
    summary="Reports a member of an enum that is written in another letter case.",
    why="Servers read enums in any letter case as far as is known; the exact spelling works everywhere.",
    example='impact = "high"',
    instead='impact = "High"',
    evidence="the enums of the shipped specification",
    safety="safe",
    endpoint="/service/tickets",
    fields=("enum",),
    values=("text",),
    judges="content",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the specification's spelling as its fix."""
    for operand in operands(context):
        value, members = operand.value, operand.field.enum
        if operand.kind != "enum" or not isinstance(value, str) or value in members:
            continue
        known = next((member for member in members if member.lower() == value.lower()), None)
        if known is None:
            continue
        written = operand.literal[0] + known + operand.literal[-1]
        yield RULE.at(
            operand.span,
            f"{operand.path} spells this value {known}",
            hint=f"write {written}",
            fixes=[Fix(f"write {written}", [Edit(operand.span, written)])],
        )
