"""Conditions in Python: `ast`, and the data flow of all languages.

``tree`` parses, over ``nodes``; ``syntax`` decodes literals. ``plain`` finds the lines that may have a condition, and takes
those that need no more than their own text; ``program`` converts the rest for the data flow, with ``expressions``,
``declared_types`` and what ``libraries`` knows of clients. ``handles`` checks typed queries, over ``scopes``.
"""

from __future__ import annotations

import ast

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import UnreadableSource
from cwql.lint.frontends.python.libraries import Libraries
from cwql.lint.frontends.python.plain import QUERY, Interest, take_plain
from cwql.lint.frontends.python.tree import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_LIBRARY = re.compile(r"connectpyse")
"""A library for ConnectWise whose name does not mention it."""


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Return the conditions of a Python file, and the problems of its typed queries.

    Raises `UnreadableSource` for a text that Python cannot parse.
    """
    try:
        return iter(_find(source, context))
    except RecursionError:
        raise UnreadableSource("an expression is nested too deeply") from None


def _find(source: Source, context: Context) -> list[ConditionTemplate | Diagnostic]:
    module = Module(source)
    found: list[ConditionTemplate | Diagnostic] = []
    if context.can_name_endpoint((_LIBRARY,)):
        found += _find_conditions(module, context)
    if context.names_us:
        # Imported here because few files have typed queries.
        from cwql.lint.frontends.python.handles import Handles, uses_handles

        if uses_handles(module.text):
            found += Handles(module).find()
    return found


def _find_conditions(module: Module, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    interest = Interest(module)
    libraries = Libraries(module, context)
    if not (libraries.named or interest.queries or context.markers):
        yield from take_plain(module, interest)
    if interest.lines or context.names_us or context.markers:
        # Imported here because many files have only plain conditions.
        from cwql.lint.frontends.python.program import find_in_module

        yield from find_in_module(module, context, interest, libraries)
    if interest.queries:
        yield from _find_in_docstrings(module, context)


def _find_in_docstrings(module: Module, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions in URLs of docstrings, which are prose: a URL has an end there."""
    # Imported here because few files have URLs in docstrings.
    from cwql.lint.frontends.text import TextForm, find_in_lines

    for node in module.parents:
        text = getattr(getattr(node, "value", None), "value", None) if isinstance(node, ast.Expr) else None
        if isinstance(text, str) and QUERY.search(text) is not None:
            yield from find_in_lines(module.text, *module.extent(node), context, TextForm("python"))
