"""Rules about names that only some servers have."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.rules.registry import checks
from cwql.schema.record import Resolved
from cwql.schema.releases import is_newer
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic, Severity
    from cwql.rules.context import Context

NONSTANDARD_FIELD_NAME = Rule(
    "CW212",
    "nonstandard-field-name",
    "warning",
    summary="Reports a name of the reference documents or of a client that the server's own specification spells otherwise.",
    why="Documents and servers use two vocabularies: `ComputerID`, `Name` and `OS` in one, `Id`, `ComputerName` and "
    "`OperatingSystemName` in the other. Both are understood here; the server's is sure to work.",
    example="ComputerID > 100",
    instead="Id > 100",
    evidence="specs/overlays, [[alias]]: the document and the server's own name",
    safety="unsafe",
    dialect="automate",
    endpoint="/Computers",
    fields=("alias",),
)


@checks(NONSTANDARD_FIELD_NAME)
def check_nonstandard_field_name(context: Context) -> Iterator[Diagnostic]:
    """Report the path, with the server's own name if one is known."""
    for path, span, _ in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved) or found.note is None or found.note.kind != "alias":
            continue
        note = found.note
        target = None if note.target is None else note.target.replace("/", ".").replace(".", context.dialect.separator)
        # Some names are the same in both vocabularies: the overlay only adds the values that the document mentions.
        if target is not None and target.lower() == context.dialect.separator.join(path.segments).lower():
            continue
        if target is None:
            if found.field.origin == "spec":
                continue
            yield NONSTANDARD_FIELD_NAME.at(
                span,
                f"`{note.name}` is in the reference document, but the server's own specification has no such name",
                hint="try it on your server before you rely on it",
            )
            continue
        known = note.name.replace("/", context.dialect.separator)
        refusal = "; a server has refused it" if note.refused else ""
        whose = "the reference document's name" if note.origin == "documented" else "another name"
        yield NONSTANDARD_FIELD_NAME.at(
            span,
            f"`{known}` is {whose} for `{target}` of the server{refusal}",
            hint=f"write {target}",
            fixes=[Fix(f"write {target}", [Edit(span, target)], applicability="unsafe")],
        )


SINGLE_REPORT = Rule(
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
    traits=("agents",),
)


@checks(SINGLE_REPORT)
def check_single_report(context: Context) -> Iterator[Diagnostic]:
    """Report the path."""
    for path, span, _ in context.paths:
        found = context.resolve(path)
        if isinstance(found, Resolved) and found.field.origin == "reported":
            yield SINGLE_REPORT.at(
                span,
                f"`{found.field.name}` is not in the specification; one user reports that it works",
                hint="try it on your server before you rely on it",
            )


NEWER_NAME = Rule(
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
    endpoints=("later",),
    fields=("later",),
    traits=("agents",),
)


@checks(NEWER_NAME)
def check_newer_name(context: Context) -> Iterator[Diagnostic]:
    """Report the segment of the path, or the endpoint at the start of the text."""
    catalog = context.catalog
    if catalog is None:
        return
    release = context.release or catalog.version
    severity: Severity = "warning" if context.release is not None else "info"
    if context.endpoint is not None:
        since = catalog.endpoint_since(context.endpoint)
        if since is not None and is_newer(since, release):
            yield NEWER_NAME.at(
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
                yield NEWER_NAME.at(
                    span,
                    f"`{field.name}` exists since release {since}, which is newer than {release}",
                    hint=f"use a server of {since} or later, or leave the comparison out",
                    severity=severity,
                )
                break
