"""Conditions in Go: quoted and raw strings, ``fmt.Sprintf``, ``url.Values``, map and struct literals."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, CHARACTER, Form, Syntax
from cwql.lint.frontends.tables import ASSIGN, POWERS
from cwql.lint.ir import Assign, Cast, Items, Name, Node, Other, Pairs
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"})),
    "'": CHARACTER,
    "`": Form("`", None, QuoteStyle({}, "`\r"), lines=True),
}

_SYNTAX = Syntax(r"(?P<string>[\"'`])|(?P<name>[A-Za-z_]\w*)|(?P<mark><-)", "//", {"/*": "*/"}, _FORMS)


class Go(Parser):
    """The grammar of Go."""

    assigns: Mapping[str, bool] = {**Parser.assigns, ":=": False}
    links = frozenset((".",))
    powers: Mapping[str, int] = {**POWERS, "<-": 2}
    lines = True
    continues = frozenset[str]()
    typed = "after"
    literals = "type"
    spreads = frozenset(("...", ".."))
    headers = False
    loops = frozenset(("for",))
    iterates = frozenset(("range",))
    patterns = False
    switches = words("switch select")
    functions = frozenset(("func",))
    classes = frozenset[str]()
    shapes = frozenset(("type",))
    declares = words("const var")
    tries = frozenset[str]()
    handlers = frozenset[str]()
    jumps = words("panic break continue goto fallthrough")
    unaries = words("defer go range")

    def _declared(self, given: str = "") -> list[Node]:
        """Parse ``name, other Type = value, value``."""
        if self.word(1) != ",":
            return super()._declared(given)
        start, names = self.peek().start, [self.target()[0]]
        while self.word() == ",":
            self.at += 1
            names.append(self.target()[0])
        targets = Items(start, self.last_end(), [name for name in names if name is not None])
        type, value = self.declared_type()
        for name in targets.items:
            if type and isinstance(name, Name):
                self.note_type(name.name, type)
        if self.word() == "=":
            self.at += 1
            value = self._values(self.expression(ASSIGN))
        elif type:
            return [Assign(each.start, each.end, each, None, type=type, declared=True) for each in targets.items]
        return [Assign(start, self.last_end(), targets, value, type=type, declared=True)]

    def member(self, left: Node) -> Node:
        """Parse a member, or the type that a value is asserted to have: ``value.(string)``."""
        if self.word(1) != "(":
            return super().member(left)
        self.at += 1
        closing = self.enter()
        type = self.join_words(self.at, closing)
        self.leave(closing)
        return Cast(left.start, self.last_end(), type, left)

    def bracket(self) -> Node | None:
        """Parse ``[]Type{…}`` and ``map[Key]Type{…}`` as literals."""
        if self.word() == "[":
            token, index = self.peek(), self.at
            after = self.closing(index) + 1
            if (
                after < self.size
                and (self.tokens[after].kind == "name" or self.tokens[after].text in ("[", "*"))
                and not self.tokens[after].fresh
            ):
                end = self._item_end(after)
                if end < self.size and self.tokens[end].text in ("{", "("):
                    type = self.join_words(index, end)
                    self.at = end
                    if self.word() == "(":
                        return Cast(
                            token.start, self.last_end(), type, self.parenthesis() or Other(token.start, token.end)
                        )
                    return self.mapping()
        return super().bracket()

    def _item_end(self, at: int) -> int:
        """Return the index after the type of the items of a literal: ``[]struct{ name, status string }{…}``."""
        return self.closing(at + 1) + 1 if self.words[at] == "struct" else self.type_end(at)

    def named_operand(self) -> Node | None:
        """Parse ``map[Key]Type{…}`` as a literal."""
        if self.word() == "map" and self.word(1) == "[":
            token, after = self.peek(), self.closing(self.at + 1) + 1
            end = self._item_end(after)
            if end < self.size and self.tokens[end].text == "{":
                self.at = end
                return Pairs(token.start, self.last_end(), self.entries())
        return super().named_operand()


GRAMMAR = Grammar(_SYNTAX, Go, Traits("go", layouts=True, receivers=True, indexes=True), functions="braces")

extract = GRAMMAR.extract
