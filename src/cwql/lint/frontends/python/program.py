"""Statements of Python as the tree that the data flow of all languages runs through: `Statements`."""

from __future__ import annotations

import ast

from cwql.lint import ir
from cwql.lint.dataflow.emit import find_flow
from cwql.lint.dataflow.traits import Traits
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import is_word
from cwql.lint.frontends.python.declared_types import default_type, find_types, option_types, parametrized, type_text
from cwql.lint.frontends.python.expressions import Expressions
from cwql.lint.frontends.python.libraries import VERBS
from cwql.lint.frontends.python.nodes import ends_with_jump
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.python.libraries import Libraries
    from cwql.lint.frontends.python.plain import Interest
    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate


def _is_constant(pattern: ast.pattern) -> bool:
    """Return whether a pattern is a word of the program, or one of several."""
    if isinstance(pattern, ast.MatchOr):
        return all(map(_is_constant, pattern.patterns))
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        return _is_constant(pattern.pattern)
    if isinstance(pattern, ast.MatchClass):
        return isinstance(pattern.cls, ast.Name) and is_safe_type(pattern.cls.id, {})
    value = pattern.value if isinstance(pattern, ast.MatchValue) else None
    return isinstance(value, ast.Attribute) or (
        isinstance(value, ast.Constant) and isinstance(value.value, str) and is_word(value.value)
    )


class Statements(Expressions):
    """Convert the statements of one file that may matter to its conditions."""

    def __init__(self, module: Module, libraries: Libraries, interest: Interest) -> None:
        super().__init__(module, libraries)
        self._interest = interest

    def module(self) -> ir.Block:
        """Return the statements of the module."""
        return self._block(self._module.tree.body, 0, len(self._text))

    def _function_body(self, node: Any, start: int, end: int) -> ir.Block:
        """Return the statements of a function; a test runs for each of the values of its parameters."""
        block = self._block(node.body, start, end)
        for names, values in parametrized(node.decorator_list):
            targets = [ir.Name(start, start, name) for name in names]
            target = targets[0] if len(targets) == 1 else ir.Items(start, start, targets)
            item = ir.Assign(start, start, target, ir.Name(start, start, "$case"))
            body = ir.Block(start, end, [item, *block.statements])
            block = ir.Block(start, end, [ir.Loop(start, end, ["$case"], self.value(values), body)])
        return block

    def _block(self, body: Sequence[ast.stmt], start: int = 0, end: int = 0) -> ir.Block:
        statements: list[ir.Node] = []
        for each in body:
            if each.lineno in self._interest.done:
                continue
            handler = _STATEMENTS.get(type(each))
            if handler is not None:
                statements += handler(self, each, *self._module.extent(each))
            elif type(each) not in _SILENT:
                values = [self.value(child) for child in ast.iter_child_nodes(each) if isinstance(child, ast.expr)]
                statements.append(ir.Other(*self._module.extent(each), values))
        return ir.Block(start, end, statements)

    def _expression(self, node: ast.Expr, start: int, end: int) -> list[ir.Node]:
        # Docstrings are prose.
        if isinstance(node.value, (ast.Constant, ast.JoinedStr)):
            return []
        return [self.value(node.value)]

    def _assign(self, node: ast.Assign, start: int, end: int) -> list[ir.Node]:
        value = self.value(node.value)
        return [ir.Assign(start, end, self.value(target), value) for target in node.targets]

    def _annotated(self, node: ast.AnnAssign, start: int, end: int) -> list[ir.Node]:
        value = None if node.value is None else self.value(node.value)
        return [
            ir.Assign(start, end, self.value(node.target), value, False, type_text(self._module, node.annotation), True)
        ]

    def _augmented(self, node: ast.AugAssign, start: int, end: int) -> list[ir.Node]:
        value = self.value(node.value)
        if isinstance(node.op, ast.Add):
            return [ir.Assign(start, end, self.value(node.target), value, True)]
        return [ir.Assign(start, end, self.value(node.target), ir.Other(start, end, [value]))]

    def _if(self, node: ast.If, start: int, end: int) -> list[ir.Node]:
        tests: list[ir.Node | None] = []
        bodies: list[ir.Node] = []
        while True:
            tests.append(self.value(node.test))
            bodies.append(self._block(node.body, start, end))
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            node = node.orelse[0]
        if node.orelse:
            bodies.append(self._block(node.orelse, start, end))
        return [ir.Branch(start, end, tests, bodies, bool(node.orelse))]

    def _for(self, node: Any, start: int, end: int) -> list[ir.Node]:
        names = [each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)]
        body = self._block(node.body, start, end)
        over: ir.Node | None = self.value(node.iter)
        if isinstance(node.target, ast.Tuple) and getattr(getattr(node.iter, "func", None), "id", "") == "enumerate":
            number = ir.Cast(start, start, "int", ir.Other(start, start))
            body = ir.Block(
                start, end, [ir.Assign(start, start, ir.Name(start, start, names.pop(0)), number), *body.statements]
            )
            over = over.arguments[0].value if isinstance(over, ir.Call) and over.arguments else None
        return [ir.Loop(start, end, names, over, body), *self._block(node.orelse).statements]

    def _while(self, node: ast.While, start: int, end: int) -> list[ir.Node]:
        body = self._block(node.body, start, end)
        return [ir.Loop(start, end, (), None, body, [self.value(node.test)]), *self._block(node.orelse).statements]

    def _with(self, node: Any, start: int, end: int) -> list[ir.Node]:
        made: list[ir.Node] = []
        for item in node.items:
            value = self.value(item.context_expr)
            named = item.optional_vars
            made.append(value if named is None else ir.Assign(value.start, value.end, self.value(named), value))
        return [*made, *self._block(node.body).statements]

    def _try(self, node: Any, start: int, end: int) -> list[ir.Node]:
        body = self._block(node.body, start, end)
        whole: ir.Node = ir.Block(start, end, [body, self._block(node.orelse)])
        if not all(ends_with_jump(handler.body) for handler in node.handlers):
            # Each statement may be the last one that runs.
            whole = ir.Branch(start, end, [], [whole], False)
        handlers = [self._block(handler.body, start, end) for handler in node.handlers]
        made: list[ir.Node] = [whole]
        if handlers:
            made.append(ir.Branch(start, end, [], handlers, False))
        return [*made, *self._block(node.finalbody).statements]

    def _match(self, node: ast.Match, start: int, end: int) -> list[ir.Node]:
        test = self.value(node.subject)
        bodies = []
        complete = False
        for case in node.cases:
            named = self._bound(case.pattern, test)
            body = ir.Block(start, end, [*named, *self._block(case.body, start, end).statements])
            complete = complete or (
                isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None
            )
            bodies.append(ir.when_word(test, body) if _is_constant(case.pattern) else body)
        return [test, ir.Branch(start, end, [], bodies, complete)]

    def _bound(self, pattern: ast.pattern, test: ir.Node) -> list[ir.Node]:
        """Return the assignments of the names in a pattern: ``text``, ``"New" as state``, ``int(number)``."""
        found: list[ir.Node] = []
        for each in ast.walk(pattern):
            name = each.patterns[0] if isinstance(each, ast.MatchClass) and len(each.patterns) == 1 else pattern
            type = type_text(self._module, each.cls) if isinstance(each, ast.MatchClass) else ""
            if (type or each is pattern) and isinstance(name, ast.MatchAs) and name.name is not None:
                at = self._module.start(name)
                value = test if each is pattern else ir.Other(at, at)
                found.append(ir.Assign(at, at, ir.Name(at, at, name.name), value, type=type))
        return found

    def _function(self, node: Any, start: int, end: int) -> list[ir.Node]:
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args]
        defaults = [*[None] * (len(named) - len(arguments.defaults)), *arguments.defaults, *arguments.kw_defaults]
        options = option_types(node.decorator_list)
        parameters = [
            ir.Parameter(
                each.arg,
                options.get(each.arg)
                or default_type(self._module, default)
                or ("" if each.annotation is None else type_text(self._module, each.annotation)),
                None if default is None else self.value(default),
                self._module.start(each),
            )
            for each, default in zip([*named, *arguments.kwonlyargs], defaults, strict=True)
        ]
        if parameters and parameters[0].name in ("self", "cls"):
            del parameters[0]
        taken = {name for names, _ in parametrized(node.decorator_list) for name in names}
        parameters = [each for each in parameters if each.name not in taken]
        if arguments.vararg is not None and not arguments.kwonlyargs:
            parameters.append(ir.Parameter(arguments.vararg.arg, rest=True))
        made = [self.value(decorator) for decorator in node.decorator_list]

        result = "" if node.returns is None else type_text(self._module, node.returns)
        function = ir.Function(start, end, node.name, parameters, None, False, result)
        function.convert = lambda: self._function_body(node, start, end)
        function.silent = self._interest.is_done(node) or None
        return [*made, function]

    def _class(self, node: ast.ClassDef, start: int, end: int) -> list[ir.Node]:
        return [ir.Class(start, end, node.name, self._block(node.body, start, end))]

    def _return(self, node: ast.Return, start: int, end: int) -> list[ir.Node]:
        return [ir.Jump(start, end, None if node.value is None else self.value(node.value), True)]

    def _raise(self, node: ast.Raise, start: int, end: int) -> list[ir.Node]:
        return [ir.Jump(start, end, None if node.exc is None else self.value(node.exc))]

    def _assert(self, node: ast.Assert, start: int, end: int) -> list[ir.Node]:
        failed = ir.Block(start, end, [ir.Jump(start, end)])
        return [ir.Branch(start, end, [ir.Unary(start, end, "not", self.value(node.test))], [failed], False)]

    def _jump(self, node: ast.stmt, start: int, end: int) -> list[ir.Node]:
        return [ir.Jump(start, end)]


_NUMBERS = words("range id date datetime time_ns")
"""Functions that return a number or a date, besides those of every language."""


def find_in_module(
    module: Module, context: Context, interest: Interest, libraries: Libraries
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions that the data flow finds in the relevant statements of a file."""
    program = ir.Module(Statements(module, libraries, interest).module(), *find_types(module))
    traits = Traits("python", place_of=libraries.place_of, numbers=_NUMBERS, verbs=VERBS, starts=True)
    return find_flow(context, module.text, program, traits, "python")


_SILENT = frozenset((ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal))
_STATEMENTS: dict[type[ast.stmt], Callable[..., list[ir.Node]]] = {
    ast.Expr: Statements._expression, ast.Assign: Statements._assign, ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented, ast.If: Statements._if, ast.For: Statements._for,
    ast.AsyncFor: Statements._for, ast.While: Statements._while, ast.With: Statements._with,
    ast.AsyncWith: Statements._with, ast.Try: Statements._try, ast.Match: Statements._match,
    ast.FunctionDef: Statements._function, ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class, ast.Return: Statements._return, ast.Raise: Statements._raise,
    ast.Assert: Statements._assert, ast.Break: Statements._jump, ast.Continue: Statements._jump,
}  # fmt: skip
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = Statements._try
