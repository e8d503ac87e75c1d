"""CW407: a pattern without a wildcard."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import LIKE, NOT_LIKE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW407",
    "missing-wildcard",
    "info",
    summary="Reports `like` with a pattern that has no wildcard.",
    why="It then finds the same as `=`, and nothing that only contains the text. Live clients write it, some "
    "of them instead of `contains`, so it is an info.",
    example='summary like "vpn"',
    instead='summary contains "vpn"',
    evidence="vendor text uses it for exact values in childConditions, which are left alone; live clients use it for a part",
    safety="unsafe",
    families=("text",),
    values=("text",),
    judges="content",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the pattern."""
    # The vendor's own examples compare members of collections so.
    if context.parameter.collections:
        return
    dialect = context.dialect
    special = dialect.wildcards + dialect.single + dialect.foreign_wildcards + dialect.pattern_syntax
    for comparison in context.comparisons:
        value = comparison.value
        if comparison.operator not in (LIKE, NOT_LIKE) or not isinstance(value, str) or not value:
            continue
        field = context.field(comparison.path)
        if any(character in special for character in value) or (field is not None and field.kind != "text"):
            continue
        place = context.place(comparison)
        negative = context.text[place.operator.start : place.operator.end].lower().startswith("not")
        part, exact = ("not contains", "!=") if negative else ("contains", "=")
        yield RULE.at(
            place.values[0],
            f"a pattern without {' or '.join(dialect.wildcards)} finds this exact text only",
            hint=f"write `{part}` for a part of the text, `{exact}` for the whole",
            fixes=[
                Fix(f"write {part}", [Edit(place.operator, part)], applicability="unsafe"),
                Fix(f"write {exact}", [Edit(place.operator, exact)], applicability="unsafe"),
            ],
        )
