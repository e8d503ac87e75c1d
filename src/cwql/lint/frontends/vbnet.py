"""Conditions in Visual Basic .NET: doubled quotes, ``&``, interpolated strings."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.declarations import EXAMPLES
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import Form, Syntax
from cwql.lint.frontends.tables import POWERS
from cwql.lint.frontends.word_parser import WordParser
from cwql.lint.ir import Block, Choice, Function, Node, Parameter
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


_FORMS = {
    '"': Form('"', None, QuoteStyle({'"': '""'}, "\n"), doubled=True),
    '$"': Form('"', None, QuoteStyle({'"': '""', "{": "{{", "}": "}}"}, "\n"), ("{",), doubled=True),
}

_SYNTAX = Syntax(
    r"(?P<string>\$\"|\")|(?P<mark>&=|<>|_(?=[ \t]*\r?\n))|(?P<name>[A-Za-z_]\w*)",
    r"'|(?i:rem\b)",
    {},
    _FORMS,
    continued="_",
)


class VisualBasic(WordParser):
    """The grammar of Visual Basic .NET."""

    jumps = Parser.jumps | words("exit")
    joins = frozenset(("&", "+"))
    assigns: Mapping[str, bool] = {**Parser.assigns, "&=": True}
    powers: Mapping[str, int] = {**POWERS, "&": 10, "=": 7, "<>": 7, "andalso": 5, "orelse": 4, "isnot": 7, "mod": 11}
    named = frozenset((":=",))
    folds = True
    equality = True
    braced_specs = True
    queries = True
    literals = "new"
    declares = words("dim const")
    functions = words("function sub")
    classes = words("class module structure namespace enum")
    loops = words("for while do")
    switches = frozenset(("select",))
    cases = frozenset(("case",))
    tries = words("try using with synclock property get set")
    handlers = words("catch finally")
    modifying = frozenset[str]()
    stops = words("end else elseif case catch finally next loop wend")
    ends = words("end next loop wend")
    fillers = frozenset(("then",))
    modifiers = Parser.modifiers | frozenset(
        ("shared", "friend", "overrides", "withevents", "byval", "byref", "optional")
    )

    exampled = False
    """Whether an annotation before the function at hand gives its arguments: ``<InlineData("New")>``."""

    def statement(self, stop: int) -> Node | None:
        """Parse a statement; an annotation is only searched for the arguments of a test."""
        if self.word() != "<" or not self.peek().fresh:
            return super().statement(stop)
        while self.at < self.size and self.word() != ">":
            self.exampled = self.exampled or self.word() in EXAMPLES
            self.step()
        self.at += 1
        return None

    def named_operand(self) -> Node | None:
        """Parse ``If(test, value, other)`` and ``If(value, other)``."""
        if self.word() not in ("if", "iif") or self.word(1) != "(":
            return super().named_operand()
        start = self.peek().start
        self.at += 1
        values = [each.value for each in self.arguments() if each.value is not None]
        return Choice(start, self.last_end(), values[-2:], values[:-2])

    def skip_end(self) -> None:
        """Pass over ``End If``, ``Next`` and their kin."""
        if self.word() in self.ends:
            self.at += 1
            while self.at < self.size and not self.peek().fresh and self.word() not in (":", ")"):
                self.at += 1

    def block(self) -> Node:
        """Parse the lines of a block, or the rest of the line of a short one."""
        self.skip_fillers()
        if self.at < self.size and not self.peek().fresh and not self.is_stop():
            self.short = True
            start = self.peek().start
            node = self.statement(self.size)
            return Block(start, self.last_end(), [node] if node is not None else [])
        self.short = False
        return self.block_until(self.size)

    def keyword(self, word: str, stop: int) -> Node | None:
        """Parse the statement that a keyword begins."""
        if word in ("using", "with", "synclock"):
            return self.attempt(word)
        return super().keyword(word, stop)

    def function(self, inline: bool = False) -> Node | None:
        """Parse a function, or a lambda on one line: ``Function(each) each.Id``."""
        start, begin = self.peek().start, self.at
        if inline and self.word(1) == "(":
            self.at += 1
            parameters = self.parameters()
            if not self.peek().fresh and self.word() != "as":
                body = self.expression() if self.word(begin - self.at) == "function" else self.statement(self.size)
                return Function(start, self.last_end(), "", parameters, body, True)
            self.at = begin
        return super().function(inline)

    def skip_return(self) -> None:
        """Pass over ``As Type``."""
        self.exampled = False
        while self.at < self.size and not self.peek().fresh:
            self.at += 1

    def parameter(self, begin: int, end: int, found: list[Parameter], untyped: list[str]) -> None:
        """Add a parameter with its type."""
        words = [token.text.lower() for token in self.tokens[begin:end]]
        split = words.index("as") if "as" in words else len(words)
        names = [word for word in words[:split] if word not in self.modifiers and word.isidentifier()]
        if names:
            type = self.join_words(begin + split + 1, end).partition("=")[0].strip() if split < len(words) else ""
            if type:
                self.note_type(names[-1], type)
            found.append(Parameter(names[-1], "enum" if self.exampled else type))

    def simple(self, stop: int) -> Node | None:
        """Parse a statement; a member may be declared without ``Dim``: ``Private ReadOnly names As New List(Of String)``."""
        start, begin = self.peek().start, self.at
        while self.word() in self.modifiers and self.peek(1).kind == "name":
            self.at += 1
        if self.at > begin and self.word(1) == "as":
            return self._declaration(start)
        self.at = begin
        return super().simple(stop)

    def declared_type(self) -> tuple[str, Node | None]:
        """Parse ``As Type`` or ``As New Type(…)``."""
        if self.word() != "as":
            return "", None
        self.at += 1
        if self.word() == "new":
            return "", self.made()
        first = self.at
        while self.at < self.size and not self.peek().fresh and self.word() not in ("=", ","):
            self.step()
        return self.join_words(first, self.at), None

    def made(self) -> Node | None:
        """Parse ``New Type(…) From { … }`` or ``With { .name = value }``."""
        node = super().made()
        if node is not None and self.word() in ("from", "with") and self.word(1) == "{":
            self.at += 1
            return self.literal_of(node)
        return node


GRAMMAR = Grammar(_SYNTAX, VisualBasic, Traits("vbnet", fields=True, pairs=True, braces=True), functions="basic")

extract = GRAMMAR.extract
