"""Conditions as Python functions: `predicate`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cwql.language.dialects import find_dialect, find_parameter
from cwql.language.nodes import Comparison, Constant, comparisons
from cwql.language.parsing import parse
from cwql.semantics.operators import SEMANTICS
from cwql.semantics.patterns import LikePattern
from cwql.semantics.records import get_member, to_plain
from cwql.semantics.scopes import CUSTOM_FIELDS, AllOf, AnyChild, AnyOf, fold_path, make_plan
from cwql.semantics.values import LiteralValue, fold_case, parse_number, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias, TypeGuard

    from cwql.language.dialects import AnyDialect, Dialect
    from cwql.language.nodes import Condition, Expr
    from cwql.semantics.operators import OperatorSemantics
    from cwql.semantics.scopes import Plan, Prefix
    from cwql.semantics.values import Number

    Scope: TypeAlias = tuple[object, ...]
    ValueTest: TypeAlias = Callable[[object], bool]
    ScopeTest: TypeAlias = Callable[[Scope], bool]

_TESTS_LIMIT = 64


def predicate(
    condition: Condition | str, *, dialect: AnyDialect = "manage", parameter: str | None = None
) -> Callable[[object], bool]:
    """Return a function that tests whether a record (dict, model or object) matches a condition.

    `cwql.semantics.operators` defines how null, letter case, date-times and collections are compared; `dialect` defines the
    wildcards of ``like``. `parameter` is the query parameter that the condition is meant for: in ``customFieldConditions``
    the names are those of a custom field. Raises ConditionError for a text that cannot be parsed and UnknownNameError for an
    unknown dialect or parameter.

        >>> is_open = cwql.predicate("closedFlag = false and board/name = 'Help Desk'")
        >>> is_open({"closedFlag": False, "board": {"name": "help desk"}})
        True
    """
    record = find_dialect(dialect)
    custom = parameter is not None and find_parameter(record, parameter).name == "customFieldConditions"
    tree: Any = parse(condition, dialect=record, parameter=parameter) if isinstance(condition, str) else condition
    return _Predicate(tree, record, custom)


class _Predicate:
    """Evaluate records. Collections are found in each record, and each combination of them is planned once."""

    def __init__(self, expr: Expr, dialect: Dialect, custom: bool) -> None:
        self._expr = expr
        self._dialect = dialect
        self._custom = custom
        self._paths = [] if custom else sorted({c.path.segments for c in comparisons(expr) if len(c.path.segments) > 1})
        self._tests: dict[frozenset[Prefix], ScopeTest] = {}

    def __call__(self, record: object) -> bool:
        found: set[Prefix] = {fold_path(CUSTOM_FIELDS)} if self._custom else set()
        for path in self._paths:
            _find_collections(record, path, 0, found)
        collections = frozenset(found)
        test = self._tests.get(collections)
        if test is None:
            if len(self._tests) >= _TESTS_LIMIT:
                self._tests.clear()
            plan = make_plan(self._expr, collections.__contains__, self._custom)
            test = self._tests[collections] = _compile(plan, ((),), self._dialect)
        return test((record,))

    def __repr__(self) -> str:
        return f"predicate({self._expr!r}, {self._dialect.name!r})"


def _find_collections(value: object, path: tuple[str, ...], start: int, found: set[Prefix]) -> None:
    for index in range(start, len(path)):
        value = get_member(value, path[index])
        if isinstance(value, (list, tuple)) and index + 1 < len(path):
            found.add(fold_path(path[: index + 1]))
            for child in value:
                _find_collections(child, path, index + 1, found)
            return


def _compile(plan: Plan, bound: tuple[Prefix, ...], dialect: Dialect) -> ScopeTest:
    """Compile a plan to a function of a scope: the record, then the children chosen so far, whose prefixes are `bound`."""
    match plan:
        case Comparison():
            return _compile_comparison(plan, bound, dialect)
        case Constant():
            value = plan.value
            return lambda scope: value
        case AllOf():
            tests = tuple([_compile(item, bound, dialect) for item in plan.items])
            return lambda scope: all(test(scope) for test in tests)
        case AnyOf():
            tests = tuple([_compile(item, bound, dialect) for item in plan.items])
            return lambda scope: any(test(scope) for test in tests)
        case AnyChild():
            get = _compile_path(plan.prefix, bound)
            body = _compile(plan.body, (*bound, plan.prefix), dialect)
            return lambda scope: any(body((*scope, child)) for child in _children(get(scope)))


def _children(value: object) -> list[object] | tuple[object, ...]:
    if isinstance(value, (list, tuple)):
        return value or (None,)
    return (value,)


def _compile_path(segments: tuple[str, ...], bound: tuple[Prefix, ...]) -> Callable[[Scope], object]:
    """Return a function that follows a path from the deepest child that was chosen on it."""
    folded = fold_path(segments)
    depth, start = 0, 0
    for index, prefix in enumerate(bound):
        # Of two children of one collection the last one counts: a caption chooses another custom field.
        if start <= len(prefix) < len(folded) and folded[: len(prefix)] == prefix:
            depth, start = index, len(prefix)
    rest = segments[start:]
    if len(rest) == 1:
        name = rest[0]
        return lambda scope: get_member(scope[depth], name)

    def get(scope: Scope) -> object:
        value = scope[depth]
        for segment in rest:
            value = get_member(value, segment)
        return value

    return get


def _compile_comparison(comparison: Comparison, bound: tuple[Prefix, ...], dialect: Dialect) -> ScopeTest:
    get = _compile_path(comparison.path.segments, bound)
    semantics = SEMANTICS[comparison.operator]
    literals = tuple([LiteralValue(value) for value in comparison.values])
    negated = semantics.negated
    has_null = any(literal.kind == "null" for literal in literals)
    if has_null and (
        semantics.relation not in ("order", "in") or (semantics.relation == "order" and semantics.signs != {0})
    ):
        return lambda scope: False
    is_positive = _compile_test(semantics, literals, dialect)
    # These look at a list itself, all others at its items.
    takes_list = semantics.searches_lists or (semantics.relation == "order" and has_null)

    def is_true(value: object) -> bool:
        if negated:
            return value is not None and not is_positive(value)
        return is_positive(value)

    def test(scope: Scope) -> bool:
        value = to_plain(get(scope))
        if isinstance(value, list):
            if not takes_list:
                return any(is_true(to_plain(item)) for item in value)
            if semantics.searches_lists:
                return any(compare(to_plain(item), literals[0]) == 0 for item in value) is not negated
        return is_true(value)

    return test


def _compile_test(semantics: OperatorSemantics, literals: tuple[LiteralValue, ...], dialect: Dialect) -> ValueTest:
    """Return the positive test of an operator as a function of a plain value."""
    if semantics.relation == "in":
        return lambda value: any(compare(value, literal) == 0 for literal in literals)
    literal, signs = literals[0], semantics.signs
    if semantics.relation == "order":
        return lambda value: compare(value, literal) in signs
    if semantics.text_test is not None:
        matches, part = semantics.text_test.matches, fold_case(literal.part)
        return lambda value: isinstance(value, str) and matches(fold_case(value), part)
    pattern = LikePattern(literal.part, dialect)
    return lambda value: isinstance(value, str) and pattern.matches(fold_case(value))


def compare(value: object, literal: LiteralValue) -> int | None:
    """Return -1, 0 or 1 if a plain value is less than, equal to or greater than a literal; None if they have no order."""
    if value is None or literal.kind == "null":
        return 0 if value is None and literal.kind == "null" else None
    if isinstance(value, str):
        return _compare_text(value, literal)
    if _is_number(value) and literal.number is not None:
        return _sign(value, literal.number)
    return None


def _compare_text(value: str, literal: LiteralValue) -> int | None:
    if literal.timestamp is not None:
        timestamp = parse_timestamp(value)
        if timestamp is not None:
            return _sign(timestamp, literal.timestamp)
    if literal.text is not None:
        folded = fold_case(value)
        return (folded > literal.text) - (folded < literal.text)
    number = parse_number(value) if literal.kind == "number" else None
    return None if number is None or literal.number is None else _sign(number, literal.number)


def _is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, (int, Decimal))


def _sign(a: Number, b: Number) -> int:
    return (a > b) - (a < b)


# Users know it as a name of `cwql`.
predicate.__module__ = "cwql"
