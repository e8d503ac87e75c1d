"""CW203: a name that the record does not have."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import PATH_LIMIT, Unresolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW203",
    "unknown-field",
    "error",
    summary="Reports a segment of a path that neither the specification nor the overlay knows on the record it has reached.",
    why='The server answers 400 ("… is not a recognized name"). On Automate it is a warning: live clients filter by names '
    "that no schema shows.",
    example="compnay/id = 5 and id > 5",
    instead="company/id = 5 and id > 5",
    evidence="400 ApiFindCondition in public server logs; names from the shipped specification and its overlay",
    safety="unsafe",
    endpoint="/service/tickets",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the first segment that leads nowhere, with what the record reached there has instead."""
    if context.parameter.record is not None:
        return
    for path, span, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Unresolved) or found.reason == "scalar":
            continue
        if found.note is not None and context.parameter.shape == "condition":
            continue
        if found.reason == "depth":
            yield RULE.at(
                span, f"a path of {len(path.segments)} segments: expected at most {PATH_LIMIT}", hint="shorten it"
            )
            continue
        yield _describe(context, found, path.segments[found.index], segments[found.index])


def _describe(context: Context, found: Unresolved, name: str, span: Span) -> Diagnostic:
    from cwql.analysis.suggestions import NOTHING, guess_field, list_members

    assert context.catalog is not None
    record = context.catalog.record(found.record)
    custom = None if found.fields else _name_custom_field(context, name)
    guess = guess_field(context.catalog, record, name, context.dialect) if custom is None else NOTHING
    fixes = [Fix(f"write {guess.names[0]}", [Edit(span, guess.names[0])], safe=False)] if guess.sure else []
    if found.fields:
        before = context.dialect.separator.join([field.name for field in found.fields])
        message = f"`{name}` is not a field of {before} ({record.wire})"
    else:
        message = f"`{name}` is not a field of {record.wire}"
    if guess.names:
        hint: str | None = f"did you mean {' or '.join(guess.names)}?"
    else:
        hint = custom or _look_inside(context, found, name)
    members = list_members(record)
    if hint is None and members is not None:
        hint = f"{record.wire} has {members}"
    return RULE.at(span, message, hint=hint, fixes=fixes, severity=context.name_severity)


def _look_inside(context: Context, found: Unresolved, name: str) -> str | None:
    """Name the collection of the record that holds a field of that name."""
    from cwql.analysis.suggestions import collection_parameter, guess_collection

    if found.fields or context.catalog is None or context.record is None:
        return None
    inside = guess_collection(context.catalog, context.record, name, context.dialect)
    place = None if context.parameter.collections else collection_parameter(context.dialect)
    return None if inside is None else f"did you mean {inside}{f' in {place}' if place is not None else ''}?"


def _name_custom_field(context: Context, name: str) -> str | None:
    """Say how custom fields are filtered, for a name that looks like one."""
    from cwql.analysis.suggestions import custom_parameter

    if not name.lower().startswith(("customfield", "custom_", "udf", "cf_")):
        return None
    parameter = custom_parameter(context.record, context.dialect)
    return (
        None
        if parameter is None
        else f'custom fields are filtered by caption in {parameter}: caption = "…" and value = …'
    )
