"""Rules about references and collections as a whole: compared with a value, or sorted by."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.rules.applicability import is_not_null_test
from cwql.rules.registry import checks
from cwql.schema.record import Resolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison
    from cwql.rules.context import Context
    from cwql.schema.record import RecordInfo

BARE_REFERENCE = Rule(
    "CW205",
    "bare-reference",
    "error",
    summary="Reports a reference that is compared with a value instead of one of its fields.",
    why="A reference is a separate record: it compares through its id, name or identifier. Only `= null` and `!= null` make "
    "sense on the reference itself.",
    example='company = "ACME" and id > 5',
    instead='company/identifier = "ACME" and id > 5',
    evidence='vendor examples compare /id, /name and /identifier only; 400 "Enum value supplied was invalid" for others',
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("reference", "collection"),
    when=is_not_null_test,
)


@checks(BARE_REFERENCE)
def check_bare_reference(context: Context) -> Iterator[Diagnostic]:
    """Report the path, with the member that fits the value."""
    from cwql.rules.suggestions import title

    elsewhere = not context.parameter.collections and any(p.collections for p in context.dialect.parameters)
    for comparison in context.comparisons:
        found = context.resolve(comparison.path)
        if not isinstance(found, Resolved) or context.catalog is None:
            continue
        field = found.field
        if field.target is None or field.kind == "map" or (field.note is not None and field.note.kind != "child"):
            continue
        if found.child is not None and elsewhere:
            continue
        if comparison.operator.family == "equality" and comparison.value is None:
            continue
        record = context.catalog.find_record(field.target)
        if record is None or record.open:
            continue
        span = context.place(comparison).path
        member = pick_member(record, comparison)
        written = context.dialect.separator.join([*found.segments, member]) if member else None
        what = "a reference" if field.kind == "reference" else "a collection"
        yield BARE_REFERENCE.at(
            span,
            f"`{field.name}` is {what} ({title(record)}), got {_name_value(comparison)}: expected one of its fields",
            hint=f"write {written}" if written else f"{title(record)} has {', '.join(record.names[:6])}",
            fixes=[_append_member(written, member, span, context.dialect.separator)] if written and member else [],
            severity=context.name_severity,
        )


def _append_member(written: str, member: str, span: Span, separator: str) -> Fix:
    return Fix(f"write {written}", [Edit(Span(span.end, span.end), f"{separator}{member}")], applicability="unsafe")


def pick_member(record: RecordInfo, comparison: Comparison) -> str | None:
    """Return the member with values of the compared kind: a number is an id, a text an identifier or name."""
    kinds = {type(value) for value in comparison.values}
    if kinds <= {int}:
        wanted = ["id"]
    elif kinds <= {str}:
        searched = comparison.operator.family == "text"
        wanted = ["name", "identifier"] if searched else ["identifier", "name"]
    else:
        return None
    for name in wanted:
        field = record.find(name)
        if field is not None:
            return field.name
    return None


def _name_value(comparison: Comparison) -> str:
    value = comparison.value
    if isinstance(value, tuple):
        return "a list of values"
    names = {str: "a string", int: "a number", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a date" if type(value).__name__ in ("date", "datetime") else "a number")


UNSORTABLE_FIELD = Rule(
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
    parameters=("order",),
    fields=("reference", "collection", "through_collection"),
)


@checks(UNSORTABLE_FIELD)
def check_unsortable_field(context: Context) -> Iterator[Diagnostic]:
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
            yield UNSORTABLE_FIELD.at(
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
            yield UNSORTABLE_FIELD.at(
                span,
                f"`{found.field.name}` is a reference: expected one of its fields",
                hint=fixes[0].title if fixes else None,
                fixes=fixes,
                severity=severity,
            )


def _insert(place: int, text: str) -> Edit:
    return Edit(Span(place, place), text)


FORWARD_ONLY_ORDER = Rule(
    "CW215",
    "forward-only-order",
    "error",
    summary="Reports an `orderBy` for pages in forward-only mode.",
    why="Forward-only pages follow the id: `pageId` means every id greater than that. Any other order is refused, or would "
    "lose and repeat records.",
    example="dateEntered desc",
    instead="no orderBy, or numbered pages",
    evidence="vendor text: orderBy cannot be used with pagination-type: forward-only",
    endpoint="/service/tickets",
    parameter="orderBy",
    parameters=("order",),
    scope="endpoint",
    needs="forward-only",
)


@checks(FORWARD_ONLY_ORDER)
def check_forward_only_order(context: Context) -> Iterator[Diagnostic]:
    """Report the whole order."""
    if context.forward_only and context.parameter.shape == "order_by":
        yield FORWARD_ONLY_ORDER.at(
            Span(0, len(context.text)),
            "a sort order together with forward-only paging, which follows the id",
            hint="leave orderBy out, or ask for numbered pages",
        )
