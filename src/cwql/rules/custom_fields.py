"""Rules about conditions on custom fields."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.nodes import And, Comparison, Junction, Or
from cwql.language.operators import EQ, IN, NE, NOT_IN
from cwql.rules.registry import checks
from cwql.schema.record import Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Expr
    from cwql.rules.context import Context
    from cwql.schema.record import RecordInfo
    from cwql.source import Span

CUSTOM_FIELD_TERM = Rule(
    "CW209",
    "custom-field-term",
    "warning",
    summary="Reports a name in `customFieldConditions` that is none of caption, value, id and the like.",
    why="Every live client looks for a caption (or id), then for a value. The reference document also writes the name of a "
    "custom field as a field, which no client or server was seen to take.",
    example='assetOwner = "Pat"',
    instead='caption = "Asset Owner" and value = "Pat"',
    evidence='reference document, vendor text and live clients: caption="…" AND value …, id=75 AND value=…',
    safety="unsafe",
    parameter="customFieldConditions",
    parameters=("custom_field",),
    fields=("unresolved",),
)


@checks(CUSTOM_FIELD_TERM)
def check_custom_field_term(context: Context) -> Iterator[Diagnostic]:
    """Report the name, with the comparison written by caption and value."""
    if context.parameter.record is None or context.record is None:
        return
    known = ", ".join(context.record.names[:3])
    for path, span, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Unresolved):
            continue
        name = path.segments[-1]
        quote = context.dialect.quotes[0]
        known_term = context.record.find(name) if found.index < len(path.segments) - 1 else None
        misspelt = _find_term(context.record, name) if len(path.segments) == 1 else None
        if misspelt is not None:
            yield CUSTOM_FIELD_TERM.at(
                span,
                f"`{name}` is no term of {context.parameter.name}: expected caption, value or id",
                hint=f"did you mean {misspelt}?",
                fixes=[Fix(f"write {misspelt}", [Edit(span, misspelt)], applicability="unsafe")],
            )
            continue
        if known_term is not None:
            yield CUSTOM_FIELD_TERM.at(
                span,
                f"paths have one segment in {context.parameter.name}: expected `{known_term.name}`",
                hint=f"write {known_term.name}",
                fixes=[Fix(f"write {known_term.name}", [Edit(span, known_term.name)], applicability="unsafe")],
            )
            continue
        caption = f"caption = {quote}{name}{quote} and value"
        place = segments[found.index] if found.reason == "unknown" else span
        fixes = _fixed_sources(context, span, caption)
        yield CUSTOM_FIELD_TERM.at(
            place,
            f"`{path.segments[found.index]}` is no term of {context.parameter.name}: expected caption, value or id",
            hint=f"name the custom field by its caption: {caption} …",
            fixes=fixes,
            notes=[f"the terms are {known} and others of {context.record.wire}"] if not fixes else [],
        )


def _find_term(record: RecordInfo, name: str) -> str | None:
    """Return the term that is misspelled."""
    from cwql.schema.suggest import edit_distance

    bound = max(1, len(name) // 4) if len(name) > 3 else 0
    close = [term for term in record.names if edit_distance(name.lower(), term.lower(), bound) is not None]
    return close[0] if len(close) == 1 else None


def _fixed_sources(context: Context, span: Span, caption: str) -> list[Fix]:
    comparison = context.find_comparison(span.start)
    if comparison is None:
        return []
    place = context.place(comparison)
    written = f"({caption}{context.text[span.end : place.whole.end]})"
    return [Fix(f"write {written}", [Edit(place.whole, written)], applicability="unsafe")]


MISSING_CAPTION = Rule(
    "CW210",
    "missing-caption",
    "warning",
    summary="Reports a condition on the value of custom fields that names no caption and no id.",
    why="It matches every record that has any custom field with that value.",
    example='value = "Pat"',
    instead='caption = "Asset Owner" and value = "Pat"',
    evidence="every recorded customFieldConditions names a caption or an id",
    parameter="customFieldConditions",
    parameters=("custom_field",),
    scope="condition",
    traits=("absence",),
)

CAPTION_NAMES = ("caption", "id", "connectwiseid", "userdefinedfieldrecid")


@checks(MISSING_CAPTION)
def check_missing_caption(context: Context) -> Iterator[Diagnostic]:
    """Report the first value if no term in the text names the field."""
    if context.parameter.record is None or context.partial:
        return
    heads = [path.segments[0].lower() for path, _, _ in context.paths]
    if "value" in heads and not any(head in CAPTION_NAMES for head in heads):
        _, span, _ = context.paths[heads.index("value")]
        yield MISSING_CAPTION.at(
            span,
            "`value` without a caption: any custom field with that value counts",
            hint='say which one: caption = "…" and value = …',
        )


TWO_CUSTOM_FIELDS = Rule(
    "CW501",
    "two-custom-fields",
    "error",
    summary="Reports an `and` that asks one custom field to be two.",
    why="One custom field of the record has to fulfil every clause of an `and`; none has two captions, so nothing matches.",
    example='caption = "Region" and value = "West" and caption = "Asset Owner" and value = "Pat"',
    instead='caption = "Region" and value = "West"',
    evidence="every recorded customFieldConditions is about one caption or id",
    parameter="customFieldConditions",
    parameters=("custom_field",),
    scope="condition",
    traits=("absence",),
)

IDENTIFIERS = ("caption", "id")
"""The members that identify a custom field."""


@checks(TWO_CUSTOM_FIELDS)
def check_two_custom_fields(context: Context) -> Iterator[Diagnostic]:
    """Report the clause that leaves no custom field over."""
    if context.parameter.record is None or context.parameter.shape != "condition":
        return
    for name in IDENTIFIERS:
        conflict = find_conflict(context.tree, name)  # type: ignore[arg-type]
        span = None if conflict is None else conflict[1].span
        if conflict is not None and span is not None:
            first, second = (item.values[0] for item in conflict)
            yield TWO_CUSTOM_FIELDS.at(
                span,
                f"no custom field has the {name} {second!r} and the {name} {first!r}: one has to fulfil every clause of an `and`",
                hint="ask for one of them and look at the other in the records; with `or`, either will do",
            )
            return


def find_conflict(expr: Expr, name: str) -> tuple[Comparison, Comparison] | None:
    """Return two comparisons that no custom field fulfils together, or None."""
    if not isinstance(expr, Junction):
        return None
    if isinstance(expr, And):
        allowed: dict[object, Comparison] | None = None
        for item in expr.items:
            named = _named(item, name)
            if named is None:
                continue
            if allowed is None:
                allowed = named
                continue
            left = {key: allowed[key] for key in allowed if key in named}
            if not left and allowed and named:
                return next(iter(allowed.values())), next(iter(named.values()))
            allowed = left
    for item in expr.items:
        found = find_conflict(item, name)
        if found is not None:
            return found
    return None


def _named(expr: Expr, name: str) -> dict[object, Comparison] | None:
    """Return the captions (or ids) that a condition allows, each with the comparison that names it; None for any."""
    if isinstance(expr, Comparison):
        if expr.operator in (EQ, IN) and tuple([step.lower() for step in expr.path.segments]) == (name,):
            return {value.lower() if isinstance(value, str) else value: expr for value in expr.values}
        return None
    if not isinstance(expr, Junction):
        return None
    parts = [_named(item, name) for item in expr.items]
    if isinstance(expr, And):
        return next((part for part in parts if part is not None), None)
    known: dict[object, Comparison] = {}
    for part in parts:
        if part is None:
            return None
        known.update(part)
    return known


NEGATED_CUSTOM_FIELD = Rule(
    "CW502",
    "negated-custom-field",
    "error",
    summary="Reports an `or` with a term that a custom field does not have a caption or an id.",
    why="It is the meaning of `not (caption = … and value = …)`. Every other custom field of a record matches"
    " it, so nearly all records do.",
    example='caption != "Region" or value != "West"',
    instead='caption = "Region" and value != "West"',
    evidence="customFieldConditions ask for one custom field that fulfils them; every record has many",
    parameter="customFieldConditions",
    parameters=("custom_field",),
    scope="condition",
)


@checks(NEGATED_CUSTOM_FIELD)
def check_negated_custom_field(context: Context) -> Iterator[Diagnostic]:
    """Report the clause that every other custom field fulfils."""
    if context.parameter.record is None or context.parameter.shape != "condition":
        return
    for comparison in _escapes(context.tree):  # type: ignore[arg-type]
        span = comparison.span
        if span is not None:
            yield NEGATED_CUSTOM_FIELD.at(
                span,
                f"every custom field with another {comparison.path.segments[0]} fulfils this: nearly all records match",
                hint="keep the caption and negate what is said of the value: caption = … and value != …",
            )


def _escapes(expr: Expr) -> Iterator[Comparison]:
    if isinstance(expr, Junction):
        for item in expr.items:
            if isinstance(expr, Or) and isinstance(item, Comparison):
                if item.operator in (NE, NOT_IN) and item.path.segments[0].lower() in IDENTIFIERS:
                    yield item
            else:
                yield from _escapes(item)
