"""Syntax trees of conditions, sort orders and field lists: the nodes that `cwql.parse` returns.

::

    tree = cwql.parse("status/name = 'New' and id > 5")
    [str(term.path) for term in cwql.ast.comparisons(tree)]        # ['status/name', 'id']

`cwql.all_of`, `cwql.any_of`, `&`, `|` and `~` join conditions. Nodes are immutable and equal if all of their parts are.
"""

from __future__ import annotations

from cwql.language.nodes import (
    And,
    Comparison,
    Constant,
    FieldList,
    Or,
    Order,
    OrderBy,
    Path,
    comparisons,
    negate,
    paths,
    walk,
)
from cwql.language.operators import OPERATORS, Operator

__all__ = [
    "OPERATORS",
    "And",
    "Comparison",
    "Constant",
    "FieldList",
    "Operator",
    "Or",
    "Order",
    "OrderBy",
    "Path",
    "comparisons",
    "negate",
    "paths",
    "walk",
]

for _function in (comparisons, negate, paths, walk):
    _function.__module__ = __name__
