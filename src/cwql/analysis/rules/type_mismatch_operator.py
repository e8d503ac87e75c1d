"""CW301: an operator that makes no sense for the type of its field."""

from __future__ import annotations

from cwql.analysis.operands import TITLES, fits, is_numeric, is_ordered, weigh
from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.ranges import find_kind
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.analysis.places import Place
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison
    from cwql.schema.field import FieldInfo

RULE = Rule(
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
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
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
        instead, fixes = _find_cure(context, comparison, field, written)
        yield RULE.at(
            place.operator,
            f"`{written}` {_EXPECTS[family]}, but {context.text[place.path.start : place.path.end]} is {TITLES[field.kind]}",
            hint=instead,
            fixes=fixes,
            severity=weigh(context, RULE),
        )


_EXPECTS = {
    "text": "searches text",
    "order": "asks which value is larger",
    "membership": "asks for one of several values",
    "equality": "compares with a single value",
}


def _find_cure(context: Context, comparison: Comparison, field: FieldInfo, written: str) -> tuple[str, list[Fix]]:
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
