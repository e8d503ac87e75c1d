"""Rules about the members of enums."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import EQ, IN
from cwql.rules.applicability import is_no_member
from cwql.rules.operands import is_empty, offer_null, operands, quote, weigh
from cwql.rules.registry import checks
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison
    from cwql.rules.context import Context
    from cwql.schema.field import FieldInfo

UNKNOWN_ENUM_MEMBER = Rule(
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
    when=is_no_member,
    traits=("content",),
)


@checks(UNKNOWN_ENUM_MEMBER)
def check_unknown_enum_member(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the nearest members."""
    for operand in operands(context):
        value, members = operand.value, operand.field.enum
        if operand.kind != "enum" or not isinstance(value, str) or not members:
            continue
        if value in members or value.lower() in {member.lower() for member in members}:
            continue
        from cwql.schema.suggest import suggest

        if is_empty(operand):
            hint, fixes = offer_null(operand)
            yield UNKNOWN_ENUM_MEMBER.at(
                operand.span, f"{operand.path} has no value {operand.literal}", hint=hint, fixes=fixes
            )
            continue
        guesses = suggest(value.strip(), members) or suggest(value.replace(" ", ""), members)
        shown = ", ".join(members[:8]) + (", …" if len(members) > 8 else "")
        hint = f"did you mean {' or '.join(guesses)}?" if guesses else f"expected one of {shown}"
        yield UNKNOWN_ENUM_MEMBER.at(
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


MEMBER_CASE = Rule(
    "CW309",
    "member-case",
    "info",
    summary="Reports a member of an enum that is written in another letter case.",
    why="Servers read enums in any letter case as far as is known; the exact spelling works everywhere.",
    example='impact = "high"',
    instead='impact = "High"',
    evidence="the enums of the shipped specification",
    safety="safe",
    endpoint="/service/tickets",
    fields=("enum",),
    values=("text",),
    when=is_no_member,
    traits=("content",),
)


@checks(MEMBER_CASE)
def check_member_case(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the specification's spelling as its fix."""
    for operand in operands(context):
        value, members = operand.value, operand.field.enum
        if operand.kind != "enum" or not isinstance(value, str) or value in members:
            continue
        known = next((member for member in members if member.lower() == value.lower()), None)
        if known is None:
            continue
        written = operand.literal[0] + known + operand.literal[-1]
        yield MEMBER_CASE.at(
            operand.span,
            f"{operand.path} spells this value {known}",
            hint=f"write {written}",
            fixes=[Fix(f"write {written}", [Edit(operand.span, written)])],
        )


ENUM_PATTERN = Rule(
    "CW410",
    "enum-pattern",
    "error",
    summary="Reports `like` or `contains` on an enum.",
    why="Manage answers 400 `Enum value supplied was invalid`: it reads the pattern as a member. On Automate "
    "it is a warning, because its specification is known to differ from the fields that live clients use.",
    example='impact like "Hi%"',
    instead='impact = "High"',
    evidence="a refusal that a client's test records",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("enum",),
    operators=("text",),
    needs_whole_text=True,
)


@checks(ENUM_PATTERN)
def check_enum_pattern(context: Context) -> Iterator[Diagnostic]:
    """Report the operator, with the members that the pattern fits."""
    for comparison in context.comparisons:
        field = context.field(comparison.path)
        if field is None or field.kind != "enum" or comparison.operator.family != "text":
            continue
        place = context.place(comparison)
        word = context.text[place.operator.start : place.operator.end]
        negative = word.lower().startswith("not")
        members = _find_members(comparison, field, context)
        mark = context.dialect.quotes[0]
        listed = [f"{mark}{member}{mark}" for member in members]
        fixes = []
        hint = f"compare with a member by {'!=' if negative else '='}: {', '.join(field.enum[:8])}"
        if len(listed) == 1:
            text = f" {'!=' if negative else '='} {listed[0]}"
        else:
            text = f" {'not in' if negative else 'in'} ({', '.join(listed)})"
        if listed and len(listed) < len(field.enum):
            edit = Edit(Span(place.path.end, place.whole.end), text)
            fixes.append(Fix(f"write {text.strip()}", [edit], applicability="unsafe"))
            hint = f"write {text.strip()}"
        yield ENUM_PATTERN.at(
            place.operator,
            f"`{word}` searches text, but {context.text[place.path.start : place.path.end]} is an enum",
            hint=hint,
            fixes=fixes,
            severity=weigh(context, ENUM_PATTERN),
        )


def _find_members(comparison: Comparison, field: FieldInfo, context: Context) -> list[str]:
    """Return the members that match the text without wildcards; the nearest one if none does."""
    value = comparison.value
    if not isinstance(value, str) or not (text := value.strip(context.dialect.wildcards + " ").lower()):
        return []
    exact = [member for member in field.enum if member.lower() == text]
    if exact:
        return exact
    found = [member for member in field.enum if text in member.lower()]
    if found:
        return found
    from cwql.schema.suggest import suggest

    return suggest(text, field.enum)[:1]


WRONG_LIST_FILTER = Rule(
    "CW413",
    "wrong-list-filter",
    "warning",
    summary='Reports `recordType = "ProjectTicket"` on /service/tickets.',
    why="The list of service tickets has no project tickets, although the enum has the value, so the "
    "condition matches nothing.",
    example='recordType = "ProjectTicket"',
    instead='recordType = "ServiceTicket"',
    evidence="a client's report: always an empty list",
    endpoint="/service/tickets",
    fields=("enum",),
    names=("recordtype",),
    values=("text",),
    needs_whole_text=True,
    traits=("content",),
)

_ELSEWHERE = {
    "service/tickets": ({"projectticket", "projectissue"}, "/project/tickets"),
}


@checks(WRONG_LIST_FILTER)
def check_wrong_list_filter(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    endpoint = context.endpoint
    if endpoint is None:
        return
    entry = _ELSEWHERE.get(endpoint.key.removesuffix("/search").removesuffix("/count"))
    if entry is None:
        return
    values, there = entry
    for comparison in context.comparisons:
        if [segment.lower() for segment in comparison.path.segments] != ["recordtype"]:
            continue
        if comparison.operator not in (EQ, IN):
            continue
        for index, value in enumerate(comparison.values):
            if isinstance(value, str) and value.lower() in values:
                yield WRONG_LIST_FILTER.at(
                    context.place(comparison).values[index],
                    f"this list contains no record of type {value}: nothing is found",
                    hint=f"ask {there}",
                )
