"""CW405: a term that another one makes superfluous."""

from __future__ import annotations

from cwql.analysis.terms import Layout, fields, is_plain, junctions, key, show
from cwql.diagnostics import Fix, Rule
from cwql.language.nodes import And, Junction
from cwql.language.ranges import excludes, implies
from cwql.language.simplify import PAIRS_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Expr

RULE = Rule(
    "CW405",
    "subsumed-term",
    "warning",
    summary="Reports a term that another term makes redundant: `id > 5 and id > 3`, `a = 1 or (a = 1 and b = 2)`.",
    why="It changes nothing; often the other one says less, or more, than was meant.",
    example="id > 5 and id > 3",
    instead="id > 5",
    evidence="cwql.language.ranges, which concludes only facts that are true on any server",
    safety="safe",
    scope="condition",
    needs="shared",
    screened=True,
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the superfluous one, and take it out."""
    found: list[tuple[Expr, Expr]] = []
    for junction in junctions(context.tree):
        found += _subsume(context, junction)
        found += _absorb(junction)
    if not found or not is_plain(context):
        return
    edits = Layout(context).offer_drops([item for item, _ in found])
    for item, other in found:
        if item.span is None:
            continue
        edit = edits.get(id(item))
        yield RULE.at(
            item.span,
            f"redundant next to {show(context, other)}",
            hint="leave it out, or look again at what the other one says",
            fixes=[Fix("leave it out", [edit])] if edit is not None else (),
        )


def _subsume(context: Context, junction: Junction) -> Iterator[tuple[Expr, Expr]]:
    """Yield comparisons of one field that another one makes redundant: a stricter one in `and`, a weaker one in `or`."""
    strict = isinstance(junction, And)
    for group in fields(context, junction):
        if strict and any(excludes(p, q) for i, q in enumerate(group) for p in group[:i]):
            # The condition matches nothing, which another rule reports.
            continue
        dropped: set[int] = set()
        for p in group:
            for q in group:
                weaker, other = (q, p) if strict else (p, q)
                if p is not q and id(p) not in dropped and id(q) not in dropped and implies(p, q):
                    dropped.add(id(weaker))
                    yield weaker, other


def _absorb(junction: Junction) -> Iterator[tuple[Expr, Expr]]:
    """Yield groups that contain a term which also occurs next to them."""
    beside = {key(item): item for item in junction.items}
    for item in junction.items[:PAIRS_LIMIT]:
        if isinstance(item, Junction):
            other = next((beside[known] for known in map(key, item.items) if known in beside), None)
            if other is not None:
                yield item, other
