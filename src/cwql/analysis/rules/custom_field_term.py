"""CW209: a name that conditions on custom fields do not have."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.source import Span

RULE = Rule(
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
    scope="custom_field",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
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
        if known_term is not None:
            yield RULE.at(
                span,
                f"paths have one segment in {context.parameter.name}: expected `{known_term.name}`",
                hint=f"write {known_term.name}",
                fixes=[Fix(f"write {known_term.name}", [Edit(span, known_term.name)], applicability="unsafe")],
            )
            continue
        caption = f"caption = {quote}{name}{quote} and value"
        place = segments[found.index] if found.reason == "unknown" else span
        fixes = _fixed_sources(context, span, caption)
        yield RULE.at(
            place,
            f"`{path.segments[found.index]}` is no term of {context.parameter.name}: expected caption, value or id",
            hint=f"name the custom field by its caption: {caption} …",
            fixes=fixes,
            notes=[f"the terms are {known} and others of {context.record.wire}"] if not fixes else [],
        )


def _fixed_sources(context: Context, span: Span, caption: str) -> list[Fix]:
    comparison = context.find_comparison(span.start)
    if comparison is None:
        return []
    place = context.place(comparison)
    written = f"({caption}{context.text[span.end : place.whole.end]})"
    return [Fix(f"write {written}", [Edit(place.whole, written)], applicability="unsafe")]
