"""CW408: a wildcard that is taken literally."""

from __future__ import annotations

from cwql.analysis.texts import find_escape, strip_wildcards
from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import ENDSWITH, EQ, NE, STARTSWITH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW408",
    "stray-wildcard",
    "warning",
    summary="Reports a wildcard at an end of the text of `contains`, `startswith`, `endswith`, `=` or `!=`.",
    why="Only `like` reads wildcards; with other operators a percent sign or an asterisk is taken literally, "
    "and almost nothing matches. A percent sign after a digit is a unit and is not reported.",
    example='summary contains "%vpn%"',
    instead='summary contains "vpn"',
    evidence="both reference documents show wildcards with `like` only",
    safety="unsafe",
    families=("equality", "text"),
    values=("text",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value; take the wildcards off, or write `like`."""
    for comparison in context.comparisons:
        operator, value = comparison.operator, comparison.value
        if not isinstance(value, str) or find_escape(value):
            continue
        exact = operator in (EQ, NE)
        if not exact and (operator.family != "text" or operator.name.endswith("like")):
            continue
        field = context.field(comparison.path)
        bare = strip_wildcards(value, context.dialect.wildcards)
        if bare == value or not bare.strip() or (field is not None and field.kind != "text"):
            continue
        place = context.place(comparison)
        word = context.text[place.operator.start : place.operator.end]
        literal = place.literals[0]
        if exact:
            like = "not like" if word in ("!=", "<>") else "like"
            blank = "" if context.text[place.operator.end].isspace() else " "
            before = "" if context.text[place.operator.start - 1].isspace() else " "
            fix = Fix(f"write {like}", [Edit(place.operator, f"{before}{like}{blank}")], applicability="unsafe")
            hint = f"write `{like}`"
        else:
            text = literal[0] + bare + literal[-1]
            fix = Fix(f"write {text}", [Edit(place.values[0], text)], applicability="unsafe")
            hint = f"write {text}: " + _SAYS.get(operator.name.removeprefix("not "), "it finds the text anywhere")
        yield RULE.at(
            place.values[0],
            f"`{word}` takes a wildcard for the character that it is",
            hint=hint,
            fixes=[fix] if literal[0] not in bare else (),
        )


_SAYS = {STARTSWITH.name: "it finds the text at the beginning", ENDSWITH.name: "it finds the text at the end"}
