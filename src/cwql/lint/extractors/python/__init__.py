"""Conditions in Python, found by `ast`.

``tree`` parses and knows names, over ``nodes``; ``reach`` says which value of a name a use sees, ``literals`` and ``pieces`` spell
text, ``texts`` and ``flows`` say which text an expression has, ``kept`` what is filled in later, ``safety`` which fillings are harmless,
``routes`` where a call goes, ``calls`` which function of the file it runs. ``interest`` says what is looked at, ``conditions`` where
conditions stand, with their ``candidates`` and the ``shapes`` of statements that come again, ``handles`` what is wrong with typed
queries.
"""

from __future__ import annotations

from cwql.lint.collector import CollectorOff
from cwql.lint.extractors import UnreadableSource
from cwql.lint.extractors.python.conditions import Finder
from cwql.lint.extractors.python.tree import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.found import Found
    from cwql.lint.places import Context
    from cwql.source import Source


def extract(source: Source, context: Context) -> Iterator[Found | Diagnostic]:
    """Return the conditions of a Python file, and what is wrong with its typed queries.

    Raises `UnreadableSource` for a text that Python cannot parse.
    """
    try:
        with CollectorOff():
            return iter(_find(source, context))
    except RecursionError:
        raise UnreadableSource("an expression is nested too deeply") from None


def _find(source: Source, context: Context) -> list[Found | Diagnostic]:
    module = Module(source)
    try:
        found = Finder(module, context).find()
        if context.names_us:
            # Imported where it is wanted: few files have typed queries.
            from cwql.lint.extractors.python.handles import Handles, uses_handles

            if uses_handles(module.text):
                found += Handles(module).find()
        return found
    finally:
        module.close()
