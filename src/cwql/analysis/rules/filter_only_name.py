"""CW220: a choice of fields by a name that filters, but that no record shows."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW220",
    "filter-only-name",
    "warning",
    summary="Reports a name in `fields` that conditions and sort orders take, but that records show elsewhere.",
    why="The server silently ignores the name: the records come without the member.",
    example="id,lastUpdated",
    instead="id,_info/lastUpdated",
    evidence="no record of the specification has lastUpdated, dateEntered, updatedBy or enteredBy outside _info; "
    "responses have them there",
    safety="unsafe",
    endpoint="/service/tickets",
    parameter="fields",
    fields=("list",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the name, with the path at which records show its value."""
    if context.parameter.shape != "field_list":
        return
    for path, span, _ in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved):
            continue
        note = found.field.note
        if note is None or note.kind != "filterable" or note.target is None:
            continue
        # The target counts from the record that has the name.
        shown = context.dialect.separator.join([*path.segments[:-1], note.target])
        yield RULE.at(
            span,
            f"`{found.field.name}` filters and sorts, but records show it as {shown}",
            hint=f"write {shown}",
            fixes=[Fix(f"write {shown}", [Edit(span, shown)], applicability="unsafe")],
        )
