"""The relevant parts of a Python file: lines that may contain a condition, and the nodes that include such a line."""

from __future__ import annotations

import ast
import re

from cwql.lint.frontends.python.nodes import children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import Context

_SIGNS = ("condition", "orderby", "order_by", "order-by", "fields")
"""Words on a line that may contain a condition, in lower case."""

_CALLED = re.compile(r"\.(?:list|count|first|pages|all|explain)\(\s*[^)\s]")
"""Other such lines: cwql's own verbs with arguments. The pattern begins with a literal, which makes the search fast."""

_IMPORTED = re.compile(r"from[ \t]+cwql[ \t]+import[ \t]+(\([^()]*\)|[^\n#]+)")
"""Names of our own functions."""

QUERY = re.compile(
    r"(?:^|[?&'\"{])\$?(?:(?:child|customfield)?conditions?|orderby|fields|includefields|excludefields)=",
    re.IGNORECASE | re.MULTILINE,
)
"""Text that the query of a URL contains."""

BLOCKS = frozenset((ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
_OF_PATHS = frozenset((ast.Attribute, ast.JoinedStr, ast.Constant))


class Interest:
    """The relevant lines of one module. `queries` is True if a condition may occur in the query of a URL."""

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
        """Return the next relevant line for each line, including itself; after the last one, a number beyond the file."""
        following: list[int] = []
        for line in lines:
            following += [line] * (line + 1 - len(following))
        last = self._module.line(len(self._module.text))
        following += [last + 1] * (last + 1 - len(following))
        return following

    def statements(self, node: Any) -> list[ast.AST] | None:
        """Return the relevant statements of a module, class or function; None if more than its statements is relevant."""
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
                # No more in the block.
                break
        return found

    def parts(self, node: Any) -> list[ast.AST]:
        """Return the child nodes, except those that cannot contain anything relevant, and record their parents."""
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
    """Return whether an expression consists of names only.

    For example ``self.session.get``, or ``f"{self.base}/tickets"`` made of them.
    """
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
    """Return whether a relevant line is among the decorators of a function or class."""
    return bool(node.decorator_list) and following[node.decorator_list[0].lineno] < node.lineno


def holds_query(node: ast.expr) -> bool:
    """Return whether a literal in an expression contains something like ``?conditions=``."""
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
