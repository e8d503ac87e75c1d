"""Cache results for repeated statements that differ only in one string literal.

``response = self.get(URL, params={"conditions": "…"})`` may occur ten times in a file with different texts. The results
for the first one apply to the others if nothing but the text differs and no name in it may have another meaning there.
This saves walking the statement and searching for the target of its call.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from operator import attrgetter, itemgetter

from cwql.lint.frontends.python.nodes import children
from cwql.lint.frontends.python.routes import URL_KEYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from cwql.lint.frontends.python.texts import Reader
    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import RequestTarget
    from cwql.lint.templates.model import TemplateSegment

SIMPLE = frozenset((ast.AnnAssign, ast.Assign, ast.Expr, ast.Return))
"""Statements that have a shape."""

MOST = 4
"""Shapes of a file that are remembered."""


class Shape:
    """The code around the text of a statement, the path from the statement to it, and its type."""

    __slots__ = ("after", "before", "parameter", "place", "steps")

    def __init__(
        self, steps: Sequence[Callable[[Any], Any]], before: str, after: str, parameter: str, place: RequestTarget
    ) -> None:
        self.steps = steps
        self.before = before
        self.after = after
        self.parameter = parameter
        self.place = place


class Shapes:
    """Remember the shapes of one module."""

    def __init__(self, module: Module, reader: Reader) -> None:
        self._module = module
        self._reader = reader
        self._known: list[Shape] = []

    def learn(self, value: ast.Constant, parameter: str, place: RequestTarget) -> None:
        """Remember the statement around a literal, which is the only text for a parameter in it and which its nearest call has the place of."""
        if len(self._known) >= MOST:
            return
        module = self._module
        parents = module.parents
        names: list[str | int] = []
        call: ast.Call | None = None
        below: ast.AST = value
        while not isinstance(below, ast.stmt):
            above = parents[below]
            names += _find_step(above, below)
            if call is None and isinstance(above, ast.Call):
                call = above
            below = above
        if type(below) not in SIMPLE or call is None or not self._is_settled(call):
            return
        steps = _make_steps(tuple(names))
        start, end = module.extent(below)
        low, high = module.extent(value)
        self._known.append(Shape(steps, module.text[start:low], module.text[high:end], parameter, place))

    def recognise(self, statement: ast.AST) -> tuple[TemplateSegment, Shape] | None:
        """Return the text of a statement that has a shape, and the shape; None for any other statement."""
        if not self._known:
            return None
        text = self._module.text
        start, end = self._module.extent(statement)
        for shape in self._known:
            if not text.startswith(shape.before, start):
                continue
            node: Any = statement
            try:
                for step in shape.steps:
                    node = step(node)
            except (AttributeError, IndexError):
                continue
            piece = self._reader.plain_piece(node) if type(node) is ast.Constant else None
            if (
                piece is not None
                and piece.start - 1 == start + len(shape.before)
                and text[piece.end + 1 : end] == shape.after
            ):
                return piece, shape
        return None

    def _is_settled(self, call: ast.Call) -> bool:
        """Return whether the target of a call is the same at every position in the file."""
        function = call.func
        while isinstance(function, ast.Attribute):
            function = function.value
        if not isinstance(function, ast.Name) or not (function.id == "self" or self._module.is_settled(function.id)):
            return False
        addresses = [keyword.value for keyword in call.keywords if (keyword.arg or "").lower() in URL_KEYS]
        stack: list[ast.AST] = [*call.args, *addresses]
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.JoinedStr, ast.FormattedValue)):
                stack += children(node)
            elif isinstance(node, ast.Name):
                if not self._module.is_settled(node.id) or self._is_bound_behind(node):
                    return False
            elif not isinstance(node, (ast.Constant, ast.Dict, ast.List, ast.Tuple)):
                return False
        return True

    def _is_bound_behind(self, name: ast.Name) -> bool:
        """Return whether a settled name gets a value further down: its meaning then depends on its position."""
        found = self._module.settled[name.id]
        return found is not None and any(binding.node.lineno > name.lineno for binding in found[1])  # type: ignore[attr-defined]


def _find_step(above: ast.AST, below: ast.AST) -> list[str | int]:
    """Return the field that a node is in, and its index there if the field is a list."""
    for field in above._fields:
        value = getattr(above, field, None)
        if value is below:
            return [field]
        if type(value) is list and below in value:
            return [value.index(below), field]
    raise LookupError("a node that is not below its parent")


@lru_cache(256)
def _make_steps(names: tuple[str | int, ...]) -> tuple[Callable[[Any], Any], ...]:
    """Return the steps down along fields and numbers, which are given from below."""
    return tuple([itemgetter(name) if isinstance(name, int) else attrgetter(name) for name in reversed(names)])
