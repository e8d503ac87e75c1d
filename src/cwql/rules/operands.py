"""The values of comparisons with the kinds of their fields: `Operand`.

One mistake gets one diagnostic: a comparison whose operator does not fit its field (`fits`) has no operands, because
the value cannot be checked before the operator is corrected.
"""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix
from cwql.language.ranges import find_kind
from cwql.rules.applicability import fits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Rule, Severity
    from cwql.language.nodes import Comparison, Scalar
    from cwql.rules.context import Context
    from cwql.schema.field import FieldInfo, Kind
    from cwql.source import Span

TITLES: dict[str, str] = {
    "text": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "datetime": "a date-time",
    "date": "a date",
    "uuid": "a UUID",
    "enum": "an enum",
    "collection": "a list of values",
}
"""How messages name the kind of a field."""

LITERALS: dict[str | None, str] = {
    "text": "text",
    "number": "a number",
    "boolean": "a boolean",
    "null": "null",
    "time": "a time",
    "local time": "a time",
    "date": "a date",
}
"""How messages name the kind of a literal, by the result of `find_kind`."""


class Operand:
    """One `value` of a `comparison`, the `field` and the `kind` that it is compared as.

    The kind of a collection is that of its items. Parts of the text are located only if a rule reports the value.
    """

    __slots__ = ("_context", "_index", "comparison", "field", "kind", "value")

    def __init__(
        self, context: Context, comparison: Comparison, field: FieldInfo, kind: Kind, value: Scalar, index: int
    ) -> None:
        self._context = context
        self._index = index
        self.comparison = comparison
        self.field = field
        self.kind = kind
        self.value = value

    @property
    def span(self) -> Span:
        """Return the span of the value."""
        return self._context.place(self.comparison).values[self._index]

    @property
    def literal(self) -> str:
        """Return the value as it is written."""
        return self._context.place(self.comparison).literals[self._index]

    @property
    def path(self) -> str:
        """Return the path as it is written."""
        span = self._context.path_span(self.comparison)
        return self._context.text[span.start : span.end]

    @property
    def title(self) -> str:
        """Return how messages name the type that the value is compared with."""
        title = TITLES[self.kind]
        return title if self.kind == self.field.kind else f"a list whose items are each {title}"

    @property
    def is_number(self) -> bool:
        """Return whether the value is a number (a boolean is not)."""
        return find_kind(self.value) == "number"


def is_ordered(comparison: Comparison) -> bool:
    """Return whether a comparison tests the order of null or of a boolean, whatever its field is."""
    return comparison.operator.family == "order" and (comparison.value is None or isinstance(comparison.value, bool))


def holds_fault(context: Context, comparison: Comparison) -> bool:
    """Return whether a value could not be parsed and null replaces it; the parser has reported why."""
    values = zip(comparison.values, context.place(comparison).literals, strict=True)
    return any(value is None and literal.lower() != "null" for value, literal in values)


def operands(context: Context) -> Iterator[Operand]:
    """Yield every value that is compared with a known field by an operator that fits it; null fits every field."""
    for comparison in context.comparisons:
        field = context.field(comparison.path)
        if field is None or not fits(field, comparison.operator):
            continue
        kind: Kind = (field.items or "any") if field.kind in ("collection", "map") else field.kind
        for index, value in enumerate(comparison.values):
            if value is not None:
                yield Operand(context, comparison, field, kind, value, index)


def weigh(context: Context, rule: Rule) -> Severity:
    """Return the severity of a conflict with the schema: an error only if live servers are known to follow it."""
    return rule.severity if context.dialect.names_complete or rule.severity != "error" else "warning"


def is_numeric(text: str) -> bool:
    """Return whether a text is only a number, as either language writes it."""
    digits = text.strip().removeprefix("-")
    whole, point, fraction = digits.partition(".")
    return whole.isascii() and whole.isdigit() and (not point or (fraction.isascii() and fraction.isdigit()))


def is_date_text(text: str) -> bool:
    """Return whether a text is only a date or a time that exists."""
    from cwql.language.literals import BadLiteral, read_date

    # Every form starts with a digit: most texts need no look.
    if not text[:1].isdigit():
        return False
    try:
        read_date(text)
    except BadLiteral:
        return False
    return True


def is_empty(operand: Operand) -> bool:
    """Return whether a field is compared with an empty text, as for null."""
    value = operand.value
    return isinstance(value, str) and not value.strip() and operand.comparison.operator.family == "equality"


def offer_null(operand: Operand) -> tuple[str, list[Fix]]:
    """Return the hint and the fix for a comparison with an empty text of a field that is no text."""
    return "write null for a field without a value", [
        Fix("write null", [Edit(operand.span, "null")], applicability="unsafe")
    ]


def quote(text: str, context: Context) -> str:
    """Quote a literal that contains no quotes."""
    mark = context.dialect.quotes[0]
    return f"{mark}{text}{mark}"
