"""Conditions in Elixir: ``#{…}`` in strings, ``<>``, keyword lists, pipes."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.escapes import BACKSLASH
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import Form, Syntax
from cwql.lint.frontends.tables import POWERS
from cwql.lint.frontends.word_parser import WordParser
from cwql.lint.ir import Argument, Call, Function, Items, Node, Other
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


_PLACEHOLDERS = ("#{",)
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\", "#": "\\#"}), _PLACEHOLDERS, lines=True),
    "'": Form("'", BACKSLASH, QuoteStyle({"'": "\\'", "\\": "\\\\", "#": "\\#"}), _PLACEHOLDERS, lines=True),
    '"""': Form('"""', BACKSLASH, QuoteStyle({"\\": "\\\\", "#": "\\#"}, '"'), _PLACEHOLDERS, lines=True),
    "~s(": Form(")", BACKSLASH, QuoteStyle({}, "()\\#"), _PLACEHOLDERS, lines=True, nests="("),
    "~S(": Form(")", None, QuoteStyle({}, "()"), lines=True, nests="("),
}

_SYNTAX = Syntax(
    r"(?P<string>\"{3}|~[sS]\(|[\"'])|(?P<name>(?<![\w:]):[A-Za-z_]\w*[?!]?(?!\w*:)|@?[A-Za-z_]\w*[?!]?)|(?P<mark>%\{|<>|\|>)",
    "#",
    {},
    _FORMS,
)


_GUARDS = words("is_integer is_number is_float is_boolean")
"""Guards of a function that make its parameter safe."""


class Elixir(WordParser):
    """The grammar of Elixir."""

    joins = frozenset(("<>",))
    powers: Mapping[str, int] = {**POWERS, "<>": 9, "++": 9, "|>": 6, "->": 1}
    pairs = frozenset((":", "=>"))
    links = frozenset((".",))
    commands = True
    bars = False
    sigils = ""
    continues = frozenset(("|>", ".", "<>", "&&", "||", "and", "or", "++"))
    declares = frozenset[str]()
    functions = words("def defp defmacro")
    classes = frozenset(("defmodule",))
    conditionals = words("if unless")
    elseifs = frozenset[str]()
    loops = frozenset[str]()
    switches = frozenset[str]()
    tries = frozenset[str]()
    modifying = frozenset[str]()
    stops = words("end else rescue catch after")
    jumps = words("raise throw")
    returns = frozenset[str]()
    modifiers = frozenset[str]()
    unaries = frozenset(("not",))

    def statement(self, stop: int) -> Node | None:
        """Parse a statement; one may begin with a tuple or a map."""
        return self.simple(stop) if self.word() in ("{", "%{") else super().statement(stop)

    def conditional(self) -> Node:
        """Parse ``if … do … else … end``, or ``if …, do: …``."""
        begin = self.at
        node = super().conditional()
        return node if self.at > begin else Other(node.start, node.end)

    def function(self, inline: bool = False) -> Node | None:
        """Parse ``def name(…) do … end`` or ``def name(…), do: …``."""
        start = self.peek().start
        self.at += 1
        name = self.name_of(self.peek().text)
        self.at += 1
        parameters = self.parameters() if self.word() == "(" else []
        while self.at < self.size and self.word() not in ("do", ",") and not self.peek().fresh:
            if self.word() in _GUARDS and self.word(1) == "(":
                # ``when is_integer(board_id)``
                guarded = self.name_of(self.peek(2).text)
                for parameter in parameters:
                    parameter.type = parameter.type or ("integer" if parameter.name == guarded else "")
            self.step()
        if self.word() == "," and self.word(1) == "do":
            self.at += 3
            body = self.expression()
            return Function(start, self.last_end(), name, parameters, body, False)
        if self.word() != "do":
            return Function(start, self.last_end(), name, parameters, None, False)
        block = self.worded_block()
        return Function(
            start, self.last_end(), name, parameters, block.body if isinstance(block, Function) else None, False
        )

    def binary(self, left: Node, word: str, binding: int) -> Node:
        """Parse an operator; a pipe puts its left side in front of the arguments."""
        if word != "|>":
            return super().binary(left, word, binding)
        self.at += 1
        right = self.expression(binding)
        if isinstance(right, Call):
            return Call(left.start, right.end, right.callee, [Argument(left), *right.arguments])
        return Call(left.start, self.last_end(), right, [Argument(left)]) if right is not None else left

    def named_operand(self) -> Node | None:
        """Parse ``fn … -> … end``."""
        if self.word() == "fn":
            token = self.peek()
            self.at += 1
            names = self.take_names(self.size, "->", "end")
            body = self.body_of()
            self.skip_end()
            return Function(token.start, self.last_end(), "", names, body, True)
        return super().named_operand()

    def bracket(self) -> Node | None:
        """Parse a map: ``%{ … }``."""
        if self.word() == "%{":
            return self.mapping()
        if self.word() == "{":
            token = self.peek()
            return Items(
                token.start, self.last_end(), [each.value for each in self.entries() if each.value is not None]
            )
        return super().bracket()


GRAMMAR = Grammar(_SYNTAX, Elixir, Traits("elixir", bare=True, implicit=True), functions="words")

extract = GRAMMAR.extract
