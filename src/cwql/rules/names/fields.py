"""Rules about paths that lead to no field."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.rules.registry import checks
from cwql.schema.record import PATH_LIMIT, Unresolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Path
    from cwql.rules.context import Context
    from cwql.schema.record import RecordInfo

UNKNOWN_FIELD = Rule(
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
)


GUESSES = 20
"""For at most this many names of one text suggestions are computed, because each one compares with every field of a
record.
"""


@checks(UNKNOWN_FIELD)
def check_unknown_field(context: Context) -> Iterator[Diagnostic]:
    """Report the first unknown segment, with the similar members of the record reached there."""
    if context.parameter.record is not None:
        return
    reported = 0
    for path, span, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Unresolved) or found.reason == "scalar":
            continue
        if found.note is not None and context.parameter.shape == "condition":
            continue
        if found.reason == "depth":
            yield UNKNOWN_FIELD.at(
                span, f"a path of {len(path.segments)} segments: expected at most {PATH_LIMIT}", hint="shorten it"
            )
            continue
        reported += 1
        yield _describe(context, found, path.segments, segments[found.index], reported <= GUESSES)


def _describe(context: Context, found: Unresolved, path: tuple[str, ...], span: Span, guessing: bool) -> Diagnostic:
    from cwql.rules.suggestions import NOTHING, guess_field, list_members, title

    assert context.catalog is not None
    name = path[found.index]
    record = context.catalog.record(found.record)
    hint = None if found.fields else _name_custom_field(context, name)
    guess = NOTHING
    if hint is None and guessing:
        more = found.index + 1 < len(path)
        guess = guess_field(context.catalog, record, name, context.dialect, inside=more)
    if hint is None and not found.fields and (guess.similar or not guess.names):
        hint = _look_inside(context, name)
        guess = guess if hint is None else NOTHING
    fixes = []
    if guess.names:
        hint = _name_collection(context, record, guess.names[0], path[found.index + 1 :])
        if hint is None:
            hint = f"did you mean {' or '.join(guess.names)}{', with the opposite value' if guess.opposite else ''}?"
            if guess.sure:
                fixes = [Fix(f"write {guess.names[0]}", [Edit(span, guess.names[0])], applicability="unsafe")]
    if hint is None:
        members = list_members(record)
        hint = None if members is None else f"{title(record)} has {members}"
    before = context.dialect.separator.join([field.name for field in found.fields])
    named = title(record)
    where = named if not before else before if before.endswith(named) else f"{before} ({named})"
    return UNKNOWN_FIELD.at(
        span, f"`{name}` is not a field of {where}", hint=hint, fixes=fixes, severity=context.name_severity
    )


def _look_inside(context: Context, name: str) -> str | None:
    """Name the collection of the record that has a field of that name."""
    from cwql.rules.suggestions import guess_collection

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
    from cwql.rules.suggestions import collection_parameter

    place = collection_parameter(context.dialect)
    here = place is None or context.parameter.collections or context.parameter.shape != "condition"
    return "" if here else f" in {place}"


def _name_custom_field(context: Context, name: str) -> str | None:
    """Explain how custom fields are filtered, for a name that looks like one."""
    from cwql.rules.suggestions import custom_parameter

    if not name.lower().startswith(("customfield", "custom_", "udf", "cf_")):
        return None
    parameter = custom_parameter(context.record, context.dialect)
    return (
        None
        if parameter is None
        else f'custom fields are filtered by caption in {parameter}: caption = "…" and value = …'
    )


PATH_THROUGH_SCALAR = Rule(
    "CW204",
    "path-through-scalar",
    "error",
    summary="Reports a path that continues after a field with a scalar value.",
    why="Only references and collections have their own fields. The best-known case is `resources` of a ticket, a text "
    "with the identifiers of members and commas between them.",
    example='resources/identifier = "jdoe" and id > 5',
    instead='resources contains "jdoe" and id > 5',
    evidence='400 "resources/identifier is not a recognized name." in a public server log',
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("unresolved",),
)


@checks(PATH_THROUGH_SCALAR)
def check_path_through_scalar(context: Context) -> Iterator[Diagnostic]:
    """Report the segments after the scalar value."""
    for path, span, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Unresolved) or found.reason != "scalar":
            continue
        last = found.fields[-1]
        before = context.dialect.separator.join([field.name for field in found.fields])
        what = (
            "a plain text, identifiers with commas between them"
            if _is_list(found)
            else f"a plain {_name_kind(last.kind)}"
        )
        instead = None if found.note is None else found.note.target
        rest = Span(segments[found.index - 1].end, span.end)
        yield PATH_THROUGH_SCALAR.at(
            rest,
            f"`{before}` is {what}: nothing lies below it",
            hint=f"write {instead}" if instead else f"compare `{before}` itself",
            fixes=_search_text(context, path, span, before, _is_list(found)) or _cut_path(before, rest, instead),
            severity=context.name_severity,
        )


def _cut_path(before: str, rest: Span, instead: str | None) -> list[Fix]:
    return [Fix(f"write {before}", [Edit(rest, "")], applicability="unsafe")] if instead is None else []


def _is_list(found: Unresolved) -> bool:
    """Return whether the overlay says that the text is a list."""
    return found.note is not None and "contains" in (found.note.target or "")


def _name_kind(kind: str) -> str:
    return {"datetime": "time", "enum": "value of an enum", "uuid": "UUID"}.get(kind, kind)


def _search_text(context: Context, path: Path, span: Span, before: str, lists: bool) -> list[Fix]:
    """Return a fix that searches the text for the value."""
    comparison = context.find_comparison(span.start)
    if not lists or comparison is None or type(comparison.value) is not str:
        return []
    place = context.place(comparison)
    negated = "not " if comparison.operator.negated or comparison.operator.name == "!=" else ""
    written = f"{before} {negated}contains "
    edit = Edit(Span(span.start, place.values[0].start), written)
    return [Fix(f"write {written}{place.literals[0]}", [edit], applicability="unsafe")]
