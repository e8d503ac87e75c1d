"""CW302: a value that does not fit the type of its field."""

from __future__ import annotations

from cwql.analysis.operands import LITERALS, TITLES, is_date_text, is_numeric, operands, quote, weigh
from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.ranges import find_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.analysis.operands import Operand
    from cwql.diagnostics import Diagnostic

RULE = Rule(
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
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    for operand in operands(context):
        if _is_fitting(operand):
            continue
        got = LITERALS[find_kind(operand.value)]
        hint, fixes = _find_cure(context, operand)
        yield RULE.at(
            operand.span,
            f"{got} for {operand.path}, which is {operand.title}",
            hint=hint,
            fixes=fixes,
            severity=weigh(context, RULE),
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


def _find_cure(context: Context, operand: Operand) -> tuple[str | None, list[Fix]]:
    from cwql.analysis.suggestions import find_named_sibling, guess_boolean, guess_moment

    kind, value, comparison = operand.kind, operand.value, operand.comparison
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
