"""CW202: a condition for an endpoint that gives one record."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW202",
    "single-record-endpoint",
    "warning",
    summary="Reports a condition for an endpoint that gives one record by its id.",
    why="Conditions filter lists. On a path that ends in an id there is nothing to filter, and the server ignores them.",
    example="closedFlag = false and id > 5",
    instead="the same condition on /service/tickets",
    evidence="the replies of the shipped specification",
    endpoint="/service/tickets/{id}",
    scope="endpoint",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the endpoint at the start of the text, because the text does not contain it."""
    endpoint, catalog = context.endpoint, context.catalog
    if endpoint is None or catalog is None or context.parameter.shape == "field_list":
        return
    if endpoint.listed or not endpoint.key.endswith("/{}") or (context.record is not None and context.record.open):
        return
    parent = catalog.find_endpoint(endpoint.key.removesuffix("/{}"))
    listed = catalog.title(parent) if parent is not None and parent.listed else None
    yield RULE.at(
        Span(0, 0),
        f"{catalog.title(endpoint)} gives one record: expected an endpoint that gives a list",
        hint=f"filter {listed}" if listed else None,
    )
