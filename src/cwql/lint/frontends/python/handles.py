"""Python operators that typed queries do not support (CW604, CW605).

These are ``and``, ``or``, ``not``, ``is None``, ``in``, tests of truth and chains. Only certain problems are
reported: a handle is recognized by its import, a condition by how it is made.
"""

from __future__ import annotations

import ast
import re

from cwql.diagnostics import Edit, Fix
from cwql.lint.frontends.python.nodes import chain_of
from cwql.lint.frontends.python.scopes import Scopes
from cwql.lint.words import words
from cwql.rules.source import PYTHON_CHAIN, PYTHON_CONNECTIVE
from cwql.schema.naming import COMPARING
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal, TypeAlias

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.python.scopes import Bound
    from cwql.lint.frontends.python.tree import Module

    Kind: TypeAlias = Literal["handle", "condition"]

_IMPORTS = re.compile(
    r"cwql(?:\.(?:manage|automate))?(?:\.fields)?[ \t]+import\b|\bimport[ \t](?:(?!\bimport[ \t])[^\n#])*\bcwql\b"
)
_HANDLE = re.compile(r"cwql\.(?:manage|automate)\.fields\.\w+((?:\.\w+)+)\Z")
_MAKERS = words("cwql.cond cwql.simplify")
_OTHER = words("asc desc set unset")
_VALUES = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_WEAK = (ast.Compare, ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr)
_CONNECTIVE = re.compile(r"#[^\r\n]*|\b(and|or)\b")
_DEEPEST = 60
_TRUTH: dict[type[ast.AST], str] = {ast.If: "if", ast.While: "while", ast.Assert: "assert", ast.IfExp: "if"}
_TESTING = frozenset((*_TRUTH, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.comprehension, ast.Call))
"""Nodes that may ask for the truth of a condition."""


def uses_handles(text: str) -> bool:
    """Return whether a file may import typed handles."""
    return "cwql" in text and _IMPORTS.search(text) is not None


class Handles:
    """Find the misuses of handles and conditions in one module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._scopes = Scopes(module.parents)
        self._active: set[tuple[ast.AST, str]] = set()

    def find(self) -> Iterator[Diagnostic]:
        """Yield a diagnostic for each expression that raises, or is never true, when it runs."""
        for node in self._scopes.parents:
            if type(node) not in _TESTING:
                continue
            if isinstance(node, ast.BoolOp):
                yield from self._on_connective(node)
            elif isinstance(node, ast.UnaryOp):
                yield from self._on_not(node)
            elif isinstance(node, ast.Compare):
                yield from self._on_comparison(node)
            elif isinstance(node, ast.comprehension):
                for test in node.ifs:
                    yield from self._on_truth(test, "`if`")
            elif type(node) in _TRUTH:
                yield from self._on_truth(node.test, f"`{_TRUTH[type(node)]}`")  # type: ignore[attr-defined]
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "bool" and len(node.args) == 1:
                yield from self._on_truth(node.args[0], "`bool()`")

    # The type of an expression

    def _kind(self, node: ast.AST, depth: int = 0) -> Kind | None:
        if depth > _DEEPEST:
            return None
        depth += 1
        match node:
            case ast.Name() | ast.Attribute():
                return self._kind_of_name(node, depth)
            case ast.Subscript(value=ast.Attribute(attr="customFields") as inner):
                return self._kind(inner, depth)
            case ast.Compare(ops=ops):
                operands = [node.left, *node.comparators]
                if all(isinstance(op, _VALUES) for op in ops) and any(
                    self._kind(operand, depth) == "handle" for operand in operands
                ):
                    return "condition"
                return None
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
                sides = [self._kind(side, depth) for side in (node.left, node.right)]
                return "condition" if "condition" in sides else None
            case ast.UnaryOp(op=ast.Invert() | ast.Not()):
                return "condition" if self._kind(node.operand, depth) == "condition" else None
            case ast.BoolOp():
                return "condition" if all(self._kind(value, depth) == "condition" for value in node.values) else None
            case ast.Call():
                return self._kind_of_call(node, depth)
            case _:
                return None

    def _kind_of_call(self, node: ast.Call, depth: int) -> Kind | None:
        origin = self._origin(node.func)
        if origin == "cwql.F":
            return "handle"
        if origin in _MAKERS:
            return "condition"
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in COMPARING:
            return "condition" if self._kind(function.value, depth) == "handle" else None
        return None

    def _kind_of_name(self, node: ast.Name | ast.Attribute, depth: int) -> Kind | None:
        match = _HANDLE.match(self._origin(node))
        if match is not None:
            steps = match[1].split(".")[1:]
            return (
                "handle" if not any(step in _OTHER or step in COMPARING or step[0] == "_" for step in steps) else None
            )
        if isinstance(node, ast.Attribute):
            # `board = Ticket.board`, then `board.id`
            if node.attr in _OTHER or node.attr in COMPARING or node.attr[0] == "_" or self._origin(node):
                return None
            return "handle" if self._kind(node.value, depth) == "handle" else None
        scope, bindings = self._scopes.find(node.id, node)
        if not bindings or node.id in self._module.shared:
            return None
        key = scope, node.id
        if key in self._active:
            # `query = query & other`
            return "condition" if len(bindings) > 1 else None
        self._active.add(key)
        try:
            kinds: set[Kind | None] = {self._kind_of_binding(binding, depth) for binding in bindings}
        finally:
            self._active.discard(key)
        return kinds.pop() if len(kinds) == 1 else None

    def _kind_of_binding(self, bound: Bound, depth: int) -> Kind | None:
        if isinstance(bound, (ast.BitAnd, ast.BitOr)):
            return "condition"
        return self._kind(bound, depth) if isinstance(bound, ast.expr) else None

    def _origin(self, node: ast.AST) -> str:
        """Return the dotted name that an expression was imported by, empty for any other."""
        root, attributes = chain_of(node)
        origin = self._scopes.origin(root, node) if root else ""
        return ".".join([origin, *attributes]) if origin else ""

    # Operators

    def _on_connective(self, node: ast.BoolOp) -> Iterator[Diagnostic]:
        if isinstance(self._scopes.parents.get(node), ast.BoolOp):
            return
        leaves = [*_leaves(node)]
        kinds: list[Kind | None] = [self._kind(leaf) for leaf in leaves]
        # The truth of the last part is not tested: it is only returned.
        tested = next((number for number, kind in enumerate(kinds[:-1]) if kind is not None), None)
        if tested is None:
            return
        above = self._scopes.parents[leaves[tested]]
        word, sign = ("and", "&") if isinstance(above, ast.BoolOp) and isinstance(above.op, ast.And) else ("or", "|")
        message = f"`{word}` asks for the truth of a {_called(kinds[tested])} at once: expected `{sign}`"
        fixes = []
        if "handle" not in kinds:
            # If a part may be something other than a condition, the meaning is not certain.
            fixes = [
                Fix("join with & and |", self._joining(node), applicability="safe" if None not in kinds else "unsafe")
            ]
        hint = f"join conditions with {sign}, each comparison in parentheses: (a == 1) {sign} (b == 2)"
        yield PYTHON_CONNECTIVE.at(self._span(node), message, hint=hint, fixes=fixes)

    def _on_not(self, node: ast.UnaryOp) -> Iterator[Diagnostic]:
        kind = self._kind(node.operand) if isinstance(node.op, ast.Not) else None
        if kind is None:
            return
        message = f"`not` asks for the truth of a {_called(kind)} at once: expected `~`"
        hint = "negate a condition with ~: ~(a == 1)"
        fixes = []
        start, inner = self._module.start(node), self._module.start(node.operand)
        # Up to the operand, or to the parenthesis around it.
        between = self._module.text[start + 3 : inner]
        if kind == "handle":
            message = "`not` asks for the truth of a field handle at once: expected a comparison"
            name = self._module.text_of(node.operand)
            hint = f"write {name} == False for a flag, == None for a field without a value"
        elif not isinstance(self._scopes.parents.get(node), ast.Compare) and "#" not in between:
            edits = [Edit(Span(start, start + 3 + len(between) - len(between.lstrip())), "~")]
            edits += self._wrap(node.operand) if isinstance(node.operand, _WEAK) else []
            fixes = [Fix("negate with ~", edits)]
        yield PYTHON_CONNECTIVE.at(self._span(node), message, hint=hint, fixes=fixes)

    def _on_truth(self, node: ast.expr, where: str) -> Iterator[Diagnostic]:
        # Others report these.
        is_reported = (
            isinstance(node, ast.BoolOp)
            or isinstance(getattr(node, "op", None), ast.Not)
            or len(getattr(node, "ops", ())) > 1
        )
        kind = None if is_reported else self._kind(node)
        if kind is None:
            return
        yield PYTHON_CONNECTIVE.at(
            self._span(node),
            f"{where} asks for the truth of a {_called(kind)}, which only the server knows: it raises when this line runs",
            hint="pass the condition to list(), first() or count(), or compare a member of a record that was fetched",
        )

    def _on_comparison(self, node: ast.Compare) -> Iterator[Diagnostic]:
        if len(node.ops) > 1:
            yield from self._on_chain(node)
            return
        operator, right = node.ops[0], node.comparators[0]
        left_kind = self._kind(node.left)
        text = self._module.text_of
        if isinstance(operator, (ast.Is, ast.IsNot)):
            if left_kind != "handle" or not (isinstance(right, ast.Constant) and right.value is None):
                return
            sign = "==" if isinstance(operator, ast.Is) else "!="
            word = "is" if sign == "==" else "is not"
            yield PYTHON_CONNECTIVE.at(
                self._span(node),
                f"`{word} None` asks whether the field handle itself is None: expected `{sign} None`",
                hint=f"write {text(node.left)} {sign} None",
                fixes=self._replacing(node, sign),
            )
        elif isinstance(operator, (ast.In, ast.NotIn)):
            negative = isinstance(operator, ast.NotIn)
            if left_kind == "handle":
                method = "not_in" if negative else "in_"
                hint, fixes = f"write {text(node.left)}.{method}(...)", self._calling(node, method)
            elif self._kind(right) == "handle":
                method = "not_contains" if negative else "contains"
                hint, fixes = f"write {text(right)}.{method}({text(node.left)})", []
            else:
                return
            message = f"`{'not in' if negative else 'in'}` asks for a truth value at once: expected .{method}()"
            yield PYTHON_CONNECTIVE.at(self._span(node), message, hint=hint, fixes=fixes)

    def _on_chain(self, node: ast.Compare) -> Iterator[Diagnostic]:
        operands = [node.left, *node.comparators]
        kinds = [self._kind(operand) for operand in operands]
        if "handle" not in kinds[:-1]:
            return
        text = self._module.text_of
        fixes = []
        whole = text(node)
        middle_operand = operands[1]
        if isinstance(middle_operand, ast.BinOp) and isinstance(middle_operand.op, (ast.BitAnd, ast.BitOr)):
            yield self._on_bare_sides(node, middle_operand)
            return
        if all(isinstance(op, _VALUES) for op in node.ops) and not any(_acts(item) for item in operands[1:-1]):
            edits = [Edit(Span(self._module.start(node), self._module.start(node)), "(")]
            for operand in operands[1:-1]:
                end = self._module.end(operand)
                edits.append(Edit(Span(end, end), f") & ({text(operand)}"))
            end = self._module.end(node)
            edits.append(Edit(Span(end, end), ")"))
            # A parenthesis around an operand would be cut in two.
            if not any(self._wrapped(operand) for operand in operands):
                fixes = [Fix("compare each by itself and join with &", edits)]
        middle = text(operands[1]) if kinds[1] == "handle" else text(operands[kinds.index("handle")])
        shown = whole if len(whole) <= 60 else "a chain of comparisons"
        yield PYTHON_CHAIN.at(
            self._span(node),
            f"{shown} asks for the truth of its first comparison: expected two comparisons joined by &",
            hint=f"write (low < {middle}) & ({middle} < high), or {middle}.between(low, high), which includes both ends",
            fixes=fixes,
        )

    def _on_bare_sides(self, node: ast.Compare, joined: ast.BinOp) -> Diagnostic:
        """Report ``a == 1 & b == 2``, which Python reads as ``a == (1 & b) == 2``."""
        sign = "&" if isinstance(joined.op, ast.BitAnd) else "|"
        fixes = []
        if len(node.ops) == 2 and not self._wrapped(joined):
            start, end = self._module.start(node), self._module.end(node)
            low, high = self._module.end(joined.left), self._module.start(joined.right)
            places = ((start, "("), (low, ")"), (high, "("), (end, ")"))
            edits = [Edit(Span(place, place), parenthesis) for place, parenthesis in places]
            fixes = [Fix("put parentheses around each comparison", edits, applicability="unsafe")]
        return PYTHON_CHAIN.at(
            self._span(node),
            f"`{sign}` binds tighter than a comparison, so this is a chain: expected each comparison in parentheses",
            hint=f"write (a == 1) {sign} (b == 2)",
            fixes=fixes,
        )

    # Writing it right

    def _joining(self, node: ast.BoolOp) -> list[Edit]:
        """Return the edits that make ``&`` and ``|`` of the connectives in an expression, in the order of the text."""
        edits: list[Edit] = []
        module = self._module
        for number, value in enumerate(node.values):
            if number:
                begin, end = module.end(node.values[number - 1]), module.start(value)
                sign = "&" if isinstance(node.op, ast.And) else "|"
                edits += [
                    Edit(Span(match.start(), match.end()), sign)
                    for match in _CONNECTIVE.finditer(module.text, begin, end)
                    if match[1]
                ]
            if isinstance(value, ast.BoolOp):
                edits += self._joining(value)
            elif isinstance(value, _WEAK) or (isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)):
                edits += self._wrap(value)
        return edits

    def _wrap(self, node: ast.expr) -> list[Edit]:
        if self._wrapped(node):
            return []
        start, end = self._module.start(node), self._module.end(node)
        return [Edit(Span(start, start), "("), Edit(Span(end, end), ")")]

    def _wrapped(self, node: ast.expr) -> bool:
        """Return whether an expression has its own parentheses."""
        text = self._module.text
        start, end = self._module.start(node) - 1, self._module.end(node)
        while start > 0 and text[start] in " \t\r\n":
            start -= 1
        while end < len(text) and text[end] in " \t\r\n":
            end += 1
        return start >= 0 and text[start] == "(" and end < len(text) and text[end] == ")" and not self._is_called(node)

    def _is_called(self, node: ast.expr) -> bool:
        """Return whether the parentheses are those of a call with this one argument."""
        above = self._scopes.parents.get(node)
        return isinstance(above, ast.Call) and above.args == [node] and not above.keywords

    def _replacing(self, node: ast.Compare, sign: str) -> list[Fix]:
        """Return the fix that writes another operator between two operands."""
        begin, end = self._module.end(node.left), self._module.start(node.comparators[0])
        between = self._module.text[begin:end]
        if between.split() not in (["is"], ["is", "not"]):
            return []
        return [Fix(f"write {sign} None", [Edit(Span(begin, end), f" {sign} ")])]

    def _calling(self, node: ast.Compare, method: str) -> list[Fix]:
        """Return the fix that calls a method instead of ``in``."""
        right = node.comparators[0]
        begin, start, end = self._module.end(node.left), self._module.start(right), self._module.end(right)
        if self._module.text[begin:start].split() not in (["in"], ["not", "in"]):
            return []
        edits = [Edit(Span(begin, start), f".{method}("), Edit(Span(end, end), ")")]
        return [Fix(f"call .{method}()", edits)]

    def _span(self, node: ast.expr) -> Span:
        return Span(*self._module.extent(node))


def _called(kind: Kind | None) -> str:
    return "field handle" if kind == "handle" else "condition"


def _leaves(node: ast.BoolOp) -> Iterator[ast.expr]:
    for value in node.values:
        if isinstance(value, ast.BoolOp):
            yield from _leaves(value)
        else:
            yield value


def _acts(node: ast.expr) -> bool:
    """Return whether an expression may have side effects."""
    return any(isinstance(child, (ast.Call, ast.NamedExpr, ast.Await, ast.Yield)) for child in ast.walk(node))
