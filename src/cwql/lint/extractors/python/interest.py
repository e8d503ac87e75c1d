"""What is looked at in a Python file: lines with a sign of a condition, and the part of the tree that has one of them."""

from __future__ import annotations

import ast
import re

from cwql.lint.extractors.python.nodes import children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from cwql.lint.extractors.python.tree import Module
    from cwql.lint.places import Context

_SIGNS = ("condition", "orderby", "order_by", "order-by", "fields")
"""What is on a line that a condition may stand on, in small letters."""

_CALLED = re.compile(r"\.(?:list|count|first|pages|all|explain)\(\s*[^)\s]")
"""What else is on such a line: our own verbs with arguments. It begins with a plain sign, which makes the search fast."""

_IMPORTED = re.compile(r"from[ \t]+cwql[ \t]+import[ \t]+(\([^()]*\)|[^\n#]+)")
"""Names of our own functions."""

QUERY = re.compile(
    r"(?:^|[?&'\"{])\$?(?:(?:child|customfield)?conditions?|orderby|fields|includefields|excludefields)=",
    re.IGNORECASE | re.MULTILINE,
)
"""What the query of a URL has in it."""

BLOCKS = frozenset((ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
_OF_PATHS = frozenset((ast.Attribute, ast.JoinedStr, ast.Constant))


class Interest:
    """Know what is of interest in one module. `queries` tells whether a condition may stand in the query of a URL."""

    def __init__(self, module: Module, context: Context) -> None:
        self._module = module
        self.queries = False
        self._following = self._find_following(self._find_lines(context))

    def _find_lines(self, context: Context) -> list[int]:
        """Return the lines that have a sign of a condition; whether it may be in the query of a URL is known then too."""
        module = self._module
        line_of = module.line
        lines = {line_of(match.start()) for match in _CALLED.finditer(module.text)}
        folded = module.text.replace("\u0130", "i").lower()  # the only letter that gets longer
        may_be_query = False
        for sign in _SIGNS if "order" in folded else ("condition", "fields"):
            at = folded.find(sign)
            while at >= 0:
                lines.add(line_of(at))
                at += len(sign)
                may_be_query = may_be_query or "=" in folded[at : at + 2]
                at = folded.find(sign, at)
        self.queries = may_be_query and QUERY.search(module.text) is not None
        if context.names_us:
            ours = {"cwql", *[name for names in _IMPORTED.findall(module.text) for name in re.findall(r"\w+", names)]}
            pattern = re.compile(rf"\b(?:{'|'.join(sorted(ours))})\b")
            lines |= {module.line(match.start()) for match in pattern.finditer(module.text)}
        last = module.line(len(module.text))
        for line in context.markers:
            below = line
            while below < last and module.source.line(below).lstrip().startswith("#"):
                below += 1
            lines.add(below)
        return sorted(lines)

    def _find_following(self, lines: Sequence[int]) -> list[int]:
        """Return for each line the next one of interest, itself included; behind the last one a line that no file has."""
        following: list[int] = []
        for line in lines:
            following += [line] * (line + 1 - len(following))
        last = self._module.line(len(self._module.text))
        following += [last + 1] * (last + 1 - len(following))
        return following

    def statements(self, node: Any) -> list[ast.AST] | None:
        """Return the statements of interest in a module, class or function; None where more than its statements is of interest."""
        following = self._following
        body: list[Any] = node.body
        end: int
        if type(node) is ast.Module:
            end = len(following)
        else:
            end = node.end_lineno
            first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
            if following[first] <= body[0].lineno:
                return None
        parents = self._module.parents
        found: list[ast.AST] = []
        for statement in body:
            line = following[statement.lineno]
            if line <= statement.end_lineno or (type(statement) in BLOCKS and _is_decorated(statement, following)):
                parents[statement] = node
                found.append(statement)
            elif line > end:
                # Nothing more in the block.
                break
        return found

    def parts(self, node: Any) -> list[ast.AST]:
        """Return the nodes right below, those left out in which nothing can be found; know their parents."""
        following = self._following
        parents = self._module.parents
        queries = self.queries
        # Of a node in a line of interest all is of interest.
        line = getattr(node, "lineno", 0)
        is_spread = not line or line != node.end_lineno
        found: list[ast.AST] = []
        below: Any
        for below in children(node):
            child = below
            kind = type(child)
            if kind is ast.Name or (kind is ast.Constant and not queries):
                parents[child] = node
                continue
            if is_spread:
                first = getattr(child, "lineno", None)
                if (
                    first is not None
                    and following[first] > child.end_lineno
                    and not (kind in BLOCKS and _is_decorated(child, following))
                ):
                    # It has a parent all the same, unless it is a whole statement.
                    if not isinstance(child, ast.stmt):
                        parents[child] = node
                    continue
            parents[child] = node
            if kind is ast.keyword:
                value = child.value
                parents[value] = child
                child, kind = value, type(value)
                if kind is ast.Name:
                    continue
            if queries or kind not in _OF_PATHS or not _is_path(child):
                found.append(child)
        return found


def _is_path(node: ast.AST) -> bool:
    """Tell whether an expression is nothing but names: ``self.session.get``, or ``f"{self.base}/tickets"`` made of such."""
    kind = type(node)
    while kind is ast.Attribute:
        node = node.value  # type: ignore[attr-defined]
        kind = type(node)
    if kind is ast.JoinedStr:
        for part in node.values:  # type: ignore[attr-defined]
            if type(part) is ast.FormattedValue and (part.format_spec is not None or not _is_path(part.value)):
                return False
        return True
    return kind is ast.Name or kind is ast.Constant


def _is_decorated(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, following: Sequence[int]) -> bool:
    """Tell whether a line of interest is among the decorators of a function or class."""
    return bool(node.decorator_list) and following[node.decorator_list[0].lineno] < node.lineno


def holds_query(node: ast.expr) -> bool:
    """Tell whether a literal in an expression has something like ``?conditions=`` in it."""
    stack: list[ast.AST] = [node]
    while stack:
        child = stack.pop()
        if isinstance(child, ast.Constant):
            if isinstance(child.value, str) and "=" in child.value and QUERY.search(child.value) is not None:
                return True
        elif isinstance(child, ast.JoinedStr):
            stack.extend(child.values)
        elif isinstance(child, ast.BinOp):
            stack.extend((child.left, child.right))
        elif (
            isinstance(child, ast.Call)
            and isinstance(child.func, ast.Attribute)
            and child.func.attr in ("format", "strip")
        ):
            stack.append(child.func.value)
    return False
