"""What one comparison says about another one of the same field: `implies` and `excludes`.

Both claim only what holds on any server, and stay silent otherwise. Their ground:

* A missing field (null) fails every positive comparison with a value. Whether it passes a negative one (``!=``, ``not in``)
  servers do not say, so nothing is concluded from that.
* Null equals null and nothing else; an empty text may be stored as null.
* Texts are compared without regard to letter case and trailing blanks, and perhaps accents: two texts are told apart only
  if both start with a letter, are plain ASCII and differ beyond that. Which of them comes first is left open.
* Numbers that a float cannot tell apart, and times within a second of one another, may be equal on the server.
* A time that equals a date may be any moment of that day, so nothing follows about its order relative to that date.
* Values of different kinds (``1`` and ``"1"``, a date and a time) may be converted into one another.
"""

from __future__ import annotations

from cwql.language.operators import EQ, GE, GT, IN, LE, LT, NE, NOT_IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.nodes import Comparison, Scalar
    from cwql.language.operators import Operator

_DISTINCT = 2
"""Not equal; which one comes first is not known."""


def find_kind(value: object) -> str | None:
    """Return what kind of value it is: values of one kind can be compared; None where nothing is known."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "number"
    if value is None:
        return "null"
    name = type(value).__name__
    if name == "Decimal":
        return "number" if value.is_finite() else None  # type: ignore[attr-defined]
    if name == "datetime":
        return "time" if value.tzinfo is not None else "local time"  # type: ignore[attr-defined]
    return "date" if name == "date" else None


def compare(a: Scalar, b: Scalar) -> int | None:
    """Return -1, 0 or 1 as the first value is surely less, equal or greater, 2 if surely not equal, None if unsure."""
    kind, other = find_kind(a), find_kind(b)
    if kind is None or other is None:
        return None
    if kind != other:
        # Only null is surely no value of another kind, and only if that one is more than blanks.
        if kind == "null" or other == "null":
            text = b if kind == "null" else a
            return None if isinstance(text, str) and not text.strip() else _DISTINCT
        return None
    if a == b:
        return 0
    if kind == "text":
        return _DISTINCT if _are_apart(a, b) else None  # type: ignore[arg-type]
    if kind == "boolean":
        return _DISTINCT
    if kind == "number":
        try:
            apart = float(a) != float(b)  # type: ignore[arg-type]
        except OverflowError:
            apart = False
    elif kind == "date":
        apart = True
    else:
        apart = abs((a - b).total_seconds()) > 1  # type: ignore[operator, union-attr]
    if not apart:
        return None
    return -1 if a < b else 1  # type: ignore[operator]


def _are_apart(a: str, b: str) -> bool:
    for text in (a, b):
        if not (text.isascii() and text.isprintable() and text[:1].isalpha()):
            return False
    return a.rstrip(" ").lower() != b.rstrip(" ").lower()


def holds(operator: Operator, value: object, element: Scalar) -> bool | None:
    """Tell whether a field that equals `element` passes the comparison with `value`; None if unsure."""
    if operator in (IN, NOT_IN):
        verdicts = [holds(EQ, item, element) for item in value]  # type: ignore[attr-defined]
        found = True if True in verdicts else None if None in verdicts else False
        if operator is IN or found is None:
            return found
        return None if element is None else not found
    if operator.family == "text":
        return False if element is None and not operator.negated and value is not None else None
    order = compare(element, value)  # type: ignore[arg-type]
    if operator is EQ:
        return None if order is None else order == 0
    if operator is NE:
        # Null beside a value: servers that follow SQL say no, others yes. Beside null it is the plain test.
        return None if order is None or (element is None and value is not None) else order != 0
    if element is None:
        return False if value is not None else None
    if order is None or order == _DISTINCT or value is None or (order == 0 and find_kind(value) in ("date", "text")):
        return None
    return {LT: order < 0, LE: order <= 0, GT: order > 0, GE: order >= 0}[operator]


def find_points(comparison: Comparison) -> tuple[Scalar, ...] | None:
    """Return the only values that a field can have where the comparison holds, or None if there is no such list."""
    return comparison.values if comparison.operator in (EQ, IN) else None


def implies(p: Comparison, q: Comparison) -> bool:
    """Tell whether wherever `p` holds `q` surely holds; both are about one field with a single value."""
    points = find_points(p)
    if points is not None:
        return all(holds(q.operator, q.value, point) is True for point in points)
    positive = not p.operator.negated and p.operator is not NE
    if q.operator is NE and q.value is None:
        return positive and p.value is not None
    if p.operator.family == "order" and p.value is not None:
        if q.operator in (NE, NOT_IN):
            return all(item is not None and holds(p.operator, p.value, item) is False for item in q.values)
        return _reaches(p, q)
    if p.operator in (NE, NOT_IN) and q.operator in (NE, NOT_IN):
        return all(any(compare(item, other) == 0 for other in p.values) for item in q.values)
    return False


def _reaches(p: Comparison, q: Comparison) -> bool:
    """Tell whether the range of `q` takes in all of the range of `p`."""
    for strict, loose, inside in ((GT, GE, 1), (LT, LE, -1)):
        if p.operator in (strict, loose) and q.operator in (strict, loose):
            order = compare(p.value, q.value)  # type: ignore[arg-type]
            return order == inside or (order == 0 and not (p.operator is loose and q.operator is strict))
    return False


def excludes(p: Comparison, q: Comparison) -> bool:
    """Tell whether `p` and `q` surely never hold together; both are about one field with a single value."""
    if p.operator.negation is q.operator and p._key()[2:] == q._key()[2:]:
        return True
    for one, other in ((p, q), (q, p)):
        points = find_points(one)
        if points is not None:
            if all(holds(other.operator, other.value, point) is False for point in points):
                return True
        elif one.operator in (GT, GE) and other.operator in (LT, LE):
            order = compare(one.value, other.value)  # type: ignore[arg-type]
            if order == 1 or (order == 0 and not (one.operator is GE and other.operator is LE)):
                return True
    return False
