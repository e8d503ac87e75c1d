"""CW219: a form or name without evidence."""

from __future__ import annotations

from cwql.diagnostics import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW219",
    "no-evidence",
    "info",
    summary="Reports operators, literals and names of which neither a document nor an observation is known.",
    why="It may work, be refused, or be ignored, and then every record is returned. The rule is opt-in.",
    example="AssetTag = null and Id > 5",
    instead="AssetTag = 'A-17' and Id > 5",
    evidence="the evidence marks of the dialect record: none",
    dialect="automate",
    endpoint="/Computers",
    strict=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report every use."""
    from cwql.analysis.forms import uses

    for use in uses(context):
        if not use.documented and not use.observed:
            yield RULE.at(
                use.span,
                f"{use.what} is attested by no document, server or client",
                hint="try it on your server before you rely on it",
            )
