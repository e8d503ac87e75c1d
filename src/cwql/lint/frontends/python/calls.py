"""Functions of the same file that a call runs: which one it is, and which of its parameters takes an argument."""

from __future__ import annotations

import ast

from cwql.lint.frontends.python.nodes import children, has_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from cwql.lint.frontends.python.tree import Binding, Module, Scope

    Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def find_definition(function: ast.expr, scope: Scope) -> tuple[Definition, bool] | None:
    """Return the definition that a call runs, and whether its first parameter is the object it is called on.

    None if uncertain.
    """
    match function:
        case ast.Name(id=name):
            found = _defined(_bound(name, scope)) if name in scope.module.definitions else None
            return None if found is None else (found, False)
        case ast.Attribute(value=ast.Name() as owner, attr=name) if name in scope.module.definitions:
            home = scope.enclosing_class() if owner.id in ("self", "cls") else _class_of(owner, scope)
            found = None if home is None else _defined(home.bindings.get(name, ()))
            if found is None or home is None or _may_be_overridden(name, home):
                return None
            names = [getattr(decorator, "id", "") for decorator in found.decorator_list]
            return found, "staticmethod" not in names
        case _:
            return None


def _bound(name: str, scope: Scope) -> Sequence[Binding]:
    """Return the result of `Scope.find`. All names of the scopes are read at once, because there are many functions."""
    home: Scope | None = scope
    while home is not None:
        if (home is scope or not isinstance(home.node, ast.ClassDef)) and name in home.bindings:
            return home.bindings[name]
        home = home.outer
    return ()


def _defined(bindings: Sequence[Binding]) -> Definition | None:
    node = bindings[0].node if len(bindings) == 1 else None
    return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _may_be_overridden(name: str, home: Scope) -> bool:
    """Return whether a class of the same file may override the method, with that class as its base."""
    module = home.module
    return module.definitions.get(name, 0) > 1 and f"({getattr(home.node, 'name', '')}" in module.text


def _class_of(owner: ast.Name, scope: Scope) -> Scope | None:
    """Return the scope of the class that a name is an object of: ``client = Client()``, ``client: Client``."""
    found = scope.reach(owner)
    if found is None or len(found[1]) != 1:
        return None
    binding = found[1][0]
    kind = binding.annotation
    if kind is None and binding.way == "assign" and isinstance(binding.value, ast.Call):
        kind = binding.value.func
    if not isinstance(kind, ast.Name):
        return None
    made = found[0].find(kind.id)
    if made is None or len(made[1]) != 1 or not isinstance(made[1][0].node, ast.ClassDef):
        return None
    return scope.module.scope_of(made[1][0].node)


def match_arguments(definition: Definition, bound: bool, call: ast.Call) -> Iterator[tuple[ast.arg, ast.expr]]:
    """Yield the arguments of a call, each with the parameter that takes it."""
    arguments = definition.args
    parameters = [*arguments.posonlyargs, *arguments.args][bound:]
    for parameter, value in zip(parameters, call.args, strict=False):
        if isinstance(value, ast.Starred):
            break
        yield parameter, value
    named = {parameter.arg: parameter for parameter in (*parameters, *arguments.kwonlyargs)}
    for keyword in call.keywords:
        if keyword.arg in named:
            yield named[keyword.arg], keyword.value


def find_calls(module: Module, lines: Sequence[int]) -> Iterator[ast.Call]:
    """Yield the calls in the statements on some lines, and record their parents."""
    parents = module.parents
    stack: list[ast.AST] = [module.tree]
    while stack:
        node = stack.pop()
        inner = [child for child in children(node) if not isinstance(child, ast.stmt) or has_line(child, lines)]
        for child in inner:
            parents[child] = node
        stack += reversed(inner)
        if isinstance(node, ast.Call):
            yield node


def find_joint(definition: Definition, bound: bool) -> tuple[ast.expr, bool] | None:
    """Return the ``and`` or ``or`` that a function puts between texts, and whether each of them is an argument.

    None if the function does anything else.
    """
    arguments = definition.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)][bound:]
    rest = arguments.vararg
    if len(names) + (rest is not None) != 1:
        return None
    joined: ast.Call | None = None
    for node in ast.walk(definition):
        if isinstance(node, ast.Return) and not (node.value is None or _is_nothing(node.value)):
            value = node.value
            if isinstance(value, ast.BoolOp) and len(value.values) == 2 and _is_nothing(value.values[1]):
                value = value.values[0]
            if joined is not None or not isinstance(value, ast.Call):
                return None
            joined = value
    match joined:
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str() as text) as separator, attr="join"), args=[items]
        ) if text.strip().lower() in ("and", "or"):
            name = rest.arg if rest is not None else names[0]
            return (separator, rest is not None) if _are_of(items, name, definition) else None
        case _:
            return None


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (None, "")


def _are_of(items: ast.expr, name: str, definition: Definition) -> bool:
    """Return whether the joined values are the items of a name, all or some of them, unchanged."""
    match items:
        case ast.Name(id=own) if own == name:
            return True
        case ast.Name(id=other):
            made = [
                node.value
                for node in definition.body
                if isinstance(node, ast.Assign)
                and len(node.targets) == 1
                and isinstance(node.targets[0], ast.Name)
                and node.targets[0].id == other
            ]
            return len(made) == 1 and not isinstance(made[0], ast.Name) and _are_of(made[0], name, definition)
        case ast.Call(func=ast.Name(id="filter"), args=[_, inner]):
            return _are_of(inner, name, definition)
        case (
            ast.GeneratorExp(
                elt=ast.Name(id=item), generators=[ast.comprehension(target=ast.Name(id=each), iter=inner)]
            )
            | ast.ListComp(elt=ast.Name(id=item), generators=[ast.comprehension(target=ast.Name(id=each), iter=inner)])
        ):
            return item == each and isinstance(inner, ast.Name) and inner.id == name
        case _:
            return False
