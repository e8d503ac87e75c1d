"""Nodes of Python's syntax tree: their children, and their lines."""

from __future__ import annotations

import ast
from bisect import bisect_left

from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

DEFINITIONS = frozenset((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (*FUNCTIONS, ast.ClassDef)

_LEAVES = words(
    """arg asname attr conversion ctx id is_async kind level module name op ops rest simple type_comment type_ignores"""
)
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
_MIXED = words("keys kw_defaults kwd_attrs names")
"""Lists that contain more than nodes."""


_FREQUENT: dict[type[ast.AST], Callable[[Any], list[ast.AST]]] = {
    ast.Assign: lambda node: [*node.targets, node.value],
    ast.Attribute: lambda node: [node.value],
    ast.Call: lambda node: [node.func, *node.args, *node.keywords],
    ast.Constant: lambda node: [],
    ast.Dict: lambda node: [*filter(None, node.keys), *node.values],
    ast.Expr: lambda node: [node.value],
    ast.FormattedValue: lambda node: [node.value] if node.format_spec is None else [node.value, node.format_spec],
    ast.JoinedStr: lambda node: [*node.values],
    ast.Name: lambda node: [],
    ast.keyword: lambda node: [node.value],
}
"""The children of the most frequent nodes."""


def children(node: ast.AST) -> list[ast.AST]:
    """Return the child nodes without operators and contexts; `ast.iter_child_nodes` takes four times as long."""
    kind = type(node)
    below_it = _FREQUENT.get(kind)
    if below_it is not None:
        return below_it(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple([field for field in kind._fields if field not in _LEAVES])
    below: list[ast.AST] = []
    for field in fields:
        value = getattr(node, field, None)
        if type(value) is list:
            below += [item for item in value if isinstance(item, ast.AST)] if field in _MIXED else value
        elif isinstance(value, ast.AST):
            below.append(value)
    return below


def chain_of(node: ast.AST) -> tuple[str, list[str]]:
    """Return the name that a chain of attributes begins with, and the attributes; any other expression has no name."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return node.id if isinstance(node, ast.Name) else "", attributes[::-1]


def imported_names(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the names that an import binds, each with the dotted name that it is imported by."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"


def name_of(node: ast.AST | None) -> str:
    """Return a name, or the last one of a chain of attributes; empty for any other expression."""
    name: str = getattr(node, "attr", getattr(node, "id", ""))
    return name


def has_line(node: ast.AST, lines: Sequence[int]) -> bool:
    """Return whether one of the lines, which are in order, is in a node; a node without a position is searched."""
    first = getattr(node, "lineno", None)
    if first is None:
        return True
    decorators = getattr(node, "decorator_list", None)
    index = bisect_left(lines, decorators[0].lineno if decorators else first)
    return index < len(lines) and lines[index] <= node.end_lineno  # type: ignore[attr-defined]
