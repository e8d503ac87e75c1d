"""Expressions of Python as the tree that the data flow evaluates: `Expressions`."""

from __future__ import annotations

import ast
import re

from cwql.lint.frontends.python.literals import BadLiteral, read_literals
from cwql.lint.ir import (
    Argument,
    Assign,
    Call,
    Cast,
    Choice,
    Chunk,
    Function,
    Index,
    Items,
    Literal,
    Member,
    Name,
    Node,
    Number,
    Operation,
    Other,
    Pairs,
    Parameter,
    Unary,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cwql.lint.frontends.python.tree import Module

_SIGNS: dict[type[ast.AST], str] = {
    ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "/", ast.Pow: "**", ast.BitOr: "|", ast.BitAnd: "&",
    ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~",
}  # fmt: skip
_PLAIN_TYPES = re.compile(r"(?:\b\w+\.){0,3}\b(?:date|time|timedelta|NoneType)\b")
_COPIES = frozenset(("sorted", "set", "list", "tuple", "reversed", "frozenset", "iter"))
"""Functions whose result has the items of their argument."""


class Expressions:
    """Convert the expressions of one file.

    `cleans` returns whether a function of the file takes quotes out of its argument. Comprehensions become calls of ``map``
    with a function, and comparisons all have the sign ``==``, because only the type of their result matters.
    """

    def __init__(self, module: Module, cleans: Callable[[ast.Name], bool]) -> None:
        self._module = module
        self._text = module.text
        self._cleans = cleans
        self.names: dict[str, ast.Name] = {}
        """The uses of names in the converted expressions."""

    def value(self, node: ast.expr) -> Node:
        """Return the node for an expression."""
        if getattr(node, "lineno", None) is None:
            start = end = 0
        else:
            start, end = self._module.extent(node)
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node, start, end)
        return Other(start, end, map(self.value, filter(_is_expression, ast.iter_child_nodes(node))))  # type: ignore[arg-type]

    def type(self, node: ast.expr) -> str:
        """Return an annotation as text; a type whose values are dates or times is written as a number."""
        text = node.value if isinstance(node, ast.Constant) else self._module.text_of(node)
        return _PLAIN_TYPES.sub("int", text) if isinstance(text, str) else str(text)

    def _constant(self, node: ast.Constant, start: int, end: int) -> Node:
        if isinstance(node.value, str):
            return self._literal(node, start, end)
        return Other(start, end) if isinstance(node.value, (bytes, type(...))) else Number(start, end, str(node.value))

    def _literal(self, node: ast.expr, start: int, end: int) -> Node:
        try:
            pieces, fillings = read_literals(self._text, start, end)
        except BadLiteral:
            return Other(start, end)
        values = [value for value in getattr(node, "values", ()) if not isinstance(value, ast.Constant)]
        if len(values) != len(fillings):
            return Other(start, end)
        chunks = []
        rest = iter(zip(values, fillings, strict=True))
        for piece in pieces:
            if piece.kind != "placeholder":
                chunks.append(Chunk(piece.kind, piece.text, piece.start, piece.end, piece.quoting))
                continue
            value, filling = next(rest)
            inner = self.value(value.value)
            chunks.append(
                Chunk(
                    "placeholder",
                    "",
                    piece.start,
                    piece.end,
                    piece.quoting,
                    inner,
                    piece.expression,
                    filling.specification,
                )
            )
        return Literal(start, end, chunks)

    def _name(self, node: ast.Name, start: int, end: int) -> Node:
        self.names.setdefault(node.id, node)
        return Name(start, end, node.id)

    def _member(self, node: ast.Attribute, start: int, end: int) -> Node:
        return Member(start, end, self.value(node.value), node.attr)

    def _index(self, node: ast.Subscript, start: int, end: int) -> Node:
        return Index(start, end, self.value(node.value), self.value(node.slice))

    def _call(self, node: ast.Call, start: int, end: int) -> Node:
        function = node.func
        if isinstance(function, ast.Name) and node.args:
            if function.id in _COPIES:
                return self.value(node.args[0])
            if self._cleans(function):
                return Cast(start, end, "int", self.value(node.args[0]))
        arguments = [self._argument(each) for each in node.args]
        for keyword in node.keywords:
            value = self.value(keyword.value)
            arguments.append(Argument(value, keyword.arg or "", value.start, spread=keyword.arg is None))
        return Call(start, end, self.value(function), arguments)

    def _argument(self, node: ast.expr) -> Argument:
        if isinstance(node, ast.Starred):
            return Argument(self.value(node.value), spread=True)
        return Argument(self.value(node))

    def _binary(self, node: ast.BinOp, start: int, end: int) -> Node:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Add):
            return Operation(start, end, "join", "+", left, right)
        if isinstance(node.op, ast.Mod):
            return Operation(start, end, "percent", "%", left, right)
        return Operation(start, end, "other", _SIGNS.get(type(node.op), "?"), left, right)

    def _comparison(self, node: ast.Compare, start: int, end: int) -> Node:
        return Operation(start, end, "other", "==", self.value(node.left), self.value(node.comparators[-1]))

    def _boolean(self, node: ast.BoolOp, start: int, end: int) -> Node:
        values = [*map(self.value, node.values)]
        return (
            Choice(start, end, values) if isinstance(node.op, ast.Or) else Choice(start, end, values[-1:], values[:-1])
        )

    def _unary(self, node: ast.UnaryOp, start: int, end: int) -> Node:
        return Unary(start, end, _SIGNS[type(node.op)], self.value(node.operand))

    def _await(self, node: ast.Await, start: int, end: int) -> Node:
        return Unary(start, end, "await", self.value(node.value))

    def _conditional(self, node: ast.IfExp, start: int, end: int) -> Node:
        return Choice(start, end, [self.value(node.body), self.value(node.orelse)], [self.value(node.test)])

    def _items(self, node: Any, start: int, end: int) -> Node:
        return Items(start, end, [*map(self.value, node.elts)])

    def _dict(self, node: ast.Dict, start: int, end: int) -> Node:
        entries = []
        for key, value in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.value(key)
            entries.append(Argument(self.value(value), "", -1 if name is None else name.start, name is None, name))
        return Pairs(start, end, entries)

    def _comprehension(self, node: Any, start: int, end: int) -> Node:
        made = node.value if isinstance(node, ast.DictComp) else node.elt
        targets = [each for generator in node.generators for each in ast.walk(generator.target)]
        names = [Parameter(each.id) for each in targets if isinstance(each, ast.Name)]
        function = Function(start, end, "", names, self.value(made), True)
        over = self.value(node.generators[0].iter)
        return Call(start, end, Member(start, end, over, "map"), [Argument(function)])

    def _lambda(self, node: ast.Lambda, start: int, end: int) -> Node:
        names = [Parameter(each.arg) for each in node.args.args]
        return Function(start, end, "", names, self.value(node.body), True)

    def _walrus(self, node: ast.NamedExpr, start: int, end: int) -> Node:
        return Assign(start, end, Name(start, start, node.target.id), self.value(node.value))


def _is_expression(node: ast.AST) -> bool:
    return isinstance(node, ast.expr)


_HANDLERS: dict[type[ast.AST], Callable[..., Node]] = {
    ast.Constant: Expressions._constant,
    ast.JoinedStr: Expressions._literal,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._member,
    ast.Subscript: Expressions._index,
    ast.Call: Expressions._call,
    ast.BinOp: Expressions._binary,
    ast.Compare: Expressions._comparison,
    ast.BoolOp: Expressions._boolean,
    ast.UnaryOp: Expressions._unary,
    ast.Await: Expressions._await,
    ast.IfExp: Expressions._conditional,
    ast.List: Expressions._items,
    ast.Tuple: Expressions._items,
    ast.Set: Expressions._items,
    ast.Dict: Expressions._dict,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.Lambda: Expressions._lambda,
    ast.NamedExpr: Expressions._walrus,
}
