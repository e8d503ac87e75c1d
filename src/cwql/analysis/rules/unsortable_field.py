"""CW214: a sort order by something that has none."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Resolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW214",
    "unsortable-field",
    "error",
    summary="Reports a sort order by a collection, or by a reference as a whole.",
    why="A list of records has no place in an order, and a reference is ordered by one of its fields.",
    example="company asc",
    instead="company/name asc",
    evidence="every recorded orderBy sorts by plain fields; the specification types the others as records",
    safety="unsafe",
    endpoint="/service/tickets",
    parameter="orderBy",
    scope="order",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the collection or the reference."""
    if context.parameter.shape != "order_by":
        return
    for path, span, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved):
            continue
        collections = [index for index, field in enumerate(found.fields) if field.kind == "collection"]
        severity = context.name_severity
        if collections:
            place = segments[min(collections[0], len(segments) - 1)]
            name = found.fields[collections[0]].name
            yield RULE.at(
                place,
                f"`{name}` has several values: a list cannot be sorted by it",
                hint="sort by a field that every record has once",
                severity=severity,
            )
        elif found.field.kind == "reference" and found.field.target is not None and context.catalog is not None:
            record = context.catalog.find_record(found.field.target)
            members = [] if record is None else [name for name in ("name", "id") if record.find(name) is not None]
            fixes = []
            if members and record is not None:
                member = record.find(members[0])
                assert member is not None
                added = f"{context.dialect.separator}{member.name}"
                fixes = [
                    Fix(
                        f"write {context.text[span.start : span.end]}{added}",
                        [_insert(span.end, added)],
                        applicability="unsafe",
                    )
                ]
            yield RULE.at(
                span,
                f"`{found.field.name}` is a reference: expected one of its fields",
                hint=fixes[0].title if fixes else None,
                fixes=fixes,
                severity=severity,
            )


def _insert(place: int, text: str) -> Edit:
    return Edit(Span(place, place), text)
