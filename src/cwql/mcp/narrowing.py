"""Whether a condition narrows a list: a condition that nearly every record fulfils does not."""

from __future__ import annotations

from cwql.language.nodes import And, Comparison, Or
from cwql.language.operators import EQ, GE, GT, IN, LIKE, NE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.nodes import Expr

_SWEEPING = frozenset("%*?_ ")


def narrows(expr: Expr) -> bool:
    """Return whether a condition selects records by a value: ``id > 0``, ``closedFlag = false`` and ``name != null`` do not.

    One narrowing part of an `and` is enough; in an `or`, every alternative has to narrow.
    """
    if isinstance(expr, And):
        return any(narrows(item) for item in expr.items)
    if isinstance(expr, Or):
        return all(narrows(item) for item in expr.items)
    return isinstance(expr, Comparison) and _selects(expr)


def _selects(term: Comparison) -> bool:
    operator, value = term.operator, term.value
    if operator.negated or operator is NE or value is None or isinstance(value, bool):
        return False
    if operator in (GT, GE) and term.path.segments[-1].lower() == "id":
        # Ids grow, so this is only a lower bound.
        return False
    if operator.family == "text":
        return not isinstance(value, str) or not _SWEEPING.issuperset(value)
    return operator in (EQ, IN, LIKE) or operator.family == "order"
