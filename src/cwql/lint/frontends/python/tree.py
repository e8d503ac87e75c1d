"""A parsed Python file: `Module`, with the positions of nodes in the text."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, count
from operator import add

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import UnreadableSource
from cwql.lint.frontends.python.nodes import imported_names, parents_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.source import Source

_NEWLINE = re.compile(r"\r\n?|\n")
_MAGIC = re.compile(r"^([ \t]*)[%!](?=[%\w])", re.MULTILINE)
"""How a command of a notebook begins: ``%pip install …``, ``!ls``."""
_DEFINED = re.compile(r"\bdef[ \t]+(\w+)")
_QUOTE_MODULES = ("urllib", "urllib2", "requests", "six", "werkzeug", "shlex", "pipes")
"""Modules with a `quote` that does not quote texts of conditions."""

_CLASS = re.compile(r"^class[ \t]+(\w+)", re.MULTILINE)
_FIRST = re.compile(r"\((\w++)")
_SHARED = re.compile(r"^[ \t]*(?:global|nonlocal)[ \t]+([\w \t,]+)", re.MULTILINE)


class Module:
    """A parsed file: its text, its tree, and where they meet."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        # The tokenizer takes no byte order mark in a str.
        self._shift = 1 if self.text.startswith("\ufeff") else 0
        self.tree = _parse(self.text[self._shift :], self._shift)
        self._lines: dict[int, list[int] | None] = {}
        self._starts = _line_starts(self.text)
        self._plain = self.text.isascii()

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """All nodes of the tree, each with the one above it."""
        return parents_of(self.tree)

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
    def is_library_quote(self) -> bool:
        """Whether `quote` is that of a library, which encodes for URLs or shells, and not a function of the program."""
        origins = [origin for node in self.tree.body for name, origin in imported_names(node) if name == "quote"]
        return "quote" not in self.definitions and all(each.partition(".")[0] in _QUOTE_MODULES for each in origins)

    @cached_property
    def _bases(self) -> bool:
        text = self.text
        return text.count("class ") > 1 and not set(_CLASS.findall(text)).isdisjoint(_FIRST.findall(text))

    def is_overridden(self, name: str) -> bool:
        """Return whether several classes of the file may have a method, one of them a base of others."""
        return self._bases and self.definitions.get(name, 0) > 1

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

    def placed(self, node: ast.expr, start: int, end: int) -> ast.expr:
        """Return the expression of a replacement field with its true positions, which Python always reports only since 3.12."""
        written = self.text[start:end]
        low, high = self.extent(node)
        if start <= low and high <= end and self.text[low:high] == written.strip() and "\n" not in written:
            return node
        again: ast.expr
        line, column = self.position(start)
        try:
            again = parse_quietly(f"({written}\n)", "eval").body  # type: ignore[attr-defined]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return node
        for child in ast.walk(again):
            if isinstance(child, (ast.expr, ast.keyword, ast.arg)):
                if child.lineno == 1:
                    child.col_offset += column - 1
                if child.end_lineno == 1:
                    child.end_col_offset = (child.end_col_offset or 0) + column - 1
                child.lineno += line - 1
                child.end_lineno = (child.end_lineno or 1) + line - 1
        return again


def parse_quietly(text: str, mode: str = "exec") -> ast.AST:
    """Parse like `ast.parse`, but without warnings: invalid escapes in a linted file are not reported."""
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
