"""Conditions in Kotlin: templates in strings, raw strings, named arguments, blocks after calls."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, CHARACTER, Form, Syntax
from cwql.lint.frontends.tables import POWERS
from cwql.lint.ir import Assign, Function, Items, Name, Node
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

_SYNTAX = Syntax(r"(?P<string>\"{3}|[\"'])|(?P<name>[A-Za-z_]\w*)|(?P<mark>!i[ns]\b|\?:)", "//", {"/*": "*/"}, _FORMS)


class Kotlin(Parser):
    """The grammar of Kotlin."""

    named = frozenset(("=",))
    powers: Mapping[str, int] = {**POWERS, "to": 6, "!in": 7, "!is": 7}
    lines = True
    typed = "colon"
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

    def keyword(self, word: str, stop: int) -> Node | None:
        """Parse the statement that a keyword begins; the block ``init { … }`` of a class always runs."""
        if word != "init" or self.word(1) != "{":
            return super().keyword(word, stop)
        self.at += 1
        return self.block()

    def class_(self) -> Node | None:
        """Parse a class; the names of a companion are those of its class."""
        if self.word() != "companion":
            return super().class_()
        while self.at < self.size and self.word() not in ("{", "}"):
            self.at += 1
        return self.class_body()

    def _declared(self, given: str = "") -> list[Node]:
        """Parse the names of a declaration, which a getter may compute: ``val String.quoted get() = …``."""
        extends = self.peek().kind == "name" and self.word(1) in self.links
        while self.peek().kind == "name" and self.word(1) in self.links:
            self.at += 2
        found = super()._declared(given)
        last = found[-1] if found else None
        getter = [self.word(ahead) for ahead in range(3)] == ["get", "(", ")"] and self.word(3) in ("=", ":", "{")
        if getter and isinstance(last, Assign) and isinstance(last.target, Name):
            self.at += 3
            body = self.body()
            if extends:
                made = Function(last.start, self.last_end(), last.target.name, [], body)
                made.extends = True
                return [*found[:-1], made]
            last.value = body if last.value is None else last.value
        return found


GRAMMAR = Grammar(_SYNTAX, Kotlin, Traits("kotlin", fields=True, pairs=True, templates=True), functions="braces")

extract = GRAMMAR.extract
