"""The names of a Python file: which module, class or function gives them values, and how."""

from __future__ import annotations

import ast

from cwql.lint.frontends.python.nodes import DEFINITIONS, SCOPES, imported_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Bound: TypeAlias = ast.expr | ast.operator | str | None
    """The value of a name, the operator of ``&=``, the dotted name of an import; None for any other way."""

_BINDING = frozenset(
    (
        *(ast.Name, ast.arg, *DEFINITIONS, ast.Import, ast.ImportFrom),
        *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
    )
)
"""Nodes that may bind names."""


class Scopes:
    """The scopes of one file, whose nodes have `parents`."""

    def __init__(self, parents: dict[ast.AST, ast.AST]) -> None:
        self.parents = parents
        self._bindings: dict[ast.AST, dict[str, list[Bound]]] = {}
        for node in parents:
            # Most nodes are names that are read.
            if type(node) not in _BINDING or type(getattr(node, "ctx", None)) is ast.Load:
                continue
            for name, bound in self._bound(node):
                known = self._bindings.setdefault(self._scope_of(node), {}).setdefault(name, [])
                if bound not in known:
                    known.append(bound)

    def _bound(self, node: ast.AST) -> Iterator[tuple[str, Bound]]:
        """Yield the names that a node itself binds."""
        if isinstance(node, ast.Name):
            above = self.parents[node]
            is_value = isinstance(above, (ast.Assign, ast.AnnAssign, ast.NamedExpr))
            yield node.id, above.value if is_value else getattr(above, "op", None)  # type: ignore[attr-defined]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from imported_names(node)
        elif name := getattr(node, "name", getattr(node, "arg", getattr(node, "rest", None))):
            yield name, None

    def _scope_of(self, node: ast.AST) -> ast.AST:
        above = self.parents.get(node, node)
        while above in self.parents and not isinstance(above, SCOPES):
            above = self.parents[above]
        return above

    def find(self, name: str, place: ast.AST) -> tuple[ast.AST, list[Bound]]:
        """Return the scope that binds a name for a node, and its bindings."""
        scope, below = self._scope_of(place), place
        while scope is not below:
            # Functions do not see the names of the class around them.
            hidden = isinstance(scope, ast.ClassDef) and below is not place
            bindings = None if hidden else self._bindings.get(scope, {}).get(name)
            if bindings:
                return scope, bindings
            scope, below = self._scope_of(scope), scope
        return scope, []

    def origin(self, name: str, place: ast.AST) -> str:
        """Return the dotted name that a name was imported by, empty for any other."""
        _, bindings = self.find(name, place)
        return bindings[0] if len(bindings) == 1 and isinstance(bindings[0], str) else ""
