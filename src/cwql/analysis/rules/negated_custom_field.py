"""CW502: "not this custom field, or not this value": the meaning of a negated condition on a custom field."""

from __future__ import annotations

from cwql.analysis.rules.two_custom_fields import NAMES
from cwql.diagnostics import Rule
from cwql.language.nodes import Comparison, Junction, Or
from cwql.language.operators import NE, NOT_IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Expr

RULE = Rule(
    "CW502",
    "negated-custom-field",
    "error",
    summary="Reports an `or` with a term that a custom field does not have a caption or an id.",
    why="It is the meaning of `not (caption = … and value = …)`. Every other custom field of a record matches"
    " it, so nearly all records do.",
    example='caption != "Region" or value != "West"',
    instead='caption = "Region" and value != "West"',
    evidence="customFieldConditions ask for one custom field that fulfils them; every record has many",
    parameter="customFieldConditions",
    scope="custom_field",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the clause that every other custom field fulfils."""
    if context.parameter.record is None or context.parameter.shape != "condition":
        return
    for comparison in _escapes(context.tree):  # type: ignore[arg-type]
        span = comparison.span
        if span is not None:
            yield RULE.at(
                span,
                f"every custom field with another {comparison.path.segments[0]} fulfils this: nearly all records match",
                hint="keep the caption and negate what is said of the value: caption = … and value != …",
            )


def _escapes(expr: Expr) -> Iterator[Comparison]:
    if isinstance(expr, Junction):
        for item in expr.items:
            if isinstance(expr, Or) and isinstance(item, Comparison):
                if item.operator in (NE, NOT_IN) and item.path.segments[0].lower() in NAMES:
                    yield item
            else:
                yield from _escapes(item)
