"""Types that a Python file declares: annotations, aliases, enums, options of click and argparse."""

from __future__ import annotations

import ast

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import is_word
from cwql.lint.frontends.python.nodes import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from cwql.lint.frontends.python.tree import Module

_PLAIN_TYPES = re.compile(r"(?:\b\w+\.){0,3}\b(?:(date(?:time)?)|time|timedelta|NoneType)\b")

_LISTS = (ast.List, ast.Tuple, ast.Set)


def type_text(module: Module, node: ast.expr) -> str:
    """Return an annotation as text; the types of dates are written without their module, those of times as numbers."""
    text = node.value if isinstance(node, ast.Constant) else module.text_of(node)
    if not isinstance(text, str):
        return str(text)
    may_be_plain = "date" in text or "time" in text or "None" in text
    return _PLAIN_TYPES.sub(lambda match: match[1] or "int", text) if may_be_plain else text


def option_types(decorators: Sequence[ast.expr]) -> dict[str, str]:
    """Return the types that decorators give to the parameters of a function."""
    found: dict[str, str] = {}
    for node in decorators:
        if isinstance(node, ast.Call) and name_of(node.func) in ("option", "argument") and (type := _type_of(node)):
            found[_destination(node)] = type
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


_CHECK = re.compile(
    r"match\(|sub\(|\.is(?:alnum|digit|alpha|numeric|identifier)\(|\bint\(|UUID\(|\bin [A-Z({\[]|\[\"'\]|\"'\"|'\"'"
)
"""Code in a function that checks or converts a text."""


def default_type(module: Module, node: ast.expr | None) -> str:
    r"""Return the type of a parameter that its default restricts: ``Query(pattern=r"^\w+$")``, ``Depends(identifier)``; empty for others."""
    if not isinstance(node, ast.Call):
        return ""
    for keyword in node.keywords:
        text = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if (
            keyword.arg in ("pattern", "regex")
            and isinstance(text, str)
            and is_anchored(text)
            and is_safe_pattern(text)
        ):
            return "enum"
    depends = name_of(node.func) == "Depends" and node.args
    return "enum" if depends and name_of(node.args[0]) in _checking(module.tree, module) else ""


def _checking(tree: ast.Module | ast.ClassDef, module: Module) -> set[str]:
    """Return the names of the functions in a body whose code checks or converts a text."""
    functions = [each for each in tree.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {each.name for each in functions if _CHECK.search(module.text_of(each)) is not None}


def find_types(module: Module) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Return the types of the members and options that a file declares, and those that its aliases and enums are."""
    members: dict[str, set[str]] = {}
    aliases: dict[str, str] = {}
    may_alias = "Literal[" in module.text or "NewType" in module.text or "TypeAlias" in module.text
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef):
            _read_class(module, node, members, aliases)
        elif may_alias:
            target = next(iter(getattr(node, "targets", ())), getattr(node, "target", getattr(node, "name", None)))
            value = getattr(node, "value", None)
            if isinstance(value, ast.Call) and name_of(value.func) == "NewType" and len(value.args) == 2:
                value = value.args[1]
            if isinstance(target, ast.Name) and isinstance(value, (ast.Subscript, ast.Name, ast.BinOp)):
                aliases.setdefault(target.id, module.text_of(value))
    if ".add_argument(" in module.text or ".add_option(" in module.text:
        checks = _checking(module.tree, module)
        for each in module.parents:
            if isinstance(each, ast.Call) and name_of(each.func) in ("add_argument", "add_option"):
                members.setdefault(_destination(each), set()).add(_type_of(each, checks) or "str")
    return members, aliases


def _read_class(module: Module, node: ast.ClassDef, members: dict[str, set[str]], aliases: dict[str, str]) -> None:
    """Add the types of the members of a class, and the class if it is an enum whose values have no quotes."""
    values = [each.value for each in node.body if isinstance(each, ast.Assign)]
    if any("Enum" in module.text_of(base) for base in node.bases) and _are_words(values):
        aliases[node.name] = "enum"
    checks = _checking(node, module)
    validators = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name in checks]
    calls = [call for each in validators for call in each.decorator_list if isinstance(call, ast.Call)]
    validated = {
        name.value
        for call in calls
        if name_of(call.func) in ("validator", "field_validator")
        for name in call.args
        if isinstance(name, ast.Constant)
    }
    for each in node.body:
        if isinstance(each, ast.AnnAssign):
            name = module.text_of(each.target)
            type = "enum" if name in validated else type_text(module, each.annotation)
            members.setdefault(name, set()).add(type)


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


def _type_of(node: ast.Call, checks: Container[str] = ()) -> str:
    """Return the type of an option if its values need no quotes; otherwise an empty text."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    choices, kind, default = given.get("choices"), given.get("type"), given.get("default")
    if isinstance(kind, ast.Call):
        if name_of(kind.func) == "Choice" and kind.args:
            choices = kind.args[0]
        kind = kind.func
    # A list that the program makes elsewhere is safe: ``choices=STATUSES``, ``choices=list(BOARDS)``.
    if choices is not None and (not isinstance(choices, _LISTS) or _are_words(choices.elts)):
        return "enum"
    type = str(kind.value) if isinstance(kind, ast.Constant) else name_of(kind)
    if getattr(given.get("action"), "value", "") in ("store_true", "store_false", "count"):
        type = "bool"
    elif kind is None and name_of(node.func) == "option" and isinstance(default, ast.Constant):
        # click takes the type of the default.
        type = default.value.__class__.__name__
    if type == "fromisoformat":
        return "date"
    if type in checks:
        # A function of the program checks or converts the value: ``type=identifier``.
        return "enum"
    return type if is_safe_type(type, {}) else ""


def _are_words(nodes: Sequence[ast.expr]) -> bool:
    """Return whether expressions are numbers, or texts without quotes."""
    values = [getattr(each, "value", None) for each in nodes]
    return bool(values) and all(isinstance(each, (str, int)) and is_word(str(each)) for each in values)
