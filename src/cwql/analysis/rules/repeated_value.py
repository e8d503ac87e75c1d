"""CW315: a value that occurs twice in a list."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import MEMBERSHIP
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW315",
    "repeated-value",
    "info",
    summary="Reports a value that occurs more than once in a list.",
    why="Once is enough; a second time often is another value mistyped.",
    example="board/id in (1, 2, 2)",
    instead="board/id in (1, 2)",
    evidence="the meaning of `in`",
    safety="safe",
    families=("membership",),
    judges="content",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report every repeat, and take it out."""
    for comparison in context.comparisons:
        if comparison.operator not in MEMBERSHIP:
            continue
        place = context.place(comparison)
        seen: set[tuple[type, object]] = set()
        for index, value in enumerate(comparison.values):
            key = (type(value), value)
            if key in seen:
                edit = Edit(Span(place.values[index - 1].end, place.values[index].end), "")
                yield RULE.at(
                    place.values[index],
                    f"{place.literals[index]} is in the list already",
                    hint="leave it out",
                    fixes=[Fix("leave it out", [edit])],
                )
            seen.add(key)
