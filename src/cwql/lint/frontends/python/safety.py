"""Which values of a placeholder are safe: those that cannot contain a quote or an operator."""

from __future__ import annotations

import ast
import re

from cwql.lint.dataflow.knowledge import ALL_BUT, is_anchored, is_safe_pattern
from cwql.lint.frontends.python.tree import CHECKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.frontends.python.tree import Binding, Scope

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
_CUTTING = frozenset(("split", "rsplit", "partition", "rpartition", "splitlines"))
"""Methods that return parts of a text."""

_TREATING = re.compile(r"escap|saniti[sz]e", re.IGNORECASE)
"""Parts of the name of a function that deals with quotes."""

_QUOTES = frozenset("'\"")
_ASKED = frozenset(
    ("args", "body", "data", "event", "form", "input", "json", "params", "payload", "query", "req", "request")
)
"""Names of untrusted input: an ``id`` in it may be anything."""

_SPECIFICATION = re.compile(
    r"[^{}'\"]?[<>=^]?[-+ ]?[#0-9,_.]*[bdeEfFgGnoxX]\Z|[-/:. TZ,]*+%[A-Za-z](?:%[A-Za-z]|[-/:. TZ,])*+\Z"
)
_DEPTH = 12


def is_safe_specification(text: str) -> bool:
    """Return whether a format specification accepts numbers or dates only: ``d``, ``.2f``, ``%Y-%m-%d``."""
    return _SPECIFICATION.match(text) is not None


def is_safe(node: ast.AST | None, scope: Scope, depth: int = 0) -> bool:
    """Return whether the text of a value cannot contain a quote or an operator."""
    if node is None or depth > _DEPTH:
        return False
    depth += 1
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, (bool, int, float))
        case ast.Name():
            return _is_safe_name(node, scope, depth)
        case ast.Attribute():
            return node.attr in _OF_TIME or _is_key(node.attr, node.value) or _is_safe_member(node, scope, depth)
        case ast.Subscript():
            return _is_safe_part(node, scope, depth)
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
    """Return whether each item of a value that is iterated over is safe."""
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
        case ast.Call(func=ast.Name(id="filter"), args=[ast.Attribute(attr=name), *_]) if name in CHECKS:
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
    """Return whether a literal text contains nothing that could end another."""
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
    """Return whether an annotation allows only values that cannot contain a quote: ``int``, ``date | None``,
    ``Optional[int]``.
    """
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
    if node.id in scope.module.checked and _is_checked(node.id, home):
        return True
    return all(_is_safe_binding(binding, home, depth) for binding in bindings)


def _is_checked(name: str, home: Scope) -> bool:
    """Return whether the function validates a name first: ``if not number.isdigit(): raise …``."""
    parents = home.module.parents
    for use in home.uses(name):
        above = parents.get(use)
        if isinstance(above, ast.Attribute) and above.attr in CHECKS:
            return True
        if isinstance(above, ast.Call) and getattr(above.func, "attr", "") in ("fullmatch", "match") and above.args:
            # `if not re.fullmatch(r"[A-Z]+", name): raise …`
            pattern = above.args[0]
            text = pattern.value if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str) else None
            whole = getattr(above.func, "attr", "") == "fullmatch"
            if text is not None and is_safe_pattern(text) and (whole or is_anchored(text)):
                return True
    return False


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
    """Return whether ``self.name`` is annotated as safe in its class, or is the value of an enum."""
    if not isinstance(node.value, ast.Name):
        return False
    if node.attr in ("value", "name") and _is_enum(node.value, scope):
        return True
    if node.value.id not in ("self", "cls"):
        return False
    home = scope.enclosing_class()
    bindings = home.bindings.get(node.attr, ()) if home is not None else ()
    return bool(bindings) and all(is_safe_annotation(binding.annotation) for binding in bindings)


def _is_enum(node: ast.Name, scope: Scope) -> bool:
    """Return whether a name is annotated as an enum of the file whose values have no quotes."""
    found = scope.reach(node)
    annotations = [binding.annotation for binding in found[1]] if found is not None else []
    for annotation in annotations:
        defined = scope.find(annotation.id) if isinstance(annotation, ast.Name) else None
        made = defined[1][0].node if defined is not None and len(defined[1]) == 1 else None
        if not isinstance(made, ast.ClassDef) or not any("Enum" in ast.dump(base) for base in made.bases):
            return False
        values = [statement.value for statement in made.body if isinstance(statement, ast.Assign)]
        if not all(_is_harmless(value) or is_safe(value, scope) for value in values):
            return False
    return bool(annotations)


def _is_span(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
        "timedelta",
        "relativedelta",
    )


def _is_key(key: object, record: ast.AST) -> bool:
    """Return whether a member of a record is its number: ``ticket["board"]["id"]``."""
    if key != "id":
        return False
    while isinstance(record, (ast.Attribute, ast.Subscript, ast.Call, ast.Await)):
        match record:
            case ast.Attribute(attr=name) if name in _ASKED:
                return False
            case ast.Call(func=function):
                record = function
            case _:
                record = record.value
    return isinstance(record, ast.Name) and record.id not in _ASKED


def _is_safe_part(node: ast.Subscript, scope: Scope, depth: int) -> bool:
    """Return whether a part of a text, a member of a record or an item of a collection is safe."""
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    return (
        _is_key(key, node.value)
        or is_safe(node.value, scope, depth)
        or is_safe_list(node.value, scope, depth)
        or _is_safe_mapping(node.value, scope, depth)
    )


def _is_safe_mapping(node: ast.AST, scope: Scope, depth: int) -> bool:
    """Return whether each value of a dict is safe, judging by the expression that creates it."""
    if depth > _DEPTH:
        return False
    match node:
        case ast.DictComp():
            return is_safe(node.value, scope, depth + 1)
        case ast.Dict(values=values):
            return bool(values) and all(is_safe(value, scope, depth + 1) or _is_harmless(value) for value in values)
        case ast.Name():
            found = scope.reach(node)
            if found is None or node.id in scope.module.shared:
                return False
            return all(
                binding.way == "assign"
                and binding.value is not None
                and _is_safe_mapping(binding.value, found[0], depth + 1)
                for binding in found[1]
            )
        case _:
            return False


def _is_treated(node: ast.Call, scope: Scope) -> bool:
    """Return whether a call removes or escapes the quotes of a text; whether it does so correctly cannot be decided
    here.
    """
    function = node.func
    if isinstance(function, ast.Attribute):
        if function.attr == "replace":
            return any(_has_quote(argument) for argument in node.args[:1])
        if function.attr == "sub":
            pattern = node.args[0] if node.args else None
            return _has_quote(pattern) or (
                isinstance(pattern, ast.Constant)
                and isinstance(pattern.value, str)
                and ALL_BUT.fullmatch(pattern.value) is not None
            )
        # The one of `re` leaves quotes as they are.
        return _TREATING.search(function.attr) is not None and getattr(function.value, "id", "") != "re"
    if not isinstance(function, ast.Name):
        return False
    if _TREATING.search(function.id) is not None:
        return True
    found = scope.find(function.id)
    made = found[1][0].node if found is not None and len(found[1]) == 1 else None
    return isinstance(made, ast.FunctionDef) and any(_has_quote(inner) for inner in ast.walk(made))


def _has_quote(node: ast.AST | None) -> bool:
    """Return whether a literal is a quote, or the pattern of one."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or len(node.value) > 40:
        return False
    return not _QUOTES.isdisjoint(node.value) and not any(sign.isalpha() for sign in node.value)


def _is_safe_call(node: ast.Call, scope: Scope, depth: int) -> bool:
    function = node.func
    if _is_treated(node, scope):
        return True
    if isinstance(function, ast.Name):
        if function.id in NUMBERS:
            return True
        if function.id in ("str", "repr", "format", "min", "max", "quote", "quote_plus"):
            return bool(node.args) and all(is_safe(argument, scope, depth) for argument in node.args)
        return function.id in ("date", "datetime", "uuid1", "uuid4", "uuid5", "UUID", "Decimal", "time_ns")
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr == "join" and len(node.args) == 1 and _is_harmless(function.value):
        return is_safe_list(node.args[0], scope, depth)
    if function.attr == "strftime":
        return bool(node.args) and isinstance(node.args[-1], ast.Constant)
    if function.attr in _MAKING or function.attr in ("uuid1", "uuid4", "uuid5", "UUID", "Decimal"):
        return True
    if function.attr in _DATES:
        return True
    if function.attr == "get" and node.args:
        key = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        usual = len(node.args) < 2 or _is_harmless(node.args[1]) or is_safe(node.args[1], scope, depth)
        return usual and (_is_key(key, function.value) or _is_safe_mapping(function.value, scope, depth))
    if function.attr in _KEEPING:
        # The replaced text does not remain.
        given = node.args[1:] if function.attr == "replace" else node.args
        return is_safe(function.value, scope, depth) and all(
            _is_harmless(item) or is_safe(item, scope, depth) for item in given
        )
    if function.attr == "sub" and len(node.args) > 2:
        return _is_harmless(node.args[1]) and is_safe(node.args[2], scope, depth)
    if function.attr in ("lstrip", "rstrip", "removesuffix", "removeprefix", *_CUTTING):
        return is_safe(function.value, scope, depth)
    return function.attr in ("quote", "quote_plus") and bool(node.args) and is_safe(node.args[0], scope, depth)
