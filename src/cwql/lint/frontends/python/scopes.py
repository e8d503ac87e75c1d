"""The names of a Python file: which scope binds them, and how they get their values."""

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


class Scope:
    """The names of a module, class or function: every binding in order."""

    __slots__ = ("_bindings", "_scopes", "node", "outer")

    def __init__(self, scopes: Scopes, node: ast.AST, outer: Scope | None) -> None:
        self._scopes = scopes
        self.node = node
        self.outer = outer
        self._bindings: dict[str, list[Binding]] | None = None

    @property
    def bindings(self) -> dict[str, list[Binding]]:
        """Return the bindings of each name."""
        if self._bindings is None:
            self._bindings = {}
            self._read()
        return self._bindings

    def find(self, name: str) -> tuple[Scope, list[Binding]] | None:
        """Return the bindings of a name here, and their scope; None if it has none."""
        scope: Scope | None = self
        while scope is not None:
            if (scope is self or not isinstance(scope.node, ast.ClassDef)) and name in scope.bindings:
                return scope, scope.bindings[name]
            scope = scope.outer
        return None

    def origin(self, name: str) -> str:
        """Return the dotted name that a name was imported by, empty for any other."""
        found = self.find(name)
        return found[1][0].origin if found is not None and len(found[1]) == 1 else ""

    def _bind(self, name: str, binding: Binding) -> None:
        assert self._bindings is not None
        self._bindings.setdefault(name, []).append(binding)

    def _read(self) -> None:
        node = self.node
        if isinstance(node, FUNCTIONS):
            arguments = node.args
            rest = filter(None, (arguments.vararg, arguments.kwarg))
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest):
                self._bind(argument.arg, Binding())
        parents = self._scopes.parents
        for child in self._nodes():
            kind = type(child)
            if kind is ast.Attribute or kind is ast.keyword or kind is ast.Expr:
                continue
            if isinstance(child, ast.Name):
                if type(child.ctx) is not ast.Load:
                    self._bind(child.id, _bound(child, parents))
            elif isinstance(child, _NAMED):
                name = child.rest if isinstance(child, ast.MatchMapping) else child.name
                if name:
                    self._bind(name, Binding())
            else:
                for name, origin in imported_names(child):
                    if all(known.origin != origin for known in (self._bindings or {}).get(name, ())):
                        self._bind(name, Binding(origin=origin))

    def _nodes(self) -> Iterator[ast.AST]:
        """Yield the nodes of the scope in the order of the text, without the inside of scopes in it."""
        parents = self._scopes.parents
        body = getattr(self.node, "body", [])
        stack: list[ast.AST] = [*reversed(body if isinstance(body, list) else [body])]
        parents.update(dict.fromkeys(stack, self.node))
        while stack:
            child = stack.pop()
            yield child
            inner = _outside(child) if isinstance(child, SCOPES) else children(child)
            parents.update(dict.fromkeys(inner, child))
            inner.reverse()
            stack += inner


class Scopes:
    """The scopes of one file; a scope is read when a name in it is looked up. `parents` are those of the visited nodes."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self._known: dict[ast.AST, Scope] = {}

    def scope(self, node: ast.AST) -> Scope:
        """Return the scope that contains a node (whose parents are known)."""
        below, above = node, self.parents.get(node)
        while above is not None:
            if isinstance(above, SCOPES) and (isinstance(below, ast.stmt) or below not in _outside(above)):
                return self._scope_of(above)
            below, above = above, self.parents.get(above)
        return self._scope_of(self._tree)

    def _scope_of(self, node: ast.AST) -> Scope:
        known = self._known.get(node)
        if known is None:
            outer = None if node is self._tree else self.scope(node)
            known = self._known[node] = Scope(self, node, outer)
        return known


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
