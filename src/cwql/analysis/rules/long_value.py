"""CW310: a text that is longer than its field can be."""

from __future__ import annotations

from cwql.analysis.operands import operands
from cwql.diagnostics import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW310",
    "long-value",
    "warning",
    summary="Reports a text that is longer than any value of its field.",
    why="No record can have such a value, so the condition matches nothing (or everything, if it is negated).",
    example='zip = "12345-6789-0000"',
    instead='zip = "12345-6789"',
    evidence="the lengths of the shipped specification",
    endpoint="/service/tickets",
    fields=("text",),
    values=("text",),
    judges="content",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, wildcards not counted."""
    for operand in operands(context):
        value, limit = operand.value, operand.field.max_length
        if operand.kind != "text" or limit is None or not isinstance(value, str) or len(value) <= limit:
            continue
        operator = operand.comparison.operator
        if operator.family == "order":
            continue
        if operator.name.endswith("like"):
            special = context.dialect.wildcards + context.dialect.pattern_syntax + "]"
            length = sum([character not in special for character in value])
        else:
            # Blanks at the end are not stored by every server, and do not count in comparisons.
            length = len(value.rstrip(" "))
        if length <= limit:
            continue
        yield RULE.at(
            operand.span,
            f"{length} characters, but {operand.path} has at most {limit}",
            hint="compare with the beginning, by `like` and a wildcard at the end",
        )
