"""Why rules about a condition as a whole have to look: `find_reasons`, for conditions that name a field more than once.

These rules compare the items of one ``and`` or ``or``, and the groups among them. Most conditions that name a field twice list
alternatives or a range, which no rule reports.
"""

from __future__ import annotations

from cwql.language.nodes import Comparison, Junction, Or
from cwql.language.operators import CONTAINS, EQ, GE, GT, LE, LT, NE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Need

CHAIN = 3
"""So many values of one field, each in a separate comparison, are a chain."""


def find_reasons(tree: object) -> set[Need]:
    """Return the reasons that rules declare as `needs`.

    ``and`` and ``or``: comparisons of one field, joined by it, may contradict or imply each other; ``terms``: a term may be redundant;
    ``chain``: values of one field could be a list.
    """
    reasons: set[Need] = set()
    waiting = [tree]
    while waiting:
        junction = waiting.pop()
        if not isinstance(junction, Junction):
            continue
        alternative = isinstance(junction, Or)
        groups: dict[str, list[Comparison]] = {}
        inner: list[Junction] = []
        for item in junction.items:
            if type(item) is Comparison:
                groups.setdefault("/".join(item.path.segments).lower(), []).append(item)
            elif isinstance(item, Junction):
                inner.append(item)
        for group in groups.values():
            if len(group) > 1 and not _are_independent(group, alternative):
                reasons |= {"or" if alternative else "and", "terms"}
            if alternative and sum([item.operator is EQ for item in group]) >= CHAIN:
                reasons.add("chain")
        if inner and _may_repeat(groups, inner):
            reasons.add("terms")
        waiting += inner
    return reasons


def _are_independent(group: list[Comparison], alternative: bool) -> bool:
    """Return whether no comparison of one field, among the items of one junction, excludes, implies or repeats another one."""
    operator = group[0].operator
    kind = type(group[0].value)
    if (kind is str or kind is int) and all(c.operator is operator and type(c.value) is kind for c in group):
        distinct = len({str(c.value).lower() for c in group}) == len(group)
        return distinct and operator in (EQ if alternative else NE, CONTAINS)
    if len(group) != 2:
        return False
    if alternative:
        first, second = sorted(group, key=lambda c: c.value is not None)
        return first.value is None and first.operator is EQ and second.operator in (LT, LE, GT, GE)
    low, high = group if operator in (GT, GE) else (group[1], group[0])
    try:
        ordered = bool(low.value < high.value)  # type: ignore[operator]
    except TypeError:
        return False
    return ordered and low.operator in (GT, GE) and high.operator in (LT, LE)


def _may_repeat(groups: dict[str, list[Comparison]], inner: list[Junction]) -> bool:
    """Return whether a group may occur twice among the items, or contain one of them."""
    seen: set[frozenset[str]] = set()
    written = {_write(name, item) for name, group in groups.items() for item in group}
    for junction in inner:
        terms = frozenset(
            [_write("/".join(c.path.segments).lower(), c) for c in junction.items if type(c) is Comparison]
        )
        if not written.isdisjoint(terms):
            return True
        # Groups of groups are distinguished by their size only.
        terms = terms or frozenset([str(len(junction.items))])
        if terms in seen:
            return True
        seen.add(terms)
    return False


def _write(name: str, item: Comparison) -> str:
    return f"{name} {item.operator.name} {item.value}".lower()
