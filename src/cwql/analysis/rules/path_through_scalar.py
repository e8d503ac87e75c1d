"""CW204: a path that continues after a scalar value."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Unresolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Path

RULE = Rule(
    "CW204",
    "path-through-scalar",
    "error",
    summary="Reports a path that continues after a field with a scalar value.",
    why="Only references and collections have fields of their own. The best-known case is `resources` of a ticket, a text "
    "with the identifiers of members and commas between them.",
    example='resources/identifier = "jdoe" and id > 5',
    instead='resources contains "jdoe" and id > 5',
    evidence='400 "resources/identifier is not a recognized name." in a public server log',
    safety="unsafe",
    endpoint="/service/tickets",
    fields=("unresolved",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the segments after the scalar value."""
    for path, span, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Unresolved) or found.reason != "scalar":
            continue
        last = found.fields[-1]
        before = context.dialect.separator.join([field.name for field in found.fields])
        what = "a plain text, identifiers with commas between them" if _lists(found) else f"a plain {_spell(last.kind)}"
        instead = None if found.note is None else found.note.target
        rest = Span(segments[found.index - 1].end, span.end)
        yield RULE.at(
            rest,
            f"`{before}` is {what}: nothing lies below it",
            hint=f"write {instead}" if instead else f"compare `{before}` itself",
            fixes=_cure(context, path, span, before, _lists(found)) or _cut(before, rest, instead),
            severity=context.name_severity,
        )


def _cut(before: str, rest: Span, instead: str | None) -> list[Fix]:
    return [Fix(f"write {before}", [Edit(rest, "")], applicability="unsafe")] if instead is None else []


def _lists(found: Unresolved) -> bool:
    """Return whether the overlay says that the text is a list."""
    return found.note is not None and "contains" in (found.note.target or "")


def _spell(kind: str) -> str:
    return {"datetime": "time", "enum": "value of an enum", "uuid": "UUID"}.get(kind, kind)


def _cure(context: Context, path: Path, span: Span, before: str, lists: bool) -> list[Fix]:
    """Return a fix that searches the text for the value."""
    comparison = context.find_comparison(span.start)
    if not lists or comparison is None or type(comparison.value) is not str:
        return []
    place = context.place(comparison)
    negated = "not " if comparison.operator.negated or comparison.operator.name == "!=" else ""
    written = f"{before} {negated}contains "
    edit = Edit(Span(span.start, place.values[0].start), written)
    return [Fix(f"write {written}{place.literals[0]}", [edit], applicability="unsafe")]
