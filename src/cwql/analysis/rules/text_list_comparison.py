"""CW417: one value compared with a text that contains a list."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import EQ, NE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW417",
    "text-list-comparison",
    "warning",
    summary="Reports `=`, `!=` or `in` on a text that contains a list of names, such as resources of a ticket.",
    why="The text is `jdoe, asmith` if there are two, so `=` finds only the records with exactly that one name.",
    example='resources = "jdoe" and id > 5',
    instead='resources contains "jdoe" and id > 5',
    evidence="recorded tickets show member identifiers joined by commas; live clients write `resources contains`",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("text",),
    families=("equality", "membership"),
    values=("text",),
    screened=True,
)

LISTS = frozenset((("Ticket", "resources"), ("ProjectTicket", "resources")))
"""Records and their fields that contain a list in one text."""


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the operator."""
    for comparison in context.comparisons:
        field = context.field(comparison.path)
        if (
            field is None
            or (field.owner, field.name) not in LISTS
            or comparison.operator.family not in ("equality", "membership")
        ):
            continue
        # A value with a comma is the whole list.
        if not all(isinstance(value, str) and value and "," not in value for value in comparison.values):
            continue
        place = context.place(comparison)
        fixes = []
        if comparison.operator in (EQ, NE) and context.text[place.operator.start : place.operator.end] in ("=", "!="):
            word = "contains" if comparison.operator is EQ else "not contains"
            fixes = [Fix(f"write {word}", [Edit(place.operator, word)], applicability="unsafe")]
            hint = f"write {word}"
        else:
            hint = f"join several `{field.name} contains` by `or`"
        yield RULE.at(
            place.operator, f"`{field.name}` contains all names in one text, joined by commas", hint=hint, fixes=fixes
        )
