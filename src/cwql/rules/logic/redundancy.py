"""Rules about terms that change nothing, and about longer forms of a list."""

from __future__ import annotations

from itertools import pairwise

from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.nodes import And, Comparison, Junction
from cwql.language.operators import EQ, IN
from cwql.language.ranges import excludes, find_kind, implies
from cwql.language.simplify import PAIRS_LIMIT
from cwql.rules.logic.terms import Layout, alternatives, fields, fold, is_plain, junctions, key, show, show_path
from cwql.rules.registry import checks
from cwql.source import cover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Expr
    from cwql.rules.context import Context
    from cwql.rules.logic.terms import Key
    from cwql.source import Span

REPEATED_TERM = Rule(
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
    needs="terms",
    traits=("terms",),
)


@checks(REPEATED_TERM)
def check_repeated_term(context: Context) -> Iterator[Diagnostic]:
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
        yield REPEATED_TERM.at(
            item.span,
            f"{show(context, first)} is repeated here",
            hint="leave it out",
            fixes=[Fix("leave it out", [edit])] if edit is not None else (),
        )


SUBSUMED_TERM = Rule(
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
    needs="terms",
    traits=("terms",),
)


@checks(SUBSUMED_TERM)
def check_subsumed_term(context: Context) -> Iterator[Diagnostic]:
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
        yield SUBSUMED_TERM.at(
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
    neighbours = {key(item): item for item in junction.items}
    for item in junction.items[:PAIRS_LIMIT]:
        if isinstance(item, Junction):
            other = next((neighbours[known] for known in map(key, item.items) if known in neighbours), None)
            if other is not None:
                yield item, other


OR_CHAIN = Rule(
    "CW406",
    "or-chain",
    "info",
    summary="Reports three or more values of one field that are joined by `or`.",
    why="A list is shorter, which matters in a URL, and an `and` next to it cannot split it. The vendor "
    "documents `in` for the main condition only, so other parameters are not reported.",
    example="board/id = 1 or board/id = 2 or board/id = 3",
    instead="board/id in (1, 2, 3)",
    evidence="both reference documents; vendor text (`in` for conditions only)",
    safety="safe",
    scope="condition",
    needs="chain",
    traits=("terms",),
)

ENOUGH = 3
"""Two alternatives read as well as a list of two."""


@checks(OR_CHAIN)
def check_or_chain(context: Context) -> Iterator[Diagnostic]:
    """Report the chain, and write it as a list."""
    if context.parameter.collections or context.parameter.record is not None or IN not in context.dialect.operators:
        return
    whole = {id(comparison) for comparison in context.comparisons}
    for junction in alternatives(context.tree):
        chains: dict[tuple[object, ...], list[Comparison]] = {}
        for item in junction.items:
            if isinstance(item, Comparison) and item.operator is EQ and id(item) in whole:
                kind = find_kind(item.value)
                # Lists of dates or booleans have never been seen.
                if kind in ("text", "number"):
                    chains.setdefault((fold(item.path), kind), []).append(item)
        for chain in chains.values():
            values = {(type(item.value), item.value): item.value for item in chain}
            if len(values) < ENOUGH:
                continue
            if not is_plain(context):
                return
            edits = _replace_all(context, chain) if len(chain) == len(junction.items) else None
            if edits is None:
                merged = Comparison(chain[0].path, IN, tuple(values.values()))  # type: ignore[arg-type]
                edits = Layout(context).merge(chain, merged, "in")
            if edits is None:
                continue
            yield OR_CHAIN.at(
                _cover(chain),
                f"{len(values)} values of {show_path(context, chain[0])}, each in a separate comparison",
                hint="write a list with `in`",
                fixes=[Fix("write a list", edits)],
            )


def _replace_all(context: Context, chain: list[Comparison]) -> list[Edit] | None:
    """Return the edit that replaces a chain with nothing but `or` between its comparisons, so that no parse has to prove it."""
    text = context.text
    if any(text[left.end : right.start].strip().lower() != "or" for left, right in pairwise(chain)):
        return None
    literals = dict.fromkeys([context.place(item).literals[0] for item in chain])
    return [Edit(_cover(chain), f"{show_path(context, chain[0])} in ({', '.join(literals)})")]


def _cover(chain: list[Comparison]) -> Span:
    first, last = chain[0].span, chain[-1].span
    assert first is not None
    assert last is not None
    return cover(first, last)
