"""CW207: custom fields filtered outside their own parameter."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.schema.record import Resolved, Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW207",
    "misplaced-custom-field",
    "error",
    summary="Reports `customFields` in any other parameter than the one for custom fields.",
    why="Custom fields are filtered by caption and value, in a parameter of their own; elsewhere the server answers 400.",
    example='customFields/caption = "Asset Owner" and id > 5',
    instead="id > 5",
    evidence="reference documents, vendor text and live clients use customFieldConditions only",
    endpoint="/service/tickets",
    fields=("child",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the segment, the correct term and its parameter."""
    if context.parameter.shape != "condition" or context.parameter.record is not None:
        return
    customs = {other.record: other.name for other in context.dialect.parameters if other.record is not None}
    for path, _, segments in context.paths:
        found = context.resolve(path)
        fields = found.fields if isinstance(found, (Resolved, Unresolved)) else ()
        for index, field in enumerate(fields):
            if field.child and field.target in customs:
                parameter = customs[field.target]
                yield RULE.at(
                    segments[min(index, len(segments) - 1)],
                    f"`{field.name}` cannot be filtered in {context.parameter.name}: expected {parameter}",
                    hint=f'write caption = "…" and value = … in {parameter}',
                )
                break
