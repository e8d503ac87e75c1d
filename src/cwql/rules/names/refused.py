"""Rules about names that look right and that servers refuse."""

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
    from cwql.schema.field import Note

UNFILTERABLE_NAME = Rule(
    "CW211",
    "unfilterable-name",
    "error",
    summary="Reports a name that looks right and is refused, or misread, by servers.",
    why="Some fields of a reply cannot be filtered by, and some likely names do not exist. Each is in the overlay with the "
    "answer that a server gave.",
    example='assignedTo/identifier = "jdoe" and id > 5',
    instead='owner/identifier = "jdoe" and id > 5',
    evidence="specs/overlays: every entry quotes the refusal",
    safety="unsafe",
    endpoint="/service/tickets",
    parameters=("condition", "child_condition", "custom_field"),
    fields=("unfilterable",),
)


@checks(UNFILTERABLE_NAME)
def check_unfilterable_name(context: Context) -> Iterator[Diagnostic]:
    """Report the part of the path that the overlay names."""
    if context.parameter.shape != "condition":
        return
    for path, span, segments in context.paths:
        found = context.resolve(path)
        note: Note | None = None
        if isinstance(found, Resolved) or (isinstance(found, Unresolved) and found.reason == "unknown"):
            note = found.note
        if note is None or note.kind != "unfilterable":
            continue
        length = note.name.count("/") + 1
        start = len(segments) - length if isinstance(found, Resolved) else 0
        place = Span(segments[start].start, segments[min(start + length, len(segments)) - 1].end) if length else span
        name = note.name.replace("/", context.dialect.separator)
        yield UNFILTERABLE_NAME.at(
            place,
            f"`{name}` is known to be refused in conditions",
            hint=f"write {note.target}" if note.target else None,
            fixes=_offer_name(note.target, place),
            severity=context.name_severity,
        )


def _offer_name(target: str | None, place: Span) -> list[Fix]:
    """Return a fix if the replacement is a single name."""
    if target is None or not target.replace("/", "").replace(".", "").isalnum():
        return []
    return [Fix(f"write {target}", [Edit(place, target)], applicability="unsafe")]


UNKNOWN_MEMBER = Rule(
    "CW213",
    "unknown-member",
    "warning",
    summary="Reports a member of `_info` that no server has been seen to filter by.",
    why="The specification does not describe the members of `_info`. Four of them are known to filter: who "
    "entered and last changed the record, and when; the others are links.",
    example="_info/lastUpdate > [2024-01-01T00:00:00Z] and id > 5",
    instead="_info/lastUpdated > [2024-01-01T00:00:00Z] and id > 5",
    evidence="vendor examples and live clients filter by lastUpdated, dateEntered, updatedBy and enteredBy only",
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("map",),
)


@checks(UNKNOWN_MEMBER)
def check_unknown_member(context: Context) -> Iterator[Diagnostic]:
    """Report the member, with those that the overlay has."""
    if context.parameter.shape == "field_list" or context.record is None or context.catalog is None:
        return
    for path, _, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved) or len(found.fields) < 2 or found.fields[-2].kind != "map":
            continue
        holder, member = found.fields[-2], found.field.name
        record = context.catalog.find_record(holder.owner)
        start = f"{holder.name}/".lower()
        names = [] if record is None else [name for name in record.extra_names if name.lower().startswith(start)]
        known = [name[len(start) :] for name in names]
        if not known:
            continue
        from cwql.schema.suggest import suggest

        guesses = suggest(member, known, 1)
        yield UNKNOWN_MEMBER.at(
            segments[-1],
            f"`{member}` is not known to filter: expected {', '.join(known[:-1])} or {known[-1]} in `{holder.name}`",
            hint=f"did you mean {guesses[0]}?" if guesses else None,
            fixes=[Fix(f"write {guess}", [Edit(segments[-1], guess)], applicability="unsafe") for guess in guesses],
        )
