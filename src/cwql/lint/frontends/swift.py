r"""Conditions in Swift: ``\(…)`` in strings, ``URLQueryItem``, named arguments."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, Form, Syntax
from cwql.lint.ir import Assign, Block, Branch, Function, Member, Name, Node, Other, Unary
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
    trailing = True
    headers = False
    sigils = ""
    declares = words("let var")
    functions = words("func init")
    classes = words("class struct extension actor enum protocol")
    unaries = words("await try inout some any")
    modifiers = Parser.modifiers | words("mutating lazy weak nonisolated")

    def keyword(self, word: str, stop: int) -> Node | None:
        """Parse the statement that a keyword begins."""
        return self._guard() if word == "guard" else super().keyword(word, stop)

    def _guard(self) -> Node:
        """Parse ``guard let name = value, test else { … }``."""
        start = self.peek().start
        self.at += 1
        found: list[Node] = []
        tests: list[Node] = []
        bare, self.bare = self.bare, True
        for _ in self.upto(self.size):
            if self.word() in ("else", "{", "}"):
                break
            if self.word() in self.declares:
                self.at += 1
                found += self._declared()[:1]
            else:
                test = self.expression()
                tests += [test] if test is not None else []
            self.at += self.word() == ","
        self.bare = bare
        self.at += self.word() == "else"
        body = self.block()
        failed: list[Node] = [Unary(test.start, test.end, "!", test) for test in tests]
        for test in failed or [Other(start, start)]:
            found.append(Branch(test.start, self.last_end(), [test], [body], False))
        return Block(start, self.last_end(), found)

    def _declared(self, given: str = "") -> list[Node]:
        """Parse the names of a declaration; one with a body is computed, in an extension for any value."""
        found = super()._declared(given)
        last = found[-1] if found else None
        if self.word() == "{" and isinstance(last, Assign) and isinstance(last.target, Name):
            name, start = last.target, self.peek().start
            made = Function(start, start, "", [], self.block())
            if self.extending:
                made.name, made.extends = name.name, True
                return [*found[:-1], made]
            found += self.accessor("get", name, made, last.type)
        return found

    def class_(self) -> Node | None:
        """Parse a type: the methods of an extension are called on any value."""
        outer, self.extending = self.extending, self.word() == "extension"
        node = super().class_()
        self.extending = outer
        return node

    def bracket(self) -> Node | None:
        """Parse a member whose type is left out: ``.get``."""
        if self.word() == "." and self.peek(1).kind == "name":
            token = self.peek(1)
            self.at += 2
            return Member(token.start, token.end, None, self.name_of(token.text))
        return super().bracket()


GRAMMAR = Grammar(_SYNTAX, Swift, Traits("swift", fields=True, implicit=True, pairs=True), functions="braces")

extract = GRAMMAR.extract
