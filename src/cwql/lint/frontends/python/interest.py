"""The relevant lines of a Python file, and the statements that have to do with them."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from cwql.lint.frontends.python.nodes import DEFINITIONS, awaited, is_exit
from cwql.lint.words import split_words, word_table, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import Context

_SIGNS = ("condition", "orderby", "order_by", "order-by", "fields")
"""Words on a line that may contain a condition, in lower case."""

_CALLED = re.compile(r"\.(?:list|count|first|pages|all|explain)\(\s*[^)\s]")
"""Other such lines: cwql's own verbs with arguments. The pattern begins with a literal, which makes the search fast."""

_FOLLOWED = re.compile(r"/(?:[A-Za-z]\w*+/?)++[\"'],\s*+(?:[A-Za-z]{0,2}[\"'(]|[a-z_]\w*[,)])")
"""A path with a text after it, which may be a condition."""

_IMPORTED = re.compile(r"from[ \t]+cwql[ \t]+import[ \t]+(\([^()]*\)|[^\n#]+)")
"""Names of our own functions."""

QUERY = re.compile(
    r"(?:^|[?&'\"{])\$?(?:(?:child|customfield)?conditions?|orderby|fields|includefields|excludefields)=",
    re.IGNORECASE | re.MULTILINE,
)
"""Text that the query of a URL contains."""

_IN_NAMES = word_table("_")
_SET_MEMBER = re.compile(
    r"self\.\w++(?:[ \t]{0,4}(?:\[[^\[\]\n]{0,200}\])?[ \t]{0,4}(?::[^=\n]{0,80})?\+?=(?!=)"
    r"|\.(?:append|update|extend|insert|setdefault)\()"
)
"""How a member is set or changed. The pattern begins with a literal, which makes the search fast."""

_SIGNATURE = 600
"""Most characters of a signature that are looked at."""

_DEFINED = re.compile(r"def[ \t]+(\w+)\(")
_TAKES = re.compile(r"^[ \t]*+(?:async[ \t]+)?def[ \t]+(\w+)\((?!\)|self\))", re.MULTILINE)
_ROUNDS = 6
_REQUESTS = words("get post put patch delete request send fetch list count first")
_SIMPLE = frozenset((ast.AnnAssign, ast.Assert, ast.Assign, ast.AugAssign, ast.Delete, ast.Expr, ast.Raise, ast.Return))
_LEAVES = _SIMPLE | DEFINITIONS
"""Statements without blocks, except for definitions, whose bodies are looked at by themselves."""
_TARGETS: dict[type[ast.stmt], Callable[[Any], list[ast.expr]]] = {
    ast.Assign: lambda statement: statement.targets,
    **dict.fromkeys((ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor), lambda statement: [statement.target]),
    **dict.fromkeys(
        (ast.With, ast.AsyncWith), lambda statement: [*filter(None, [item.optional_vars for item in statement.items])]
    ),
    ast.Expr: lambda statement: _changed(statement.value),
}
"""The expressions that a statement gives a value, or changes."""

_JUMPS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def _find_lines(module: Module, context: Context) -> tuple[list[int], bool]:
    """Return the lines that have a sign of a condition, in order, and whether it may be in the query of a URL."""
    line_of = module.line
    lines = {line_of(match.start()) for match in _CALLED.finditer(module.text)}
    folded = module.text.replace("\u0130", "i").lower()  # the only letter that gets longer
    takers: set[str] = set()
    may_be_query = False
    for sign in _SIGNS if "order" in folded else ("condition", "fields"):
        at = folded.find(sign)
        while at >= 0:
            lines.add(line_of(at))
            start = folded.rfind("def ", max(0, at - _SIGNATURE), at)
            if start >= 0 and folded.find(")", start, at) < 0:
                definition = _DEFINED.match(module.text, start)
                if definition is not None:
                    takers.add(definition[1])
            at += len(sign)
            may_be_query = may_be_query or "=" in folded[at : at + 2]
            at = folded.find(sign, at)
    lines |= {line_of(match.start()) for match in _FOLLOWED.finditer(module.text)}
    if context.names_us:
        ours = {"cwql", *[name for names in _IMPORTED.findall(module.text) for name in re.findall(r"\w+", names)]}
        pattern = re.compile(rf"\b(?:{'|'.join(sorted(ours))})\b")
        lines |= {line_of(match.start()) for match in pattern.finditer(module.text)}
    if takers:
        # Functions of the file with a parameter for a condition.
        called = re.compile(rf"\b(?:{'|'.join(sorted(takers))})\(")
        lines |= {line_of(match.start()) for match in called.finditer(module.text)}
    # Only the file itself calls these functions: the values that it gives them may all be safe.
    script = module.text.startswith("#!") or "__main__" in module.text
    definitions = [(line_of(match.end()), match[1]) for match in _TAKES.finditer(module.text)]
    for _ in range(_ROUNDS // 2):
        places = {bisect_right(definitions, (line, "~")) - 1 for line in lines}
        names = {definitions[at][1] for at in places if at >= 0 and (script or definitions[at][1][0] == "_")} - takers
        if not names:
            break
        takers |= names
        called = re.compile(rf"(?<!def )\b(?:{'|'.join(sorted(names))})\(")
        lines |= {line_of(match.start()) for match in called.finditer(module.text)}
    last = line_of(len(module.text))
    for line in context.markers:
        below = line
        while below < last and module.source.line(below).lstrip().startswith("#"):
            below += 1
        lines.add(below)
    return sorted(lines), may_be_query and QUERY.search(module.text) is not None


class Interest:
    """The statements of one module that may matter to its conditions."""

    def __init__(self, module: Module, context: Context) -> None:
        self._module = module
        self.lines, self.queries = _find_lines(module, context)
        self.done: set[int] = set()
        """Lines of statements whose conditions are known already."""

    @cached_property
    def _setters(self) -> list[int]:
        return [match.start() for match in _SET_MEMBER.finditer(self._module.text)]

    def sets_member(self, start: int, end: int) -> bool:
        """Return whether code sets or changes a member of its object."""
        at = bisect_left(self._setters, start)
        return at < len(self._setters) and self._setters[at] < end

    def has_line(self, node: ast.AST) -> bool:
        """Return whether a relevant line is in a node."""
        index = bisect_left(self.lines, node.lineno)  # type: ignore[attr-defined]
        return index < len(self.lines) and self.lines[index] <= node.end_lineno  # type: ignore[attr-defined]

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

    def choose(self, body: Sequence[ast.stmt], returns: bool) -> set[ast.stmt]:  # noqa: C901  # rounds over kinds of statements
        """Return the statements of a function or module that may matter, those around them included.

        They have a relevant line, give a value to a name on one, or use a name that gets its value there; `returns` is
        True if the result of the function is used.
        """
        parts = [*flatten(body, ())]
        words: dict[ast.stmt, set[str]] = {}
        chosen: set[ast.stmt] = set()
        wanted: set[str] = set()
        carried: set[str] = set()
        apart: list[Any] = []
        """Functions without a relevant line, which others may call."""
        rest: list[tuple[ast.stmt, tuple[ast.stmt, ...], set[str]]] = []

        def take(statement: ast.stmt, around: tuple[ast.stmt, ...], carries: bool) -> None:
            chosen.update((statement, *around))
            if _is_guard(statement):
                chosen.update(getattr(statement, "body", ()))
            for each in (statement, *around):
                if each not in words:
                    words[each] = self._words(each)
                wanted.update(words[each])
            if carries and not _is_request(statement):
                carried.update(_bound(statement))

        for statement, around in parts:
            if type(statement) in DEFINITIONS:
                if self.has_line(statement):
                    # It may use names of the code around it.
                    wanted |= self._words_in(statement)
                elif type(statement) is not ast.ClassDef:
                    apart.append(statement)
                if around:
                    chosen.update(around)
            elif self.is_marked(statement) or (returns and type(statement) is ast.Return) or _is_path(statement):
                take(statement, around, True)
            else:
                rest.append((statement, around, _bound(statement)))
        for _ in range(_ROUNDS):
            called = [each for each in apart if each.name in wanted]
            apart = [each for each in apart if each.name not in wanted]
            wanted.update(*map(self._words_in, called))
            left: list[tuple[ast.stmt, tuple[ast.stmt, ...], set[str]]] = []
            for statement, around, bound in rest:
                if not bound.isdisjoint(wanted):
                    take(statement, around, not bound.isdisjoint(carried))
                    continue
                if carried or not bound:
                    if statement not in words:
                        words[statement] = self._words(statement)
                    if not words[statement].isdisjoint(carried) or (
                        not bound and _is_guard(statement) and not words[statement].isdisjoint(wanted)
                    ):
                        take(statement, around, True)
                        continue
                left.append((statement, around, bound))
            if len(left) == len(rest) and not called:
                break
            rest = left
        return chosen

    def _words_in(self, definition: Any) -> set[str]:
        """Return the words of a function, of a class those of its relevant members."""
        if not isinstance(definition, ast.ClassDef):
            first = next(iter(definition.decorator_list), definition)
            start, end = self._module.start(first), self._module.extent(definition)[1]
            return split_words(self._module.text[start:end], _IN_NAMES)
        words: set[str] = set()
        for each in definition.body:
            if self.has_line(each):
                words |= self._words_in(each) if type(each) in DEFINITIONS else self._words(each)
        return words

    def is_marked(self, statement: ast.stmt) -> bool:
        """Return whether a relevant line is in a statement, of one with a body in front of it."""
        if type(statement) in _SIMPLE:
            return self.has_line(statement)
        first = statement.lineno
        body = getattr(statement, "body", None) or getattr(statement, "cases", None)
        last = (body[0].lineno if isinstance(body[0], ast.stmt) else first + 1) if body else first + 1
        index = bisect_left(self.lines, first)
        return index < len(self.lines) and self.lines[index] < max(last, first + 1)

    def _words(self, statement: ast.stmt) -> set[str]:
        """Return the words of a statement, of one with a body those in front of it."""
        start, end = self._module.extent(statement)
        body = getattr(statement, "body", None)
        if body:
            end = self._module.start(body[0])
        return split_words(self._module.text[start:end], _IN_NAMES)


def flatten(body: Sequence[ast.stmt], around: tuple[ast.stmt, ...]) -> Iterator[tuple[ast.stmt, tuple[ast.stmt, ...]]]:
    """Yield the statements of a block and of the blocks in it, each with those around it."""
    for statement in body:
        yield statement, around
        if type(statement) not in _LEAVES:
            below = (*around, statement)
            for block in _blocks(statement):
                yield from flatten(block, below)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a statement."""
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(statement, field, None)
        if inner:
            yield inner
    for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield each.body


def _bound(statement: ast.stmt) -> set[str]:
    """Return the names and members that a statement gives a value, or changes."""
    find_targets = _TARGETS.get(type(statement))
    if find_targets is None:
        return set()
    names: set[str] = set()
    stack = [*find_targets(statement)]
    while stack:
        target = stack.pop()
        if isinstance(target, ast.Name):
            names.add(target.id)
        elif isinstance(target, ast.Attribute):
            names.add(target.attr)
            stack.append(target.value)
        elif isinstance(target, (ast.Subscript, ast.Starred)):
            stack.append(target.value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            stack += target.elts
    names.discard("self")
    return names


def _changed(value: ast.expr) -> list[ast.expr]:
    """Return the object of a method that is called: ``params.update(…)``."""
    return [value.func.value] if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else []


def _is_request(statement: ast.stmt) -> bool:
    """Return whether the value of a statement is the response of a request, not a part of one."""
    value = awaited(statement)
    return (
        isinstance(value, ast.Call)
        and bool(value.keywords)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in _REQUESTS
    )


def _is_path(statement: ast.stmt) -> bool:
    """Return whether a statement only gives a path to a name, which may be the target of a condition near it."""
    if type(statement) is not ast.Assign:
        return False
    value = statement.value
    if isinstance(value, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and "/" in str(part.value) for part in value.values)
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and "/" in value.value


def _is_guard(statement: ast.stmt) -> bool:
    """Return whether a statement ends the function if a test fails."""
    if isinstance(statement, ast.If):
        return isinstance(statement.body[-1], _JUMPS) or is_exit(statement.body[-1])
    return isinstance(statement, ast.Assert)
