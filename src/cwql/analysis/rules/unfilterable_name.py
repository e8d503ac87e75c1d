"""CW211: a name that servers are known to refuse in conditions."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Resolved, Unresolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.schema.field import Note

RULE = Rule(
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
    fields=("note",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
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
        yield RULE.at(
            place,
            f"`{name}` is known to be refused in conditions",
            hint=f"write {note.target}" if note.target else None,
            fixes=_cure(note.target, place),
            severity=context.name_severity,
        )


def _cure(target: str | None, place: Span) -> list[Fix]:
    """Return a fix if the replacement is a single name."""
    if target is None or not target.replace("/", "").replace(".", "").isalnum():
        return []
    return [Fix(f"write {target}", [Edit(place, target)], applicability="unsafe")]
