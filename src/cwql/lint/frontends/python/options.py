"""The types of options of the command line, as click and argparse convert them: ``type=int``, ``choices=["a", "b"]``."""

from __future__ import annotations

import ast

from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CONVERTERS = words("int float bool INT FLOAT BOOL UUID IntRange FloatRange DateTime date datetime fromisoformat")
"""Types and functions whose values need no quotes."""


def option_types(decorators: Sequence[ast.expr]) -> dict[str, str]:
    """Return the parameters of a function that decorators of click give a type whose values are safe."""
    found: dict[str, str] = {}
    for node in decorators:
        if isinstance(node, ast.Call) and _name_of(node.func) in ("option", "argument"):
            type = _type_of(node)
            if type:
                found[_destination(node)] = type
    return found


def argument_types(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the name and the type of each argument that a parser of argparse gets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name_of(node.func) == "add_argument":
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
        if _name_of(kind.func) == "Choice" and kind.args:
            choices = kind.args[0]
        kind = kind.func
    if isinstance(choices, (ast.List, ast.Tuple, ast.Set)):
        values = [each.value if isinstance(each, ast.Constant) else None for each in choices.elts]
        if values and all(isinstance(value, (str, int)) and not {*"'\"()[]"} & {*str(value)} for value in values):
            return "int"
    if _name_of(kind) in _CONVERTERS:
        return "int"
    action = given.get("action")
    if isinstance(action, ast.Constant) and action.value in ("store_true", "store_false", "count"):
        return "int"
    default = given.get("default")
    if kind is None and _name_of(node.func) == "option" and isinstance(default, ast.Constant):
        # click takes the type of the default.
        return "int" if isinstance(default.value, (int, float)) else ""
    return ""


def _name_of(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
