"""A parsed Python file: `Module` with the positions of nodes in the text, and `Scope` with the bindings of names.

Work is done on demand: a scope is read when a name in it is looked up.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate, count
from operator import add

from cwql.lint.frontends import UnreadableSource
from cwql.lint.frontends.python.nodes import FUNCTIONS, SCOPES, children, has_line
from cwql.lint.frontends.python.reach import reaching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal, TypeAlias

    from cwql.source import Source

    Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    Way: TypeAlias = Literal["assign", "augment", "loop", "argument", "with", "import", "other"]

_SCOPES = frozenset(SCOPES)
_PLAIN_STATEMENTS = frozenset((ast.AnnAssign, ast.Assign, ast.Import, ast.ImportFrom))
_NEWLINE = re.compile(r"\r\n?|\n")
_MAGIC = re.compile(r"^([ \t]*)[%!](?=[%\w])", re.MULTILINE)
"""How a command of a notebook begins: ``%pip install …``, ``!ls``."""
_DEFINED = re.compile(r"\bdef[ \t]+(\w+)")
_FILLED = re.compile(r"\b([^\W\d]\w*)(?:\[[^\[\]\n]*\])?[ \t]*(?:%|\.[ \t]*format)")
CHECKS = ("isdigit", "isdecimal", "isnumeric", "isalnum", "isidentifier")
"""Methods that test that a text has no quote in it."""
_CHECKED = re.compile(rf"\b(\w++)\.(?:{'|'.join(CHECKS)})\(|match\([^\n]{{0,400}},\s{{0,20}}(\w++)\)|[\"'] in (\w++)")
_SHARED = re.compile(r"^[ \t]*(?:global|nonlocal)[ \t]+([\w \t,]+)", re.MULTILINE)


class Binding:
    """One place that gives a name a value.

    `value` is the expression it comes from: the assigned or appended value, the iterable of a loop, the annotation of
    an argument, the context manager of a ``with``. An import has `origin` instead, the dotted name.
    """

    __slots__ = ("annotation", "node", "origin", "value", "way")

    def __init__(
        self,
        way: Way,
        node: ast.AST,
        value: ast.expr | None = None,
        annotation: ast.expr | None = None,
        origin: str = "",
    ) -> None:
        self.way = way
        self.node = node
        self.value = value
        self.annotation = annotation
        self.origin = origin


class Scope:
    """The names of a module, class or function: every binding in order, and every use."""

    __slots__ = ("_bindings", "_lines", "_names", "_uses", "calls", "module", "node", "outer", "strings")

    def __init__(self, module: Module, node: ast.AST, outer: Scope | None, lines: Sequence[int] | None = None) -> None:
        """With `lines`, only the statements on them are read."""
        self.module = module
        self.node = node
        self.outer = outer
        self._bindings: dict[str, list[Binding]] | None = None
        self._lines = lines
        self._names: dict[str, list[Binding]] | None = None
        """Bindings of single names, from before all of them are known."""

    @property
    def bindings(self) -> dict[str, list[Binding]]:
        """Return the bindings of each name."""
        if self._bindings is None:
            self._bindings = {}
            self._uses: dict[str, list[ast.Name]] = {}
            self.calls: list[ast.Call] = []
            self.strings: list[ast.expr] = []
            """Whole texts with a slash in them, which may be paths."""
            self._read()
        return self._bindings

    def uses(self, name: str) -> list[ast.Name]:
        """Return the places that read a name, except those in nested functions and classes."""
        return self._uses.get(name, []) if self.bindings is not None else []

    def find(self, name: str) -> tuple[Scope, list[Binding]] | None:
        """Return the bindings of a name here, and their scope; None if it has none."""
        if self.module.is_settled(name):
            return self.module.settled[name]
        scope: Scope | None = self
        while scope is not None:
            if scope is self or not isinstance(scope.node, ast.ClassDef):
                bindings = scope.bindings_of(name)
                if bindings:
                    return scope, bindings
            scope = scope.outer
        return None

    def reach(self, use: ast.Name) -> tuple[Scope, list[Binding]] | None:
        """Return the result of `find` without the bindings that a use of the name here cannot see."""
        found = self.find(use.id)
        if found is None or len(found[1]) < 2 or found[0] is not self:
            return found
        return self, reaching(found[1], use, self.module.parents)

    def sees(self, use: ast.Name, nodes: Sequence[ast.AST]) -> bool:
        """Return whether a use of a name in this scope may see a value that one of the nodes binds to it."""
        found = self.reach(use)
        return found is not None and any(binding.node in nodes for binding in found[1])

    def takes(self, name: str) -> bool:
        """Return whether a name is an argument here; the body is not read for that."""
        node = self.node
        if not isinstance(node, FUNCTIONS):
            return False
        arguments = node.args
        for some in (arguments.args, arguments.posonlyargs, arguments.kwonlyargs):
            for argument in some:
                if argument.arg == name:
                    return True
        return False

    def bindings_of(self, name: str) -> list[Binding]:
        """Return the bindings of a name, for which only those statements are read that it may get a value in."""
        if self._bindings is not None:
            return self._bindings.get(name, [])
        if self._names is None:
            self._names = {}
        known = self._names.get(name)
        if known is None:
            lines = self.module.lines_binding(name, self.node)
            part = Scope(self.module, self.node, self.outer, lines) if lines else None
            known = self._names[name] = [] if part is None else part.bindings.get(name, [])
        return known

    def origin(self, name: str) -> str:
        """Return the dotted name that a name was imported by, empty for any other."""
        found = self.find(name)
        return found[1][0].origin if found is not None and len(found[1]) == 1 else ""

    def enclosing_class(self) -> Scope | None:
        """Return the scope of the class around."""
        scope: Scope | None = self
        while scope is not None and not isinstance(scope.node, ast.ClassDef):
            scope = scope.outer
        return scope

    def _bind(self, name: str, binding: Binding) -> None:
        assert self._bindings is not None
        self._bindings.setdefault(name, []).append(binding)

    def _read(self) -> None:  # noqa: C901  # a case for each kind of node
        node = self.node
        if isinstance(node, FUNCTIONS):
            arguments = node.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                self._bind(argument.arg, Binding("argument", argument, None, argument.annotation))
            for rest in (arguments.vararg, arguments.kwarg):
                if rest is not None:
                    self._bind(rest.arg, Binding("other", rest))
        parents = self.module.parents
        for child in self._nodes():
            kind = type(child)
            if kind is ast.Attribute or kind is ast.keyword or kind is ast.Expr:
                continue
            if kind is ast.Name:
                assert isinstance(child, ast.Name)
                if type(child.ctx) is ast.Load:
                    self._uses.setdefault(child.id, []).append(child)
                else:
                    self._bind(child.id, _bound(child, parents))
            elif kind is ast.Call:
                assert isinstance(child, ast.Call)
                self.calls.append(child)
            elif kind is ast.Constant or kind is ast.JoinedStr or kind is ast.BinOp:
                assert isinstance(child, ast.expr)
                if not isinstance(parents[child], (ast.JoinedStr, ast.BinOp)) and _may_be_path(child):
                    self.strings.append(child)
            elif kind is ast.ExceptHandler or kind is ast.MatchAs or kind is ast.MatchStar:
                name = getattr(child, "name", None)
                if name:
                    self._bind(name, Binding("other", child))
            elif kind is ast.MatchMapping:
                assert isinstance(child, ast.MatchMapping)
                if child.rest:
                    self._bind(child.rest, Binding("other", child))
            elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._bind(child.name, Binding("other", child))
            elif isinstance(child, ast.Import):
                for alias in child.names:
                    if alias.asname:
                        self._bind(alias.asname, Binding("import", child, origin=alias.name))
                    else:
                        top = alias.name.partition(".")[0]
                        if not any(known.origin == top for known in (self._bindings or {}).get(top, ())):
                            self._bind(top, Binding("import", child, origin=top))
            elif isinstance(child, ast.ImportFrom):
                home = "." * child.level + (child.module or "")
                for alias in child.names:
                    self._bind(alias.asname or alias.name, Binding("import", child, origin=f"{home}.{alias.name}"))

    def _nodes(self) -> Iterator[ast.AST]:
        """Yield the nodes of the scope in the order of the text, without the inside of scopes in it."""
        parents = self.module.parents
        node = self.node
        stack: list[ast.AST] = []
        body = getattr(node, "body", [])
        lines = self._lines
        for child in reversed(body if isinstance(body, list) else [body]):
            if lines is None or not isinstance(child, ast.stmt) or has_line(child, lines):
                parents[child] = node
                stack.append(child)
        while stack:
            child = stack.pop()
            yield child
            if isinstance(child, SCOPES):
                inner = _outside(child)
            else:
                inner = children(child)
            if lines is not None:
                inner = [item for item in inner if not isinstance(item, ast.stmt) or has_line(item, lines)]
            inner.reverse()
            for grandchild in inner:
                parents[grandchild] = child
            stack.extend(inner)


def _may_be_path(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and "/" in node.value
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)))


def _outside(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a function or class that belong to the scope around it."""
    outside: list[ast.AST] = list(getattr(node, "decorator_list", ()))
    if isinstance(node, FUNCTIONS):
        outside += [*node.args.defaults, *[default for default in node.args.kw_defaults if default is not None]]
    elif isinstance(node, ast.ClassDef):
        outside += [*node.bases, *[keyword.value for keyword in node.keywords]]
    return outside


def _bound(name: ast.Name, parents: dict[ast.AST, ast.AST]) -> Binding:
    """Return how a name in the place of a target gets its value."""
    above = parents[name]
    match above:
        case ast.Assign():
            return Binding("assign", above, above.value)
        case ast.AnnAssign():
            return Binding("assign", above, above.value, above.annotation)
        case ast.NamedExpr():
            return Binding("assign", above, above.value)
        case ast.AugAssign():
            return Binding("augment", above, above.value)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            return Binding("loop", above, above.iter)
        case ast.withitem():
            return Binding("with", above, above.context_expr)
        case ast.Tuple():
            outer = parents[above]
            if (
                isinstance(outer, (ast.For, ast.AsyncFor, ast.comprehension))
                and above.elts[0] is name
                and isinstance(outer.iter, ast.Call)
                and isinstance(outer.iter.func, ast.Name)
                and outer.iter.func.id == "enumerate"
            ):
                return Binding("loop", outer, ast.Call(ast.Name("range", ast.Load()), [], []))
            if (
                isinstance(outer, ast.Assign)
                and isinstance(outer.value, ast.Tuple)
                and len(outer.value.elts) == len(above.elts)
                and not any(isinstance(item, ast.Starred) for item in (*outer.value.elts, *above.elts))
            ):
                return Binding("assign", outer, outer.value.elts[above.elts.index(name)])
            return Binding("other", above)
        case _:
            return Binding("other", above)


class Module:
    """A parsed file: its tree, the parents of the visited nodes, its scopes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        # The tokenizer takes no byte order mark in a str.
        self._shift = 1 if self.text.startswith("\ufeff") else 0
        self.tree = _parse(self.text[self._shift :], self._shift)
        self.parents: dict[ast.AST, ast.AST] = {}
        self.changed: dict[ast.AST, frozenset[str]] = {}
        """Attributes that are set somewhere in a class."""
        self._scopes: dict[ast.AST, Scope] = {}
        self._lines: dict[int, list[int] | None] = {}
        self._binding_lines: dict[str, list[int]] = {}
        self.settled: dict[str, tuple[Scope, list[Binding]] | None] = {}
        """The results of `Scope.find` for the names that `is_settled` returned True for."""
        self._unsettled: set[str] = set()
        self._body_starts: list[int] | None = None
        self._starts = _line_starts(self.text)
        self._plain = self.text.isascii()

    @cached_property
    def shared(self) -> frozenset[str]:
        """Names that some function declares ``global`` or ``nonlocal``: they may change anywhere."""
        declared = "global" in self.text or "nonlocal" in self.text
        shared = " ".join(_SHARED.findall(self.text)) if declared else ""
        return frozenset(shared.replace(",", " ").split())

    @cached_property
    def definitions(self) -> dict[str, int]:
        """How many functions the file has of each name, by the look of the text."""
        counts: dict[str, int] = {}
        for name in _DEFINED.findall(self.text):
            counts[name] = counts.get(name, 0) + 1
        return counts

    @cached_property
    def filled(self) -> frozenset[str]:
        """Names of formats that are filled: ``URL.format(…)``, ``URL % …``."""
        return frozenset(_FILLED.findall(self.text))

    @cached_property
    def checked(self) -> frozenset[str]:
        """Names that are tested to contain digits or letters only."""
        return frozenset(name for names in _CHECKED.findall(self.text) for name in names if name)

    @cached_property
    def joins(self) -> bool:
        """Return whether anything is joined in the file."""
        return ".join(" in self.text

    def offset(self, line: int, column: int) -> int:
        """Return the character at a line (from 1) and a column in UTF-8 bytes (from 0), which is how `ast` counts."""
        start = self._starts[line - 1]
        if self._plain:
            return start + column
        if line == 1:
            start += self._shift
        if line not in self._lines:
            self._lines[line] = _columns(self.text[start : self._starts[line] if line < len(self._starts) else None])
        columns = self._lines[line]
        if columns is None:
            return start + column
        return start + (columns[column] if column < len(columns) else len(columns))

    def start(self, node: ast.AST) -> int:
        """Return the character that a node begins with."""
        return self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Return the offset of the end of a node."""
        return self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def extent(self, node: ast.AST) -> tuple[int, int]:
        """Return the offsets of the start and the end of a node."""
        if self._plain:
            starts = self._starts
            return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return self.start(node), self.end(node)

    def text_of(self, node: ast.AST) -> str:
        """Return the text of a node."""
        start, end = self.extent(node)
        return self.text[start:end]

    def line(self, offset: int) -> int:
        """Return the line of a character."""
        return bisect_right(self._starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of a character as `ast` counts them."""
        line = self.line(offset)
        start = self._starts[line - 1] + (self._shift if line == 1 else 0)
        return line, offset - start if self._plain else len(self.text[start:offset].encode())

    def lines_binding(self, name: str, node: ast.AST) -> Sequence[int]:
        """Return the lines of a node that may give a value to a name, by the look of the text."""
        first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", len(self._starts))
        if not self._plain:
            # Python takes some letters for others.
            return range(first, last + 1)
        lines = self._all_lines_binding(name)
        return lines[bisect_left(lines, first) : bisect_right(lines, last)]

    def _all_lines_binding(self, name: str) -> list[int]:
        lines = self._binding_lines.get(name)
        if lines is None:
            lines = self._binding_lines[name] = [self.line(at) for at in _may_be_bound(self.text, name)]
        return lines

    def is_settled(self, name: str) -> bool:
        """Return whether a name means the same in the whole file, judging by the text.

        That is the case if only plain statements of the module bind it.
        """
        if name in self.settled:
            return True
        if name in self._unsettled:
            return False
        statements = self._statements_binding(name)
        if statements is None:
            self._unsettled.add(name)
            return False
        home = self.scope_of(self.tree)
        match statements:
            case []:
                bindings = []
            case [ast.Assign(targets=[ast.Name(id=target)], value=ast.Constant() as value) as only] if target == name:
                bindings = [Binding("assign", only, value)]
            case _:
                bindings = home.bindings_of(name)
        self.settled[name] = (home, bindings) if bindings else None
        return True

    def _statements_binding(self, name: str) -> list[ast.stmt] | None:
        """Return the plain statements of the module that may give a value to a name; None if others may."""
        if not self._plain:
            return None
        body = self.tree.body
        if self._body_starts is None:
            self._body_starts = [statement.lineno for statement in body]
        statements: list[ast.stmt] = []
        for line in dict.fromkeys(self._all_lines_binding(name)):
            index = bisect_right(self._body_starts, line) - 1
            # Several may share a line.
            while index >= 0 and line <= (body[index].end_lineno or 0):
                statement = body[index]
                index -= 1
                if statement in statements[-2:] or _is_docstring(statement):
                    continue
                # A lambda in such a statement has names of its own.
                if type(statement) not in _PLAIN_STATEMENTS or "lambda" in self.text_of(statement):
                    return None
                statements.append(statement)
        return statements

    def scope(self, node: ast.AST) -> Scope:
        """Return the scope that contains a node (whose parents are known)."""
        parents = self.parents
        below, above = node, parents.get(node)
        while above is not None:
            if type(above) in _SCOPES and (isinstance(below, ast.stmt) or below not in _outside(above)):
                return self._scopes.get(above) or self.scope_of(above)
            below, above = above, parents.get(above)
        return self.scope_of(self.tree)

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the scope that a function or class makes."""
        known = self._scopes.get(node)
        if known is None:
            outer = None if node is self.tree else self.scope(node)
            known = self._scopes[node] = Scope(self, node, outer)
        return known

    def close(self) -> None:
        """Release the scopes, which refer to the module.

        Without that cycle, everything is freed as soon as it is unused.
        """
        self._scopes.clear()
        self.settled.clear()

    def statement(self, node: ast.AST) -> ast.AST:
        """Return the statement around a node."""
        while not isinstance(node, ast.stmt) and node in self.parents:
            node = self.parents[node]
        return node


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _may_be_bound(text: str, name: str) -> Iterator[int]:
    """Yield the places that may give a name a value.

    These are definitions, but not ``{name}``, nor names before a dot or a bracket.
    """
    parts = text.split(name)
    before = parts[0]
    at = len(before)
    for behind in parts[1:]:
        left, right = before[-1:], behind[:1]
        if (
            (left == "{" and right == "}")
            or left == "."
            or left == "_"
            or right == "_"
            or left.isalnum()
            or right.isalnum()
        ):
            bound = False
        elif right == "." or right == "(":
            head = text[max(0, at - 60) : at].rstrip(" \t\f\r\n\\")
            bound = not head or head.endswith((",", "import", "def", "class"))
        else:
            bound = True
        if bound:
            yield at
        at += len(name) + len(behind)
        before = behind or name


def parse_quietly(text: str, mode: str = "exec") -> ast.AST:
    """Parse like `ast.parse`, but without warnings: invalid escapes in a linted file are not reported."""
    if warnings.filters and warnings.filters[0][:3] == ("ignore", None, Warning):
        # A caller that reads many files has already done so.
        return ast.parse(text, mode=mode)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode=mode)


def _parse(text: str, shift: int) -> ast.Module:
    try:
        tree = parse_quietly(text)
    except SyntaxError as error:
        if _MAGIC.search(text) is not None:
            # A notebook saved as a script: its commands are comments to us, as long as they are.
            return _parse(_MAGIC.sub(r"\1#", text), shift)
        offset = shift
        starts = _line_starts(text)
        if error.lineno is not None and 0 < error.lineno <= len(starts):
            offset += min(starts[error.lineno - 1] + max(0, (error.offset or 1) - 1), len(text))
        raise UnreadableSource(error.msg or "a syntax error", offset) from None
    except (ValueError, RecursionError, MemoryError, SystemError, OverflowError) as error:
        raise UnreadableSource(f"Python's parser gives up: {error or type(error).__name__}", shift) from None
    assert isinstance(tree, ast.Module)
    return tree


def _line_starts(text: str) -> list[int]:
    if "\r" not in text:
        lines = text.split("\n")
        del lines[-1]
        # The lengths of all lines above, and a sign at the end of each.
        return [*map(add, accumulate(map(len, lines), initial=0), count())]
    return [0, *[match.end() for match in _NEWLINE.finditer(text)]]


def _columns(line: str) -> list[int] | None:
    """Return the character of each UTF-8 byte of a line; None if they are the same."""
    if line.isascii():
        return None
    columns: list[int] = []
    for number, sign in enumerate(line):
        columns.extend([number] * len(sign.encode("utf-8", "surrogatepass")))
    columns.append(len(line))
    return columns
