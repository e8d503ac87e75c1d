"""Shorter conditions with the same meaning: `simplify`.

The result matches the same records on every server, no matter how the server treats null, letter case and conversions (see
`cwql.language.ranges`), and its text is never longer, in either language.
"""

from __future__ import annotations

from cwql.errors import ExpressionError
from cwql.language.nodes import And, Comparison, Constant, Junction, Or, Path, join
from cwql.language.operators import EQ, IN, MEMBERSHIP, NE, NOT_IN
from cwql.language.ranges import excludes, find_kind, implies, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.language.nodes import Condition, Expr, Scalar
    from cwql.language.operators import Operator

    Key: TypeAlias = tuple[object, ...]

PAIRS_LIMIT = 32
"""How many comparisons of one field, or groups of one junction, are compared pair by pair, which is quadratic."""

# The kinds of values that are known to be allowed in lists; no source shows lists of dates or booleans.
_LISTED = frozenset(("text", "number"))


def simplify(expr: Condition, *, membership: bool = True) -> Expr:
    """Return an equivalent condition without nested constants, duplicates, redundant terms and contradictions.

    ``or`` chains of ``=`` on one field become ``in``, and ``and`` chains of ``!=`` become ``not in``, unless `membership` is
    False (the vendor documents ``in`` for the parameter ``conditions`` only). A condition that is never true becomes
    ``Constant(False)``, one that is always true ``Constant(True)``; ``x = 1 or x != 1`` is not always true, because null may
    fail both. A path of several segments may lead through a collection, so that ``types/id = 1 and types/id = 2`` is kept.
    """
    return simplify_fields(expr, _has_one_segment, membership)


def simplify_fields(expr: Condition, single: Callable[[Path], bool], membership: bool = True) -> Expr:
    """Return an equivalent condition, as `simplify` does, for which `single` returns whether a field has one value.

    Some conclusions are right only for such fields: ``id = 1 and id = 2`` is never true, but ``types/id = 1 and types/id = 2``
    is true for a contact with two types.
    """
    return _Simplifier(membership, single).simplify(expr)


def _has_one_segment(path: Path) -> bool:
    return len(path.segments) == 1


class _Simplifier:
    __slots__ = ("_keys", "_membership", "_single")

    def __init__(self, membership: bool, single: Callable[[Path], bool]) -> None:
        self._membership = membership
        self._single = single
        # By identity; the node is stored too, so that its id is not used again.
        self._keys: dict[int, tuple[Expr, Key]] = {}

    def simplify(self, expr: Condition) -> Expr:
        match expr:
            case Comparison():
                return self._comparison(expr)
            case And() | Or():
                return self._junction(expr)
            case Constant():
                return expr
        raise ExpressionError(f"cannot simplify {expr!r}: expected a condition")

    def _comparison(self, expr: Comparison) -> Expr:
        if expr.operator not in MEMBERSHIP:
            return expr
        values = tuple({(type(value), value): value for value in expr.values}.values())
        if not values:
            return Constant(expr.operator is NOT_IN)
        lone = len(values) == 1 and values[0] is not None
        if lone and (expr.operator is IN or self._single(expr.path)):
            return Comparison(expr.path, EQ if expr.operator is IN else NE, values[0], expr.span)
        return expr if len(values) == len(expr.values) else Comparison(expr.path, expr.operator, values, expr.span)

    def _junction(self, expr: And | Or) -> Expr:
        is_and = isinstance(expr, And)
        kind = And if is_and else Or
        joined = join(kind, [self.simplify(item) for item in expr.items])
        while isinstance(joined, kind):
            items = self._reduce(list(joined.items), is_and)
            if items is None:
                return Constant(not is_and)
            if len(items) == len(joined.items) and all(
                new is old for new, old in zip(items, joined.items, strict=True)
            ):
                # A tree that needs no change is returned as it is, with its spans.
                return expr if _is_same(joined, expr) else joined
            joined = join(kind, items)
        return joined

    def _reduce(self, items: list[Expr], is_and: bool) -> list[Expr] | None:
        """Return the items after one step; None if a constant decides the junction."""
        kept: dict[Key, Expr] = {}
        for item in items:
            if isinstance(item, Constant):
                if item.value is not is_and:
                    return None
            else:
                kept.setdefault(self._key(item), item)
        self._absorb(kept)
        fields: dict[Key, list[Comparison]] = {}
        for item in kept.values():
            if isinstance(item, Comparison):
                fields.setdefault(_fold(item.path), []).append(item)
        replaced: dict[int, Expr | None] = {}
        for group in fields.values():
            if len(group) > 1 and not self._reduce_field(group, is_and, replaced):
                return None
        return [new for item in kept.values() if (new := replaced.get(id(item), item)) is not None]

    def _absorb(self, kept: dict[Key, Expr]) -> None:
        """Drop ``a or b`` if a conjunction has ``a``, and ``a or b or c`` if it has ``a or b``; and vice versa in a disjunction."""
        groups: list[tuple[Key, frozenset[Key]]] = []
        for key, item in list(kept.items()):
            if isinstance(item, Junction):
                parts = frozenset(self._key(part) for part in item.items)
                if any(part in kept for part in parts):
                    del kept[key]
                else:
                    groups.append((key, parts))
        if len(groups) <= PAIRS_LIMIT:
            for key, parts in groups:
                if any(other < parts for _, other in groups):
                    del kept[key]

    def _reduce_field(self, group: list[Comparison], is_and: bool, replaced: dict[int, Expr | None]) -> bool:
        """Reduce the comparisons of one field; return False if they decide the junction."""
        single = self._single(group[0].path)
        # The item of the junction that each merged comparison replaces.
        origins: dict[int, int] = {}
        if is_and:
            if single and self._membership:
                group = self._merge(group, NE, NOT_IN, replaced, origins)
        elif self._membership:
            group = self._merge(group, EQ, IN, replaced, origins)
        if not single or len(group) > PAIRS_LIMIT:
            return True
        dropped = _find_redundant(group, is_and)
        if dropped is None:
            return False
        for p in group:
            if id(p) in dropped:
                replaced[origins.get(id(p), id(p))] = None
            elif is_and and p.operator is IN:
                others = [q for q in group if q is not p and id(q) not in dropped]
                values = _find_possible_values(p, others)
                if not values:
                    return False
                if len(values) < len(p.values):
                    replaced[origins.get(id(p), id(p))] = self._comparison(Comparison(p.path, IN, values))
        return True

    def _merge(
        self,
        group: list[Comparison],
        one: Operator,
        many: Operator,
        replaced: dict[int, Expr | None],
        origins: dict[int, int],
    ) -> list[Comparison]:
        """Merge ``=`` and ``in`` (or ``!=`` and ``not in``) with one kind of value into one list, in the place of the first."""
        lists: dict[str, list[Comparison]] = {}
        for comparison in group:
            if comparison.operator in (one, many):
                kinds = {find_kind(value) for value in comparison.values}
                kind = kinds.pop() if len(kinds) == 1 else None
                if kind in _LISTED:
                    lists.setdefault(str(kind), []).append(comparison)
        for found in lists.values():
            if len(found) < 2:
                continue
            values = {(type(value), value): value for comparison in found for value in comparison.values}
            merged = Comparison(found[0].path, many, tuple(values.values()))
            for comparison in found:
                replaced[id(comparison)] = None
            replaced[id(found[0])] = merged
            origins[id(merged)] = id(found[0])
            taken = {id(comparison) for comparison in found[1:]}
            group = [merged if item is found[0] else item for item in group if id(item) not in taken]
        return group

    def _key(self, expr: Expr) -> Key:
        """Return a key that is equal for equivalent conditions: the order of items and the letter case of names are ignored."""
        cached = self._keys.get(id(expr))
        if cached is not None:
            return cached[1]
        key: Key
        if isinstance(expr, Junction):
            key = (type(expr), frozenset(self._key(item) for item in expr.items))
        elif isinstance(expr, Comparison):
            values = expr.values
            key = (_fold(expr.path), expr.operator.name, tuple([type(value) for value in values]), values)
        else:
            key = (expr.value,)
        self._keys[id(expr)] = (expr, key)
        return key


def _fold(path: Path) -> tuple[str, ...]:
    # Servers ignore the letter case of names (vendor text writes Board/Id and board/id).
    return tuple([segment.lower() for segment in path.segments])


def _is_same(a: Expr, b: Expr) -> bool:
    return (
        isinstance(a, Junction)
        and isinstance(b, Junction)
        and len(a.items) == len(b.items)
        and all(new is old for new, old in zip(a.items, b.items, strict=True))
    )


def _find_redundant(group: list[Comparison], is_and: bool) -> set[int] | None:
    """Return the ids of comparisons of a field that others make redundant, or None if two of them decide the junction."""
    dropped: set[int] = set()
    for p in group:
        for q in group:
            if p is q or id(p) in dropped or id(q) in dropped:
                continue
            if is_and and excludes(p, q):
                return None
            if not is_and and p.value is None and q.value is None and {p.operator, q.operator} == {EQ, NE}:
                return None
            if implies(p, q):
                dropped.add(id(q if is_and else p))
    return dropped


def _find_possible_values(membership: Comparison, others: list[Comparison]) -> tuple[Scalar, ...]:
    """Return the values of a list that no other comparison of the conjunction excludes."""
    return tuple(
        [
            value
            for value in membership.values
            if not any(matches(other.operator, other.value, value) is False for other in others)
        ]
    )


# Users know it as a name of `cwql`.
simplify.__module__ = "cwql"
