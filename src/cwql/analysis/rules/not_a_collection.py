"""CW208: a plain field in the parameter that filters collections."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.schema.record import Resolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW208",
    "not-a-collection",
    "error",
    summary="Reports a path in `childConditions` that starts at no collection.",
    why="childConditions filters the records inside a record, each path starting with the collection's name; plain fields and "
    "references belong in conditions.",
    example='lastName = "Smith"',
    instead='communicationItems/value = "pat@example.com"',
    evidence="reference document and six live clients: every path in childConditions starts with a collection",
    endpoint="/company/contacts",
    parameter="childConditions",
    fields=("resolved",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the path, with the collections that the record has."""
    if not context.parameter.collections or context.record is None:
        return
    main = context.dialect.parameters[0].name
    for path, _, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved) or found.child is not None:
            continue
        field = found.fields[0]
        known = [
            other.name for other in context.record.fields() if _filters(context, other.target if other.child else None)
        ]
        yield RULE.at(
            Span(segments[0].start, segments[0].end),
            f"`{field.name}` is not a collection: expected a path that starts with one in {context.parameter.name}",
            hint=f"move the comparison to {main}" + (f"; collections here: {', '.join(known)}" if known else ""),
        )


def _filters(context: Context, target: str | None) -> bool:
    return target is not None and all(other.record != target for other in context.dialect.parameters)
