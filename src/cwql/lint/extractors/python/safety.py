"""Which fillings of a hole are safe: those that cannot carry a quote or an operator, whatever the program does."""

from __future__ import annotations

import ast
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.extractors.python.tree import Binding, Scope

NUMBERS = frozenset(("int", "float", "len", "round", "abs", "sum", "bool", "ord", "hash", "id", "range"))
"""Functions that return a number; `range` one for each step."""

TYPES = frozenset(
    ("int", "float", "bool", "date", "datetime", "time", "timedelta", "Decimal", "UUID", "None", "NoneType")
)
"""Annotations whose values cannot carry a quote."""

_KEEPING = frozenset(
    (
        "lower",
        "upper",
        "strip",
        "replace",
        "astimezone",
        "date",
        "time",
        "combine",
        "normalize",
        "localize",
        "title",
        "zfill",
    )
)
_DATES = frozenset(
    ("now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "strptime", "fromisoformat", "fromordinal")
)
_MAKING = frozenset(
    ("isoformat", "timestamp", "toordinal", "weekday", "isoweekday", "total_seconds", "bit_length", "count", "index")
)
_OF_TIME = frozenset(("year", "month", "day", "hour", "minute", "second", "microsecond", "hex", "days", "seconds"))
_SPECIFICATION = re.compile(
    r"[^{}'\"]?[<>=^]?[-+ ]?[#0-9,_.]*[bdeEfFgGnoxX]\Z|(?:%[A-Za-z]|[-/:. TZ,])*%[A-Za-z](?:%[A-Za-z]|[-/:. TZ,])*\Z"
)
_DEPTH = 12


def is_safe_specification(text: str) -> bool:
    """Tell whether a format specification takes numbers or dates only: ``d``, ``.2f``, ``%Y-%m-%d``."""
    return _SPECIFICATION.match(text) is not None


def is_safe(node: ast.AST | None, scope: Scope, depth: int = 0) -> bool:
    """Tell whether the text of a value cannot carry a quote or an operator."""
    if node is None or depth > _DEPTH:
        return False
    depth += 1
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, (bool, int, float))
        case ast.Name():
            return _is_safe_name(node, scope, depth)
        case ast.Attribute():
            return node.attr in _OF_TIME or _is_safe_member(node, scope, depth)
        case ast.BinOp():
            return is_safe(node.left, scope, depth) and (is_safe(node.right, scope, depth) or _is_span(node.right))
        case ast.UnaryOp():
            return isinstance(node.op, ast.Not) or is_safe(node.operand, scope, depth)
        case ast.Compare():
            return True
        case ast.BoolOp():
            return all(is_safe(value, scope, depth) for value in node.values)
        case ast.IfExp():
            return is_safe(node.body, scope, depth) and is_safe(node.orelse, scope, depth)
        case ast.NamedExpr() | ast.FormattedValue() | ast.Await():
            return is_safe(node.value, scope, depth)
        case ast.Call():
            return _is_safe_call(node, scope, depth)
        case _:
            return False


def is_safe_list(node: ast.AST | None, scope: Scope, depth: int = 0) -> bool:
    """Tell whether each item of a value that is iterated over is safe."""
    if node is None or depth > _DEPTH:
        return False
    depth += 1
    match node:
        case ast.List() | ast.Tuple() | ast.Set():
            return all(is_safe(item, scope, depth) or _is_harmless(item) for item in node.elts)
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp():
            return is_safe(node.elt, scope, depth)
        case ast.Call(func=ast.Name(id="range")):
            return True
        case ast.Call(func=ast.Name(id="map"), args=[function, *rest]):
            if isinstance(function, ast.Name) and function.id in ("int", "float"):
                return True
            return (
                isinstance(function, ast.Name)
                and function.id == "str"
                and is_safe_list(rest[0] if rest else None, scope, depth)
            )
        case ast.Call(
            func=ast.Name(id="sorted" | "set" | "list" | "tuple" | "reversed" | "frozenset"), args=[inner, *_]
        ):
            return is_safe_list(inner, scope, depth)
        case ast.Name():
            found = scope.reach(node)
            if found is None or node.id in scope.module.shared:
                return False
            return all(_is_safe_list_binding(binding, found[0], depth) for binding in found[1])
        case ast.IfExp():
            return is_safe_list(node.body, scope, depth) and is_safe_list(node.orelse, scope, depth)
        case _:
            return False


def _is_harmless(node: ast.AST) -> bool:
    """Tell whether a literal text has nothing in it that could end another."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[\w .@:/-]*", node.value) is not None
    )


def _is_safe_list_binding(binding: Binding, scope: Scope, depth: int) -> bool:
    if binding.annotation is not None and _is_list_annotation(binding.annotation):
        return True
    if binding.way != "assign" or not is_safe_list(binding.value, scope, depth):
        return False
    # A list that starts empty may be filled with anything later.
    return not (isinstance(binding.value, (ast.List, ast.Set)) and not binding.value.elts)


def is_safe_annotation(node: ast.AST | None) -> bool:
    """Tell whether an annotation allows only values that cannot carry a quote: ``int``, ``date | None``, ``Optional[int]``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in TYPES
        case ast.Constant(value=None):
            return True
        case ast.Constant(value=str() as text):
            return all(part.strip().rpartition(".")[2] in TYPES for part in text.split("|"))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return is_safe_annotation(left) and is_safe_annotation(right)
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            if name in ("Optional", "Final", "Annotated"):
                return is_safe_annotation(
                    inner.elts[0] if name == "Annotated" and isinstance(inner, ast.Tuple) else inner
                )
            if name == "Union" and isinstance(inner, ast.Tuple):
                return all(is_safe_annotation(item) for item in inner.elts)
            if name == "Literal":
                items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                return all(
                    _is_harmless(item) or (isinstance(item, ast.Constant) and not isinstance(item.value, str))
                    for item in items
                )
            return False
        case _:
            return False


def _is_list_annotation(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            if name == "Optional":
                return _is_list_annotation(inner)
            items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return name.lower() in (
                "list",
                "tuple",
                "set",
                "frozenset",
                "sequence",
                "iterable",
                "collection",
                "iterator",
            ) and all(
                is_safe_annotation(item) or (isinstance(item, ast.Constant) and item.value is ...) for item in items
            )
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return all(_is_list_annotation(side) or isinstance(side, ast.Constant) for side in (left, right))
        case _:
            return False


def _is_safe_name(node: ast.Name, scope: Scope, depth: int) -> bool:
    found = scope.reach(node)
    if found is None or node.id in scope.module.shared:
        return False
    home, bindings = found
    return all(_is_safe_binding(binding, home, depth) for binding in bindings)


def _is_safe_binding(binding: Binding, scope: Scope, depth: int) -> bool:
    if binding.annotation is not None:
        return is_safe_annotation(binding.annotation) or (
            binding.way == "assign" and is_safe(binding.value, scope, depth)
        )
    if binding.way in ("assign", "augment"):
        return is_safe(binding.value, scope, depth) or _is_harmless_text(binding.value)
    if binding.way == "loop":
        return is_safe_list(binding.value, scope, depth)
    return False


def _is_harmless_text(node: ast.AST | None) -> bool:
    return node is not None and _is_harmless(node)


def _is_safe_member(node: ast.Attribute, scope: Scope, depth: int) -> bool:
    """Tell whether ``self.name`` is annotated as safe in its class."""
    if not isinstance(node.value, ast.Name) or node.value.id not in ("self", "cls"):
        return False
    home = scope.enclosing_class()
    bindings = home.bindings.get(node.attr, ()) if home is not None else ()
    return bool(bindings) and all(is_safe_annotation(binding.annotation) for binding in bindings)


def _is_span(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
        "timedelta",
        "relativedelta",
    )


def _is_safe_call(node: ast.Call, scope: Scope, depth: int) -> bool:
    function = node.func
    if isinstance(function, ast.Name):
        if function.id in NUMBERS:
            return True
        if function.id in ("str", "repr", "format", "min", "max", "quote", "quote_plus"):
            return bool(node.args) and all(is_safe(argument, scope, depth) for argument in node.args)
        return function.id in ("date", "datetime", "uuid1", "uuid4", "uuid5", "UUID", "Decimal", "time_ns")
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr == "strftime":
        return bool(node.args) and isinstance(node.args[-1], ast.Constant)
    if function.attr in _MAKING or function.attr in ("uuid1", "uuid4", "uuid5", "UUID", "Decimal"):
        return True
    if function.attr in _DATES:
        return True
    if function.attr in _KEEPING:
        return is_safe(function.value, scope, depth) and all(
            _is_harmless(item) or is_safe(item, scope, depth) for item in node.args
        )
    return function.attr in ("quote", "quote_plus") and bool(node.args) and is_safe(node.args[0], scope, depth)
