"""Nodes of Python's syntax tree: their children, and their lines."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right

from cwql.lint.dataflow.knowledge import EXITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

DEFINITIONS = frozenset((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (*FUNCTIONS, ast.ClassDef)

_LEAVES = frozenset((ast.Name, ast.Constant))
_JUMPS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def parents_of(tree: ast.Module) -> dict[ast.AST, ast.AST]:
    """Return the nodes below a tree, each with the one above it; `ast.walk` takes twice as long."""
    parents: dict[ast.AST, ast.AST] = {}
    nodes: list[ast.AST] = [tree]
    for node in nodes:
        for field in node._fields if type(node) not in _LEAVES else ():
            value = getattr(node, field, None)
            # Operators and contexts have no fields.
            below = value if type(value) is list else (value,) if isinstance(value, ast.AST) and value._fields else ()
            for each in below:
                if isinstance(each, ast.AST):
                    parents[each] = node
                    nodes.append(each)
    return parents


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


def ends_with_jump(body: Sequence[ast.stmt]) -> bool:
    """Return whether the code after a body does not run: it ends with a jump, ``sys.exit(1)`` or ``abort(404)``."""
    last = body[-1]
    called = last.value.func if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
    return isinstance(last, _JUMPS) or name_of(called) in EXITS


def lines_of(node: Any, lines: Sequence[int]) -> Sequence[int]:
    """Return those of the lines, which are in order, that are in a statement or its decorators."""
    first = node.decorator_list[0].lineno if type(node) in DEFINITIONS and node.decorator_list else node.lineno
    return lines[bisect_left(lines, first) : bisect_right(lines, node.end_lineno)]
