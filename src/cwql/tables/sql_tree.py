"""Nodes of a parsed query, and how they lie in each other: its SELECTs, the expressions of its columns, the parts of names."""

# sqlglot declares its names in compiled modules, which type checkers do not see through; mypy skips it as well.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAssignmentType=false
# pyright: reportAttributeAccessIssue=false, reportReturnType=false

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = [
    "ancestors",
    "combines_rows",
    "find_output",
    "is_inside",
    "is_lambda_parameter",
    "leaves",
    "name_parts",
    "orders_rows",
]


def combines_rows(select: exp.Select) -> bool:
    """Return whether a result depends on several rows, or may: sqlglot does not know every aggregate function of DuckDB."""
    kinds = (exp.AggFunc, exp.Window, exp.Anonymous)
    return any(isinstance(each, kinds) for node in select.expressions for each in node.walk())


def leaves(query: exp.Expression) -> list[exp.Select]:
    """Return the SELECTs that a query consists of: itself, or the sides of UNION."""
    if isinstance(query, exp.Select):
        return [query]
    if isinstance(query, exp.Union):
        return [*leaves(query.this), *leaves(query.expression)]
    return leaves(query.this) if isinstance(query, (exp.Paren, exp.Subquery)) else []


def find_output(query: exp.Expression, select: exp.Select, name: str) -> exp.Expression | None:
    """Return the expression of a SELECT for a column of the query, whose names are those of its first SELECT."""
    first = leaves(query)[0]
    places = [place for place, each in enumerate(first.expressions) if each.alias_or_name.lower() == name]
    if len(places) != 1 or places[0] >= len(select.expressions):
        return None
    if any(isinstance(each, exp.Star) for each in (*first.expressions, *select.expressions)):
        return None
    found: exp.Expression = select.expressions[places[0]].unalias()
    return found


def name_parts(node: exp.Table) -> list[exp.Expression]:
    """Return the parts of the name of a table, which its dots separate."""
    found: list[exp.Expression] = []
    for part in node.parts:
        pending: list[exp.Expression] = [part]
        while pending:
            each = pending.pop()
            if isinstance(each, exp.Dot):
                pending += [each.expression, each.this]
            else:
                found.append(each)
    return found


def is_lambda_parameter(node: exp.Expression, name: str) -> bool:
    """Return whether a name is the parameter of a lambda around it."""
    for outer in ancestors(node):
        if isinstance(outer, exp.Lambda) and any(each.name.lower() == name for each in outer.expressions):
            return True
        if isinstance(outer, exp.Select):
            return False
    return False


def orders_rows(node: exp.Expression) -> bool:
    """Return whether a node is in the ORDER BY of a SELECT, where the names of results come before those of columns."""
    order = node.find_ancestor(exp.Order, exp.Select)
    return isinstance(order, exp.Order) and isinstance(order.parent, exp.Select)


def is_inside(node: exp.Expression, ids: Collection[int]) -> bool:
    """Return whether a node, or one around it, is among those whose `id()` is given."""
    return bool(ids) and (id(node) in ids or any(id(each) in ids for each in ancestors(node)))


def ancestors(node: exp.Expression) -> Iterator[exp.Expression]:
    """Yield the nodes around a node, the nearest first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent
