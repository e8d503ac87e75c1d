"""CW213: a member of a map whose members are known."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
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
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
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
        yield RULE.at(
            segments[-1],
            f"`{member}` is not known to filter: expected {', '.join(known[:-1])} or {known[-1]} in `{holder.name}`",
            hint=f"did you mean {guesses[0]}?" if guesses else None,
            fixes=[Fix(f"write {guess}", [Edit(segments[-1], guess)], applicability="unsafe") for guess in guesses],
        )
