"""Rules about the values of `in` and `not in`."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.operators import MEMBERSHIP
from cwql.language.ranges import find_kind
from cwql.rules.applicability import fits, is_mixed, is_repeated, names_id
from cwql.rules.operands import LITERALS, holds_fault
from cwql.rules.registry import checks
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison
    from cwql.rules.context import Context

MIXED_LIST = Rule(
    "CW314",
    "mixed-list",
    "warning",
    summary="Reports an `in` list with values of different types, if the type of the field is unknown.",
    why="A field has one type, so some of the values cannot match. If the type is known, each value is "
    "checked separately.",
    example='id in (1, "2", 3)',
    instead="id in (1, 2, 3)",
    evidence="every list in both reference documents and in public clients is of one kind",
    operators=("membership",),
    when=is_mixed,
    traits=("types",),
)

_ALIKE = {"local time": "time", "date": "time"}


@checks(MIXED_LIST)
def check_mixed_list(context: Context) -> Iterator[Diagnostic]:
    """Report the first value that is of another kind than the first one."""
    for comparison in context.comparisons:
        if comparison.operator not in MEMBERSHIP or _is_judged(context, comparison):
            continue
        place = context.place(comparison)
        kinds = [_ALIKE.get(kind or "", kind) for kind in map(find_kind, comparison.values)]
        first = next((kind for kind in kinds if kind not in (None, "null")), None)
        for index, kind in enumerate(kinds):
            if first is not None and kind not in (None, "null", first):
                yield MIXED_LIST.at(
                    place.values[index],
                    f"{LITERALS[kind]} in a list that starts with {LITERALS[first]}: expected values of one kind",
                    hint="write all of them with quotes, or none",
                )
                break


def _is_judged(context: Context, comparison: Comparison) -> bool:
    """Return whether the type of the field is known, so that other rules report each value."""
    field = context.field(comparison.path)
    if field is None:
        return False
    if not fits(field, comparison.operator):
        return True
    return field.kind in ("integer", "number", "boolean", "datetime", "date", "enum") or (
        field.kind == "text" and not names_id(field)
    )


REPEATED_VALUE = Rule(
    "CW315",
    "repeated-value",
    "info",
    summary="Reports a value that occurs more than once in a list.",
    why="Once is enough; a second time often is another value mistyped.",
    example="board/id in (1, 2, 2)",
    instead="board/id in (1, 2)",
    evidence="the meaning of `in`",
    safety="safe",
    operators=("membership",),
    when=is_repeated,
    traits=("content",),
)


@checks(REPEATED_VALUE)
def check_repeated_value(context: Context) -> Iterator[Diagnostic]:
    """Report every repeat, and take it out."""
    for comparison in context.comparisons:
        if comparison.operator not in MEMBERSHIP:
            continue
        place = context.place(comparison)
        seen: set[tuple[type, object]] = set()
        for index, value in enumerate(comparison.values):
            key = (type(value), value)
            if key in seen:
                edit = Edit(Span(place.values[index - 1].end, place.values[index].end), "")
                yield REPEATED_VALUE.at(
                    place.values[index],
                    f"{place.literals[index]} is in the list already",
                    hint="leave it out",
                    fixes=[Fix("leave it out", [edit])],
                )
            seen.add(key)


NULL_IN_LIST = Rule(
    "CW316",
    "null-in-list",
    "warning",
    summary="Reports null in the list of `in` or `not in`.",
    why="In SQL null equals nothing, so `in` does not find it, and `not in` with a null finds nothing at all. Compare with "
    "null by itself.",
    example="owner/id in (1, null)",
    instead="(owner/id in (1) or owner/id = null)",
    evidence="SQL; no public client is known to do it",
    safety="unsafe",
    operators=("membership",),
    values=("null",),
)


@checks(NULL_IN_LIST)
def check_null_in_list(context: Context) -> Iterator[Diagnostic]:
    """Report the null, and put it into a separate comparison."""
    for comparison in context.comparisons:
        if comparison.operator not in MEMBERSHIP or None not in comparison.values or holds_fault(context, comparison):
            continue
        place = context.place(comparison)
        kept = [text for text, value in zip(place.literals, comparison.values, strict=True) if value is not None]
        path = context.text[place.path.start : place.path.end]
        word = " ".join(context.text[place.operator.start : place.operator.end].split())
        negative = word.lower().startswith("not")
        alone = f"{path} {'!=' if negative else '='} null"
        joined = f"({path} {word} ({', '.join(kept)}) {'and' if negative else 'or'} {alone})" if kept else alone
        # A second comparison of an unknown name would repeat that diagnostic.
        known = context.record is None or context.field(comparison.path) is not None
        fix = Fix("compare with null by itself", [Edit(place.whole, joined)], applicability="unsafe")
        yield NULL_IN_LIST.at(
            place.values[comparison.values.index(None)],
            f"null in a list {'shuts every record out' if negative else 'is never found'}, as SQL reads it",
            hint=f"write {alone} next to the list" if kept else f"write {alone}",
            fixes=[fix] if known else (),
        )
