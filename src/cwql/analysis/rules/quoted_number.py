"""CW303: a number between quotes, for a field of numbers."""

from __future__ import annotations

from cwql.analysis.operands import is_numeric, operands
from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW303",
    "quoted-number",
    "warning",
    summary="Reports a number between quotes that is compared with a field of numbers.",
    why="Both documents write numbers without quotes. The effect of quotes on a server is unknown, so it is a"
    " warning, and the fix is marked as unsafe although it is almost certainly intended.",
    example='board/id = "5"',
    instead="board/id = 5",
    evidence="both reference documents (bare); one live client of Automate quotes ids",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("integer", "number"),
    values=("text",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the bare number as its fix."""
    for operand in operands(context):
        value = operand.value
        if operand.kind not in ("integer", "number") or not isinstance(value, str) or not is_numeric(value):
            continue
        bare = value.strip()
        yield RULE.at(
            operand.span,
            f"{operand.path} is {operand.title}: expected {bare} without quotes",
            hint=f"write {bare}",
            fixes=[Fix("take the quotes off", [Edit(operand.span, bare)], applicability="unsafe")],
        )
