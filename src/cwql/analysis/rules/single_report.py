"""CW221: a name that is known from a single report."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW221",
    "single-report",
    "warning",
    summary="Reports a name that is not in the specification, and that one user reports to work.",
    why="It may work on some releases only, and a server that does not have it responds with 400. The overlay names the report.",
    example="configuration/id = 34 and id > 5",
    instead='summary contains "SRV-34" and id > 5',
    evidence="specs/overlays: entries with the origin `reported`; configuration/id on tickets is the report of one tenant (2026.3)",
    endpoint="/service/tickets",
    fields=("reported",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the path."""
    for path, span, _ in context.paths:
        found = context.resolve(path)
        if isinstance(found, Resolved) and found.field.origin == "reported":
            yield RULE.at(
                span,
                f"`{found.field.name}` is not in the specification; one user reports that it works",
                hint="try it on your server before you rely on it",
            )
