"""Conditions as Python functions: `predicate`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cwql.language.dialects import dialect as find_dialect
from cwql.language.dialects import parameter as find_parameter
from cwql.language.nodes import Comparison, Constant, comparisons
from cwql.language.parsing.parser import parse
from cwql.semantics.meaning import MEANINGS, Operand, fold, read_moment, read_number
from cwql.semantics.patterns import Pattern
from cwql.semantics.records import member, plain
from cwql.semantics.scopes import CUSTOM_FIELDS, All, One, Some, arrange, fold_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias, TypeGuard

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Expr
    from cwql.semantics.meaning import Meaning, Number
    from cwql.semantics.scopes import Plan, Prefix

    Scope: TypeAlias = tuple[object, ...]
    Test: TypeAlias = Callable[[object], bool]
    Judge: TypeAlias = Callable[[Scope], bool]

_KNOWN_LAYOUTS = 64


def predicate(
    expr: Expr | str, dialect: str | Dialect = "manage", *, parameter: str | None = None
) -> Callable[[object], bool]:
    """Return a function that tells whether a record (dict, model or object) fulfils a condition.

    What operators mean of null, letter case, date-times and collections stands in `cwql.semantics.meaning`; `dialect` decides
    about the wildcards of ``like``. `parameter` is the query parameter that the condition is meant for: in
    ``customFieldConditions`` names are those of a custom field. Raises ConditionError for a text that cannot be read and
    UnknownNameError for an unknown dialect or parameter.
    """
    record = find_dialect(dialect)
    custom = parameter is not None and find_parameter(record, parameter).name == "customFieldConditions"
    tree: Any = parse(expr, record, parameter) if isinstance(expr, str) else expr
    return _Predicate(tree, record, custom)


class _Predicate:
    """Judge records. Where collections lie is seen in each record; for each layout met the plan is made once."""

    def __init__(self, expr: Expr, dialect: Dialect, custom: bool) -> None:
        self._expr = expr
        self._dialect = dialect
        self._custom = custom
        self._paths = [] if custom else sorted({c.path.segments for c in comparisons(expr) if len(c.path.segments) > 1})
        self._judges: dict[frozenset[Prefix], Judge] = {}

    def __call__(self, record: object) -> bool:
        found: set[Prefix] = {fold_path(CUSTOM_FIELDS)} if self._custom else set()
        for path in self._paths:
            _find_collections(record, path, 0, found)
        layout = frozenset(found)
        judge = self._judges.get(layout)
        if judge is None:
            if len(self._judges) >= _KNOWN_LAYOUTS:
                self._judges.clear()
            plan = arrange(self._expr, layout.__contains__, self._custom)
            judge = self._judges[layout] = _judge(plan, ((),), self._dialect)
        return judge((record,))

    def __repr__(self) -> str:
        return f"predicate({self._expr!r}, {self._dialect.name!r})"


def _find_collections(value: object, path: tuple[str, ...], place: int, found: set[Prefix]) -> None:
    for index in range(place, len(path)):
        value = member(value, path[index])
        if isinstance(value, (list, tuple)) and index + 1 < len(path):
            found.add(fold_path(path[: index + 1]))
            for child in value:
                _find_collections(child, path, index + 1, found)
            return


def _judge(plan: Plan, bound: tuple[Prefix, ...], dialect: Dialect) -> Judge:
    """Compile a plan to a function of a scope: the record, then the children chosen so far, which lie at `bound`."""
    match plan:
        case Comparison():
            return _judge_comparison(plan, bound, dialect)
        case Constant():
            verdict = plan.value
            return lambda scope: verdict
        case All():
            judges = tuple([_judge(item, bound, dialect) for item in plan.items])
            return lambda scope: all(judge(scope) for judge in judges)
        case Some():
            judges = tuple([_judge(item, bound, dialect) for item in plan.items])
            return lambda scope: any(judge(scope) for judge in judges)
        case One():
            find = _finder(plan.prefix, bound)
            judge = _judge(plan.body, (*bound, plan.prefix), dialect)
            return lambda scope: any(judge((*scope, child)) for child in _children(find(scope)))


def _children(value: object) -> list[object] | tuple[object, ...]:
    if isinstance(value, (list, tuple)):
        return value or (None,)
    return (value,)


def _finder(steps: tuple[str, ...], bound: tuple[Prefix, ...]) -> Callable[[Scope], object]:
    """Return a function that follows a path from the deepest child chosen on its way."""
    folded = fold_path(steps)
    depth, start = 0, 0
    for index, prefix in enumerate(bound):
        # Of two children of one collection the last one counts: a custom field that is named by its caption is another choice.
        if start <= len(prefix) < len(folded) and folded[: len(prefix)] == prefix:
            depth, start = index, len(prefix)
    rest = steps[start:]
    if len(rest) == 1:
        name = rest[0]
        return lambda scope: member(scope[depth], name)

    def find(scope: Scope) -> object:
        value = scope[depth]
        for step in rest:
            value = member(value, step)
        return value

    return find


def _judge_comparison(comparison: Comparison, bound: tuple[Prefix, ...], dialect: Dialect) -> Judge:
    find = _finder(comparison.path.segments, bound)
    meaning = MEANINGS[comparison.operator]
    operands = tuple([Operand(value) for value in comparison.values])
    positive = _test(meaning, operands, comparison, dialect)
    negated = meaning.negated
    nullable = any(operand.kind == "null" for operand in operands)
    if nullable and meaning.relation not in ("order", "in"):
        return lambda scope: False
    if nullable and meaning.relation == "order" and meaning.signs != {0}:
        return lambda scope: False
    whole = meaning.relation == "contains" or (meaning.relation == "order" and nullable)

    def holds(value: object) -> bool:
        if negated:
            return value is not None and not positive(value)
        return positive(value)

    def judge(scope: Scope) -> bool:
        value = plain(find(scope))
        if isinstance(value, list):
            if not whole:
                return any(holds(plain(item)) for item in value)
            if meaning.relation == "contains":
                operand = operands[0]
                return any(compare(plain(item), operand) == 0 for item in value) is not negated
        return holds(value)

    return judge


def _test(meaning: Meaning, operands: tuple[Operand, ...], comparison: Comparison, dialect: Dialect) -> Test:
    """Return the positive question of an operator as a function of a plain value."""
    if meaning.relation == "in":
        return lambda value: any(compare(value, operand) == 0 for operand in operands)
    operand, signs = operands[0], meaning.signs
    if meaning.relation == "order":
        return lambda value: compare(value, operand) in signs
    part = fold(operand.part or "")
    match meaning.relation:
        case "contains":
            return lambda value: isinstance(value, str) and part in fold(value)
        case "startswith":
            return lambda value: isinstance(value, str) and fold(value).startswith(part)
        case "endswith":
            return lambda value: isinstance(value, str) and fold(value).endswith(part)
        case "like":
            pattern = Pattern(operand.part or "", dialect)
            return lambda value: isinstance(value, str) and pattern.fits(fold(value))


def compare(value: object, operand: Operand) -> int | None:
    """Return -1, 0 or 1 as a plain value comes before, equals or comes after a literal; None where there is no order."""
    if value is None or operand.kind == "null":
        return 0 if value is None and operand.kind == "null" else None
    if isinstance(value, str):
        if operand.moment is not None:
            moment = read_moment(value)
            if moment is not None:
                return _sign(moment, operand.moment)
        if operand.text is not None:
            folded = fold(value)
            return (folded > operand.text) - (folded < operand.text)
        number = read_number(value) if operand.kind == "number" else None
        return None if number is None or operand.number is None else _sign(number, operand.number)
    if _is_number(value) and operand.number is not None:
        return _sign(value, operand.number)
    return None


def _is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, (int, Decimal))


def _sign(a: Number, b: Number) -> int:
    return (a > b) - (a < b)
