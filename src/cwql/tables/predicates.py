"""Predicates of SQL about one table, for `cwql.semantics.weaken`: `Translator`.

`true` returns when an expression is true, `false` when it is false; an expression that is neither is null. So `not` needs no special
meaning, and what is not understood is `UNKNOWN`.
"""

# sqlglot declares its names in compiled modules, which type checkers do not see through; mypy skips it as well.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAssignmentType=false
# pyright: reportAttributeAccessIssue=false, reportReturnType=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp

from cwql.semantics.column_predicate import UNKNOWN, AllOf, AnyChild, AnyOf, ColumnTest
from cwql.tables.sql_tree import combines_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cwql.semantics.column_predicate import Predicate, Relation
    from cwql.tables.constants import Constants
    from cwql.tables.query import Column, Query, TableScan

__all__ = ["ALWAYS", "NEVER", "Translator", "conjuncts"]

ALWAYS = AllOf(())
NEVER = AnyOf(())

_COMPARISONS: dict[type[exp.Expression], tuple[Relation, Relation, Relation]] = {
    exp.EQ: ("=", "!=", "="),
    exp.NEQ: ("!=", "=", "!="),
    exp.LT: ("<", ">=", ">"),
    exp.LTE: ("<=", ">", ">="),
    exp.GT: (">", "<=", "<"),
    exp.GTE: (">=", "<", "<="),
}
"""For each comparison: its relation, its negation, and the relation with the sides exchanged."""

_STRICT = (
    exp.Upper, exp.Lower, exp.Trim, exp.Length, exp.RegexpReplace, exp.Substring, exp.Cast, exp.TryCast, exp.Add, exp.Sub,
    exp.Mul, exp.Neg, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Paren, exp.AtTimeZone, exp.TimestampTrunc, exp.DateTrunc,
    exp.Extract,
)  # fmt: skip
"""Functions whose result is null if an argument is."""

_FOLDED = str.maketrans(dict.fromkeys("iksIKS", "_"))
"""DuckDB also takes İ, ı, ſ and the sign of kelvin for these letters if it ignores the letter case, which servers may not do."""

_TRIMS = frozenset(("trim", "ltrim", "rtrim", "strip"))


def conjuncts(node: exp.Expression | None) -> Iterable[exp.Expression]:
    """Yield the terms that an expression joins with AND."""
    if node is None:
        return
    if isinstance(node, exp.And):
        yield from conjuncts(node.this)
        yield from conjuncts(node.expression)
    elif isinstance(node, exp.Paren) and isinstance(node.this, exp.And):
        yield from conjuncts(node.this)
    else:
        yield node


class Translator:
    """Translate expressions into predicates about one table; columns of other tables are unknown."""

    def __init__(self, query: Query, scan: TableScan, constants: Constants) -> None:
        self._query = query
        self._scan = scan
        self._constants = constants

    def true(self, node: exp.Expression) -> Predicate:
        """Return when an expression is true."""
        return self._translate(node, True)

    def false(self, node: exp.Expression) -> Predicate:
        """Return when an expression is false."""
        return self._translate(node, False)

    def _translate(self, node: exp.Expression, wanted: bool) -> Predicate:
        if isinstance(node, exp.Paren):
            return self._translate(node.this, wanted)
        if node.args.get("negate"):
            # sqlglot has NOT LIKE as a flag of LIKE.
            wanted = not wanted
        if isinstance(node, exp.Not):
            if isinstance(node.this, exp.Is):
                return self._is(node.this, not wanted)
            return self._translate(node.this, not wanted)
        if isinstance(node, (exp.And, exp.Or)):
            sides = (self._translate(node.this, wanted), self._translate(node.expression, wanted))
            return AllOf(sides) if isinstance(node, exp.And) == wanted else AnyOf(sides)
        find = self._FORMS.get(type(node))
        if find is not None:
            return find(self, node, wanted)
        column = self._column(node)
        if column is not None and column.shape is not None and column.shape.kind == "boolean":
            return ColumnTest(column.path, "=", wanted)
        known, value = self._constants.value(node)
        if known:
            return ALWAYS if value is wanted else NEVER
        if isinstance(node, exp.Func):
            return self._function(node, wanted)
        return UNKNOWN

    # --- forms -----------------------------------------------------------------------------------------------------

    def _comparison(self, node: exp.Expression, wanted: bool) -> Predicate:
        relation, negation, _ = _COMPARISONS[type(node)]
        swapped = _COMPARISONS[_NEGATED[type(node)]][2] if not wanted else _COMPARISONS[type(node)][2]
        left, right = node.this, node.expression
        for side, other, used in ((left, right, relation if wanted else negation), (right, left, swapped)):
            found = self._compare(side, used, other, node, wanted)
            if found is not None:
                return found
        # Neither true nor false if a column is null.
        tests = [ColumnTest(path, "not null") for path in self._strict([left, right])]
        return AllOf((*tests, UNKNOWN))

    def _compare(
        self, side: exp.Expression, relation: Relation, other: exp.Expression, node: exp.Expression, wanted: bool
    ) -> Predicate | None:
        if not self._constants.is_constant(other):
            return None
        column = self._column(side)
        if column is not None:
            return self._test(column, relation, other)
        if relation == "=":
            text = self._text_inside(side)
            known, value = self._constants.value(other)
            if text is not None and known and isinstance(value, str):
                return AllOf((ColumnTest(text.path, "has text", value), UNKNOWN))
            folded = self._folded(side)
            if folded is not None and known and isinstance(value, str):
                return AllOf((ColumnTest(folded.path, "like", value.translate(_FOLDED)), UNKNOWN))
        return self._moments(node, wanted)

    def _test(self, column: Column, relation: Relation, other: exp.Expression) -> Predicate:
        """Return a comparison with a constant, which is converted as DuckDB converts it."""
        kind = column.shape.kind if column.shape is not None else ("text" if len(column.path) > 1 else "")
        known, value = self._constants.value(other, kind)
        if not known:
            return AllOf((ColumnTest(column.path, "not null"), UNKNOWN))
        if value is None:
            return NEVER
        if kind in ("text", "enum") and not isinstance(value, str):
            return AllOf((ColumnTest(column.path, "not null"), UNKNOWN))
        return ColumnTest(column.path, relation, value)

    def _between(self, node: exp.Expression, wanted: bool) -> Predicate:
        column = self._column(node.this)
        low, high = node.args["low"], node.args["high"]
        if column is None or node.args.get("symmetric"):
            return self._moments(node, wanted) or UNKNOWN
        if not (self._constants.is_constant(low) and self._constants.is_constant(high)):
            return UNKNOWN
        if wanted:
            return AllOf((self._test(column, ">=", low), self._test(column, "<=", high)))
        return AnyOf((self._test(column, "<", low), self._test(column, ">", high)))

    def _in(self, node: exp.Expression, wanted: bool) -> Predicate:
        column = self._column(node.this)
        if column is None or not node.expressions or node.args.get("query") is not None:
            return UNKNOWN
        kind = column.shape.kind if column.shape is not None else "text"
        values = []
        for each in node.expressions:
            known, value = self._constants.value(each, kind)
            if not known or (kind in ("text", "enum") and value is not None and not isinstance(value, str)):
                return AllOf((ColumnTest(column.path, "not null"), UNKNOWN))
            values.append(value)
        if not wanted:
            # Not in a list with null is never true.
            return NEVER if None in values else ColumnTest(column.path, "not in", tuple(values))
        values = [value for value in values if value is not None]
        return ColumnTest(column.path, "in", tuple(values)) if values else NEVER

    def _is(self, node: exp.Expression, wanted: bool) -> Predicate:
        column = self._column(node.this)
        what = node.expression
        if isinstance(what, exp.Null):
            if column is not None:
                return ColumnTest(column.path, "null" if wanted else "not null")
            if not wanted:
                return AllOf((*[ColumnTest(path, "not null") for path in self._strict([node.this])], UNKNOWN))
            return UNKNOWN
        if isinstance(what, exp.Boolean):
            if wanted:
                return self._translate(node.this, bool(what.this))
            if column is not None and column.shape is not None and column.shape.kind == "boolean":
                return ColumnTest(column.path, "not true" if what.this else "not false")
        return UNKNOWN

    def _distinct(self, node: exp.Expression, wanted: bool) -> Predicate:
        """IS DISTINCT FROM and IS NOT DISTINCT FROM, which have a result for null."""
        equal = isinstance(node, exp.NullSafeEQ) == wanted
        for side, other in ((node.this, node.expression), (node.expression, node.this)):
            column = self._column(side)
            if column is None or not self._constants.is_constant(other):
                continue
            known, value = self._constants.value(other)
            if not known:
                return UNKNOWN
            if value is None:
                return ColumnTest(column.path, "null" if equal else "not null")
            if equal:
                return self._test(column, "=", other)
            return AnyOf((self._test(column, "!=", other), ColumnTest(column.path, "null")))
        return UNKNOWN

    def _like(self, node: exp.Expression, wanted: bool) -> Predicate:
        pattern, escape = node.expression, ""
        if isinstance(node, exp.Escape):
            escape = node.expression.name
            node, pattern = node.this, node.this.expression
            if node.args.get("negate"):
                wanted = not wanted
        column = self._column(node.this)
        known, value = self._constants.value(pattern)
        folded = self._folded(node.this)
        either = column or folded
        if not known or not isinstance(value, str) or either is None:
            return UNKNOWN
        if not wanted:
            return AllOf((ColumnTest(either.path, "not null"), UNKNOWN))
        if escape or "\\" in value:
            value = f"%{next(iter(_literal_pieces(value, escape)), '')}%"
        if folded is not None or isinstance(node, exp.ILike):
            value = value.translate(_FOLDED)
        return AllOf((ColumnTest(either.path, "like", value), UNKNOWN))

    def _exists(self, node: exp.Expression, wanted: bool) -> Predicate:
        select = node.this
        if not wanted or not isinstance(select, exp.Select) or combines_rows(select):
            return UNKNOWN
        frame = self._query.frames.get(id(select))
        sources = list(frame.sources.values()) if frame is not None else []
        if len(sources) != 1 or sources[0].items is None or sources[0].items[0] is not self._scan:
            return UNKNOWN
        if any(select.args.get(part) for part in ("group", "having", "limit", "offset", "qualify")):
            return UNKNOWN
        where = select.args.get("where")
        inner = self.true(where.this) if where is not None else UNKNOWN
        return AnyChild(sources[0].items[1], inner)

    def _has_item(self, node: exp.Expression, wanted: bool) -> Predicate:
        known, value = self._constants.value(node.expression)
        if not known or not wanted:
            return UNKNOWN
        column = self._column(node.this)
        if column is not None and column.shape is not None and column.shape.kind == "list":
            return ColumnTest(column.path, "has item", value)
        text = self._text_inside(node.this)
        if text is not None and isinstance(value, str):
            return AllOf((ColumnTest(text.path, "has text", value), UNKNOWN))
        return UNKNOWN

    def _has_text(self, node: exp.Expression, wanted: bool) -> Predicate:
        return self._contains(node.this, node.expression, wanted)

    def _contains(self, side: exp.Expression, part: exp.Expression, wanted: bool) -> Predicate:
        """Return when a text contains another one, at its beginning, end or anywhere."""
        column, folded = self._column(side), self._folded(side)
        either = column or folded
        known, value = self._constants.value(part)
        if either is None or not known or not isinstance(value, str):
            return UNKNOWN
        test = ColumnTest(either.path, "has text", value)
        if not wanted or not value:
            test = ColumnTest(either.path, "not null")
        elif folded is not None:
            test = ColumnTest(either.path, "like", f"%{value.translate(_FOLDED)}%")
        return AllOf((test, UNKNOWN))

    def _function(self, node: exp.Expression, wanted: bool) -> Predicate:
        name = node.name.lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        arguments = node.expressions if isinstance(node, exp.Anonymous) else []
        if name in ("contains", "starts_with", "prefix", "suffix", "ends_with") and len(arguments) == 2:
            return self._contains(arguments[0], arguments[1], wanted)
        return UNKNOWN

    _FORMS: ClassVar[dict[type[exp.Expression], Callable[[Translator, Any, bool], Predicate]]] = {
        **dict.fromkeys(_COMPARISONS, _comparison),
        exp.Between: _between,
        exp.In: _in,
        exp.Is: _is,
        exp.NullSafeEQ: _distinct,
        exp.NullSafeNEQ: _distinct,
        exp.Like: _like,
        exp.ILike: _like,
        exp.Escape: _like,
        exp.Exists: _exists,
        exp.ArrayContains: _has_item,
        exp.Contains: _has_text,
        exp.StartsWith: _has_text,
        exp.EndsWith: _has_text,
    }

    # --- columns ---------------------------------------------------------------------------------------------------

    def _column(self, node: exp.Expression) -> Column | None:
        """Return the column of the table that an expression is; a cast of a moment to a moment is one too."""
        node = self._origin(node)
        if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast):
            inner = self._column(node.this)
            if inner is None or inner.shape is None:
                return None
            same = inner.shape.kind == "datetime" and node.to.this == exp.DType.TIMESTAMPTZ
            return inner if same else None
        if not isinstance(node, (exp.Column, exp.Dot, exp.Bracket)):
            return None
        found = self._query.column(node)
        return found if found is not None and found.scan is self._scan and found.path else None

    def _origin(self, node: exp.Expression) -> exp.Expression:
        """Return an expression without parentheses; for the column of a query in FROM, the expression that it is there."""
        node = _unwrap(node)
        found = self._query.origin(node, self._scan) if isinstance(node, exp.Column) else None
        return node if found is None else self._origin(found)

    def _text_inside(self, node: exp.Expression) -> Column | None:
        """Return the text column that contains whatever the expression, or an item of it, is equal to."""
        node = _unwrap(node)
        name = _name(node)
        if isinstance(node, exp.Trim) or name in _TRIMS:
            return self._text(_argument(node)) or self._text_inside(_argument(node))
        if isinstance(node, (exp.Split, exp.StringToArray)) or name in ("string_split", "split", "str_split"):
            return self._text(_argument(node))
        if isinstance(node, exp.Transform) or name in ("list_transform", "list_apply", "array_transform"):
            body = next(node.find_all(exp.Lambda), None)
            if body is not None and (isinstance(body.this, exp.Trim) or _name(body.this) in _TRIMS):
                return self._text_inside(_argument(node))
        return None

    def _folded(self, node: exp.Expression) -> Column | None:
        """Return the text column whose letter case an expression changes."""
        node = _unwrap(node)
        if isinstance(node, (exp.Lower, exp.Upper)):
            return self._text(node.this)
        return None

    def _text(self, node: exp.Expression) -> Column | None:
        column = self._column(node)
        return column if column is not None and column.shape is not None and column.shape.kind == "text" else None

    def _strict(self, nodes: list[exp.Expression]) -> list[tuple[str, ...]]:
        """Return the columns of the table that must not be null for the expressions to have a value."""
        found: list[tuple[str, ...]] = []
        pending = list(nodes)
        while pending:
            node = self._origin(pending.pop())
            column = self._column(node)
            if column is not None:
                found.append(column.path)
            elif isinstance(node, _STRICT) or _name(node) in _TRIMS:
                pending += [each for each in node.iter_expressions() if not isinstance(each, exp.DataType)]
        return list(dict.fromkeys(found))

    def _moments(self, node: exp.Expression, wanted: bool) -> Predicate | None:
        """Return the moments for which a comparison has a result, if it is about a monotone function of one column of moments."""
        columns = {
            id(each): found
            for each in node.find_all(exp.Column, exp.Dot)
            if not isinstance(each.parent, exp.Dot) and (found := self._column(each)) is not None
        }
        if len({column.path for column in columns.values()}) != 1 or len(columns) != 1:
            return None
        column = next(iter(columns.values()))
        if column.shape is None or column.shape.kind != "datetime":
            return None
        moments = self._constants.moments(node, wanted)
        if moments is None:
            return None
        if moments.empty:
            return NEVER
        tests: list[Predicate] = []
        if moments.low is not None:
            tests.append(ColumnTest(column.path, ">=", moments.low))
        if moments.high is not None:
            tests.append(ColumnTest(column.path, "<", moments.high))
        if not tests:
            tests.append(ColumnTest(column.path, "not null"))
        return AllOf((*tests, *(() if moments.exact else (UNKNOWN,))))


_NEGATED: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.LT: exp.GTE,
    exp.GTE: exp.LT,
    exp.GT: exp.LTE,
    exp.LTE: exp.GT,
}


def _unwrap(node: exp.Expression) -> exp.Expression:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _name(node: exp.Expression) -> str:
    return node.name.lower() if isinstance(node, exp.Anonymous) else ""


def _argument(node: exp.Expression) -> exp.Expression:
    return node.expressions[0] if isinstance(node, exp.Anonymous) else node.this


def _literal_pieces(pattern: str, escape: str) -> list[str]:
    """Return the texts of a pattern with an escape character between its wildcards, the longest one first."""
    pieces, piece, index = [], "", 0
    while index < len(pattern):
        char = pattern[index]
        if escape and char == escape and index + 1 < len(pattern):
            index += 1
            piece += pattern[index]
        elif char in "%_":
            pieces.append(piece)
            piece = ""
        else:
            piece += char
        index += 1
    return sorted([found for found in [*pieces, piece] if found], key=len, reverse=True)
