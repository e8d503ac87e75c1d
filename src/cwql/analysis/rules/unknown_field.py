"""CW203: a name that the record does not have."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import PATH_LIMIT, Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.schema.record import RecordInfo
    from cwql.source import Span

RULE = Rule(
    "CW203",
    "unknown-field",
    "error",
    summary="Reports a segment of a path that neither the specification nor the overlay knows on the record it has reached.",
    why='The server responds with 400 ("… is not a recognized name"). On Automate it is a warning, because live clients filter by names '
    "that no schema shows. In a list of fields it is a warning too: servers respond with 200 and leave the name out.",
    example="compnay/id = 5 and id > 5",
    instead="company/id = 5 and id > 5",
    evidence="400 ApiFindCondition in public server logs; a recorded 200 for unknown names in fields; names from the shipped specification and its overlay",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("unresolved",),
    screened=True,
)


GUESSES = 20
"""For at most this many names of one text suggestions are computed, because each one compares with every field of a
record.
"""


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the first unknown segment, with the similar members of the record reached there."""
    if context.parameter.record is not None:
        return
    told = 0
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
        told += 1
        yield _describe(context, found, path.segments, segments[found.index], told <= GUESSES)


def _describe(context: Context, found: Unresolved, path: tuple[str, ...], span: Span, guessing: bool) -> Diagnostic:
    from cwql.analysis.suggestions import NOTHING, guess_field, list_members, title

    assert context.catalog is not None
    name = path[found.index]
    record = context.catalog.record(found.record)
    hint = None if found.fields else _name_custom_field(context, name) or _look_inside(context, name)
    guess = NOTHING if hint is not None or not guessing else guess_field(context.catalog, record, name, context.dialect)
    fixes = []
    if guess.names:
        hint = _name_collection(context, record, guess.names[0], path[found.index + 1 :])
        if hint is None:
            hint = f"did you mean {' or '.join(guess.names)}?"
            if guess.sure:
                fixes = [Fix(f"write {guess.names[0]}", [Edit(span, guess.names[0])], applicability="unsafe")]
    if hint is None:
        members = list_members(record)
        hint = None if members is None else f"{title(record)} has {members}"
    before = context.dialect.separator.join([field.name for field in found.fields])
    named = title(record)
    where = named if not before else before if before.endswith(named) else f"{before} ({named})"
    return RULE.at(span, f"`{name}` is not a field of {where}", hint=hint, fixes=fixes, severity=context.name_severity)


def _look_inside(context: Context, name: str) -> str | None:
    """Name the collection of the record that has a field of that name."""
    from cwql.analysis.suggestions import guess_collection

    if context.catalog is None or context.record is None:
        return None
    inside = guess_collection(context.catalog, context.record, name, context.dialect)
    return None if inside is None else f"did you mean {inside}{_elsewhere(context)}?"


def _name_collection(context: Context, record: RecordInfo, guess: str, rest: tuple[str, ...]) -> str | None:
    """Name the parameter for a collection, if the best suggestion is one and this is another parameter."""
    field = record.find(guess)
    if field is None or not field.child or not _elsewhere(context):
        return None
    return f"did you mean {context.dialect.separator.join([guess, *rest])}{_elsewhere(context)}?"


def _elsewhere(context: Context) -> str:
    from cwql.analysis.suggestions import collection_parameter

    place = collection_parameter(context.dialect)
    here = place is None or context.parameter.collections or context.parameter.shape != "condition"
    return "" if here else f" in {place}"


def _name_custom_field(context: Context, name: str) -> str | None:
    """Explain how custom fields are filtered, for a name that looks like one."""
    from cwql.analysis.suggestions import custom_parameter

    if not name.lower().startswith(("customfield", "custom_", "udf", "cf_")):
        return None
    parameter = custom_parameter(context.record, context.dialect)
    return (
        None
        if parameter is None
        else f'custom fields are filtered by caption in {parameter}: caption = "…" and value = …'
    )
