"""CW222: a name of a later release."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.schema.record import Resolved
from cwql.schema.releases import is_newer
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic, Severity

RULE = Rule(
    "CW222",
    "newer-name",
    "warning",
    summary="Reports a field or an endpoint that is newer than the release of the server.",
    why="An older server responds with 400 to the name, or with 404 to the path. Pass the release of the server as `release`. Without it, "
    "only names that are newer than the specification are reported, as an info.",
    example="closeFlag = false and id > 5",
    instead='status/name = "Open" and id > 5',
    evidence="the specifications of 2022.1, 2025.1, 2025.8 and 2025.16, and the public catalogue of 2026.4",
    endpoint="/sales/activities",
    fields=("later",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the segment of the path, or the endpoint at the start of the text."""
    catalog = context.catalog
    if catalog is None:
        return
    release = context.release or catalog.version
    severity: Severity = "warning" if context.release is not None else "info"
    if context.endpoint is not None:
        since = catalog.endpoint_since(context.endpoint)
        if since is not None and is_newer(since, release):
            yield RULE.at(
                Span(0, 0),
                f"{context.asked} exists since release {since}, which is newer than {release}",
                hint=f"use a server of {since} or later",
                severity=severity,
            )
    for path, _, segments in context.paths:
        found = context.resolve(path)
        fields = found.fields if isinstance(found, Resolved) else ()
        for field, span in zip(fields, segments, strict=False):
            since = catalog.field_since(field)
            if since is not None and is_newer(since, release):
                yield RULE.at(
                    span,
                    f"`{field.name}` exists since release {since}, which is newer than {release}",
                    hint=f"use a server of {since} or later, or leave the comparison out",
                    severity=severity,
                )
                break
