"""Read a program: tokens, tree, data flow."""

from __future__ import annotations

from cwql.frozen import Frozen, assign
from cwql.lint.dataflow.emit import find_flow
from cwql.lint.frontends.scanner import Scanner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.dataflow.traits import Traits
    from cwql.lint.found import Found
    from cwql.lint.frontends.parser import Parser
    from cwql.lint.frontends.syntax import Syntax
    from cwql.lint.places import Context
    from cwql.source import Source


class Grammar(Frozen):
    """A language: its tokens, its parser, and what the data flow has to know of it."""

    __slots__ = ("parser", "syntax", "traits")
    __match_args__ = ("syntax", "parser", "traits")
    syntax: Syntax
    parser: type[Parser]
    traits: Traits

    def __init__(self, syntax: Syntax, parser: type[Parser], traits: Traits) -> None:
        assign(self, "syntax", syntax)
        assign(self, "parser", parser)
        assign(self, "traits", traits)


def find_in_program(source: Source, context: Context, grammar: Grammar, language: str) -> Iterator[Found | Diagnostic]:
    """Yield the conditions of a source. Raises `UnreadableSource` if its strings are nested too deeply."""
    tokens = Scanner(source.text, grammar.syntax).tokens()
    module = grammar.parser(tokens, source.text).module()
    yield from find_flow(context, source.text, module, grammar.traits, language)
