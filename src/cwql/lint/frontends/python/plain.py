"""Requests whose condition and target are plain literals: ``self.get(f"{URL}/service/tickets", params={"conditions": "…"})``.

The data flow would find the same, but takes ten times as long, and most requests of most files are like this one. Nothing is
decided here that depends on more than the text of the statement and constants of the module.
"""

from __future__ import annotations

import ast
from bisect import bisect_left

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.python.literals import quoting_of
from cwql.lint.frontends.python.nodes import DEFINITIONS, lines_of
from cwql.lint.request_targets import dialect_of, find_all, parameter_of, place_of_attributes, place_of_url
from cwql.lint.templates.model import ConditionTemplate, TemplateSegment
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import RequestTarget

_ENTRIES = r"""(?:["'](?:page|size|limit|skip|top)\w*+["']\s*+:\s*+(?:\w++|["'][\w ]*+["'])\s*+,?+\s*+)*+"""
_SETTINGS = r"(?:(?:headers|auth|timeout|verify)\s*+=\s*+[\w.]++\s*+,?+\s*+)*+"
_REQUEST = re.compile(
    r"(?:return\s++|(?!\w*?(?i:condition|order|fields))\w++\s*+=\s*+)?+(?:await\s++)?+"
    r"(?P<root>\w++)(?P<names>(?:\.\w++)*+)\(\s*+(?:url\s*+=\s*+)?+"
    r"""(?:f["']\{(?P<base>\w++)\}|["'])(?P<path>[^{}"'\\?\n/]*+/[^{}"'\\?\n]++)["']\s*+,\s*+"""
    rf"""{_SETTINGS}(?:(?:params\s*+=\s*+)?+\{{\s*+{_ENTRIES}["'])?+(?P<key>conditions?+)["']?+\s*+[:=]\s*+"""
    r"""(?P<text>"[^"\\\n]++"|'[^'\\\n]++')\s*+,?+\s*+"""
    rf"{_ENTRIES}\}}?+\s*+,?+\s*+{_SETTINGS}\)"
)
"""A statement that sends a condition. It is that of a file that Python can parse, so brackets and quotes are in pairs."""

_CONSTANT = re.compile(r"""\w++[ \t]*+=[ \t]*+["']([^"'\\\n]*+)["'][ \t]*+(?:#|$)""", re.MULTILINE)
_STATEMENTS = frozenset((ast.Assign, ast.Expr, ast.Return))
_MOST_NAMES = 50
"""Names that are searched for in the whole text; functions with further ones are left to the data flow."""


_SIGNS = ("condition", "orderby", "order_by", "order-by", "fields")
"""Words on a line that may contain a condition, in lower case."""

_CALLED = re.compile(r"\.(?:list|count|first|pages|all|explain)\(\s*[^)\s]")
"""Other such lines: cwql's own verbs with arguments. The pattern begins with a literal, which makes the search fast."""

_FOLLOWED = re.compile(r"/(?:[A-Za-z]\w*+/?)++[\"'],\s*+(?:[A-Za-z]{0,2}[\"'(]|[a-z_]\w*+[,)])")
"""A path with a text after it, which may be a condition."""

QUERY = re.compile(
    r"(?:^|[?&'\"{])\$?(?:(?:child|customfield)?conditions?|orderby|fields|includefields|excludefields)=",
    re.IGNORECASE | re.MULTILINE,
)
"""Text that the query of a URL contains."""


class Interest:
    """The `lines` of one module that may have a condition; those of statements whose conditions are known are `done`.

    `queries` is True if a condition may be in the query of a URL.
    """

    def __init__(self, module: Module) -> None:
        text = module.text
        folded = text.replace("\u0130", "i").lower()  # the only letter that gets longer
        places = [match.start() for pattern in (_CALLED, _FOLLOWED) for match in pattern.finditer(text)]
        self.queries = False
        for sign in _SIGNS if "order" in folded else ("condition", "fields"):
            for at in find_all(sign, folded):
                places.append(at)
                end = at + len(sign)
                if "=" in folded[end : end + 2]:
                    self.queries = self.queries or QUERY.search(text, max(0, at - 15), end + 2) is not None
        self.lines = sorted({*map(module.line, places)})
        self.done: set[int] = set()
        self._in_order: list[int] = []

    def take_out(self, done: set[int]) -> None:
        """Take out the lines of statements whose conditions are known."""
        self.done, self._in_order = done, sorted(done)
        self.lines = [line for line in self.lines if line not in done]

    def is_done(self, node: ast.stmt) -> bool:
        """Return whether all conditions of a definition are known."""
        return bool(lines_of(node, self._in_order)) and not lines_of(node, self.lines)


def take_plain(module: Module, interest: Interest) -> list[ConditionTemplate]:
    """Return the conditions of functions that have only plain ones, and take their lines out of the relevant ones."""
    found: list[ConditionTemplate] = []
    if not interest.lines or not module.text.isascii():
        # Python takes some letters for others.
        return found
    reader = _Reader(module)
    gone: set[int] = set()
    bodies: list[tuple[Sequence[ast.stmt], Sequence[int]]] = [(module.tree.body, interest.lines)]
    while bodies:
        own: list[ConditionTemplate] = []
        lines: list[int] = []
        is_plain = True
        for statement, marked in _marked(*bodies.pop()):
            kind = type(statement)
            if kind in DEFINITIONS:
                bodies.append((statement.body, marked))  # type: ignore[attr-defined]  # a definition
            item = reader.find(statement) if is_plain and kind in _STATEMENTS else None
            if item is not None:
                own.append(item)
                lines += range(statement.lineno, (statement.end_lineno or 0) + 1)
            elif kind in _STATEMENTS or _has_marked_head(statement, marked):
                is_plain = False
        if is_plain:
            found += own
            gone.update(lines)
    interest.take_out(gone)
    return found


def _marked(body: Sequence[Any], lines: Sequence[int]) -> Iterator[tuple[ast.stmt, Sequence[int]]]:
    """Yield the statements of a block that have some of the lines, with these, and those of the blocks in them but not of definitions."""
    at = 0
    for statement in body:
        end = statement.end_lineno
        if end < lines[at]:
            continue
        if own := lines_of(statement, lines):
            yield statement, own
            kind = type(statement)
            if kind not in DEFINITIONS and kind not in _STATEMENTS:
                parts = (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))
                for field in ("body", "orelse", "finalbody"):
                    for part in parts:
                        yield from _marked(getattr(part, field, ()), own)
        # The next statement may begin on the same line.
        at = bisect_left(lines, end)
        if at == len(lines):
            return


def _has_marked_head(statement: ast.stmt, lines: Sequence[int]) -> bool:
    """Return whether one of the lines is in a statement, in front of its body if it has one."""
    body = getattr(statement, "body", None)
    index = bisect_left(lines, statement.lineno)
    return index < len(lines) and (not body or lines[index] < max(body[0].lineno, statement.lineno + 1))


class _Reader:
    """Read the plain conditions of a module; facts about its names are kept."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._set: dict[str, bool] = {"self": False}
        self._constants: dict[str, tuple[int, str | None]] = {}
        self._places: dict[str, tuple[RequestTarget | None, int, str]] = {}

    def find(self, statement: ast.stmt) -> ConditionTemplate | None:
        """Return the condition of a statement if it is a plain one."""
        module = self._module
        start, end = module.extent(statement)
        match = _REQUEST.fullmatch(module.text, start, end)
        if match is None:
            return None
        low, high = match.span("text")
        head = module.text[start:low]
        known = self._places.get(head)
        if known is None:
            known = self._places[head] = self._find_place(*match.group("root", "names", "base", "path", "key"))
        place, since, parameter = known
        text = module.text[low + 1 : high - 1]
        if place is None or start <= since or text.isspace() or "{" in text:
            return None
        segment = TemplateSegment(text, low + 1, high - 1, "same", 0, quoting_of(module.text[low]))
        return ConditionTemplate([segment], parameter, place, Span(low, high), "python")

    def _find_place(
        self, root: str, names: str, base: str | None, path: str, key: str
    ) -> tuple[RequestTarget | None, int, str]:
        """Return the target of a request, the position of the constant before its path, and the parameter; None if a pattern cannot find it."""
        steps = names[1:].split(".")
        if self._is_set(root) or (len(steps) > 1 and place_of_attributes(steps) is not None):
            return None, -1, ""
        since, begun = (-1, "") if base is None else self._find_constant(base)
        place = None if begun is None or "?" in begun else place_of_url(begun + path)
        if place is None or not place.is_complete or dialect_of(key) not in (None, place.dialect):
            return None, -1, ""
        return place, since, parameter_of(key) or ""

    def _find_constant(self, name: str) -> tuple[int, str | None]:
        """Return the position where the module sets a name to a text, and the text; -1 if the name only occurs in placeholders."""
        known = self._constants.get(name)
        if known is None and len(self._constants) < _MOST_NAMES:
            module = self._module
            places = [at for at in find_all(name, module.text) if not module.text.startswith("{", at - 1)]
            match = _CONSTANT.match(module.text, places[0]) if len(places) == 1 else None
            if match is not None and any(module.start(each) == places[0] for each in module.tree.body):
                known = places[0], match[1]
            self._constants[name] = known = known or ((0, None) if places else (-1, ""))
        return known or (0, None)

    def _is_set(self, name: str) -> bool:
        """Return whether the file gives a name a value, judging by its text."""
        known = self._set.get(name)
        if known is None:
            if len(self._set) >= _MOST_NAMES:
                return True
            signs = (f"{name} =", f"{name}=", f"{name}:", f"as {name}")
            known = self._set[name] = any(sign in self._module.text for sign in signs)
        return known
