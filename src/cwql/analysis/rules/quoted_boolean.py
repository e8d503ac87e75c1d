"""CW304: true or false between quotes."""

from __future__ import annotations

from cwql.analysis.operands import operands
from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
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
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the bare word as its fix."""
    for operand in operands(context):
        value = operand.value
        if operand.kind != "boolean" or not isinstance(value, str) or value.strip().lower() not in ("true", "false"):
            continue
        bare = context.dialect.booleans[value.strip().lower() == "false"]
        yield RULE.at(
            operand.span,
            f"{operand.path} is a boolean: expected {bare} without quotes",
            hint=f"write {bare}",
            fixes=[Fix("take the quotes off", [Edit(operand.span, bare)], applicability="unsafe")],
        )
