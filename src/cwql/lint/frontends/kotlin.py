"""Conditions in Kotlin: templates in strings, raw strings, named arguments, blocks after calls."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.escapes import BACKSLASH
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar, find_in_program
from cwql.lint.frontends.syntax import Form, Syntax
from cwql.lint.frontends.tables import POWERS
from cwql.lint.ir import Items, Node
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.frontends.tokens import Token
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_PLACEHOLDERS = ("${", "$")
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\", "$": "\\$"}, "\n"), _PLACEHOLDERS),
    "'": Form("'", BACKSLASH, QuoteStyle({}, "'\\\n")),
    '"""': Form('"""', None, QuoteStyle({}, '"$'), _PLACEHOLDERS, lines=True),
}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    return scanner.read(_FORMS[match[0]], match.start(), match.end(), limit)


_SYNTAX = Syntax(r"(?P<string>\"{3}|[\"'])|(?P<name>[A-Za-z_]\w*)", "//", {"/*": "*/"}, _open)


class Kotlin(Parser):
    """The grammar of Kotlin."""

    links = frozenset((".", "?.", "::"))
    pairs = frozenset(("to",))
    named = frozenset(("=",))
    fallbacks = frozenset(("?:",))
    powers: Mapping[str, int] = {**POWERS, "to": 6}
    lines = True
    typed = "colon"
    asserts = True
    trailing = True
    lambdas = frozenset[str]()
    declares = frozenset(("val", "var", "const"))
    functions = frozenset(("fun",))
    switches = frozenset(("when",))
    classes = frozenset(("class", "object", "interface", "companion"))
    shapes = frozenset(("enum",))

    def binary(self, left: Node, word: str, binding: int) -> Node:
        """Parse an operator; ``key to value`` is a pair."""
        if word != "to":
            return super().binary(left, word, binding)
        self.at += 1
        right = self.expression(binding)
        return Items(left.start, self.last_end(), [left] if right is None else [left, right])

    def braces(self) -> Node:
        """Parse a lambda."""
        return self.lambda_block()


GRAMMAR = Grammar(_SYNTAX, Kotlin, Traits("kotlin"), functions="braces")


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a source."""
    return find_in_program(source, context, GRAMMAR, "kotlin")
