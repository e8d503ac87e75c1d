"""The relevant lines of a Python file, and the statements that have to do with them."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from cwql.lint.frontends.python.nodes import DEFINITIONS, has_line, name_of
from cwql.lint.request_targets import find_all
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import Context

_SIGNS = ("condition", "orderby", "order_by", "order-by", "fields")
"""Words on a line that may contain a condition, in lower case."""

_CALLED = re.compile(r"\.(?:list|count|first|pages|all|explain)\(\s*[^)\s]")
"""Other such lines: cwql's own verbs with arguments. The pattern begins with a literal, which makes the search fast."""

_FOLLOWED = re.compile(r"/(?:[A-Za-z]\w*+/?)++[\"'],\s*+(?:[A-Za-z]{0,2}[\"'(]|[a-z_]\w*+[,)])")
"""A path with a text after it, which may be a condition."""

_TERM = re.compile(r"[\"'](?=[A-Za-z])[\w/]++ (?:[=<>!]|(?:like|contains|in) ['\"(])", re.IGNORECASE)
"""How a text begins that may be a term of a condition."""

_IMPORTED = re.compile(r"from[ \t]+cwql[ \t]+import[ \t]+(\([^()]*\)|[^\n#]+)")
"""Names of our own functions."""

QUERY = re.compile(
    r"(?:^|[?&'\"{])\$?(?:(?:child|customfield)?conditions?|orderby|fields|includefields|excludefields)=",
    re.IGNORECASE | re.MULTILINE,
)
"""Text that the query of a URL contains."""

_SET_MEMBER = re.compile(
    r"self\.\w++(?:[ \t]{0,4}(?:\[[^\[\]\n]{0,200}\])?[ \t]{0,4}(?::[^=\n]{0,80})?\+?=(?!=)"
    r"|\.(?:append|update|extend|insert|setdefault)\()"
)
"""How a member is set or changed. The pattern begins with a literal, which makes the search fast."""

_SIGNATURE = 600
"""Most characters of a signature that are looked at."""

_DEFINED = re.compile(r"def[ \t]+(\w+)\(")
_PRIVATE = re.compile(r"def _(?!_)")
_TAKES = re.compile(r"def[ \t]+(\w+)\((?!\)|self\))")
_ROUNDS = 6
_REQUESTS = words("get post put patch delete request send fetch list count first")
_LEAVES = DEFINITIONS | {ast.AnnAssign, ast.Assert, ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Return}
"""Frequent statements without blocks, and definitions, whose bodies are looked at by themselves."""


def _find_places(text: str, context: Context) -> tuple[list[int], bool]:
    """Return the offsets of the signs of conditions, and whether one may be in the query of a URL."""
    folded = text.replace("\u0130", "i").lower()  # the only letter that gets longer
    places = [match.start() for pattern in (_CALLED, _FOLLOWED) for match in pattern.finditer(text)]
    takers: set[str] = set()
    queries = False
    for sign in _SIGNS if "order" in folded else ("condition", "fields"):
        for at in find_all(sign, folded):
            places.append(at)
            start = folded.rfind("def ", max(0, at - _SIGNATURE), at)
            definition = _DEFINED.match(text, start) if start >= 0 and folded.find(")", start, at) < 0 else None
            if definition is not None:
                # A function of the file with a parameter for a condition.
                takers.add(definition[1])
            end = at + len(sign)
            if "=" in folded[end : end + 2]:
                queries = queries or QUERY.search(text, max(0, at - 15), end + 2) is not None
    if context.names_us:
        ours = {"cwql", *[name for names in _IMPORTED.findall(text) for name in re.findall(r"\w+", names)]}
        places += _find_names(text, rf"\b(?:{'|'.join(sorted(ours))})\b")
    places += _find_calls(text, takers)
    script = text.startswith("#!") or "__main__" in text
    if script or _PRIVATE.search(text) is not None:
        # Only the file itself calls these functions: the values that it gives them may all be safe.
        definitions = [(match.start(), match[1]) for match in _TAKES.finditer(text)]
        for _ in range(_ROUNDS // 2):
            around = {bisect_right(definitions, (place, "~")) - 1 for place in places} - {-1}
            names = {definitions[at][1] for at in around if script or definitions[at][1][0] == "_"} - takers
            if not names:
                break
            takers |= names
            places += _find_calls(text, names)
    return places, queries


def _find_names(text: str, pattern: str) -> list[int]:
    return [match.start() for match in re.finditer(pattern, text)]


def _find_calls(text: str, names: Collection[str]) -> list[int]:
    return _find_names(text, rf"(?<!def )\b(?:{'|'.join(sorted(names))})\(") if names else []


class Interest:
    """The statements of one module that may matter to its conditions."""

    def __init__(self, module: Module, context: Context) -> None:
        self._module = module
        places, self.queries = _find_places(module.text, context)
        lines = {*map(module.line, places)}
        last = module.line(len(module.text))
        for line in context.markers:
            below = line
            while below < last and module.source.line(below).lstrip().startswith("#"):
                below += 1
            lines.add(below)
        self.lines = sorted(lines)
        self.done: set[int] = set()
        """Lines of statements whose conditions are known already."""

    def take_out(self, done: set[int]) -> None:
        """Take out the lines of statements whose conditions are known."""
        self.done = done
        self.lines = [line for line in self.lines if line not in done]

    def add_uses(self) -> None:
        """Add the lines of texts that begin like a condition, and of names that the module or a class gives one."""
        text = self._module.text
        names: set[str] = set()
        bodies = [self._module.tree.body]
        for body in bodies:
            for statement in self.with_lines(body):
                if isinstance(statement, ast.ClassDef):
                    bodies.append(statement.body)
                elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and not _is_request(statement):
                    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                    nodes = [each for target in targets for each in ast.walk(target)]
                    names |= {name for each in nodes if (name := name_of(each))}
        places = [match.start() for match in _TERM.finditer(text)]
        if names:
            places += _find_names(text, rf"\b(?:{'|'.join(sorted(names))})\b")
        self.lines = sorted({*self.lines, *{*map(self._module.line, places)} - self.done})

    @cached_property
    def _setters(self) -> list[int]:
        return [match.start() for match in _SET_MEMBER.finditer(self._module.text)]

    def sets_member(self, start: int, end: int) -> bool:
        """Return whether code sets or changes a member of its object."""
        at = bisect_left(self._setters, start)
        return at < len(self._setters) and self._setters[at] < end

    def has_line(self, node: ast.AST) -> bool:
        """Return whether a relevant line is in a node."""
        return has_line(node, self.lines)

    def is_marked(self, statement: ast.stmt) -> bool:
        """Return whether a relevant line is in a statement, or in front of its body if it has one."""
        body = getattr(statement, "body", None)
        if not body:
            return has_line(statement, self.lines)
        index = bisect_left(self.lines, statement.lineno)
        return index < len(self.lines) and self.lines[index] < max(body[0].lineno, statement.lineno + 1)

    def with_lines(self, body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        """Yield the statements of a block that have a relevant line, and those of the blocks in them but not of definitions."""
        if not body:
            return
        lines = self.lines
        index = bisect_left(lines, body[0].lineno)
        last = bisect_right(lines, body[-1].end_lineno or 0)
        for statement in body:
            first = statement.lineno
            while index < last and lines[index] < first:
                index += 1
            if index == last:
                return
            if lines[index] <= (statement.end_lineno or 0):
                yield statement
                if type(statement) not in _LEAVES:
                    for block in _blocks(statement):
                        yield from self.with_lines(block)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a statement."""
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(statement, field, None)
        if inner:
            yield inner
    for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield each.body


def _is_request(statement: ast.stmt) -> bool:
    """Return whether the value of a statement is the response of a request, not a part of one."""
    value: ast.expr | None = getattr(statement, "value", None)
    while isinstance(value, ast.Await):
        value = value.value
    return (
        isinstance(value, ast.Call)
        and bool(value.keywords)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in _REQUESTS
    )
