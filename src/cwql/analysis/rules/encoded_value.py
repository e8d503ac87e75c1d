"""CW415: a value that is percent-encoded already."""

from __future__ import annotations

from cwql.analysis.texts import decode, find_escape
from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import LIKE, NOT_LIKE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW415",
    "encoded-value",
    "warning",
    summary="Reports a value that contains percent escapes, such as %2B for +.",
    why="The client encodes the whole condition once more, so the server searches for the escape itself. In patterns `%2B` "
    "may be a wildcard and two characters: there only an escape between letters is reported.",
    example='phoneNumber = "%2B15551234567"',
    instead='phoneNumber = "+15551234567"',
    evidence="a live client that encodes values by hand",
    safety="unsafe",
    values=("text",),
    judges="content",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the decoded one as its fix."""
    for comparison in context.comparisons:
        place = context.place(comparison)
        pattern = comparison.operator in (LIKE, NOT_LIKE)
        for value, span, literal in zip(comparison.values, place.values, place.literals, strict=True):
            if not isinstance(value, str) or not (escape := find_escape(value, pattern)):
                continue
            decoded = decode(value)
            mark = next((mark for mark in (literal[0], *context.dialect.quotes) if mark not in decoded), None)
            fixes = []
            hint = "write the value as it is: the client encodes it"
            if mark is not None and decoded.isprintable():
                text = f"{mark}{decoded}{mark}"
                hint = f"write {text}: the client encodes it"
                fixes.append(Fix("write the value as it is", [Edit(span, text)], applicability="unsafe"))
            yield RULE.at(
                span, f"{escape} looks like a percent escape: it is searched for literally", hint=hint, fixes=fixes
            )
