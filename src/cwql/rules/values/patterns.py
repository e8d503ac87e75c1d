"""Rules about wildcards and the syntax of patterns."""

from __future__ import annotations

import re

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import ENDSWITH, EQ, LIKE, NE, NOT_LIKE, STARTSWITH
from cwql.rules.applicability import has_outer_wildcard, has_pattern_syntax, lacks_wildcard
from cwql.rules.registry import checks
from cwql.rules.values.text_forms import find_escape, strip_wildcards
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

MISSING_WILDCARD = Rule(
    "CW407",
    "missing-wildcard",
    "info",
    summary="Reports `like` with a pattern that has no wildcard.",
    why="It then finds the same as `=`, and nothing that only contains the text. Live clients write it, some "
    "of them instead of `contains`, so it is an info.",
    example='summary like "vpn"',
    instead='summary contains "vpn"',
    evidence="vendor text uses it for exact values in childConditions, which are left alone; live clients use it for a part",
    safety="unsafe",
    parameters=("condition", "custom_field"),
    operators=("like", "not like"),
    values=("text",),
    when=lacks_wildcard,
    needs_whole_text=True,
    traits=("content",),
)


@checks(MISSING_WILDCARD)
def check_missing_wildcard(context: Context) -> Iterator[Diagnostic]:
    """Report the pattern."""
    # The vendor's own examples compare members of collections so.
    if context.parameter.collections:
        return
    dialect = context.dialect
    special = dialect.wildcards + dialect.single + dialect.foreign_wildcards + dialect.pattern_syntax
    for comparison in context.comparisons:
        value = comparison.value
        if comparison.operator not in (LIKE, NOT_LIKE) or not isinstance(value, str) or not value:
            continue
        field = context.field(comparison.path)
        if any(character in special for character in value) or (field is not None and field.kind != "text"):
            continue
        place = context.place(comparison)
        negative = context.text[place.operator.start : place.operator.end].lower().startswith("not")
        part, exact = ("not contains", "!=") if negative else ("contains", "=")
        yield MISSING_WILDCARD.at(
            place.values[0],
            f"a pattern without {' or '.join(dialect.wildcards)} finds this exact text only",
            hint=f"write `{part}` for a part of the text, `{exact}` for the whole",
            fixes=[
                Fix(f"write {part}", [Edit(place.operator, part)], applicability="unsafe"),
                Fix(f"write {exact}", [Edit(place.operator, exact)], applicability="unsafe"),
            ],
        )


STRAY_WILDCARD = Rule(
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
    operators=("equality", "contains", "not contains", "startswith", "not startswith", "endswith", "not endswith"),
    values=("text",),
    when=has_outer_wildcard,
    needs_whole_text=True,
)


@checks(STRAY_WILDCARD)
def check_stray_wildcard(context: Context) -> Iterator[Diagnostic]:
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
        yield STRAY_WILDCARD.at(
            place.values[0],
            f"`{word}` takes a wildcard for the character that it is",
            hint=hint,
            fixes=[fix] if literal[0] not in bare else (),
        )


_SAYS = {STARTSWITH.name: "it finds the text at the beginning", ENDSWITH.name: "it finds the text at the end"}


PATTERN_SYNTAX = Rule(
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
    operators=("like", "not like"),
    values=("text",),
    when=has_pattern_syntax,
    needs_whole_text=True,
)

# `[[]`, `[a-f]`, `[^0-9]`: written by someone who uses brackets as wildcards.
_RANGE = re.compile(r"\[\[\]|\[\^?(?:\w-\w)+\]")


@checks(PATTERN_SYNTAX)
def check_pattern_syntax(context: Context) -> Iterator[Diagnostic]:
    """Report the first such character of a pattern."""
    syntax = context.dialect.pattern_syntax
    for comparison in context.comparisons:
        value = comparison.value
        if comparison.operator not in (LIKE, NOT_LIKE) or not isinstance(value, str):
            continue
        place = context.place(comparison)
        body = place.literals[0][1:-1]
        rest = _RANGE.sub(lambda match: "\x00" * len(match[0]), body)
        at = next((index for index, character in enumerate(rest) if character in syntax), None)
        if at is None:
            continue
        start = place.values[0].start + 1 + at
        sign = body[at]
        if sign == "[":
            edits = [Edit(Span(start + i - at, start + i - at + 1), "[[]") for i, c in enumerate(rest) if c == "["]
            yield PATTERN_SYNTAX.at(
                Span(start, start + 1),
                "a pattern reads this bracket as `one of these characters`",
                hint="write [[] for a bracket that is meant as one",
                fixes=[Fix("write [[]", edits, applicability="unsafe")],
            )
        elif body[at + 1 : at + 2] not in tuple(context.dialect.wildcards + context.dialect.single + sign):
            yield PATTERN_SYNTAX.at(
                Span(start, start + 1),
                "a pattern reads this backslash as an escape of the next character",
                hint="write two backslashes for one, or search for a part by `contains`",
            )
