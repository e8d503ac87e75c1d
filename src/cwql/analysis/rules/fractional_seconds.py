"""CW318: a time with a fraction of a second."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
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
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the value, with the whole second as its fix."""
    import re

    for comparison in context.comparisons:
        place = context.place(comparison)
        for value, span, literal in zip(comparison.values, place.values, place.literals, strict=True):
            if not getattr(value, "microsecond", 0):
                continue
            written = re.sub(r"\.[0-9]+", "", literal)
            yield RULE.at(
                span,
                f"{literal} has a fraction of a second, which servers refuse in bodies",
                hint=f"write {written}",
                fixes=[Fix(f"write {written}", [Edit(span, written)], applicability="unsafe")],
            )
