"""Conclusions from one comparison about another one of the same field: `implies` and `excludes`.

Both return True only if that is right for every server. The assumptions:

* A missing field (null) fails every positive comparison with a value. It is not known whether it passes a negative one (``!=``,
  ``not in``), so nothing is concluded from that.
* Null equals only null; an empty text may be stored as null.
* Texts are compared without letter case and trailing blanks, and perhaps without accents. Two texts are known to be different only
  if both start with a letter, are plain ASCII and differ in more than that. Their order is not known.
* Numbers that are equal as floats, and times within a second of one another, may be equal on the server.
* A time that equals a date may be any moment of that day, so its order relative to that date is not known.
* Values of different kinds (``1`` and ``"1"``, a date and a time) may be converted into one another.
"""

from __future__ import annotations

from cwql.language.operators import EQ, GE, GT, IN, LE, LT, NE, NOT_IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.nodes import Comparison, Scalar
    from cwql.language.operators import Operator

_DISTINCT = 2
"""Not equal, in an unknown order."""


def find_kind(value: object) -> str | None:
    """Return the kind of a value; values of one kind can be compared. None if nothing is known about it."""
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
    """Return -1, 0 or 1 if the first value is less, equal or greater on every server, 2 if not equal, None if not known."""
    kind, other = find_kind(a), find_kind(b)
    if kind is None or other is None:
        return None
    if kind != other:
        # Only null is different from values of other kinds, unless that is a text of blanks.
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


def matches(operator: Operator, value: object, element: Scalar) -> bool | None:
    """Return whether a field that equals `element` passes the comparison with `value`; None if that is not known."""
    if operator in (IN, NOT_IN):
        results = [matches(EQ, item, element) for item in value]  # type: ignore[attr-defined]
        found = True if True in results else None if None in results else False
        if operator is IN or found is None:
            return found
        return None if element is None else not found
    if operator.family == "text":
        return False if element is None and not operator.negated and value is not None else None
    order = compare(element, value)  # type: ignore[arg-type]
    if operator is EQ:
        return None if order is None else order == 0
    if operator is NE:
        # Null against a value: false on servers that follow SQL, true on others. Against null it is a plain test.
        return None if order is None or (element is None and value is not None) else order != 0
    if element is None:
        return False if value is not None else None
    if order is None or order == _DISTINCT or value is None or (order == 0 and find_kind(value) in ("date", "text")):
        return None
    return {LT: order < 0, LE: order <= 0, GT: order > 0, GE: order >= 0}[operator]


def find_points(comparison: Comparison) -> tuple[Scalar, ...] | None:
    """Return the only values that a field can have if the comparison is true, or None if there is no such list."""
    return comparison.values if comparison.operator in (EQ, IN) else None


def implies(p: Comparison, q: Comparison) -> bool:
    """Return whether `q` is true whenever `p` is; both compare the same field, which has a single value."""
    points = find_points(p)
    if points is not None:
        return all(matches(q.operator, q.value, point) is True for point in points)
    positive = not p.operator.negated and p.operator is not NE
    if q.operator is NE and q.value is None:
        return positive and p.value is not None
    if p.operator.family == "order" and p.value is not None:
        if q.operator in (NE, NOT_IN):
            return all(item is not None and matches(p.operator, p.value, item) is False for item in q.values)
        return _includes(p, q)
    if p.operator in (NE, NOT_IN) and q.operator in (NE, NOT_IN):
        return all(any(compare(item, other) == 0 for other in p.values) for item in q.values)
    return False


def _includes(p: Comparison, q: Comparison) -> bool:
    """Return whether the range of `q` includes the range of `p`."""
    for strict, loose, inside in ((GT, GE, 1), (LT, LE, -1)):
        if p.operator in (strict, loose) and q.operator in (strict, loose):
            order = compare(p.value, q.value)  # type: ignore[arg-type]
            return order == inside or (order == 0 and not (p.operator is loose and q.operator is strict))
    return False


def excludes(p: Comparison, q: Comparison) -> bool:
    """Return whether `p` and `q` are never both true; both compare the same field, which has a single value."""
    if p.operator.negation is q.operator and p._key()[2:] == q._key()[2:]:
        return True
    for one, other in ((p, q), (q, p)):
        points = find_points(one)
        if points is not None:
            if all(matches(other.operator, other.value, point) is False for point in points):
                return True
        elif one.operator in (GT, GE) and other.operator in (LT, LE):
            order = compare(one.value, other.value)  # type: ignore[arg-type]
            if order == 1 or (order == 0 and not (one.operator is GE and other.operator is LE)):
                return True
    return False
