"""Rules about texts that are compared as a whole."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import EQ, IN, LIKE, NE, NOT_IN, NOT_LIKE
from cwql.rules.applicability import has_escape, has_outer_blank
from cwql.rules.registry import checks
from cwql.rules.values.text_forms import decode, find_escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

ENCODED_VALUE = Rule(
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
    when=has_escape,
    needs_whole_text=True,
    traits=("content",),
)


@checks(ENCODED_VALUE)
def check_encoded_value(context: Context) -> Iterator[Diagnostic]:
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
            yield ENCODED_VALUE.at(
                span, f"{escape} looks like a percent escape: it is searched for literally", hint=hint, fixes=fixes
            )


SURROUNDING_WHITESPACE = Rule(
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
    operators=("equality", "membership"),
    values=("text",),
    when=has_outer_blank,
    needs_whole_text=True,
)


@checks(SURROUNDING_WHITESPACE)
def check_surrounding_whitespace(context: Context) -> Iterator[Diagnostic]:
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
            yield SURROUNDING_WHITESPACE.at(
                span,
                f"the value {where} with a blank",
                hint=f"write {text}, if the blank is not meant",
                fixes=[Fix("take the blanks off", [Edit(span, text)], applicability="unsafe")],
            )


LIST_TEXTS = frozenset((("Ticket", "resources"), ("ProjectTicket", "resources")))
"""Records and their fields that contain a list in one text."""

TEXT_LIST_COMPARISON = Rule(
    "CW417",
    "text-list-comparison",
    "warning",
    summary="Reports `=`, `!=` or `in` on a text that contains a list of names, such as resources of a ticket.",
    why="The text is `jdoe, asmith` if there are two, so `=` finds only the records with exactly that one name.",
    example='resources = "jdoe" and id > 5',
    instead='resources contains "jdoe" and id > 5',
    evidence="recorded tickets show member identifiers joined by commas; live clients write `resources contains`",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("text",),
    names=tuple(sorted({name for _, name in LIST_TEXTS})),
    operators=("equality", "membership"),
    values=("text",),
    needs_whole_text=True,
)


@checks(TEXT_LIST_COMPARISON)
def check_text_list_comparison(context: Context) -> Iterator[Diagnostic]:
    """Report the operator."""
    for comparison in context.comparisons:
        field = context.field(comparison.path)
        if (
            field is None
            or (field.owner, field.name) not in LIST_TEXTS
            or comparison.operator.family not in ("equality", "membership")
        ):
            continue
        # A value with a comma is the whole list.
        if not all(isinstance(value, str) and value and "," not in value for value in comparison.values):
            continue
        place = context.place(comparison)
        fixes = []
        if comparison.operator in (EQ, NE) and context.text[place.operator.start : place.operator.end] in ("=", "!="):
            word = "contains" if comparison.operator is EQ else "not contains"
            before = "" if context.text[place.operator.start - 1].isspace() else " "
            after = "" if context.text[place.operator.end].isspace() else " "
            edit = Edit(place.operator, f"{before}{word}{after}")
            fixes = [Fix(f"write {word}", [edit], applicability="unsafe")]
            hint = f"write {word}"
        else:
            hint = f"join several `{field.name} contains` by `or`"
        yield TEXT_LIST_COMPARISON.at(
            place.operator, f"`{field.name}` contains all names in one text, joined by commas", hint=hint, fixes=fixes
        )
