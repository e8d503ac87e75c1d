"""Records that are counted instead of read, in classes of the values of one column: `find_classes`.

A report about months or ages reads one column of a list, and has few different rows. All records of a class (the days of one month, a
branch of a CASE) are the same for the query, so it is enough to know how many there are, and one value that they may have.
"""

# sqlglot declares its names in compiled modules, which type checkers do not see through; mypy skips it as well.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAssignmentType=false
# pyright: reportAttributeAccessIssue=false, reportReturnType=false

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from sqlglot import exp

from cwql.semantics.column_predicate import AllOf, AnyOf, ColumnTest, rejects_nulls
from cwql.semantics.weaken import Weakened, weaken
from cwql.tables.constants import MOST_STEPS
from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from cwql.semantics.column_predicate import Predicate
    from cwql.tables.constants import Constants
    from cwql.tables.predicates import Translator
    from cwql.tables.query import TableScan

__all__ = ["Classes", "find_classes"]

Mark: TypeAlias = "tuple[datetime | int, bool]"
"""A place between two values: before a value or, if the second part is True, after it."""

_TESTS = (
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ,
)  # fmt: skip

_NOT_SCALAR = (exp.AggFunc, exp.Window, exp.Anonymous, exp.SubqueryPredicate, exp.Rand, exp.Uuid)
"""What an expression that is evaluated for one value of a class must not be."""


class Classes(Value):
    """The classes of a list by the column at `path`: for each a value of the column, and the conditions of its records.

    The last class has no conditions, because it has the rest of the records.
    """

    path: tuple[str, ...]
    values: tuple[object, ...]
    parts: tuple[Weakened, ...]


class _Class(Value):
    """The records whose column fulfils `tests`, for example `value`."""

    value: object
    tests: tuple[Predicate, ...]


def find_classes(
    scan: TableScan, predicate: Predicate, translator: Translator, constants: Constants, without: Collection[int]
) -> Classes | None:
    """Return the classes of the records that fulfil an exact predicate, or None if the query needs more than their numbers.

    `without` are the ids of expressions that are not evaluated locally.
    """
    uses = scan.used(without)
    nodes = [node for node, _ in uses if node is not None]
    paths = {path for _, path in uses}
    if len(paths) != 1 or len(nodes) < len(uses):
        return None
    (path,) = paths
    shape = scan.shape.at(path)
    if shape is None or shape.kind not in ("datetime", "integer", "boolean"):
        return None
    finder = _Finder(path, predicate, translator, constants)
    ids = {id(node) for node in nodes}
    outer = [_outermost(node, ids) for node in nodes]
    if shape.kind == "boolean":
        found: list[_Class] | None = finder.booleans()
    else:
        divided = [finder.divide(node, whole) for node, whole in zip(nodes, outer, strict=True)]
        if not all(divided) and shape.kind == "datetime":
            return None
        found = finder.intervals(points=not all(divided))
    if found is None:
        return None
    classes = _merge(found, list({id(each): each for each in outer}.values()), constants)
    if classes is None or len(classes) > MOST_STEPS:
        return None
    return _written(scan, path, predicate, classes)


class _Finder:
    """Find the classes of one column."""

    def __init__(
        self, path: tuple[str, ...], predicate: Predicate, translator: Translator, constants: Constants
    ) -> None:
        self._path = path
        self._translator = translator
        self._constants = constants
        self._known = [item for item in _flat(predicate) if isinstance(item, ColumnTest) and item.path == path]
        self._marks: set[Mark] = set()
        for test in self._known:
            self._marks |= _marks(test, path) or set()
        self._nullable = not any(rejects_nulls(test) for test in self._known)

    def divide(self, node: exp.Expression, outer: exp.Expression) -> bool:
        """Take note of the values at which the expression around a use of the column changes. False if they are not known."""
        around = list(_between(node, outer))
        for each in around:
            if isinstance(each, _TESTS):
                marks = _marks(self._translator.true(each), self._path)
                if marks is not None:
                    self._marks |= marks
                    return True
        low, high = self._bounds()
        for each in around[1:]:
            steps = self._constants.steps(each, low, high) if low is not None and high is not None else None
            if steps is not None:
                self._marks |= {(step, False) for step in steps}
                return True
        return False

    def _bounds(self) -> tuple[datetime | None, datetime | None]:
        """Return the moments between which all records are."""
        lows = [test.value for test in self._known if test.relation in (">", ">=") and isinstance(test.value, datetime)]
        highs = [
            test.value for test in self._known if test.relation in ("<", "<=") and isinstance(test.value, datetime)
        ]
        return max(lows, default=None), min(highs, default=None)

    def booleans(self) -> list[_Class]:
        """Return the classes of true, false and null."""
        found = [_Class(value, (ColumnTest(self._path, "=", value),)) for value in (True, False)]
        return self._possible(found)

    def intervals(self, points: bool) -> list[_Class] | None:
        """Return the classes between the marks; None if they have more than one value each, but `points` is True."""
        marks: list[Mark | None] = [None, *sorted(self._marks), None]
        if len(marks) == 2:
            return None
        found: list[_Class] = []
        for low, high in pairwise(marks):
            value = _inside(low, high)
            if value is None:
                continue
            tests: list[Predicate] = []
            if low is not None and high is not None and low[0] == high[0]:
                tests.append(ColumnTest(self._path, "=", value))
            else:
                if low is not None:
                    tests.append(ColumnTest(self._path, ">" if low[1] else ">=", low[0]))
                if high is not None:
                    tests.append(ColumnTest(self._path, "<=" if high[1] else "<", high[0]))
            found.append(_Class(value, tuple(tests)))
        found = self._possible(found)
        if points and any(not _is_point(each) for each in found):
            return None
        return found

    def _possible(self, classes: list[_Class]) -> list[_Class]:
        """Return the classes that may have records, first that of null."""
        kept = [each for each in classes if all(_passes(test, each.value) for test in self._known)]
        return [_Class(None, ()), *kept] if self._nullable else kept


def _merge(classes: list[_Class], expressions: list[exp.Expression], constants: Constants) -> list[_Class] | None:
    """Return the classes with those joined to the one of null that are the same for all expressions."""
    if not classes or classes[0].value is not None:
        return classes
    columns = [constants.values(each, [found.value for found in classes]) for each in expressions]
    if any(column is None for column in columns):
        return None
    rows = list(zip(*[column for column in columns if column is not None], strict=True))
    # A condition in FILTER (WHERE …) is false as well if it is null.
    of_where = [isinstance(each.parent, exp.Where) for each in expressions]
    seen = [tuple([bool(value) if flag else value for flag, value in zip(of_where, row, strict=True)]) for row in rows]
    same = next((place for place in range(1, len(classes)) if seen[place] == seen[0]), None)
    if same is None:
        return classes
    joined = _Class(classes[same].value, ())
    return [joined, *classes[1:same], *classes[same + 1 :]]


def _written(scan: TableScan, path: tuple[str, ...], predicate: Predicate, classes: list[_Class]) -> Classes | None:
    """Return the classes with their conditions; the first one becomes the rest. None if one is not exact."""
    if not classes:
        return None
    known = list(_flat(predicate))
    parts = []
    for each in classes[1:]:
        tests = [test for test in each.tests if test not in known]
        (part, *others) = weaken(scan.product, scan.record, AllOf((*known, *tests)))
        if others or not part.exact or part.never:
            return None
        parts.append(part)
    return Classes(path, tuple([each.value for each in (*classes[1:], classes[0])]), tuple(parts))


def _outermost(node: exp.Expression, uses: Collection[int]) -> exp.Expression:
    """Return the largest scalar expression around a column that has no other column."""
    while (parent := node.parent) is not None and isinstance(parent, (exp.Condition, exp.AtTimeZone)):
        if isinstance(parent, _NOT_SCALAR) or parent.find(exp.Query) is not None:
            break
        columns = [each for each in parent.find_all(exp.Column, exp.Dot) if not isinstance(each.parent, exp.Dot)]
        if any(id(each) not in uses for each in columns):
            break
        node = parent
    return node


def _between(node: exp.Expression, outer: exp.Expression) -> Iterator[exp.Expression]:
    """Yield a node and those around it, up to an outer one."""
    while node is not outer:
        yield node
        assert node.parent is not None
        node = node.parent
    yield outer


def _flat(predicate: Predicate) -> Iterable[Predicate]:
    return (each for item in predicate.items for each in _flat(item)) if isinstance(predicate, AllOf) else (predicate,)


def _marks(predicate: Predicate, path: tuple[str, ...]) -> set[Mark] | None:
    """Return the places at which a predicate about one column becomes true or false; None if they are not known."""
    match predicate:
        case AllOf() | AnyOf():
            found = [_marks(item, path) for item in predicate.items]
            return None if any(each is None for each in found) else {mark for each in found for mark in each or ()}
        case ColumnTest() if predicate.path == path:
            if predicate.relation in ("null", "not null"):
                return set()
            values = predicate.value if isinstance(predicate.value, tuple) else (predicate.value,)
            if not all(_is_divisible(value) for value in values):
                return None
            if predicate.relation in ("<", ">="):
                return {(value, False) for value in values}
            if predicate.relation in ("<=", ">"):
                return {(value, True) for value in values}
            if predicate.relation in ("=", "!=", "in", "not in"):
                return {(value, after) for value in values for after in (False, True)}
    return None


def _is_divisible(value: object) -> bool:
    """Return whether a value can be the bound of a class: a whole number, or a moment without a fraction of a second."""
    return type(value) is int or (
        # There is no earlier value than the first.
        isinstance(value, datetime) and not value.microsecond and value != datetime.min.replace(tzinfo=value.tzinfo)
    )


def _inside(low: Mark | None, high: Mark | None) -> datetime | int | None:
    """Return a value between two marks, or None if there is none."""
    if low is None:
        assert high is not None
        return high[0] if high[1] else _next(high[0], -1)
    value = _next(low[0], 1) if low[1] else low[0]
    if high is not None and ((value, True) > high if not high[1] else value > high[0]):  # type: ignore[operator]  # of one type
        return None
    return value


def _next(value: datetime | int, step: int) -> datetime | int:
    return value + step if isinstance(value, int) else value + timedelta(microseconds=step)


def _is_point(found: _Class) -> bool:
    return found.value is None or (
        len(found.tests) == 1 and isinstance(found.tests[0], ColumnTest) and found.tests[0].relation == "="
    )


def _passes(test: ColumnTest, value: object) -> bool:
    """Return whether a value fulfils a test. True for tests that are not understood."""
    wanted: object = test.value
    match test.relation:
        case "null":
            return value is None
        case "=":
            return value == wanted
        case "!=":
            return value != wanted
        case "in":
            return isinstance(wanted, tuple) and value in wanted
        case "not in":
            return isinstance(wanted, tuple) and value not in wanted
        case "not true" | "not false":
            return value is not (test.relation == "not true")
    if isinstance(value, datetime) and isinstance(wanted, datetime):
        return _in_order(test.relation, value.astimezone(UTC), wanted)
    if isinstance(value, int) and isinstance(wanted, int):
        return _in_order(test.relation, value, wanted)
    return True


def _in_order(relation: str, value: datetime | int, wanted: datetime | int) -> bool:
    difference = (value > wanted) - (value < wanted)  # type: ignore[operator]  # both are of one type
    return {"<": difference < 0, "<=": difference <= 0, ">": difference > 0, ">=": difference >= 0}.get(relation, True)
