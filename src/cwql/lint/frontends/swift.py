r"""Conditions in Swift: ``\(…)`` in strings, ``URLQueryItem``, named arguments."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.escapes import BACKSLASH
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar, find_in_program
from cwql.lint.frontends.syntax import Form, Syntax
from cwql.lint.ir import Member, Node
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.frontends.tokens import Token
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_PLACEHOLDERS = ("\\(",)
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\"}, "\n"), _PLACEHOLDERS),
    '"""': Form('"""', BACKSLASH, QuoteStyle({"\\": "\\\\"}, '"'), _PLACEHOLDERS, lines=True),
    '#"': Form('"#', None, QuoteStyle({}, '"')),
}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    return scanner.read(_FORMS[match[0]], match.start(), match.end(), limit)


_SYNTAX = Syntax(r"(?P<string>\"{3}|#\"|\")|(?P<name>[A-Za-z_$][\w$]*)", "//", {"/*": "*/"}, _open)


class Swift(Parser):
    """The grammar of Swift."""

    links = frozenset((".", "?.", "!."))
    named = frozenset((":",))
    lines = True
    typed = "colon"
    asserts = True
    trailing = True
    headers = False
    lambdas = frozenset[str]()
    declares = frozenset(("let", "var"))
    functions = frozenset(("func", "init"))
    switches = frozenset(("switch",))
    classes = frozenset(("class", "struct", "extension", "actor", "enum", "protocol"))
    shapes = frozenset[str]()
    unaries = frozenset(("await", "try", "inout", "some", "any"))
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


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a source."""
    return find_in_program(source, context, GRAMMAR, "swift")
