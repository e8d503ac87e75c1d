"""The terms of a condition and the edits that remove or merge them: `junctions`, `Layout`.

An edit is offered only if the resulting text parses to the intended tree: the author placed parentheses and
connectives, so every edit is verified by parsing its result.
"""

from __future__ import annotations

from cwql.diagnostics import Edit
from cwql.language.nodes import And, Comparison, Junction, Or, conjunction, disjunction
from cwql.language.simplify import PAIRS_LIMIT
from cwql.schema.record import Resolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from cwql.language.nodes import Expr, Path, Tree
    from cwql.rules.context import Context

    Key: TypeAlias = tuple[object, ...]


def junctions(tree: Tree) -> Iterator[Junction]:
    """Yield every And and Or of a tree, the outer ones first."""
    waiting: list[object] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Junction):
            yield node
            waiting += reversed(node.items)


def fold(path: Path) -> tuple[str, ...]:
    """Return a key of a field; servers ignore letter case."""
    return tuple([segment.lower() for segment in path.segments])


def key(expr: Expr) -> Key:
    """Return a key of a condition that ignores the order of items and the letter case of field names."""
    if isinstance(expr, Junction):
        return (type(expr), frozenset([key(item) for item in expr.items]))
    if isinstance(expr, Comparison):
        values = expr.values
        return (fold(expr.path), expr.operator.name, tuple([type(value) for value in values]), values)
    return (expr.value,)


def is_single(context: Context, path: Path) -> bool:
    """Return whether a field has a single value, so that two values exclude each other."""
    if context.parameter.collections or context.parameter.record is not None:
        return False
    found = context.resolve(path)
    if isinstance(found, Resolved):
        return all(field.kind not in ("collection", "map", "any") for field in found.fields)
    return found is None and len(path.segments) == 1


def fields(context: Context, junction: Junction) -> Iterator[list[Comparison]]:
    """Yield the distinct comparisons of each single-valued field that a junction has more than one of.

    Duplicates are returned once; fields with more than `PAIRS_LIMIT` comparisons are skipped, because comparing all
    pairs would be quadratic.
    """
    groups: dict[tuple[str, ...], dict[Key, Comparison]] = {}
    for item in junction.items:
        if isinstance(item, Comparison):
            groups.setdefault(fold(item.path), {}).setdefault(key(item), item)
    for group in groups.values():
        found = list(group.values())
        if 1 < len(found) <= PAIRS_LIMIT and is_single(context, found[0].path):
            yield found


def show(context: Context, expr: Expr) -> str:
    """Return a condition as it is written, shortened."""
    span = expr.span
    text = "" if span is None else context.text[span.start : span.end]
    return text if len(text) <= 60 else text[:57] + "..."


def show_path(context: Context, comparison: Comparison) -> str:
    """Return a path as it is written."""
    span = context.place(comparison).path
    return context.text[span.start : span.end]


def is_plain(context: Context) -> bool:
    """Return whether the tree says the same as the text, word for word, on every server.

    A prefix ``not`` inverts operators and connectives, so the text does not contain the operators of the tree; ``and``
    next to ``or`` without parentheses may be grouped differently. The rules about both have a fix, and the other rules
    see the fixed text.
    """
    if not context.repaired:
        # The fast path reports both.
        return True
    before = None
    groups = [""]
    for token in context.tokens:
        kind = token.kind
        if kind == "NOT" and before != "PATH":
            return False
        if kind == "LPAR":
            groups.append("")
        elif kind == "RPAR" and len(groups) > 1:
            groups.pop()
        elif kind in ("AND", "OR"):
            if groups[-1] not in ("", kind):
                return False
            groups[-1] = kind
        before = kind
    return True


class Layout:
    """Find terms between their connectives and parentheses."""

    __slots__ = ("_at", "_context", "_tokens")

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tokens = context.tokens
        self._at = {token.start: index for index, token in enumerate(self._tokens)}

    def drop(self, item: Expr) -> Edit | None:
        """Return the edit that removes a term, with one of the connectives next to it."""
        found = self._surround(item)
        if found is None:
            return None
        first, last = found
        tokens = self._tokens
        if first and tokens[first - 1].kind in ("AND", "OR") and first > 1:
            return Edit(Span(tokens[first - 2].end, tokens[last].end), "")
        opens = not first or tokens[first - 1].kind == "LPAR"
        if opens and last + 2 < len(tokens) and tokens[last + 1].kind in ("AND", "OR"):
            return Edit(Span(tokens[first].start, tokens[last + 2].start), "")
        return None

    def _surround(self, item: Expr) -> tuple[int, int] | None:
        """Return the first and the last token of a term, the parentheses around it included."""
        span = item.span
        if span is None or span.start not in self._at:
            return None
        tokens = self._tokens
        first = last = self._at[span.start]
        depth = 0
        while True:
            depth += (tokens[last].kind == "LPAR") - (tokens[last].kind == "RPAR")
            if depth < 0:
                # The group was opened before its first comparison.
                first -= 1
                if first < 0 or tokens[first].kind != "LPAR":
                    return None
                depth += 1
            if tokens[last].end >= span.end and depth == 0:
                break
            last += 1
            if last == len(tokens):
                return None
        while first and last + 1 < len(tokens) and (tokens[first - 1].kind, tokens[last + 1].kind) == ("LPAR", "RPAR"):
            first, last = first - 1, last + 1
        return first, last

    def offer_drops(self, items: Iterable[Expr]) -> dict[int, Edit]:
        """Return the edits that take these terms out, by the identity of the term; those that can be made together."""
        edits: dict[int, Edit] = {}
        end = -1
        for item in sorted(items, key=_start):
            edit = self.drop(item)
            if edit is not None and edit.span.start >= end:
                edits[id(item)] = edit
                end = edit.span.end
        return edits if edits and self.leads_to(edits.values(), dict.fromkeys(edits)) else {}

    def merge(self, items: Sequence[Comparison], merged: Comparison, word: str) -> list[Edit] | None:
        """Return the edits that merge comparisons of one field into a list; None if the meaning would change."""
        places = [self._context.place(item) for item in items]
        first = items[0].span
        assert first is not None
        path = self._context.text[places[0].path.start : places[0].path.end]
        literals = dict.fromkeys([literal for place in places for literal in place.literals])
        edits = [Edit(first, f"{path} {word} ({', '.join(literals)})")]
        for item in items[1:]:
            edit = self.drop(item)
            if edit is None:
                return None
            edits.append(edit)
        meant: dict[int, Expr | None] = dict.fromkeys([id(item) for item in items[1:]])
        meant[id(items[0])] = merged
        return edits if self.leads_to(edits, meant) else None

    def leads_to(self, edits: Iterable[Edit], meant: Mapping[int, Expr | None]) -> bool:
        """Return whether the edited text parses to the tree with each node replaced by the given one, None for none."""
        from cwql.diagnostics import apply_edits
        from cwql.errors import ConditionError
        from cwql.language.parsing import parse_or_raise

        context = self._context
        tree = _rebuild(context.tree, meant)
        try:
            edited = parse_or_raise(apply_edits(context.text, edits), context.dialect, context.parameter.shape)
        except (ConditionError, ValueError):
            return False
        return tree is not None and edited == tree


def _start(item: Expr) -> int:
    span = item.span
    return -1 if span is None else span.start


def _rebuild(expr: Tree, meant: Mapping[int, Expr | None]) -> Expr | None:
    if id(expr) in meant:
        return meant[id(expr)]
    if isinstance(expr, Junction):
        items = [new for item in expr.items if (new := _rebuild(item, meant)) is not None]
        if not items:
            return None
        return conjunction(items) if isinstance(expr, And) else disjunction(items)
    return expr  # type: ignore[return-value]


def alternatives(tree: Tree) -> Iterator[Or]:
    """Yield every Or of a tree."""
    return (junction for junction in junctions(tree) if isinstance(junction, Or))
