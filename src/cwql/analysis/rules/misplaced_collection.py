"""CW206: a collection filtered outside the parameter that filters collections."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.schema.record import Resolved, Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW206",
    "misplaced-collection",
    "error",
    summary="Reports a condition on child records in the main condition.",
    why="The server answers 400, because child records, such as the telephone numbers of a contact, are "
    "filtered by a separate parameter: childConditions.",
    example='communicationItems/value = "pat@example.com" and id > 5',
    instead="id > 5",
    evidence="400 ApiFindCondition for types/name in conditions; eight live clients use childConditions",
    endpoint="/company/contacts",
    fields=("child",),
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the collection's name and the parameter that the comparison belongs to."""
    from cwql.analysis.suggestions import collection_parameter

    parameter = collection_parameter(context.dialect)
    if parameter is None or context.parameter.shape != "condition" or context.parameter.collections:
        return
    customs = [other.record for other in context.dialect.parameters if other.record is not None]
    for path, _, segments in context.paths:
        found = context.resolve(path)
        fields = found.fields if isinstance(found, (Resolved, Unresolved)) else ()
        for index, field in enumerate(fields):
            if field.child and field.target not in customs:
                written = context.dialect.separator.join(path.segments)
                yield RULE.at(
                    segments[min(index, len(segments) - 1)],
                    f"`{field.name}` is a collection of records ({field.target}), which {context.parameter.name} does not filter",
                    hint=f"move the comparison of {written} to {parameter}",
                )
                break
