"""CW404: a term that occurs twice."""

from __future__ import annotations

from cwql.analysis.terms import Layout, is_plain, junctions, key, show
from cwql.diagnostics import Fix, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.analysis.terms import Key
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Expr

RULE = Rule(
    "CW404",
    "repeated-term",
    "warning",
    summary="Reports a term that occurs twice between the same connectives.",
    why="The second one changes nothing; often another field or value was meant.",
    example="board/id = 1 and closedFlag = false and board/id = 1",
    instead="board/id = 1 and closedFlag = false",
    evidence="logic",
    safety="safe",
    scope="condition",
    needs="shared",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report every repeat, and take it out."""
    repeats: list[tuple[Expr, Expr]] = []
    for junction in junctions(context.tree):
        seen: dict[Key, Expr] = {}
        for item in junction.items:
            first = seen.setdefault(key(item), item)
            if first is not item and item.span is not None:
                repeats.append((item, first))
    if not repeats or not is_plain(context):
        return
    edits = Layout(context).offer_drops([item for item, _ in repeats])
    for item, first in repeats:
        edit = edits.get(id(item))
        assert item.span is not None
        yield RULE.at(
            item.span,
            f"{show(context, first)} is repeated here",
            hint="leave it out",
            fixes=[Fix("leave it out", [edit])] if edit is not None else (),
        )
