"""Requests whose condition and target are plain literals: ``self.get(f"{URL}/service/tickets", params={"conditions": "…"})``.

The data flow would find the same, but takes ten times as long, and most requests of most files are like this one. Nothing is
decided here that depends on more than the statement itself and constants of the module.
"""

from __future__ import annotations

import ast
import re

from cwql.lint.frontends.python.interest import flatten
from cwql.lint.frontends.python.literals import quoting_of
from cwql.lint.request_targets import dialect_of, parameter_of, place_of_attributes, place_of_url
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate, TemplateSegment
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.frontends.python.interest import Interest
    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import RequestTarget

_CONDITION = re.compile(r"""\b(conditions?)["']?[ \t]*[:=][ \t]*("[^"\\\n]+"|'[^'\\\n]+')(?=[ \t]*[,)}\n])""")
_OTHERS = ("order", "fields", ":=", "lambda", "#")
_STATEMENTS = frozenset((ast.AnnAssign, ast.Assign, ast.Expr, ast.Return))
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def take_plain(module: Module, interest: Interest) -> list[ConditionTemplate]:
    """Return the conditions of functions that have only plain ones, and take their lines out of the relevant ones."""
    found: list[ConditionTemplate] = []
    if not module.text.isascii():
        # Python takes some letters for others.
        return found
    gone: set[int] = set()
    bodies: list[Sequence[ast.stmt]] = [module.tree.body]
    while bodies:
        own: list[ConditionTemplate] = []
        lines: set[int] = set()
        is_plain = True
        for statement, _ in flatten(bodies.pop(), ()):
            if isinstance(statement, _DEFINITIONS):
                if interest.has_line(statement):
                    bodies.append(statement.body)
                    is_plain = is_plain and not interest.is_marked(statement)
            elif interest.is_marked(statement) and is_plain:
                item = _find(module, statement)
                is_plain = item is not None
                if item is not None:
                    own.append(item)
                    lines.update(range(statement.lineno, (statement.end_lineno or 0) + 1))
        if is_plain:
            found += own
            gone |= lines
    if gone:
        interest.lines = [line for line in interest.lines if line not in gone]
        interest.done = gone
    return found


def _find(module: Module, statement: ast.stmt) -> ConditionTemplate | None:
    """Return the condition of a statement if it is a plain one."""
    call = getattr(statement, "value", None)
    while isinstance(call, ast.Await):
        call = call.value
    if type(statement) not in _STATEMENTS or not isinstance(call, ast.Call):
        return None
    start, end = module.extent(call)
    text = module.text[start:end]
    match = _CONDITION.search(text)
    if match is None:
        return None
    around = (text[: match.start(2)] + text[match.end(2) :]).lower()
    if around.count("condition") != 1 or any(sign in around for sign in _OTHERS):
        return None
    place = _place_of(module, call)
    if place is None or not place.is_complete or dialect_of(match[1]) not in (None, place.dialect):
        return None
    low, high = start + match.start(2), start + match.end(2)
    literal = module.text[low + 1 : high - 1]
    if literal.isspace() or "{{" in literal:
        return None
    segment = TemplateSegment(literal, low + 1, high - 1, quoting=quoting_of(module.text[low]))
    return ConditionTemplate((segment,), parameter_of(match[1]) or "", place, Span(low, high), "python")


def _place_of(module: Module, call: ast.Call) -> RequestTarget | None:
    """Return the target that the only path among the arguments of a call names."""
    names: list[str] = []
    function = call.func
    while isinstance(function, ast.Attribute):
        names.append(function.attr)
        function = function.value
    if not isinstance(function, ast.Name) or not (function.id == "self" or _is_unset(module, function.id)):
        return None
    names.reverse()
    if len(names) > 1 and place_of_attributes(names) is not None:
        return None
    addresses = [*call.args, *[keyword.value for keyword in call.keywords if not _is_parameters(keyword.value)]]
    paths: list[str] = []
    for node in addresses:
        text = _text_of(module, node)
        if text is None:
            return None
        if "/" in text:
            paths.append(text)
    if len(paths) != 1 or "?" in paths[0]:
        return None
    return place_of_url(paths[0])


def _is_parameters(node: ast.expr) -> bool:
    """Return whether an argument has parameters that name no path: literals and names in a dict."""
    if not isinstance(node, ast.Dict):
        return False
    return all(isinstance(key, ast.Constant) for key in node.keys) and all(
        isinstance(value, ast.Name)
        or (isinstance(value, ast.Constant) and "/" not in str(value.value))
        or (isinstance(key, ast.Constant) and "condition" in str(key.value))
        for key, value in zip(node.keys, node.values, strict=True)
    )


def _text_of(module: Module, node: ast.expr) -> str | None:
    """Return the text of a literal, a constant of the module, or an f-string of them; None if it takes more."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.Name):
        bound = module.bound(node.id)
        if not bound:
            return PLACEHOLDER
        statement = _constant_at(module, bound[0]) if len(bound) == 1 else None
        return statement if statement is not None and bound[0] < module.start(node) else None
    if isinstance(node, ast.JoinedStr):
        parts: list[str] = []
        for each in node.values:
            value = each.value if isinstance(each, ast.FormattedValue) and each.format_spec is None else each
            part = None if isinstance(value, (ast.JoinedStr, ast.FormattedValue)) else _text_of(module, value)
            if part is None:
                return None
            parts.append(part)
        return "".join(parts)
    return None


def _constant_at(module: Module, offset: int) -> str | None:
    """Return the text that a statement of the module at an offset gives to a name."""
    line = module.line(offset)
    for statement in module.tree.body:
        if statement.lineno == line and isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            value = statement.value
            if module.start(statement) == offset and isinstance(value, ast.Constant) and isinstance(value.value, str):
                return value.value
    return None


def _is_unset(module: Module, name: str) -> bool:
    """Return whether the file gives a name no value, judging by its text."""
    text = module.text
    return f"{name} =" not in text and f"{name}=" not in text and f"{name}:" not in text and f"as {name}" not in text
