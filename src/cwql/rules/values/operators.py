"""Rules about operators that do not fit their field or value."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import CONTAINS, NOT_CONTAINS
from cwql.language.ranges import find_kind
from cwql.rules.applicability import fits, is_misfit
from cwql.rules.operands import LITERALS, TITLES, holds_fault, is_numeric, is_ordered, quote, weigh
from cwql.rules.registry import checks
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison
    from cwql.rules.context import Context
    from cwql.rules.places import Place
    from cwql.schema.field import FieldInfo

TYPE_MISMATCH_OPERATOR = Rule(
    "CW301",
    "type-mismatch-operator",
    "error",
    summary="Reports an operator that makes no sense for the type of the field: `contains` on a number, `<` on a boolean, "
    "`in` on a boolean, `=` on a list.",
    why="The server refuses the condition, or converts the field in an undocumented way. On Automate it is a "
    "warning, because its specification is known to differ from the fields that live clients use.",
    example="board/id contains 5",
    instead="board/id = 5",
    evidence="the types of the shipped specification; no public client is known to use such a pair",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("resolved",),
    when=is_misfit,
)


@checks(TYPE_MISMATCH_OPERATOR)
def check_type_mismatch_operator(context: Context) -> Iterator[Diagnostic]:
    """Report the operator."""
    for comparison in context.comparisons:
        field = context.field(comparison.path)
        # The order of null, and patterns on enums, are reported by other rules.
        if field is None or fits(field, comparison.operator) or is_ordered(comparison):
            continue
        family = comparison.operator.family
        if field.kind == "enum" and family == "text":
            continue
        if field.kind == "collection" and comparison.value is None:
            continue
        place = context.place(comparison)
        written = context.text[place.operator.start : place.operator.end]
        instead, fixes = _suggest(context, comparison, field, written)
        yield TYPE_MISMATCH_OPERATOR.at(
            place.operator,
            f"`{written}` {_EXPECTS[family]}, but {context.text[place.path.start : place.path.end]} is {TITLES[field.kind]}",
            hint=instead,
            fixes=fixes,
            severity=weigh(context, TYPE_MISMATCH_OPERATOR),
        )


_EXPECTS = {
    "text": "searches text",
    "order": "asks which value is larger",
    "membership": "asks for one of several values",
    "equality": "compares with a single value",
}


def _suggest(context: Context, comparison: Comparison, field: FieldInfo, written: str) -> tuple[str, list[Fix]]:
    """Return the suggested replacement, and the fix for it if there is one."""
    place = context.place(comparison)
    operator, value = comparison.operator, comparison.value
    # As written: after a prefix `not` the tree has the negated operator.
    negative = written.lower().startswith("not") or written in ("!=", "<>")
    plain = "!=" if negative else "="
    if field.kind == "collection":
        if operator.family != "equality":
            return "a list contains a value or does not: write `contains`", []
        word = "not contains" if negative else "contains"
        return f"write `{word}`, which is true if the list contains the value", [_rewrite(place, f" {word} ")]
    if operator.family == "membership":
        if len(place.values) > 1:
            return "true and false are all there is: compare with one of them, or leave the comparison out", []
        text = f"{plain} {place.literals[0]}"
        return f"write {text}", [_rewrite(place, f" {text}", place.whole.end)]
    if operator.family == "order":
        return "write = or !=", []
    if field.kind in ("integer", "number"):
        if find_kind(value) == "number" or (isinstance(value, str) and is_numeric(value)):
            number = value.strip() if isinstance(value, str) else place.literals[0]
            text = f"{plain} {number}"
            return f"write {text}", [_rewrite(place, f" {text}", place.whole.end)]
        return "compare with a number, by = or by an order", []
    if field.kind == "boolean":
        return f"write {plain} {context.dialect.booleans[0]} or {plain} {context.dialect.booleans[1]}", []
    return "name the range: >= its first moment, and < the first one after it", []


def _rewrite(place: Place, text: str, end: int | None = None) -> Fix:
    """Replace the text after the path up to `end`, by default up to the value."""
    edit = Edit(Span(place.path.end, place.values[0].start if end is None else end), text)
    return Fix(f"write {text.strip()}", [edit], applicability="unsafe")


UNORDERABLE_VALUE = Rule(
    "CW313",
    "unorderable-value",
    "error",
    summary="Reports `<`, `<=`, `>` or `>=` with null or a boolean.",
    why="Neither comes before or after anything: the server refuses it, or nothing is found.",
    example="closedDate > null",
    instead="closedDate != null",
    evidence="no document and no public client is known to write it",
    safety="unsafe",
    operators=("order",),
    values=("null", "boolean"),
)


@checks(UNORDERABLE_VALUE)
def check_unorderable_value(context: Context) -> Iterator[Diagnostic]:
    """Report the operator."""
    for comparison in context.comparisons:
        if not is_ordered(comparison) or holds_fault(context, comparison):
            continue
        field = context.field(comparison.path)
        if (
            comparison.value is not None
            and field is not None
            and field.kind in TITLES
            and fits(field, comparison.operator)
        ):
            # For example a boolean for a number field: the value is wrong, not the operator.
            continue
        place = context.place(comparison)
        written = context.text[place.operator.start : place.operator.end]
        fixes = []
        if comparison.value is None:
            # A negated `> null` is parsed as `<= null`, so the written text decides.
            word = "!=" if written in (">", "<") else "="
            hint = "write != null for a field that has a value, = null for one that has none"
            fixes.append(Fix(f"write {word}", [Edit(place.operator, word)], applicability="unsafe"))
        else:
            hint = "write = or !="
        yield UNORDERABLE_VALUE.at(
            place.operator,
            f"`{written}` asks for an order, which {LITERALS[find_kind(comparison.value)]} does not have",
            hint=hint,
            fixes=fixes,
        )


PATTERN_VALUE = Rule(
    "CW317",
    "pattern-value",
    "warning",
    summary="Reports `contains`, `like` and their kin with a value that is no text.",
    why="They search for a piece of text. Only `contains` on a list of numbers takes a number.",
    example="summary like 5",
    instead='summary like "5%"',
    evidence="both reference documents; live clients of Automate (contains on lists of ports)",
    safety="unsafe",
    endpoint="/service/tickets",
    operators=("text",),
    values=("number", "boolean", "null", "time"),
)


@checks(PATTERN_VALUE)
def check_pattern_value(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    for comparison in context.comparisons:
        operator, value = comparison.operator, comparison.value
        if operator.family != "text" or isinstance(value, str) or holds_fault(context, comparison):
            continue
        field = context.field(comparison.path)
        kind = find_kind(value)
        if field is not None and not fits(field, operator):
            continue
        number = kind == "number"
        if number and operator in (CONTAINS, NOT_CONTAINS) and (field is None or field.kind != "text"):
            continue
        if field is not None and field.kind == "collection" and value is not None:
            continue
        if field is not None and field.kind == "text" and not number and value is not None:
            # A boolean or a time instead of a text has its own message.
            continue
        place = context.place(comparison)
        word = context.text[place.operator.start : place.operator.end]
        fixes, hint = [], "compare with = or !=" if value is None else "write the text between quotes"
        if number:
            text = quote(place.literals[0], context)
            hint = f"write {text}"
            fixes.append(Fix("put it between quotes", [Edit(place.values[0], text)], applicability="unsafe"))
        yield PATTERN_VALUE.at(
            place.values[0], f"`{word}` searches for text, but this is {LITERALS[kind]}", hint=hint, fixes=fixes
        )
