"""Conditions in Power Query M: ``Query = [conditions = "…"]`` of ``Web.Contents``."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import Form, Syntax, Token
from cwql.lint.frontends.tables import POWERS
from cwql.lint.ir import Assign, Block, Choice, Function, Member, Name, Node, Parameter
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from cwql.lint.frontends.scanner import Scanner

_FORMS = {'"': Form('"', None, QuoteStyle({'"': '""'}), lines=True, doubled=True)}
_NAME = Form('"', None, QuoteStyle({'"': '""'}), doubled=True)


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    """Return a name in quotes."""
    token = scanner.read(_NAME, match.start(), match.end(), limit)
    token.kind, token.text = "name", token.value or ""
    return token


_SYNTAX = Syntax(r"(?P<string>#\"|\")|(?P<name>[A-Za-z_][\w.]*)", "//", {"/*": "*/"}, _FORMS, _open)


_VALUES = words("date datetime datetimezone time duration logical")
"""Types whose values have no quotes."""


class PowerQuery(Parser):
    """The grammar of Power Query M: one expression, with names that are set in ``let … in``."""

    joins = frozenset(("&",))
    powers: Mapping[str, int] = {**POWERS, "&": 10, "=": 7, "??": 4, "in": 0}
    assigns: Mapping[str, bool] = {}
    pairs = frozenset(("=",))
    literals = "new"
    lambdas = frozenset(("=>",))
    typed = "colon"
    unaries = words("not try error type")
    modifiers = words("section shared")

    def statement(self, stop: int) -> Node | None:
        """Parse ``name = value``, or an expression."""
        if self.peek().kind == "name" and self.word(1) == "=":
            token = self.peek()
            self.at += 2
            value = self.expression()
            return Assign(token.start, self.last_end(), Name(token.start, token.end, token.text), value)
        if self.word() in (",", ";", ")", "]", "}"):
            self.at += 1
            return None
        return self.expression()

    def result_end(self, at: int) -> int:
        """Return the index after ``as nullable type``."""
        if at >= self.size or self.tokens[at].text != "as":
            return at
        return at + 2 + (self.tokens[at + 1].text == "nullable" if at + 1 < self.size else 0)

    def parameter(self, begin: int, end: int, found: list[Parameter], untyped: list[str]) -> None:
        """Add ``optional name as nullable type``."""
        texts = [token.text for token in self.tokens[begin:end] if token.text not in ("optional", "nullable")]
        if texts:
            type = texts[2] if texts[1:2] == ["as"] and len(texts) > 2 else ""
            found.append(Parameter(self.name_of(texts[0]), "number" if type in _VALUES else type))

    def index(self, left: Node) -> Node:
        """Parse ``value[field]``."""
        closing = self.closing(self.at)
        token = self.peek(1)
        self.at = min(closing + 1, self.size)
        return Member(left.start, self.last_end(), left, token.text)

    def named_operand(self) -> Node | None:
        """Parse ``let … in …`` and ``if … then … else …``."""
        token, word = self.peek(), self.word()
        if word == "each":
            self.at += 1
            body = self.expression()
            return Function(token.start, self.last_end(), "", [Parameter("_")], body, True)
        if word == "let":
            self.at += 1
            found: list[Node] = []
            for _ in self.upto(self.size):
                if self.word() == "in":
                    break
                node = self.statement(self.size)
                if node is not None:
                    found.append(node)
            self.at += 1
            result = self.expression()
            if result is not None:
                found.append(result)
            return Block(token.start, self.last_end(), found)
        if word == "if":
            self.at += 1
            test = self.expression()
            self.at += self.word() == "then"
            first = self.expression()
            self.at += self.word() == "else"
            second = self.expression()
            options = [each for each in (first, second) if each is not None]
            return Choice(token.start, self.last_end(), options, [test] if test is not None else [])
        if word in ("then", "else", "in", "otherwise"):
            return None
        return super().named_operand()

    def worded(self, left: Node, word: str) -> Node | None:
        """Pass over a type, and an alternative after an error."""
        if word in ("as", "meta"):
            self.at += 2
            return left
        if word == "otherwise":
            self.at += 1
            other = self.expression()
            return left if other is None else Choice(left.start, self.last_end(), [left, other])
        return None


GRAMMAR = Grammar(_SYNTAX, PowerQuery, Traits("powerquery"))

extract = GRAMMAR.extract
