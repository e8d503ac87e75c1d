"""Rules about names that belong to another parameter."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.rules.registry import checks
from cwql.schema.record import Resolved, Unresolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

MISPLACED_COLLECTION = Rule(
    "CW206",
    "misplaced-collection",
    "error",
    summary="Reports a condition on child records in the main condition.",
    why="The server answers 400, because child records, such as the telephone numbers of a contact, are "
    "filtered by a separate parameter: childConditions.",
    example='communicationItems/value = "pat@example.com" and id > 5',
    instead="id > 5",
    evidence="400 ApiFindCondition for types/name in conditions; eight live clients use childConditions",
    endpoint="/company/contacts",
    parameters=("condition", "custom_field"),
    fields=("child",),
)


@checks(MISPLACED_COLLECTION)
def check_misplaced_collection(context: Context) -> Iterator[Diagnostic]:
    """Report the collection's name and the parameter that the comparison belongs to."""
    from cwql.rules.suggestions import collection_parameter

    parameter = collection_parameter(context.dialect)
    if parameter is None or context.parameter.shape != "condition" or context.parameter.collections:
        return
    customs = [other.record for other in context.dialect.parameters if other.record is not None]
    for path, _, segments in context.paths:
        found = context.resolve(path)
        fields = found.fields if isinstance(found, (Resolved, Unresolved)) else ()
        for index, field in enumerate(fields):
            if field.child and field.target not in customs:
                written = context.dialect.separator.join(path.segments)
                yield MISPLACED_COLLECTION.at(
                    segments[min(index, len(segments) - 1)],
                    f"`{field.name}` is a collection of records ({field.target}), which {context.parameter.name} does not filter",
                    hint=f"move the comparison of {written} to {parameter}",
                )
                break


MISPLACED_CUSTOM_FIELD = Rule(
    "CW207",
    "misplaced-custom-field",
    "error",
    summary="Reports `customFields` in any other parameter than the one for custom fields.",
    why="Custom fields are filtered by caption and value, in a separate parameter; elsewhere the server answers 400.",
    example='customFields/caption = "Asset Owner" and id > 5',
    instead="id > 5",
    evidence="reference documents, vendor text and live clients use customFieldConditions only",
    endpoint="/service/tickets",
    parameters=("condition", "child_condition"),
    fields=("custom_field",),
)


@checks(MISPLACED_CUSTOM_FIELD)
def check_misplaced_custom_field(context: Context) -> Iterator[Diagnostic]:
    """Report the segment, the correct term and its parameter."""
    if context.parameter.shape != "condition" or context.parameter.record is not None:
        return
    customs = {other.record: other.name for other in context.dialect.parameters if other.record is not None}
    for path, _, segments in context.paths:
        found = context.resolve(path)
        fields = found.fields if isinstance(found, (Resolved, Unresolved)) else ()
        for index, field in enumerate(fields):
            if field.child and field.target in customs:
                parameter = customs[field.target]
                yield MISPLACED_CUSTOM_FIELD.at(
                    segments[min(index, len(segments) - 1)],
                    f"`{field.name}` cannot be filtered in {context.parameter.name}: expected {parameter}",
                    hint=f'write caption = "…" and value = … in {parameter}',
                )
                break


NOT_A_COLLECTION = Rule(
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
    parameters=("child_condition",),
    fields=("no_child",),
)


@checks(NOT_A_COLLECTION)
def check_not_a_collection(context: Context) -> Iterator[Diagnostic]:
    """Report the path, with the collections that the record has."""
    if not context.parameter.collections or context.record is None:
        return
    main = context.dialect.parameters[0].name
    for path, _, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved) or found.child is not None:
            continue
        field = found.fields[0]
        known = [other.name for other in context.record.collections() if _is_filtered(context, other.target)]
        yield NOT_A_COLLECTION.at(
            Span(segments[0].start, segments[0].end),
            f"`{field.name}` is not a collection: expected a path that starts with one in {context.parameter.name}",
            hint=f"move the comparison to {main}" + (f"; collections here: {', '.join(known)}" if known else ""),
        )


def _is_filtered(context: Context, target: str | None) -> bool:
    return target is not None and all(other.record != target for other in context.dialect.parameters)


FILTER_ONLY_NAME = Rule(
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
    parameters=("fields",),
    fields=("filterable",),
)


@checks(FILTER_ONLY_NAME)
def check_filter_only_name(context: Context) -> Iterator[Diagnostic]:
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
        yield FILTER_ONLY_NAME.at(
            span,
            f"`{found.field.name}` filters and sorts, but records show it as {shown}",
            hint=f"write {shown}",
            fixes=[Fix(f"write {shown}", [Edit(span, shown)], applicability="unsafe")],
        )
