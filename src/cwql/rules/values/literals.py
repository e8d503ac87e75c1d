"""Rules about values of another type than their field."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.ranges import find_kind
from cwql.rules.applicability import has_other_type, is_no_id, names_id
from cwql.rules.operands import LITERALS, TITLES, is_date_text, is_empty, is_numeric, offer_null, operands, quote, weigh
from cwql.rules.registry import checks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context
    from cwql.rules.operands import Operand

TYPE_MISMATCH_LITERAL = Rule(
    "CW302",
    "type-mismatch-literal",
    "error",
    summary="Reports a value that does not fit the field: text for a number, a number for a date, a date for a "
    "boolean.",
    why="The server answers 400 or 500 (`String was not recognized as a valid Boolean.`) or finds nothing. On"
    " Automate it is a warning, because its specification is known to differ from the fields that live "
    "clients use.",
    example='board/id = "Help Desk"',
    instead='board/name = "Help Desk"',
    evidence="a refusal in a public server log; the types of the shipped specification",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("resolved",),
    when=has_other_type,
)


@checks(TYPE_MISMATCH_LITERAL)
def check_type_mismatch_literal(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    for operand in operands(context):
        if _is_fitting(operand):
            continue
        got = LITERALS[find_kind(operand.value)]
        hint, fixes = _suggest(context, operand)
        yield TYPE_MISMATCH_LITERAL.at(
            operand.span,
            f"{got} for {operand.path}, which is {operand.title}",
            hint=hint,
            fixes=fixes,
            severity=weigh(context, TYPE_MISMATCH_LITERAL),
        )


def _is_fitting(operand: Operand) -> bool:
    """Return whether the value fits, or another rule reports it."""
    value, kind = operand.value, operand.kind
    if kind not in TITLES or find_kind(value) not in LITERALS:
        return True
    if isinstance(value, str):
        match kind:
            case "integer" | "number":
                return is_numeric(value)
            case "boolean":
                return value.strip().lower() in ("true", "false")
            case "datetime" | "date":
                return is_date_text(value)
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    if operand.is_number:
        return kind in ("integer", "number", "text") or (kind == "boolean" and value in (0, 1))
    # Texts whose names say that they are dates compare with times on live servers.
    return kind in ("datetime", "date") or (kind == "text" and operand.field.dated)


def _suggest(context: Context, operand: Operand) -> tuple[str | None, list[Fix]]:
    from cwql.rules.suggestions import find_named_sibling, guess_boolean, guess_moment

    kind, value, comparison = operand.kind, operand.value, operand.comparison
    if is_empty(operand) and kind != "boolean":
        return offer_null(operand)
    if kind == "boolean":
        guess = guess_boolean(value, context.dialect) if isinstance(value, str) else None
        if guess is not None:
            return f"did you mean {guess}?", [
                Fix(f"write {guess}", [Edit(operand.span, guess)], applicability="unsafe")
            ]
        return f"write {context.dialect.booleans[0]} or {context.dialect.booleans[1]}, without quotes", []
    if kind in ("datetime", "date"):
        moment = guess_moment(value, operand.path) if isinstance(value, str) else None
        return moment or f"write a date as the language has it, for example {_show_date(context)}", []
    if kind in ("integer", "number"):
        other = find_named_sibling(context, comparison) if isinstance(value, str) else None
        if other is None:
            return "write a number, without quotes", []
        fixes = []
        if all(isinstance(each, str) for each in comparison.values):
            fixes.append(Fix(f"compare {other}", [Edit(context.place(comparison).path, other)], applicability="unsafe"))
        return f"write a number; a name is compared at {other}", fixes
    if kind == "text" and isinstance(value, bool):
        text = quote(operand.literal, context)
        return f"write {text}", [Fix("put it between quotes", [Edit(operand.span, text)], applicability="unsafe")]
    if kind == "enum":
        return f"write one of {', '.join([quote(member, context) for member in operand.field.enum[:5]])}", []
    return "compare with a text between quotes", []


def _show_date(context: Context) -> str:
    return "2024-01-31" if context.dialect.bare_dates else "[2024-01-31]"


NUMBER_AS_BOOLEAN = Rule(
    "CW306",
    "number-as-boolean",
    "warning",
    summary="Reports `1` or `0` for a boolean field.",
    why="Databases store booleans so, but no document and no live client writes them so in a condition.",
    example="closedFlag = 0 and id > 5",
    instead="closedFlag = false and id > 5",
    evidence="language reference: no evidence for 1 and 0",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("boolean",),
    values=("number",),
)


@checks(NUMBER_AS_BOOLEAN)
def check_number_as_boolean(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the word as its fix."""
    for operand in operands(context):
        if operand.kind != "boolean" or not operand.is_number or operand.value not in (0, 1):
            continue
        word = context.dialect.booleans[operand.value == 0]
        yield NUMBER_AS_BOOLEAN.at(
            operand.span,
            f"{operand.path} is a boolean: expected {word}, got {operand.literal}",
            hint=f"write {word}",
            fixes=[Fix(f"write {word}", [Edit(operand.span, word)], applicability="unsafe")],
        )


NUMBER_FOR_TEXT = Rule(
    "CW307",
    "number-for-text",
    "warning",
    summary="Reports a bare number that is compared with a text field.",
    why="A server may refuse it, or convert every text of the column. Ids are exempt: several records have "
    "them as text, and live clients compare them with unquoted numbers. Whether others work has not been "
    "verified.",
    example="poNumber = 4711",
    instead='poNumber = "4711"',
    evidence="live clients (ids); nothing is known of other fields",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("text",),
    values=("number",),
    when=is_no_id,
)


@checks(NUMBER_FOR_TEXT)
def check_number_for_text(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with quotes as its fix."""
    for operand in operands(context):
        if operand.kind != "text" or not operand.is_number or names_id(operand.field):
            continue
        if operand.comparison.operator.family == "text" and operand.field.kind == "text":
            continue
        text = quote(operand.literal, context)
        yield NUMBER_FOR_TEXT.at(
            operand.span,
            f"{operand.path} is text: expected {text}, got a bare number",
            hint=f"write {text}",
            fixes=[Fix("put it between quotes", [Edit(operand.span, text)], applicability="unsafe")],
        )
