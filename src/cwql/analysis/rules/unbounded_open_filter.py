"""CW412: a filter for open records and nothing else."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.language.nodes import Comparison
from cwql.language.operators import EQ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
    "CW412",
    "unbounded-open-filter",
    "info",
    summary="Reports `closedFlag = false` as the whole condition of a list of tickets.",
    why="On a large system it is slow, and timeouts are reported; an additional board, company or date makes it fast.",
    example="closedFlag = false",
    instead="closedFlag = false and board/id in (1, 2)",
    evidence="language reference, semantics and traps",
    endpoint="/service/tickets",
    scope="condition",
    needs="wide",
    screened=True,
)

_LISTS = frozenset(("service/tickets", "project/tickets"))


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the comparison."""
    tree, endpoint = context.tree, context.endpoint
    if endpoint is None or endpoint.key.removesuffix("/search") not in _LISTS or not isinstance(tree, Comparison):
        return
    if [segment.lower() for segment in tree.path.segments] != ["closedflag"] or tree.span is None:
        return
    if tree.operator is EQ and tree.value is False:
        yield RULE.at(
            tree.span,
            "all open tickets of the system: slow where there are many",
            hint="narrow the list by a board, a company or a date as well",
        )
