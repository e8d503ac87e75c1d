"""CW406: alternatives that could be a list."""

from __future__ import annotations

from itertools import pairwise

from cwql.analysis.terms import Layout, alternatives, fold, is_plain, show_path
from cwql.diagnostics import Edit, Fix, Rule
from cwql.language.nodes import Comparison
from cwql.language.operators import EQ, IN
from cwql.language.ranges import find_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic
    from cwql.source import Span

RULE = Rule(
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
    screened=True,
)

ENOUGH = 3
"""Two alternatives read as well as a list of two."""


def check(context: Context) -> Iterator[Diagnostic]:
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
            yield RULE.at(
                _cover(chain),
                f"{len(values)} values of {show_path(context, chain[0])}, each in a comparison of its own",
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
    return first.cover(last)
