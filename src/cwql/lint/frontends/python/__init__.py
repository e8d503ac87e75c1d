"""Conditions in Python, found by `ast`.

``tree`` parses and binds names, over ``nodes``; ``reach`` computes which value of a name a use sees; ``literals`` and
``pieces`` decode text; ``texts`` and ``flows`` compute the text of an expression; ``kept`` finds formats that are
filled later; ``values`` evaluates ``expressions`` with the data flow of all languages, which decides which values are harmless;
``routes`` finds the target of a call; ``calls`` finds the function of the file that it runs. ``interest`` selects the relevant lines, ``conditions`` finds conditions, with their
``candidates`` and the ``shapes`` of repeated statements; ``handles`` checks typed queries.
"""

from __future__ import annotations

from cwql.lint.collector import CollectorOff
from cwql.lint.frontends import UnreadableSource
from cwql.lint.frontends.python.conditions import Finder
from cwql.lint.frontends.python.tree import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Return the conditions of a Python file, and the problems of its typed queries.

    Raises `UnreadableSource` for a text that Python cannot parse.
    """
    try:
        with CollectorOff():
            return iter(_find(source, context))
    except RecursionError:
        raise UnreadableSource("an expression is nested too deeply") from None


def _find(source: Source, context: Context) -> list[ConditionTemplate | Diagnostic]:
    module = Module(source)
    try:
        found = Finder(module, context).find()
        if context.names_us:
            # Imported here because few files have typed queries.
            from cwql.lint.frontends.python.handles import Handles, uses_handles

            if uses_handles(module.text):
                found += Handles(module).find()
        return found
    finally:
        module.close()
