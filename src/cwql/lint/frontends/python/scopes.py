"""The names of a Python file: which module, class or function gives them values, and how."""

from __future__ import annotations

import ast

from cwql.lint.frontends.python.nodes import FUNCTIONS, SCOPES, children, imported_names
from cwql.lint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


_NAMED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
)
"""Nodes that bind a name of their own."""


class Binding(Record):
    """One place that gives a name a value: the assigned `value`, the `operator` of ``&=``, the dotted `origin` of an import."""

    value: ast.expr | None = None
    operator: ast.operator | None = None
    origin: str = ""


class Scopes:
    """The scopes of one file; a scope is read when a name in it is looked up. `parents` are those of the visited nodes."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self._known: dict[ast.AST, dict[str, list[Binding]]] = {}

    def find(self, name: str, place: ast.AST) -> tuple[ast.AST, list[Binding]]:
        """Return the scope that binds a name for a node (whose parents are known), and its bindings in order."""
        nearest = True
        for scope in self._around(place):
            # Functions do not see the names of the class around them.
            bindings = self.bindings(scope).get(name) if nearest or not isinstance(scope, ast.ClassDef) else None
            if bindings is not None:
                return scope, bindings
            nearest = False
        return self._tree, []

    def origin(self, name: str, place: ast.AST) -> str:
        """Return the dotted name that a name was imported by, empty for any other."""
        _, bindings = self.find(name, place)
        return bindings[0].origin if len(bindings) == 1 else ""

    def bindings(self, scope: ast.AST) -> dict[str, list[Binding]]:
        """Return the bindings of each name of a module, class or function."""
        known = self._known.get(scope)
        if known is None:
            known = self._known[scope] = {}
            for name, binding in self._read(scope):
                others = known.setdefault(name, [])
                if not binding.origin or all(other.origin != binding.origin for other in others):
                    others.append(binding)
        return known

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the scopes around a node, the innermost first."""
        below, above = node, self.parents.get(node)
        while above is not None:
            if isinstance(above, SCOPES) and (isinstance(below, ast.stmt) or below not in _outside(above)):
                yield above
            below, above = above, self.parents.get(above)
        yield self._tree

    def _read(self, scope: ast.AST) -> Iterator[tuple[str, Binding]]:
        if isinstance(scope, FUNCTIONS):
            given = scope.args
            for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
                if argument is not None:
                    yield argument.arg, Binding()
        for node in self._nodes(scope):
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load):
                    yield node.id, _bound(node, self.parents)
            elif isinstance(node, _NAMED):
                name = node.rest if isinstance(node, ast.MatchMapping) else node.name
                if name:
                    yield name, Binding()
            else:
                for name, origin in imported_names(node):
                    yield name, Binding(origin=origin)

    def _nodes(self, scope: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes of a scope in the order of the text, without the inside of scopes in it."""
        body = getattr(scope, "body", [])
        stack: list[ast.AST] = [*reversed(body if isinstance(body, list) else [body])]
        self.parents.update(dict.fromkeys(stack, scope))
        while stack:
            node = stack.pop()
            yield node
            inner = _outside(node) if isinstance(node, SCOPES) else children(node)
            self.parents.update(dict.fromkeys(inner, node))
            stack += reversed(inner)


def _outside(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a function or class that belong to the scope around it."""
    outside: list[ast.AST] = list(getattr(node, "decorator_list", ()))
    if isinstance(node, FUNCTIONS):
        outside += [*node.args.defaults, *[default for default in node.args.kw_defaults if default is not None]]
    elif isinstance(node, ast.ClassDef):
        outside += [*node.bases, *[keyword.value for keyword in node.keywords]]
    return outside


def _bound(name: ast.Name, parents: dict[ast.AST, ast.AST]) -> Binding:
    """Return how a name in the place of a target gets its value."""
    above = parents[name]
    match above:
        case ast.Assign() | ast.AnnAssign() | ast.NamedExpr():
            return Binding(above.value)
        case ast.AugAssign():
            return Binding(operator=above.op)
        case ast.Tuple():
            outer = parents[above]
            if (
                isinstance(outer, ast.Assign)
                and isinstance(outer.value, ast.Tuple)
                and len(outer.value.elts) == len(above.elts)
                and not any(isinstance(item, ast.Starred) for item in (*outer.value.elts, *above.elts))
            ):
                return Binding(outer.value.elts[above.elts.index(name)])
        case _:
            pass
    return Binding()
