"""CW316: null in a list."""

from __future__ import annotations

from cwql.analysis.operands import holds_fault
from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import MEMBERSHIP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW316",
    "null-in-list",
    "warning",
    summary="Reports null in the list of `in` or `not in`.",
    why="In SQL null equals nothing, so `in` does not find it, and `not in` with a null finds nothing at all. Compare with "
    "null by itself.",
    example="owner/id in (1, null)",
    instead="(owner/id in (1) or owner/id = null)",
    evidence="SQL; no public client is known to do it",
    safety="unsafe",
    families=("membership",),
    values=("null",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the null, and put it into a comparison of its own."""
    for comparison in context.comparisons:
        if comparison.operator not in MEMBERSHIP or None not in comparison.values or holds_fault(context, comparison):
            continue
        place = context.place(comparison)
        kept = [text for text, value in zip(place.literals, comparison.values, strict=True) if value is not None]
        path = context.text[place.path.start : place.path.end]
        word = " ".join(context.text[place.operator.start : place.operator.end].split())
        negative = word.lower().startswith("not")
        alone = f"{path} {'!=' if negative else '='} null"
        joined = f"({path} {word} ({', '.join(kept)}) {'and' if negative else 'or'} {alone})" if kept else alone
        # A second comparison of an unknown name would repeat that diagnostic.
        known = context.record is None or context.field(comparison.path) is not None
        fix = Fix("compare with null by itself", [Edit(place.whole, joined)], applicability="unsafe")
        yield RULE.at(
            place.values[comparison.values.index(None)],
            f"null in a list {'shuts every record out' if negative else 'is never found'}, as SQL reads it",
            hint=f"write {alone} next to the list" if kept else f"write {alone}",
            fixes=[fix] if known else (),
        )
