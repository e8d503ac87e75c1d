"""Expressions of Python as the tree that the data flow evaluates: `Expressions`."""

from __future__ import annotations

import ast

from cwql.lint import ir
from cwql.lint.dataflow.formats import is_safe_specification
from cwql.lint.dataflow.knowledge import is_date_format
from cwql.lint.frontends.python.libraries import FUNCTIONS, VERBS, sent_by
from cwql.lint.frontends.python.literals import quoting_of
from cwql.lint.frontends.python.nodes import name_of
from cwql.lint.frontends.python.syntax import find_field, read_literals
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from cwql.lint.frontends.python.libraries import Libraries
    from cwql.lint.frontends.python.tree import Module

_SIGNS: dict[type[ast.AST], str] = {
    ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "/", ast.Pow: "**", ast.BitOr: "|", ast.BitAnd: "&",
    ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~",
}  # fmt: skip
_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_QUOTERS = words(
    "requests.utils.quote requests.compat.quote requests.utils.requote_uri requests.compat.quote_plus six.moves.urllib.parse.quote"
)
_TABLES = words("OrderedDict MappingProxyType frozendict Template")
_COPIES = words("dict sorted set list tuple reversed frozenset iter") | _TABLES
"""Functions whose result has the text or the items of their argument."""


class Expressions:
    """Convert the expressions of one file.

    Comprehensions become calls of ``map`` with a function.
    """

    def __init__(self, module: Module, libraries: Libraries) -> None:
        self._module = module
        self._text = module.text
        self._libraries = libraries

    def value(self, node: ast.expr) -> ir.Node:
        """Return the node for an expression."""
        start, end = self._module.extent(node)
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node, start, end)
        return ir.Other(
            start, end, [self.value(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        )

    def _constant(self, node: ast.Constant, start: int, end: int) -> ir.Node:
        if isinstance(node.value, str):
            text = node.value
            if text and self._text[start + 1 : end - 1] == text:
                # One literal without escapes, as most are; any other is longer than its value by more.
                return ir.Literal(
                    start, end, [ir.Chunk("same", text, start + 1, end - 1, quoting_of(self._text[start]))]
                )
            return self._literal(node, start, end)
        if node.value is None:
            return ir.Cast(start, end, "int", ir.Other(start, end))
        return (
            ir.Other(start, end)
            if isinstance(node.value, (bytes, type(...)))
            else ir.Number(start, end, str(node.value))
        )

    def _literal(self, node: ast.expr, start: int, end: int) -> ir.Node:
        """Return the literals that an expression joins; an unknown value if their fields are not those that Python finds."""
        fields = iter([value for value in getattr(node, "values", ()) if isinstance(value, ast.FormattedValue)])
        parts: list[ir.Node] = []
        for token in read_literals(self._text, start, end):
            chunks: list[ir.Chunk] = []
            for chunk in token.parts or ():
                field = self._field(chunk, next(fields, None)) if chunk.kind == "placeholder" else chunk
                if field is None:
                    return ir.Other(start, end)
                chunks.append(field)
            parts.append(ir.Literal(token.start, token.end, chunks))
        if not parts or next(fields, None) is not None:
            return ir.Other(start, end)
        # Adjacent literals are joined.
        joined = parts[0]
        for part in parts[1:]:
            joined = ir.Operation(start, end, "join", "+", joined, part)
        joined.start, joined.end = start, end
        return joined

    def _field(self, chunk: ir.Chunk, value: ast.FormattedValue | None) -> ir.Chunk | None:
        """Return the placeholder of a replacement field."""
        place = find_field(self._text, chunk)
        if place is None or value is None:
            return None
        low, high, specification = place
        inner: ir.Node
        field = value.value
        if isinstance(field, ast.Name) and self._text[low:high] == field.id:
            # A bare name, as most fields are, need not be parsed a second time for its position.
            inner = self._name(field, low, high)
        else:
            inner = self.value(self._module.placed(field, low, high))
        shown = self._text[low:high].strip()
        if is_safe_specification(specification):
            inner = ir.Cast(inner.start, inner.end, "date" if is_date_format(specification) else "int", inner)
        elif specification or value.conversion != -1:
            inner = ir.Unary(inner.start, inner.end, "repr" if value.conversion == 114 else "format", inner)
        if specification.startswith("%"):
            # A date: its format decides how it is read.
            shown = f"{shown}:{specification}"
        return ir.Chunk("placeholder", "", chunk.start, chunk.end, chunk.quoting, inner, shown)

    def _name(self, node: ast.Name, start: int, end: int) -> ir.Node:
        # A name that some function declares global may change anywhere.
        return ir.Other(start, end) if node.id in self._module.shared else ir.Name(start, end, node.id)

    def _member(self, node: ast.Attribute, start: int, end: int) -> ir.Node:
        return ir.Member(start, end, self.value(node.value), node.attr)

    def _index(self, node: ast.Subscript, start: int, end: int) -> ir.Node:
        return ir.Index(start, end, self.value(node.value), self.value(node.slice))

    def _call(self, node: ast.Call, start: int, end: int) -> ir.Node:
        function = node.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr.startswith("get_")
            and function.attr.endswith("_display")
        ):
            # Django: the caption of a choice.
            return ir.Cast(start, end, "int", ir.Other(start, end))
        if node.args and self._libraries.named:
            home, _, called = self._libraries.origin(function).rpartition(".")
            if home == "cwql" and called in FUNCTIONS:
                return sent_by(called, node, self.value, start, end) or ir.Other(start, end)
        if node.args and (getattr(function, "id", "") in _COPIES or getattr(function, "attr", "") in _TABLES):
            return self.value(node.args[0])
        verb = isinstance(function, ast.Attribute) and function.attr in VERBS
        arguments = [self._argument(each) for each in node.args]
        for keyword in node.keywords:
            value = self.value(keyword.value)
            name = "condition" if verb and keyword.arg == "where" else keyword.arg or ""
            arguments.append(ir.Argument(value, name, value.start, spread=keyword.arg is None))
        return ir.Call(start, end, self._callee(function), arguments, made=name_of(function)[:1].isupper())

    def _callee(self, node: ast.expr) -> ir.Node:
        start, end = self._module.extent(node)
        if (
            node.id == "quote" and self._module.is_library_quote
            if isinstance(node, ast.Name)
            else self._text[start:end] in _QUOTERS
        ):
            return ir.Member(start, end, ir.Name(start, start, "urllib"), "quote")
        if isinstance(node, ast.Attribute) and self._module.is_overridden(node.attr):
            return ir.Other(start, end, [self.value(node.value)])
        return self.value(node)

    def _argument(self, node: ast.expr) -> ir.Argument:
        if isinstance(node, ast.Starred):
            return ir.Argument(self.value(node.value), spread=True)
        return ir.Argument(self.value(node))

    def _binary(self, node: ast.BinOp, start: int, end: int) -> ir.Node:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Add):
            return ir.Operation(start, end, "join", "+", left, right)
        if isinstance(node.op, ast.Mod):
            return ir.Operation(start, end, "percent", "%", left, right)
        return ir.Operation(start, end, "other", _SIGNS.get(type(node.op), "?"), left, right)

    def _comparison(self, node: ast.Compare, start: int, end: int) -> ir.Node:
        sign = _COMPARISONS[type(node.ops[-1])]
        return ir.Operation(start, end, "other", sign, self.value(node.left), self.value(node.comparators[-1]))

    def _boolean(self, node: ast.BoolOp, start: int, end: int) -> ir.Node:
        values = [*map(self.value, node.values)]
        return (
            ir.Choice(start, end, values)
            if isinstance(node.op, ast.Or)
            else ir.Choice(start, end, values[-1:], values[:-1])
        )

    def _unary(self, node: ast.UnaryOp, start: int, end: int) -> ir.Node:
        return ir.Unary(start, end, _SIGNS[type(node.op)], self.value(node.operand))

    def _await(self, node: Any, start: int, end: int) -> ir.Node:
        return ir.Unary(start, end, "..." if isinstance(node, ast.Starred) else "await", self.value(node.value))

    def _conditional(self, node: ast.IfExp, start: int, end: int) -> ir.Node:
        return ir.Choice(start, end, [self.value(node.body), self.value(node.orelse)], [self.value(node.test)])

    def _items(self, node: Any, start: int, end: int) -> ir.Node:
        return ir.Items(start, end, [*map(self.value, node.elts)])

    def _starred(self, node: ast.Starred, start: int, end: int) -> ir.Node:
        return ir.Unary(start, end, "...", self.value(node.value))

    def _dict(self, node: ast.Dict, start: int, end: int) -> ir.Node:
        entries = []
        for key, value in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.value(key)
            entries.append(ir.Argument(self.value(value), "", -1 if name is None else name.start, name is None, name))
        return ir.Pairs(start, end, entries)

    def _comprehension(self, node: Any, start: int, end: int) -> ir.Node:
        made = node.value if isinstance(node, ast.DictComp) else node.elt
        targets = [each for generator in node.generators for each in ast.walk(generator.target)]
        names = [ir.Parameter(each.id) for each in targets if isinstance(each, ast.Name)]
        function = ir.Function(start, end, "", names, self.value(made), True)
        first = node.generators[0]
        over = self.value(first.iter)
        if isinstance(made, ast.Name) and isinstance(first.target, ast.Name) and made.id == first.target.id:
            # The same items, or some of them.
            return (
                over
                if not first.ifs
                else ir.Call(
                    start,
                    end,
                    ir.Name(start, start, "filter"),
                    [ir.Argument(self._test(names, first.ifs)), ir.Argument(over)],
                )
            )
        return ir.Call(start, end, ir.Member(start, end, over, "map"), [ir.Argument(function)])

    def _test(self, names: Sequence[ir.Parameter], tests: Sequence[ast.expr]) -> ir.Node:
        """Return the tests of a comprehension as a function."""
        values = [*map(self.value, tests)]
        start, end = values[0].start, values[-1].end
        test = values[0] if len(values) == 1 else ir.Choice(start, end, values[-1:], values[:-1])
        return ir.Function(start, end, "", names, test, True)

    def _lambda(self, node: ast.Lambda, start: int, end: int) -> ir.Node:
        names = [ir.Parameter(each.arg) for each in node.args.args]
        return ir.Function(start, end, "", names, self.value(node.body), True)

    def _walrus(self, node: ast.NamedExpr, start: int, end: int) -> ir.Node:
        return ir.Assign(start, end, ir.Name(start, start, node.target.id), self.value(node.value))


_HANDLERS: dict[type[ast.AST], Callable[..., ir.Node]] = {
    ast.Constant: Expressions._constant, ast.JoinedStr: Expressions._literal, ast.Name: Expressions._name,
    ast.Attribute: Expressions._member, ast.Subscript: Expressions._index, ast.Call: Expressions._call,
    ast.BinOp: Expressions._binary, ast.Compare: Expressions._comparison, ast.BoolOp: Expressions._boolean,
    ast.UnaryOp: Expressions._unary, ast.Await: Expressions._await, ast.Starred: Expressions._starred,
    ast.IfExp: Expressions._conditional, ast.List: Expressions._items, ast.Tuple: Expressions._items,
    ast.Set: Expressions._items, ast.Dict: Expressions._dict, ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension, ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension, ast.Lambda: Expressions._lambda, ast.NamedExpr: Expressions._walrus,
}  # fmt: skip
