"""Rules about the length, the range and the precision of values."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.rules.applicability import find_integer_limit, is_fraction, is_long, is_out_of_range
from cwql.rules.operands import operands, weigh
from cwql.rules.registry import checks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

LONG_VALUE = Rule(
    "CW310",
    "long-value",
    "warning",
    summary="Reports a text that is longer than any value of its field.",
    why="No record can have such a value, so the condition matches nothing (or everything, if it is negated).",
    example='zip = "12345-6789-0000"',
    instead='zip = "12345-6789"',
    evidence="the lengths of the shipped specification",
    endpoint="/service/tickets",
    fields=("text",),
    values=("text",),
    when=is_long,
    traits=("content",),
)


@checks(LONG_VALUE)
def check_long_value(context: Context) -> Iterator[Diagnostic]:
    """Report the value, wildcards not counted."""
    for operand in operands(context):
        value, limit = operand.value, operand.field.max_length
        if operand.kind != "text" or limit is None or not isinstance(value, str) or len(value) <= limit:
            continue
        operator = operand.comparison.operator
        if operator.family == "order":
            continue
        if operator.name.endswith("like"):
            special = context.dialect.wildcards + context.dialect.pattern_syntax + "]"
            length = sum([character not in special for character in value])
        else:
            # Blanks at the end are not stored by every server, and do not count in comparisons.
            length = len(value.rstrip(" "))
        if length <= limit:
            continue
        yield LONG_VALUE.at(
            operand.span,
            f"{length} characters, but {operand.path} has at most {limit}",
            hint="compare with the beginning, by `like` and a wildcard at the end",
        )


INTEGER_RANGE = Rule(
    "CW311",
    "integer-range",
    "error",
    summary="Reports a number that is too large or too small for an integer field.",
    why="The server cannot read it as a value of the field: it refuses the condition, or no record matches. On Automate, whose "
    "specification is known to differ from its servers, it is a warning.",
    example="id = 99999999999",
    instead="id = 999999999",
    evidence="the formats (int32, int64) of the shipped specification",
    endpoint="/service/tickets",
    fields=("integer",),
    values=("number",),
    when=is_out_of_range,
)


@checks(INTEGER_RANGE)
def check_integer_range(context: Context) -> Iterator[Diagnostic]:
    """Report the value."""
    for operand in operands(context):
        # Items of a collection have no format: the smaller one would be a guess.
        limit = find_integer_limit(operand.field)
        if operand.kind != "integer" or limit is None or not operand.is_number:
            continue
        if -limit <= operand.value < limit:  # type: ignore[operator]  # a number
            continue
        yield INTEGER_RANGE.at(
            operand.span,
            f"{operand.literal} is out of range for {operand.path}: expected {-limit} to {limit - 1}",
            hint="look for a digit too many, or for a telephone or card number in the place of an id",
            severity=weigh(context, INTEGER_RANGE),
        )


FRACTIONAL_INTEGER = Rule(
    "CW312",
    "fractional-integer",
    "warning",
    summary="Reports a number with a fraction that is compared with an integer field.",
    why="No record has a fraction in such a field, and a server may refuse to read it as an integer.",
    example="board/id = 5.0",
    instead="board/id = 5",
    evidence="the types of the shipped specification",
    safety="safe",
    endpoint="/service/tickets",
    fields=("integer",),
    values=("number",),
    when=is_fraction,
)


@checks(FRACTIONAL_INTEGER)
def check_fractional_integer(context: Context) -> Iterator[Diagnostic]:
    """Report the value; a fraction of zeros can go."""
    for operand in operands(context):
        value = operand.value
        if operand.kind != "integer" or not operand.is_number or "." not in operand.literal:
            continue
        whole = operand.literal.partition(".")[0]
        even = value == int(whole)
        yield FRACTIONAL_INTEGER.at(
            operand.span,
            f"{operand.path} is an integer field: expected {whole if even else 'a whole number'}, got {operand.literal}",
            hint=f"write {whole}" if even else "round it in the direction that is meant",
            fixes=[Fix("leave the fraction out", [Edit(operand.span, whole)])] if even else (),
        )


FRACTIONAL_SECONDS = Rule(
    "CW318",
    "fractional-seconds",
    "info",
    summary="Reports a time with a fraction of a second.",
    why="Servers refuse fractions in the bodies of requests (400 UnsupportedFormat). In conditions clients send them, and no refusal is "
    "known, so the rule is opt-in.",
    example="lastUpdated > [2024-01-15T08:30:00.123Z] and id > 5",
    instead="lastUpdated > [2024-01-15T08:30:00Z] and id > 5",
    evidence="live clients send .000Z and microseconds in conditions; three public sources report the refusal in bodies",
    safety="unsafe",
    endpoint="/service/tickets",
    strict=True,
    values=("time",),
)


@checks(FRACTIONAL_SECONDS)
def check_fractional_seconds(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the whole second as its fix."""
    import re

    for comparison in context.comparisons:
        place = context.place(comparison)
        for value, span, literal in zip(comparison.values, place.values, place.literals, strict=True):
            if not getattr(value, "microsecond", 0):
                continue
            written = re.sub(r"\.[0-9]+", "", literal)
            yield FRACTIONAL_SECONDS.at(
                span,
                f"{literal} has a fraction of a second, which servers refuse in bodies",
                hint=f"write {written}",
                fixes=[Fix(f"write {written}", [Edit(span, written)], applicability="unsafe")],
            )
