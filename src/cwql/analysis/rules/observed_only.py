"""CW218: a form or name that only servers and clients show."""

from __future__ import annotations

from cwql.diagnostics import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW218",
    "observed-only",
    "info",
    summary="Reports operators, literals and names that were seen in vendor text, server logs or live clients, "
    "but not in a reference document.",
    why="Undocumented features may change without notice. The rule is opt-in.",
    example='summary not contains "mail" and id > 5',
    instead='summary contains "mail" and id > 5',
    evidence="the evidence marks of the dialect record: V, L, P or 1 without D",
    endpoint="/service/tickets",
    strict=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report every use."""
    from cwql.analysis.forms import uses

    for use in uses(context):
        if use.observed and not use.documented:
            yield RULE.at(use.span, f"{use.what} was observed in servers or clients, but is in no reference document")
