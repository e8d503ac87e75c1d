"""CW308: a value that an enum does not have."""

from __future__ import annotations

from cwql.analysis.operands import operands, quote
from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW308",
    "unknown-enum-member",
    "warning",
    summary="Reports a value that is no member of the field's enum.",
    why="Servers answer 400 `Enum value supplied was invalid`, or find nothing. Enums grow from version to version, and a server may "
    "be newer than the specification, so it is a warning.",
    example='impact = "Hihg"',
    instead='impact = "High"',
    evidence="a refusal in a public server log; the enums of the shipped specification",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("enum",),
    values=("text",),
    judges="content",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the nearest members."""
    for operand in operands(context):
        value, members = operand.value, operand.field.enum
        if operand.kind != "enum" or not isinstance(value, str) or not members:
            continue
        if value in members or value.lower() in {member.lower() for member in members}:
            continue
        from cwql.schema.suggest import suggest

        guesses = suggest(value.strip(), members) or suggest(value.replace(" ", ""), members)
        shown = ", ".join(members[:8]) + (", …" if len(members) > 8 else "")
        hint = f"did you mean {' or '.join(guesses)}?" if guesses else f"expected one of {shown}"
        yield RULE.at(
            operand.span,
            f"{operand.path} has no value {operand.literal}",
            hint=hint,
            fixes=[
                Fix(
                    f"write {quote(guess, context)}",
                    [Edit(operand.span, quote(guess, context))],
                    applicability="unsafe",
                )
                for guess in guesses[:1]
            ],
            notes=[f"the members are {shown}"] if guesses else (),
        )
