"""CW416: blanks at the ends of a value."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import EQ, IN, NE, NOT_IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW416",
    "surrounding-whitespace",
    "info",
    summary="Reports a value that starts or ends with a blank, if whole values are compared.",
    why="Stored values rarely do: mostly the blank came along when the value was copied. Servers mostly overlook blanks at the "
    "end, but not at the beginning.",
    example='status/name = "Scheduled "',
    instead='status/name = "Scheduled"',
    evidence="a live client; SQL compares without trailing blanks",
    safety="unsafe",
    families=("equality", "membership"),
    values=("text",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    for comparison in context.comparisons:
        if comparison.operator not in (EQ, NE, IN, NOT_IN):
            continue
        place = context.place(comparison)
        for value, span, literal in zip(comparison.values, place.values, place.literals, strict=True):
            if not isinstance(value, str) or value == value.strip(" ") or not value.strip():
                continue
            where = "starts" if value[0] == " " else "ends"
            text = literal[0] + literal[1:-1].strip(" ") + literal[-1]
            yield RULE.at(
                span,
                f"the value {where} with a blank",
                hint=f"write {text}, if the blank is not meant",
                fixes=[Fix("take the blanks off", [Edit(span, text)], applicability="unsafe")],
            )
