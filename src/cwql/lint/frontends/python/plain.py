"""Requests whose condition and target are plain literals: ``self.get(f"{URL}/service/tickets", params={"conditions": "…"})``.

The data flow would find the same, but takes ten times as long, and most requests of most files are like this one. Nothing is
decided here that depends on more than the statement itself and constants of the module.
"""

from __future__ import annotations

import ast
import re

from cwql.lint.frontends.python.literals import quoting_of
from cwql.lint.frontends.python.nodes import DEFINITIONS, awaited, chain_of
from cwql.lint.request_targets import dialect_of, parameter_of, place_of_attributes, place_of_url
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate, TemplateSegment
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.frontends.python.interest import Interest
    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import RequestTarget

_WORD = "condition"
_CONDITION = re.compile(r"""\b(conditions?)["']?[ \t]*[:=][ \t]*("[^"\\\n]+"|'[^'\\\n]+')(?=[ \t]*[,)}\n])""")
_OTHERS = ("order", "fields", ":=", "lambda", "#")
_STATEMENTS = frozenset((ast.AnnAssign, ast.Assign, ast.Expr, ast.Return))
_MOST_NAMES = 50
"""Names that are searched for in the whole text; functions with further ones are left to the data flow."""


def take_plain(module: Module, interest: Interest) -> list[ConditionTemplate]:
    """Return the conditions of functions that have only plain ones, and take their lines out of the relevant ones."""
    found: list[ConditionTemplate] = []
    if not module.text.isascii():
        # Python takes some letters for others.
        return found
    reader = _Reader(module)
    gone: set[int] = set()
    bodies: list[Sequence[ast.stmt]] = [module.tree.body]
    while bodies:
        own: list[ConditionTemplate] = []
        lines: list[range] = []
        is_plain = True
        for statement in interest.with_lines(bodies.pop()):
            kind = type(statement)
            if kind in DEFINITIONS:
                bodies.append(statement.body)  # type: ignore[attr-defined]  # a definition
                is_plain = is_plain and not interest.is_marked(statement)
            elif is_plain and (kind in _STATEMENTS or interest.is_marked(statement)):
                item = reader.find(statement) if kind in _STATEMENTS else None
                is_plain = item is not None
                if item is not None:
                    own.append(item)
                    lines.append(range(statement.lineno, (statement.end_lineno or 0) + 1))
        if is_plain:
            found += own
            gone.update(*lines)
    if gone:
        interest.lines = [line for line in interest.lines if line not in gone]
        interest.done = gone
    return found


class _Reader:
    """Read the plain conditions of a module; facts about its names are kept."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._unset: dict[str, bool] = {}
        self._constants: dict[str, tuple[int, str | None]] = {}

    def find(self, statement: ast.stmt) -> ConditionTemplate | None:
        """Return the condition of a statement if it is a plain one."""
        call = awaited(statement)
        if not isinstance(call, ast.Call):
            return None
        module = self._module
        start, end = module.extent(call)
        text = module.text[start:end]
        at = text.find(_WORD)
        # If the first one is no parameter, the text has a second one, and is not plain.
        match = None if at < 0 else _CONDITION.match(text, at)
        if match is None:
            return None
        name = match[1]
        low, high = match.span(2)
        around = (text[:low] + text[high:]).lower()
        if around.count(_WORD) != 1:
            return None
        for sign in _OTHERS:
            if sign in around:
                return None
        place = self._place_of(call)
        if place is None or not place.is_complete or dialect_of(name) not in (None, place.dialect):
            return None
        literal = text[low + 1 : high - 1]
        if literal.isspace() or "{{" in literal:
            return None
        low, high = start + low, start + high
        segment = TemplateSegment(literal, low + 1, high - 1, quoting=quoting_of(module.text[low]))
        return ConditionTemplate([segment], parameter_of(name) or "", place, Span(low, high), "python")

    def _place_of(self, call: ast.Call) -> RequestTarget | None:
        """Return the target that the only path among the arguments of a call names."""
        root, names = chain_of(call.func)
        if not root or not (root == "self" or self._is_unset(root)):
            return None
        if len(names) > 1 and place_of_attributes(names) is not None:
            return None
        path = ""
        values = [keyword.value for keyword in call.keywords]
        for node in (*call.args, *[value for value in values if not _is_parameters(value)]):
            text = self._text_of(node)
            if text is None:
                return None
            if "/" in text:
                if path:
                    return None
                path = text
        return None if not path or "?" in path else place_of_url(path)

    def _text_of(self, node: ast.expr) -> str | None:
        """Return the text of a literal, a constant of the module, or an f-string of them; None if it takes more."""
        if isinstance(node, ast.JoinedStr):
            text = ""
            for each in node.values:
                value = each.value if isinstance(each, ast.FormattedValue) and each.format_spec is None else each
                part = None if isinstance(value, (ast.JoinedStr, ast.FormattedValue)) else self._text_of(value)
                if part is None:
                    return None
                text += part
            return text
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else ""
        if isinstance(node, ast.Name):
            known = self._constants.get(node.id)
            if known is None:
                if len(self._constants) >= _MOST_NAMES:
                    return None
                known = self._constants[node.id] = self._find_constant(node.id)
            offset, given = known
            return given if offset < 0 or (given is not None and offset < self._module.start(node)) else None
        return None

    def _find_constant(self, name: str) -> tuple[int, str | None]:
        """Return where the only statement of the module is that gives a name a text, and the text.

        The place is -1 if nothing gives the name a value: its text is a placeholder then.
        """
        module = self._module
        bound = module.bound(name)
        if not bound:
            return -1, PLACEHOLDER
        if len(bound) == 1:
            line = module.line(bound[0])
            for statement in module.tree.body:
                if statement.lineno == line and isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                    value = statement.value
                    if (
                        module.start(statement) == bound[0]
                        and isinstance(value, ast.Constant)
                        and isinstance(value.value, str)
                    ):
                        return bound[0], value.value
        return 0, None

    def _is_unset(self, name: str) -> bool:
        """Return whether the file gives a name no value, judging by its text."""
        known = self._unset.get(name)
        if known is None:
            if len(self._unset) >= _MOST_NAMES:
                return False
            text = self._module.text
            signs = (f"{name} =", f"{name}=", f"{name}:", f"as {name}")
            known = self._unset[name] = not any(sign in text for sign in signs)
        return known


def _is_parameters(node: ast.expr) -> bool:
    """Return whether an argument has parameters that name no path: literals and names in a dict."""
    if not isinstance(node, ast.Dict):
        return False
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant):
            return False
        if not (
            isinstance(value, ast.Name)
            or (isinstance(value, ast.Constant) and "/" not in str(value.value))
            or "condition" in str(key.value)
        ):
            return False
    return True
