"""Conditions in the URLs of docstrings."""

from __future__ import annotations

import ast

from cwql.lint.frontends.python.interest import QUERY
from cwql.lint.frontends.text import find_in_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate


def find_in_docstrings(module: Module, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions in URLs of docstrings, which are prose: a URL has an end there."""
    for node in ast.walk(module.tree):
        text = getattr(getattr(node, "value", None), "value", None) if isinstance(node, ast.Expr) else None
        if isinstance(text, str) and QUERY.search(text) is not None:
            yield from find_in_lines(module.text, *module.extent(node), context, "python")
