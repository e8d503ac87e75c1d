"""Rules about numbers, booleans and dates between quotes."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.rules.applicability import is_dated
from cwql.rules.operands import is_date_text, is_numeric, operands
from cwql.rules.registry import checks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

QUOTED_NUMBER = Rule(
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
)


@checks(QUOTED_NUMBER)
def check_quoted_number(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the bare number as its fix."""
    for operand in operands(context):
        value = operand.value
        if operand.kind not in ("integer", "number") or not isinstance(value, str) or not is_numeric(value):
            continue
        bare = value.strip()
        yield QUOTED_NUMBER.at(
            operand.span,
            f"{operand.path} is {operand.title}: expected {bare} without quotes",
            hint=f"write {bare}",
            fixes=[Fix("take the quotes off", [Edit(operand.span, bare)], applicability="unsafe")],
        )


QUOTED_BOOLEAN = Rule(
    "CW304",
    "quoted-boolean",
    "warning",
    summary="Reports `true` or `false` between quotes, for a boolean field.",
    why="Every document and every live client writes booleans bare; of the quoted form no answer of a server is known.",
    example='closedFlag = "false" and id > 5',
    instead="closedFlag = false and id > 5",
    evidence="both reference documents, vendor text, a public server log (bare)",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("boolean",),
    values=("text",),
)


@checks(QUOTED_BOOLEAN)
def check_quoted_boolean(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the bare word as its fix."""
    for operand in operands(context):
        value = operand.value
        if operand.kind != "boolean" or not isinstance(value, str) or value.strip().lower() not in ("true", "false"):
            continue
        bare = context.dialect.booleans[value.strip().lower() == "false"]
        yield QUOTED_BOOLEAN.at(
            operand.span,
            f"{operand.path} is a boolean: expected {bare} without quotes",
            hint=f"write {bare}",
            fixes=[Fix("take the quotes off", [Edit(operand.span, bare)], applicability="unsafe")],
        )


QUOTED_DATE = Rule(
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
    when=is_dated,
)


@checks(QUOTED_DATE)
def check_quoted_date(context: Context) -> Iterator[Diagnostic]:
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
        yield QUOTED_DATE.at(
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
