"""Opt-in rules about spelling and evidence: what a server may not have."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.rules.registry import checks
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

FIELD_CASE = Rule(
    "CW216",
    "field-case",
    "info",
    summary="Reports a field that is spelt in another letter case than the API's own.",
    why="Servers ignore letter case, and the vendor writes `Board/Id` too, so the condition works; but code "
    "that searches for a name finds one spelling only. The rule is opt-in.",
    example="Board/Id = 5 and ID > 5",
    instead="board/id = 5 and id > 5",
    evidence="vendor examples write Board/Id, ClosedFlag; live clients mix both",
    safety="safe",
    endpoint="/service/tickets",
    strict=True,
)


@checks(FIELD_CASE)
def check_field_case(context: Context) -> Iterator[Diagnostic]:
    """Report every segment whose spelling differs."""
    for path, _, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved):
            continue
        for written, right, span in zip(path.segments, found.segments, segments, strict=False):
            if written != right and written.lower() == right.lower():
                yield FIELD_CASE.at(
                    span,
                    f"`{written}` is spelt `{right}` by the API",
                    hint=f"write {right}",
                    fixes=[Fix(f"write {right}", [Edit(span, right)])],
                )


DOCUMENTED_ONLY = Rule(
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


@checks(DOCUMENTED_ONLY)
def check_documented_only(context: Context) -> Iterator[Diagnostic]:
    """Report every use."""
    from cwql.rules.portability.uses import uses

    for use in uses(context):
        if use.documented and not use.observed:
            yield DOCUMENTED_ONLY.at(
                use.span,
                f"{use.what} is in the reference documents only: no server or client was observed to use it",
                hint="try it on your server before you rely on it",
            )


OBSERVED_ONLY = Rule(
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


@checks(OBSERVED_ONLY)
def check_observed_only(context: Context) -> Iterator[Diagnostic]:
    """Report every use."""
    from cwql.rules.portability.uses import uses

    for use in uses(context):
        if use.observed and not use.documented:
            yield OBSERVED_ONLY.at(
                use.span, f"{use.what} was observed in servers or clients, but is in no reference document"
            )


NO_EVIDENCE = Rule(
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


@checks(NO_EVIDENCE)
def check_no_evidence(context: Context) -> Iterator[Diagnostic]:
    """Report every use."""
    from cwql.rules.portability.uses import uses

    for use in uses(context):
        if not use.documented and not use.observed:
            yield NO_EVIDENCE.at(
                use.span,
                f"{use.what} is attested by no document, server or client",
                hint="try it on your server before you rely on it",
            )
