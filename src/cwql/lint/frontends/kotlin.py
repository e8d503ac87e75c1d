"""Conditions in Kotlin: templates in strings, raw strings, named arguments, blocks after calls."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.escapes import BACKSLASH
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import CHARACTER, Form, Syntax
from cwql.lint.frontends.tables import POWERS
from cwql.lint.ir import Items, Node
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


_PLACEHOLDERS = ("${", "$")
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\", "$": "\\$"}, "\n"), _PLACEHOLDERS),
    "'": CHARACTER,
    '"""': Form('"""', None, QuoteStyle({}, '"$'), _PLACEHOLDERS, lines=True),
}

_SYNTAX = Syntax(r"(?P<string>\"{3}|[\"'])|(?P<name>[A-Za-z_]\w*)|(?P<mark>!in\b)", "//", {"/*": "*/"}, _FORMS)


class Kotlin(Parser):
    """The grammar of Kotlin."""

    links = frozenset((".", "?.", "::"))
    pairs = frozenset(("to",))
    named = frozenset(("=",))
    fallbacks = frozenset(("?:",))
    powers: Mapping[str, int] = {**POWERS, "to": 6, "!in": 7}
    lines = True
    typed = "colon"
    asserts = True
    trailing = True
    declares = words("val var const")
    functions = frozenset(("fun",))
    switches = frozenset(("when",))
    classes = words("class object interface companion")
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


GRAMMAR = Grammar(_SYNTAX, Kotlin, Traits("kotlin", templates=True), functions="braces")

extract = GRAMMAR.extract
