"""CW205: a record compared with a plain value."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Resolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison
    from cwql.schema.record import RecordInfo

RULE = Rule(
    "CW205",
    "bare-reference",
    "error",
    summary="Reports a reference that is compared with a value instead of one of its fields.",
    why="A reference is a record of its own: it compares through its id, name or identifier. Only `= null` and `!= null` make "
    "sense on the reference itself.",
    example='company = "ACME" and id > 5',
    instead='company/identifier = "ACME" and id > 5',
    evidence='vendor examples compare /id, /name and /identifier only; 400 "Enum value supplied was invalid" for others',
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("reference", "collection"),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the path, with the member that fits the value."""
    from cwql.analysis.suggestions import title

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
        yield RULE.at(
            span,
            f"`{field.name}` is {what} ({title(record)}), got {_spell(comparison)}: expected one of its fields",
            hint=f"write {written}" if written else f"{title(record)} has {', '.join(record.names[:6])}",
            fixes=[_cure(written, member, span, context.dialect.separator)] if written and member else [],
            severity=context.name_severity,
        )


def _cure(written: str, member: str, span: Span, separator: str) -> Fix:
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


def _spell(comparison: Comparison) -> str:
    value = comparison.value
    if isinstance(value, tuple):
        return "a list of values"
    names = {str: "a string", int: "a number", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a date" if type(value).__name__ in ("date", "datetime") else "a number")
