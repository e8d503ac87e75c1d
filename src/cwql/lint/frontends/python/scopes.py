"""The names of a Python file: which scope binds them, and how they get their values."""

from __future__ import annotations

import ast

from cwql.lint.frontends.python.nodes import FUNCTIONS, SCOPES, children
from cwql.lint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal, TypeAlias

    Way: TypeAlias = Literal["assign", "augment", "loop", "argument", "with", "import", "other"]


class Binding(Record):
    """One place that gives a name a value.

    `value` is the expression it comes from: the assigned or appended value, the iterable of a loop, the annotation of
    an argument, the context manager of a ``with``. An import has `origin` instead, the dotted name.
    """

    way: Way
    node: ast.AST
    value: ast.expr | None = None
    annotation: ast.expr | None = None
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

    def _read(self) -> None:  # noqa: C901  # a case for each kind of node
        node = self.node
        if isinstance(node, FUNCTIONS):
            arguments = node.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                self._bind(argument.arg, Binding("argument", argument, None, argument.annotation))
            for rest in (arguments.vararg, arguments.kwarg):
                if rest is not None:
                    self._bind(rest.arg, Binding("other", rest))
        parents = self._scopes.parents
        for child in self._nodes():
            kind = type(child)
            if kind is ast.Attribute or kind is ast.keyword or kind is ast.Expr:
                continue
            if kind is ast.Name:
                assert isinstance(child, ast.Name)
                if type(child.ctx) is not ast.Load:
                    self._bind(child.id, _bound(child, parents))
            elif kind is ast.ExceptHandler or kind is ast.MatchAs or kind is ast.MatchStar:
                name = getattr(child, "name", None)
                if name:
                    self._bind(name, Binding("other", child))
            elif kind is ast.MatchMapping:
                assert isinstance(child, ast.MatchMapping)
                if child.rest:
                    self._bind(child.rest, Binding("other", child))
            elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._bind(child.name, Binding("other", child))
            elif isinstance(child, ast.Import):
                for alias in child.names:
                    if alias.asname:
                        self._bind(alias.asname, Binding("import", child, origin=alias.name))
                    else:
                        top = alias.name.partition(".")[0]
                        if not any(known.origin == top for known in (self._bindings or {}).get(top, ())):
                            self._bind(top, Binding("import", child, origin=top))
            elif isinstance(child, ast.ImportFrom):
                home = "." * child.level + (child.module or "")
                for alias in child.names:
                    self._bind(alias.asname or alias.name, Binding("import", child, origin=f"{home}.{alias.name}"))

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
        case ast.Assign():
            return Binding("assign", above, above.value)
        case ast.AnnAssign():
            return Binding("assign", above, above.value, above.annotation)
        case ast.NamedExpr():
            return Binding("assign", above, above.value)
        case ast.AugAssign():
            return Binding("augment", above, above.value)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            return Binding("loop", above, above.iter)
        case ast.withitem():
            return Binding("with", above, above.context_expr)
        case ast.Tuple():
            outer = parents[above]
            if (
                isinstance(outer, (ast.For, ast.AsyncFor, ast.comprehension))
                and above.elts[0] is name
                and isinstance(outer.iter, ast.Call)
                and isinstance(outer.iter.func, ast.Name)
                and outer.iter.func.id == "enumerate"
            ):
                return Binding("loop", outer, ast.Call(ast.Name("range", ast.Load()), [], []))
            if (
                isinstance(outer, ast.Assign)
                and isinstance(outer.value, ast.Tuple)
                and len(outer.value.elts) == len(above.elts)
                and not any(isinstance(item, ast.Starred) for item in (*outer.value.elts, *above.elts))
            ):
                return Binding("assign", outer, outer.value.elts[above.elts.index(name)])
            return Binding("other", above)
        case _:
            return Binding("other", above)
