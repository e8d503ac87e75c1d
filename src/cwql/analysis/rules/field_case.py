"""CW216: a field in another letter case than the API's."""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, Rule
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW216",
    "field-case",
    "info",
    summary="Reports a field that is spelt in another letter case than the API's own.",
    why="Servers ignore letter case, and the vendor writes `Board/Id` too, so the condition works; but code "
    "that searches for a name finds one spelling only. The rule is opt-in.",
    example="Board/Id = 5 and ID > 5",
    instead="board/id = 5 and id > 5",
    evidence="vendor examples write Board/Id, ClosedFlag; live clients mix both",
    safety="safe",
    endpoint="/service/tickets",
    strict=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report every segment whose spelling differs."""
    for path, _, segments in context.paths:
        found = context.resolve(path)
        if not isinstance(found, Resolved):
            continue
        for written, right, span in zip(path.segments, found.segments, segments, strict=False):
            if written != right and written.lower() == right.lower():
                yield RULE.at(
                    span,
                    f"`{written}` is spelt `{right}` by the API",
                    hint=f"write {right}",
                    fixes=[Fix(f"write {right}", [Edit(span, right)])],
                )
