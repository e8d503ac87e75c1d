"""CW314: a list whose values are of different kinds."""

from __future__ import annotations

from cwql.analysis.operands import LITERALS, fits, names_id
from cwql.diagnostics import Rule
from cwql.language.operators import MEMBERSHIP
from cwql.language.ranges import find_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison

RULE = Rule(
    "CW314",
    "mixed-list",
    "warning",
    summary="Reports an `in` list with values of different types, if the type of the field is unknown.",
    why="A field has one type, so some of the values cannot match. If the type is known, each value is "
    "checked separately.",
    example='id in (1, "2", 3)',
    instead="id in (1, 2, 3)",
    evidence="every list in both reference documents and in public clients is of one kind",
    families=("membership",),
    screened=True,
)

_ALIKE = {"local time": "time", "date": "time"}


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the first value that is of another kind than the first one."""
    for comparison in context.comparisons:
        if comparison.operator not in MEMBERSHIP or _is_judged(context, comparison):
            continue
        place = context.place(comparison)
        kinds = [_ALIKE.get(kind or "", kind) for kind in map(find_kind, comparison.values)]
        first = next((kind for kind in kinds if kind not in (None, "null")), None)
        for index, kind in enumerate(kinds):
            if first is not None and kind not in (None, "null", first):
                yield RULE.at(
                    place.values[index],
                    f"{LITERALS[kind]} in a list that starts with {LITERALS[first]}: expected values of one kind",
                    hint="write all of them with quotes, or none",
                )
                break


def _is_judged(context: Context, comparison: Comparison) -> bool:
    """Return whether the type of the field is known, so that other rules report each value."""
    field = context.field(comparison.path)
    if field is None:
        return False
    if not fits(field, comparison.operator):
        return True
    return field.kind in ("integer", "number", "boolean", "datetime", "date", "enum") or (
        field.kind == "text" and not names_id(field)
    )
