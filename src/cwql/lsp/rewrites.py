"""Conditions in Python as code: `as_template` writes ``cwql.cond``, `as_handles` typed handles."""

from __future__ import annotations

import ast

from cwql.errors import CwqlError
from cwql.language.dialects import DIALECTS
from cwql.language.nodes import And, Comparison, Or
from cwql.language.operators import IN, NOT_IN
from cwql.language.parsing import parse
from cwql.language.parsing.lexer import tokenize
from cwql.lint.templates.model import PLACEHOLDER
from cwql.schema import loader
from cwql.schema.naming import handle_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.nodes import Expr
    from cwql.lsp.conditions import EmbeddedCondition
    from cwql.schema.record import RecordInfo

_SIGNS = frozenset(("=", "!=", "<", "<=", ">", ">="))


class Rewrite:
    """An expression for the place of a literal, and the import statements that it needs."""

    __slots__ = ("expression", "imports")

    def __init__(self, expression: str, imports: tuple[str, ...]) -> None:
        self.expression = expression
        self.imports = imports


def is_single_literal(source: str, condition: EmbeddedCondition) -> bool:
    """Return whether the condition is exactly one string literal of a Python file."""
    span = condition.found.span
    try:
        node = ast.parse(source[span.start : span.end], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    literals = {segment.literal for segment in condition.found.segments}
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return len(literals) == 1 and (is_text or isinstance(node, ast.JoinedStr))


def as_template(source: str, condition: EmbeddedCondition) -> Rewrite | None:
    """Return a call of `cwql.cond` for a condition with placeholders.

    None if a placeholder is only a part of a value, or has a format.
    """
    text = condition.text
    placeholders = [segment for segment in condition.found.segments if segment.kind == "placeholder"]
    expressions = [segment.expression for segment in placeholders]
    is_plain = all(
        source[segment.start : segment.end].strip("{} ") == segment.expression.strip("{} ") for segment in placeholders
    )
    if not expressions or not is_plain or not all(map(_is_expression, expressions)) or "{" in text or "}" in text:
        return None
    if len(expressions) != text.count(PLACEHOLDER):
        return None
    waiting = iter(expressions)
    parts: list[str] = []
    values: list[str] = []
    at = 0
    for token in tokenize(text, condition.dialect):
        count = token.text.count(PLACEHOLDER)
        if not count:
            continue
        if count != 1:
            return None
        expression = next(waiting)
        if token.text == PLACEHOLDER:
            values.append(expression)
        elif token.kind == "STRING" and token.text[1:-1] == PLACEHOLDER:
            # In quotes the value is text, whatever its type.
            values.append(f"str({expression})")
        else:
            return None
        parts += (text[at : token.start], "{}")
        at = token.end
    template = "".join([*parts, text[at:]])
    if len(values) != len(expressions) or not _is_valid(template, condition.dialect):
        return None
    given = ", ".join(values)
    option = _dialect_argument(condition)
    call = (
        f"cwql.Template({_quote(template)}{option}).fill({given})"
        if option
        else f"cwql.cond({_quote(template)}, {given})"
    )
    return Rewrite(_emit(call, condition), ("import cwql",))


def as_handles(condition: EmbeddedCondition, record: RecordInfo) -> Rewrite | None:
    """Return the condition as typed handles; None if one of its names has no handle, or for another parameter."""
    from cwql.language.dialects import find_dialect, find_parameter

    dialect = find_dialect(condition.dialect)
    try:
        parameter = find_parameter(dialect, condition.found.parameter)
        if parameter is not dialect.parameters[0] or PLACEHOLDER in condition.text:
            return None
        tree = parse(condition.text, dialect=dialect)
        expression, modules = _write(tree, record.name)
        handle = getattr(loader.load(dialect.name, "fields"), record.name)
        if _evaluate(expression, record.name, handle) != tree:
            return None
    except (CwqlError, AttributeError, TypeError, LookupError, SyntaxError):
        return None
    imports = ["import cwql"]
    if modules:
        imports.append("from datetime import UTC, date, datetime")
    imports.append(f"from cwql.{dialect.name}.fields import {record.name}")
    return Rewrite(_emit(expression, condition), tuple(imports))


def insert_imports(source: str, imports: tuple[str, ...]) -> tuple[int, str]:
    """Return where import statements belong in a Python file, and their text without those that the file has."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0, ""
    lines = source.splitlines(keepends=True)
    known = {line.strip() for line in lines}
    missing = [line for line in imports if line not in known]
    if not missing:
        return 0, ""
    at = 0
    for index, node in enumerate(body):
        is_docstring = index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not is_docstring and not is_future:
            at = node.lineno - 1
            break
        at = node.end_lineno or node.lineno
    offset = sum(map(len, lines[:at]))
    end = "\r\n" if "\r\n" in source else "\n"
    return offset, "".join([f"{line}{end}" for line in missing])


def _is_expression(text: str) -> bool:
    """Return whether a placeholder is an expression without conversion or format."""
    try:
        ast.parse(f"({text})", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(text.strip())


def _is_valid(template: str, dialect: str) -> bool:
    """Return whether a template can be parsed, and none of its placeholders is a whole condition: its value is text here."""
    from cwql.language.dialects import find_dialect
    from cwql.language.nodes import Constant
    from cwql.language.parsing import parse_or_raise

    roles: list[str] = []

    def fill(text: str, role: str, start: int, end: int) -> object:
        roles.append(role)
        return {"condition": Constant(True), "list": (1,)}.get(role, 1)

    try:
        parse_or_raise(template, find_dialect(dialect), fill=fill)
    except CwqlError:
        return False
    return "condition" not in roles


def _emit(expression: str, condition: EmbeddedCondition) -> str:
    """Return an expression for the text, because most programs send the condition by their own library."""
    return f"cwql.emit({expression}{_dialect_argument(condition)})"


def _dialect_argument(condition: EmbeddedCondition) -> str:
    # The first dialect is the default of every function.
    return "" if condition.dialect == DIALECTS[0].name else f", dialect={_quote(condition.dialect)}"


def _quote(text: str) -> str:
    """Return a Python literal, in double quotes if possible."""
    shown = repr(text)
    if shown[0] == "'" and '"' not in text and "\\'" not in shown:
        return f'"{shown[1:-1]}"'
    return shown


def _write(tree: Expr, record: str) -> tuple[str, bool]:
    """Return the expression for a tree, and whether it contains dates."""
    if isinstance(tree, (And, Or)):
        parts = [_write(item, record) for item in tree.items]
        sign = " & " if isinstance(tree, And) else " | "
        return sign.join([f"({text})" for text, _ in parts]), any(dated for _, dated in parts)
    if not isinstance(tree, Comparison):
        raise TypeError("a constant")
    path = ".".join([record, *map(handle_name, tree.path.segments)])
    operator = tree.operator
    if tree.value is None:
        return f"{path}.{'is_null' if operator.name == '=' else 'is_not_null'}()", False
    values = [_write_value(value) for value in tree.values]
    dated = any(dated for _, dated in values)
    texts = [text for text, _ in values]
    if operator in (IN, NOT_IN):
        return f"{path}.{'in_' if operator is IN else 'not_in'}([{', '.join(texts)}])", dated
    if operator.name in _SIGNS:
        return f"{path} {'==' if operator.name == '=' else operator.name} {texts[0]}", dated
    return f"{path}.{operator.name.replace(' ', '_')}({texts[0]})", dated


def _write_value(value: object) -> tuple[str, bool]:
    if isinstance(value, str):
        return _quote(value), False
    if isinstance(value, (bool, int)):
        return repr(value), False
    from datetime import UTC, date, datetime

    if isinstance(value, datetime) and value.tzinfo is UTC:
        parts = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
        while len(parts) > 3 and not parts[-1]:
            parts.pop()
        return f"datetime({', '.join(map(str, parts))}, tzinfo=UTC)", True
    if type(value) is date:
        return f"date({value.year}, {value.month}, {value.day})", True
    raise TypeError(f"no literal for {type(value).__name__}")


def _evaluate(expression: str, name: str, handle: object) -> object:
    """Return the condition that an expression of this module makes."""
    from datetime import UTC, date, datetime

    names = {name: handle, "UTC": UTC, "date": date, "datetime": datetime, "__builtins__": {}}
    return eval(expression, names)  # noqa: S307  # written by `_write`: names of handles, and literals
