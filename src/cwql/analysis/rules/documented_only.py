"""CW217: a form or name that only the reference documents show."""

from __future__ import annotations

from cwql.diagnostics import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW217",
    "documented-only",
    "info",
    summary="Reports operators, literals and names that the reference documents describe and no server or client has been seen to use.",
    why="A server may refuse names that a document describes: several documented names were refused. The rule"
    " is opt-in.",
    example="Name startswith 'DC' and Id > 5",
    instead="Name like 'DC%' and Id > 5",
    evidence="the evidence marks of the dialect record: D without V, L, P or 1",
    dialect="automate",
    endpoint="/Computers",
    strict=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report every use."""
    from cwql.analysis.forms import uses

    for use in uses(context):
        if use.documented and not use.observed:
            yield RULE.at(
                use.span,
                f"{use.what} is in the reference documents only: no server or client was observed to use it",
                hint="try it on your server before you rely on it",
            )
