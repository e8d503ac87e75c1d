"""CW201: an endpoint that the API does not have."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW201",
    "unknown-endpoint",
    "error",
    summary="Reports an endpoint that the API's specification does not have.",
    why="The server answers 404, and without the endpoint no name of the condition can be checked.",
    example="closedFlag = false and id > 5",
    instead="the same condition on /service/tickets",
    evidence="the paths of the shipped specification",
    endpoint="/service/ticket",
    scope="endpoint",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the endpoint at the start of the text, because the text does not contain it."""
    if context.asked is None or context.endpoint is not None or context.catalog is None:
        return
    near = context.catalog.near_endpoints(context.asked)
    yield RULE.at(
        Span(0, 0),
        f"{context.dialect.title} {context.catalog.version} has no endpoint {context.asked!r}: names are not checked",
        hint=f"did you mean {' or '.join(near)}?" if near else "cwql fields lists the fields of an endpoint",
    )
