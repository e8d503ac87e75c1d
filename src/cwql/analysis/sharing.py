"""Several comparisons of one field: harmless, a chain that could be an `in` list, or possibly a contradiction.

Rules about combinations inspect the items of one ``and`` or ``or``, and the groups among them. Therefore only these can
conflict; most texts that name a field twice list alternatives or a range.
"""

from __future__ import annotations

from cwql.language.nodes import Comparison, Junction, Or
from cwql.language.operators import CONTAINS, EQ, GE, GT, LE, LT, NE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.operators import Operator

CHAIN = 3
"""So many values of one field, each in a comparison of its own, are a chain."""


def find_reasons(tree: object) -> set[str]:
    """Return why the rules have to look: ``chain`` for a chain of values, ``shared`` for all else that may be at odds."""
    reasons: set[str] = set()
    waiting = [tree]
    while waiting:
        junction = waiting.pop()
        if not isinstance(junction, Junction):
            continue
        groups: dict[str, list[Comparison]] = {}
        inner: list[Junction] = []
        for item in junction.items:
            if type(item) is Comparison:
                groups.setdefault("/".join(item.path.segments).lower(), []).append(item)
            elif isinstance(item, Junction):
                inner.append(item)
        for group in groups.values():
            if len(group) > 1:
                reason = _compare(group, isinstance(junction, Or))
                if reason is not None:
                    reasons.add(reason)
        if inner and _may_repeat(groups, inner):
            reasons.add("shared")
        if "shared" in reasons:
            return reasons
        waiting += inner
    return reasons


def _compare(group: list[Comparison], alternative: bool) -> str | None:
    """Classify the comparisons of one field among the items of one junction."""
    operator: Operator = group[0].operator
    kind = type(group[0].value)
    alike = (kind is str or kind is int) and all(c.operator is operator and type(c.value) is kind for c in group)
    if alike:
        values = {str(c.value).lower() for c in group}
        if len(values) == len(group):
            if operator is (EQ if alternative else NE):
                return "chain" if alternative and len(group) >= CHAIN else None
            if operator is CONTAINS and len(group) == 2:
                one, two = values
                return "shared" if one in two or two in one else None
    if len(group) == 2 and alternative:
        first, second = sorted(group, key=lambda c: c.value is not None)
        if first.value is None and first.operator is EQ and second.operator in (LT, LE, GT, GE):
            return None
    if len(group) == 2 and not alternative:
        low, high = group if operator in (GT, GE) else (group[1], group[0])
        try:
            ordered = bool(low.value < high.value)  # type: ignore[operator]
        except TypeError:
            return "shared"
        if low.operator in (GT, GE) and high.operator in (LT, LE) and ordered:
            return None
    return "shared"


def _may_repeat(groups: dict[str, list[Comparison]], inner: list[Junction]) -> bool:
    """Return whether a group may occur twice among the items, or contain one of them."""
    seen: set[frozenset[str]] = set()
    beside = {_write(name, item) for name, group in groups.items() for item in group}
    for junction in inner:
        written = frozenset(
            [_write("/".join(c.path.segments).lower(), c) for c in junction.items if type(c) is Comparison]
        )
        if not beside.isdisjoint(written):
            return True
        # Groups of groups are distinguished by their size only.
        written = written or frozenset([str(len(junction.items))])
        if written in seen:
            return True
        seen.add(written)
    return False


def _write(name: str, item: Comparison) -> str:
    return f"{name} {item.operator.name} {item.value}".lower()
