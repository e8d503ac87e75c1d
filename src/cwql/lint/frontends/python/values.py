"""The values of expressions: evaluated by the data flow of all languages, with the names that Python binds.

A file is not run through from its start. When an expression is evaluated, a name in it gets the values of the bindings
that reach it, which are evaluated the same way.
"""

from __future__ import annotations

import ast
import re
from functools import cached_property

from cwql.lint.dataflow import calls as _calls  # registers the evaluation of calls
from cwql.lint.dataflow.flow import Flow, Frame
from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.dataflow.traits import Traits
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import Environment, Value, merged
from cwql.lint.frontends.python.expressions import Expressions
from cwql.lint.frontends.python.tree import CHECKS
from cwql.lint.ir import Block
from cwql.lint.ir import Module as Program
from cwql.lint.request_targets import Context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.frontends.python.tree import Binding, Module, Scope

_ = _calls
_NUMBERS = frozenset(("range", "id", "date", "datetime", "time_ns"))
_TRAITS = Traits("python", numbers=_NUMBERS, ids=True)
_QUOTES = frozenset("'\"")
_DEPTH = 12
_BUDGET = 3_000
_ENUM = re.compile(r"^class[ \t]+(\w+)\([^)\n]*Enum", re.MULTILINE)


class Values:
    """Evaluate expressions of one module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._known: dict[tuple[ast.AST, ast.AST], Value] = {}
        self._active: set[Binding] = set()

    @cached_property
    def _flow(self) -> Flow:
        program = Program(Block(0, 0, []), {}, self._find_enums())
        return Flow(Context(self._module.source), self._module.text, program, _TRAITS)

    def is_safe(self, node: ast.expr, scope: Scope) -> bool:
        """Return whether the text of a value cannot contain a quote or an operator."""
        value = self.of(node, scope)
        return value.safe and value.items is None

    def is_safe_list(self, node: ast.expr, scope: Scope) -> bool:
        """Return whether each item of a value that is iterated over is safe."""
        value = self.of(node, scope)
        return value.safe or (bool(value.items) and not value.partial and merged(value.items or ()).safe)

    def of(self, node: ast.expr, scope: Scope) -> Value:
        """Return the value of an expression."""
        key = node, scope.node
        known = self._known.get(key)
        if known is None:
            known = self.of_name(node, scope) if isinstance(node, ast.Name) else self._evaluate(node, scope)
            known = self._known[key] = Value(0, 0) if known is None else known
        return known

    def _evaluate(self, node: ast.expr, scope: Scope) -> Value:
        flow = self._flow
        if len(self._active) > _DEPTH:
            return Value(0, 0)
        expressions = Expressions(self._module, lambda name: self._cleans(name, scope))
        tree = expressions.value(node)
        saved = flow.env, flow.frames, flow.depth
        flow.env = Environment()
        flow.env.names = _Names(self, scope, expressions.names)
        flow.frames, flow.budget, flow.depth = [Frame()], _BUDGET, 0
        try:
            return flow.evaluate(tree)
        finally:
            flow.env, flow.frames, flow.depth = saved
            flow.texts.clear()
            flow.sinks.clear()

    # Names

    def of_name(self, use: ast.Name, scope: Scope) -> Value | None:
        """Return the value of a name where it is used; None if nothing is known."""
        found = scope.reach(use)
        if found is None or use.id in self._module.shared:
            return None
        home, bindings = found
        if use.id in self._module.checked and _is_checked(use.id, home):
            return Value(0, 0, safe=True)
        return self._of_bindings(bindings, home)

    def of_member(self, name: str, scope: Scope) -> Value | None:
        """Return the value of ``self.name``, which has to be annotated in its class."""
        home = scope.enclosing_class()
        bindings = home.bindings.get(name, ()) if home is not None else ()
        if home is None or not bindings or any(binding.annotation is None for binding in bindings):
            return None
        found = self._of_bindings(bindings, home)
        found.texts = []
        return found

    def _of_bindings(self, bindings: Sequence[Binding], home: Scope) -> Value:
        return merged([self._of_binding(binding, home) for binding in bindings])

    def _of_binding(self, binding: Binding, home: Scope) -> Value:
        value = Value(0, 0)
        if binding.annotation is not None and is_safe_type(self._type(binding.annotation), self._flow.module.aliases):
            value.safe = True
            if isinstance(binding.annotation, ast.Subscript) and self._is_list(binding.annotation):
                value.items, value.partial = [], True
            return value
        if binding.value is None or binding in self._active or binding.way not in ("assign", "augment", "loop"):
            return value
        self._active.add(binding)
        try:
            made = self.of(binding.value, home)
        finally:
            self._active.discard(binding)
        if binding.way == "loop":
            return self._flow.item_of(made, Block(0, 0, []))
        if made.items == [] or (made.items is not None and not made.safe):
            # A list that starts empty may be filled with anything later.
            return value
        return made.moved(made.start, made.end)

    def _type(self, annotation: ast.expr) -> str:
        return Expressions(self._module, lambda name: False).type(annotation)

    def _is_list(self, annotation: ast.Subscript) -> bool:
        return self._module.text_of(annotation.value).rpartition(".")[2] not in (
            "Optional",
            "Final",
            "Literal",
            "Union",
            "Annotated",
        )

    # Functions and classes of the file

    def _cleans(self, name: ast.Name, scope: Scope) -> bool:
        """Return whether a name is a function of the file that deals with quotes."""
        if name.id not in self._module.definitions:
            return False
        found = scope.find(name.id)
        made = found[1][0].node if found is not None and len(found[1]) == 1 else None
        return isinstance(made, ast.FunctionDef) and any(_has_quote(inner) for inner in ast.walk(made))

    def _find_enums(self) -> dict[str, str]:
        """Return the enums of the file whose values have no quotes, as types that are safe."""
        found: dict[str, str] = {}
        names = set(_ENUM.findall(self._module.text))
        for node in self._module.tree.body if names else ():
            if isinstance(node, ast.ClassDef) and node.name in names:
                values = [statement.value for statement in node.body if isinstance(statement, ast.Assign)]
                if values and all(isinstance(value, ast.Constant) and not _has_sign(value.value) for value in values):
                    found[node.name] = "enum"
        return found


class _Names(dict[str, Value]):
    """The names that an expression uses; each is looked up when it is evaluated."""

    def __init__(self, values: Values, scope: Scope, uses: dict[str, ast.Name]) -> None:
        super().__init__()
        self._values = values
        self._scope = scope
        self._uses = uses

    def get(self, name: str, default: Value | None = None) -> Value | None:  # type: ignore[override]
        """Return the value of a name, or of a member such as ``this.name``."""
        known = super().get(name)
        if known is None:
            if name in self._uses:
                known = self._values.of_name(self._uses[name], self._scope)
            elif name.startswith("this."):
                known = self._values.of_member(name[5:], self._scope)
            if known is not None:
                self[name] = known
        return known if known is not None else default


def _is_checked(name: str, home: Scope) -> bool:
    """Return whether the function validates a name first: ``if not number.isdigit(): raise …``."""
    parents = home.module.parents
    for use in home.uses(name):
        above = parents.get(use)
        if isinstance(above, ast.Attribute) and above.attr in CHECKS:
            return True
        if isinstance(above, ast.Compare) and _refuses_quote(above, use, home):
            return True
        if isinstance(above, ast.Call) and getattr(above.func, "attr", "") in ("fullmatch", "match") and above.args:
            # `if not re.fullmatch(r"[A-Z]+", name): raise …`
            pattern = above.args[0]
            text = pattern.value if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str) else None
            whole = getattr(above.func, "attr", "") == "fullmatch"
            if text is not None and is_safe_pattern(text) and (whole or is_anchored(text)):
                return True
    return False


def _refuses_quote(comparison: ast.Compare, name: ast.expr, home: Scope) -> bool:
    """Return whether a comparison is the test of ``if "'" in name: raise …``, alone or with others joined by `or`."""
    ops = comparison.ops
    if len(ops) > 1 or not isinstance(ops[0], ast.In) or comparison.comparators[0] is not name:
        return False
    test: ast.AST = comparison
    above = home.module.parents.get(test)
    while isinstance(above, ast.BoolOp) and isinstance(above.op, ast.Or):
        test, above = above, home.module.parents.get(above)
    return (
        _has_quote(comparison.left)
        and isinstance(above, ast.If)
        and above.test is test
        and isinstance(above.body[-1], ast.Raise | ast.Return | ast.Continue)
    )


def _has_quote(node: ast.AST) -> bool:
    """Return whether a literal is a quote, or the pattern of one."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or len(node.value) > 40:
        return False
    return not _QUOTES.isdisjoint(node.value) and not any(sign.isalpha() for sign in node.value)


def _has_sign(value: object) -> bool:
    return isinstance(value, str) and not _QUOTES.isdisjoint(value)
