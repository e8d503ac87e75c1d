"""CW409: a character of a pattern that means more than itself."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import LIKE, NOT_LIKE
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW409",
    "pattern-syntax",
    "warning",
    summary="Reports `[` in a pattern of Manage that opens no range, and a backslash in a pattern of Automate.",
    why="Manage passes patterns to SQL Server, in which `[abc]` matches one of the three letters: `[JIRA]` "
    "finds every text with one of them. `[[]` matches a bracket. MySQL, the database of Automate, drops a"
    " backslash or reads it as an escape.",
    example='summary like "[JIRA]%"',
    instead='summary like "[[]JIRA]%"',
    evidence="vendor text (`[[]text]`)",
    safety="unsafe",
    families=("text",),
    values=("text",),
    screened=True,
)

# `[[]`, `[a-f]`, `[^0-9]`: written by someone who uses brackets as wildcards.
_MEANT = re.compile(r"\[\[\]|\[\^?(?:\w-\w)+\]")


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the first such character of a pattern."""
    syntax = context.dialect.pattern_syntax
    for comparison in context.comparisons:
        value = comparison.value
        if comparison.operator not in (LIKE, NOT_LIKE) or not isinstance(value, str):
            continue
        place = context.place(comparison)
        body = place.literals[0][1:-1]
        rest = _MEANT.sub(lambda match: "\x00" * len(match[0]), body)
        at = next((index for index, character in enumerate(rest) if character in syntax), None)
        if at is None:
            continue
        start = place.values[0].start + 1 + at
        sign = body[at]
        if sign == "[":
            edits = [Edit(Span(start + i - at, start + i - at + 1), "[[]") for i, c in enumerate(rest) if c == "["]
            yield RULE.at(
                Span(start, start + 1),
                "a pattern reads this bracket as `one of these characters`",
                hint="write [[] for a bracket that is meant as one",
                fixes=[Fix("write [[]", edits, applicability="unsafe")],
            )
        elif body[at + 1 : at + 2] not in tuple(context.dialect.wildcards + context.dialect.single + sign):
            yield RULE.at(
                Span(start, start + 1),
                "a pattern reads this backslash as an escape of the next character",
                hint="write two backslashes for one, or search for a part by `contains`",
            )
