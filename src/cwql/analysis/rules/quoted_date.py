"""CW305: a date between quotes."""

from __future__ import annotations

from cwql.analysis.operands import is_date_text, operands
from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW305",
    "quoted-date",
    "warning",
    summary="Reports a date between quotes that is compared with a field of dates.",
    why="Between quotes it is a text. Manage writes dates in brackets; of quoted ones no answer is known. Automate's reference "
    "document quotes them, but the one live report of it is a 500, and live clients write them bare: a remark there.",
    example='dateEntered > "2024-01-01"',
    instead="dateEntered > [2024-01-01]",
    evidence="Manage: vendor text and live clients; Automate: reference document against one live report",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("datetime", "date", "text"),
    values=("text",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the language's own form as its fix."""
    documented = "quoted-date" in context.dialect.literals
    for operand in operands(context):
        value = operand.value
        if not isinstance(value, str) or not is_date_text(value):
            continue
        # A text that contains a date may be compared as text, but not by order.
        dated = operand.field.dated and operand.comparison.operator.family == "order" and not documented
        if operand.kind not in ("datetime", "date") and not dated:
            continue
        bare = _write_date(context, value)
        kind = "a text that contains a date" if dated else operand.title
        yield RULE.at(
            operand.span,
            f"{operand.path} is {kind}: expected {bare}, without quotes",
            hint=f"write {bare}",
            fixes=[Fix("write it as a date", [Edit(operand.span, bare)], applicability="unsafe")],
            severity="info" if documented else None,
        )


def _write_date(context: Context, text: str) -> str:
    """Write the date in the syntax of the language; a time without a zone keeps its digits if the zone is optional."""
    from cwql.language.literal_printer import write_scalar
    from cwql.language.literals import read_date

    return write_scalar(read_date(text, context.dialect.naive_is_utc), context.dialect)
