r"""Conditions in Swift: ``\(…)`` in strings, ``URLQueryItem``, named arguments."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.escapes import BACKSLASH
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import Form, Syntax
from cwql.lint.ir import Member, Node
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

_PLACEHOLDERS = ("\\(",)
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\"}, "\n"), _PLACEHOLDERS),
    '"""': Form('"""', BACKSLASH, QuoteStyle({"\\": "\\\\"}, '"'), _PLACEHOLDERS, lines=True),
    '#"': Form('"#', None, QuoteStyle({}, '"')),
}

_SYNTAX = Syntax(r"(?P<string>\"{3}|#\"|\")|(?P<name>[A-Za-z_$][\w$]*)", "//", {"/*": "*/"}, _FORMS)


class Swift(Parser):
    """The grammar of Swift."""

    links = frozenset((".", "?.", "!."))
    lines = True
    typed = "colon"
    asserts = True
    trailing = True
    headers = False
    declares = words("let var")
    functions = words("func init")
    switches = frozenset(("switch",))
    classes = words("class struct extension actor enum protocol")
    unaries = words("await try inout some any")
    modifiers = Parser.modifiers | frozenset(("mutating", "lazy", "weak", "guard"))

    def braces(self) -> Node:
        """Parse a closure."""
        return self.lambda_block()

    def bracket(self) -> Node | None:
        """Parse a member whose type is left out: ``.get``."""
        if self.word() == "." and self.peek(1).kind == "name":
            token = self.peek(1)
            self.at += 2
            return Member(token.start, token.end, None, self.name_of(token.text))
        return super().bracket()


GRAMMAR = Grammar(_SYNTAX, Swift, Traits("swift"), functions="braces")

extract = GRAMMAR.extract
