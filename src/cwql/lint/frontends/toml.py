"""Conditions in TOML."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.entries import Entry, Tree, find_in_entries
from cwql.lint.frontends.segments import CONTROLS, decode_escapes
from cwql.lint.templates.model import QuoteStyle, TemplateSegment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_VALUE = r"""
    (?P<comment>\#[^\n]*)
    | (?P<long>\"{3}[^"\\]*(?:(?:\\.|\"(?!\"\"))[^"\\]*)*(?:\"{3,5}|\Z))
    | (?P<longraw>'{3}(?:[^']|'(?!''))*(?:'{3,5}|\Z))
    | (?P<basic>\"[^"\\\n]*(?:\\.[^"\\\n]*)*\")
    | (?P<raw>'[^'\n]*')
    | (?P<bare>[A-Za-z0-9_-]+)
    | (?P<sign>[=,{}\[\]\n])
"""
_FLAGS = re.VERBOSE | re.DOTALL | re.MULTILINE
_INSIDE = re.compile(_VALUE, _FLAGS)
_OUTSIDE = re.compile(rf"(?P<header>^[ \t]*\[\[?[^\]\n]*\]\]?)|{_VALUE}", _FLAGS)
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\n[ \t\n]*|.)", re.DOTALL)
RAW = QuoteStyle({}, "'\n\r" + CONTROLS)
LONG_RAW = QuoteStyle({}, "'" + CONTROLS)


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a TOML text, up to the first error."""
    entries, parents = read_entries(source.text)
    yield from find_in_entries(entries, parents, context, "toml")


def read_entries(text: str) -> tuple[list[Entry], list[int]]:
    """Return the texts of a TOML document and the scope around each scope."""
    tree = Tree()
    at = 0
    while (match := (_INSIDE if tree.around or tree.valued else _OUTSIDE).search(text, at)) is not None:
        at = match.end()
        kind, token = match.lastgroup or "", match[0]
        if kind == "header":
            tree.open(0)
        elif kind in ("basic", "raw", "long", "longraw"):
            tree.text(_decode(text, match.start(), at, kind), match.start(), at)
        elif kind == "bare" and not tree.valued:
            tree.key = token
        elif kind == "sign" and not (token == "\n" and tree.around):
            tree.sign(token)
    return tree.entries, tree.parents


def _decode(text: str, start: int, end: int, kind: str) -> list[TemplateSegment]:
    """Return the segments of a string, whose quotes are at both ends of ``text[start:end]``."""
    width = 3 if kind.startswith("long") else 1
    low, high = start + width, max(start + width, end - width)
    if width == 3 and text[low : low + 1] == "\n":
        low += 1
    if kind in ("raw", "longraw"):
        return [TemplateSegment(text[low:high], low, high, "same", 0, RAW if kind == "raw" else LONG_RAW)]
    return decode_escapes(text, low, high, _ESCAPE)
