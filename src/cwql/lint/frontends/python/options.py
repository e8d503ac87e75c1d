"""Types that calls give to names: options of click and argparse, converters of routes, fields of Django."""

from __future__ import annotations

import ast

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.python.nodes import name_of
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CONVERTERS = words("int float bool INT FLOAT BOOL UUID IntRange FloatRange DateTime date datetime fromisoformat")
"""Types and functions whose values need no quotes."""

_ROUTE = re.compile(r"[<{](?:(?:int|float|uuid|any\([\w, -]*\)):(\w+)|(\w+):(?:int|float|uuid))[>}]")
"""A place in the path of a route that takes numbers or words only: ``<int:board>``, ``{board:int}``."""

_FIELD = re.compile(
    r"(?:\w+\.){0,3}(?:\w*Integer|Auto|BigAuto|SmallAuto|Float|Decimal|Boolean|Slug|UUID|Date|DateTime)Field"
)
"""Fields of Django, WTForms and other libraries whose values need no quotes."""


def option_types(decorators: Sequence[ast.expr]) -> dict[str, str]:
    """Return the parameters of a function that decorators give a type whose values are safe."""
    found: dict[str, str] = {}
    for node in decorators:
        if not isinstance(node, ast.Call):
            continue
        word = name_of(node.func)
        first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if word in ("option", "argument"):
            type = _type_of(node)
            if type:
                found[_destination(node)] = type
        elif isinstance(first, str) and first.startswith("/"):
            found.update(dict.fromkeys([one or other for one, other in _ROUTE.findall(first)], "int"))
    return found


def parametrized(decorators: Sequence[ast.expr]) -> Iterator[tuple[list[str], ast.expr]]:
    """Yield the parameters of a test that take their values from a list: ``@pytest.mark.parametrize("status", NAMES)``."""
    for node in decorators:
        if isinstance(node, ast.Call) and name_of(node.func) == "parametrize" and len(node.args) > 1:
            constants = [each for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
            names = [word for each in constants for word in str(each.value).replace(",", " ").split()]
            rows = [_row(each) for each in getattr(node.args[1], "elts", ())]
            if rows and all(len(row) == len(names) for row in rows):
                for name, *column in zip(names, *rows, strict=True):
                    yield [name], ast.copy_location(ast.List(column, ast.Load()), node.args[1])
            else:
                yield names, node.args[1]


def _row(node: ast.expr) -> Sequence[ast.expr]:
    """Return the arguments of one run of a test: ``(7, "New")``, ``pytest.param(7, "New", id="new")``."""
    if isinstance(node, ast.Call) and name_of(node.func) == "param":
        return node.args
    return node.elts if isinstance(node, (ast.Tuple, ast.List)) else ()


def field_type(node: ast.stmt, text: str) -> str:
    """Return ``int`` if a member is a field of a model whose values need no quotes; otherwise an empty text."""
    value = node.value if isinstance(node, ast.Assign) else None
    if not isinstance(value, ast.Call):
        return ""
    chosen = any(keyword.arg == "choices" for keyword in value.keywords)
    return "int" if chosen or _FIELD.fullmatch(text) is not None else ""


def argument_types(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the name and the type of each argument that a parser of argparse gets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in ("add_argument", "add_option"):
            yield _destination(node), _type_of(node) or "str"


def _destination(node: ast.Call) -> str:
    """Return the name under which the value of an option is stored."""
    for keyword in node.keywords:
        if keyword.arg == "dest" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    names = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    plain = [name for name in names if not name.startswith("-")]
    long = [name for name in names if name.startswith("--")]
    name = next(iter((*plain, *long, *names)), "")
    return name.partition("/")[0].strip("-").replace("-", "_")


def _type_of(node: ast.Call) -> str:
    """Return ``int`` if all values of an option need no quotes; otherwise an empty text."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    choices = given.get("choices")
    kind = given.get("type")
    if isinstance(kind, ast.Call):
        if name_of(kind.func) == "Choice" and kind.args:
            choices = kind.args[0]
        kind = kind.func
    if isinstance(choices, (ast.List, ast.Tuple, ast.Set)):
        if _are_harmless(choices.elts):
            return "int"
    elif choices is not None:
        # A list that the program makes elsewhere: ``choices=STATUSES``, ``choices=list(BOARDS)``.
        return "int"
    if name_of(kind) in _CONVERTERS or (isinstance(kind, ast.Constant) and kind.value in _CONVERTERS):
        return "int"
    action = given.get("action")
    if isinstance(action, ast.Constant) and action.value in ("store_true", "store_false", "count"):
        return "int"
    default = given.get("default")
    if kind is None and name_of(node.func) == "option" and isinstance(default, ast.Constant):
        # click takes the type of the default.
        return "int" if isinstance(default.value, (int, float)) else ""
    return ""


def _are_harmless(nodes: Sequence[ast.expr]) -> bool:
    """Return whether expressions are numbers, or texts without quotes."""
    values = [each.value if isinstance(each, ast.Constant) else None for each in nodes]
    return bool(values) and all(isinstance(each, (str, int)) and not {*"'\""} & {*str(each)} for each in values)
