"""Conditions in Rust: ``format!``, raw strings, pairs of a query."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, CHARACTER, Form, Syntax
from cwql.lint.ir import Assign, Function, Items, Name, Node
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\"}), lines=True),
    'r"': Form('"', None, QuoteStyle({}, '"'), lines=True),
    'r#"': Form('"#', None, QuoteStyle({}, '"#'), lines=True),
    'r##"': Form('"##', None, QuoteStyle({}, '"#'), lines=True),
    "'": CHARACTER,
}

_SYNTAX = Syntax(
    r"(?P<mark>'[A-Za-z_]\w*(?!'))|(?P<string>r#{0,2}\"|\"|')|(?P<name>[A-Za-z_]\w*)", "//", {"/*": "*/"}, _FORMS
)

_EXTRACTED = re.compile(r"\s*+\)\s*+:\s*+(?:\w++::)*+\w++<([\w:]++)>")


class Rust(Parser):
    """The grammar of Rust."""

    jumps = words("break continue panic")
    typed = "colon"
    literals = "type"
    spreads = frozenset(("...", ".."))
    headers = False
    declares = words("let const static")
    functions = frozenset(("fn",))
    handlers = frozenset[str]()
    loops = words("for while loop")
    switches = frozenset(("match",))
    cases = frozenset[str]()
    classes = words("impl trait mod")
    shapes = words("enum struct type")
    unaries = words("await mut move dyn unsafe")

    def postfix(self, left: Node) -> Node | None:
        """Parse what follows an operand: the ``!`` of a macro, the ``?`` of an error."""
        if self.word() == "!" and self.word(1) in ("(", "["):
            self.at += 1
            return self.call(left)
        if self.word() == "?":
            self.at += 1
            return left
        if self.word() == "::" and self.word(1) == "<":
            # ``text.parse::<u32>()``
            self.at += 1
            called = super().postfix(left)
            self.at = max(self._angles(self.at), self.at) if called is None else self.at
            return called or left
        return super().postfix(left)

    def header(self) -> Node | None:
        """Parse the test of a statement; ``if let Some(name) = value`` gives the name that value."""
        if self.word() != "let":
            return super().header()
        start, first = self.peek().start, self.at + 1
        while self.at < self.size and self.word() not in ("=", "{"):
            self.at += 1
        names = [each for each in self.tokens[first : self.at] if each.kind == "name" and each.text.islower()]
        targets: list[Node] = [
            Name(each.start, each.end, each.text) for each in names if each.text not in ("ref", "mut")
        ]
        self.at += 1
        value = super().header()
        target = targets[0] if len(targets) == 1 else Items(start, start, targets)
        return Assign(start, self.last_end(), target, value)

    def function(self, inline: bool = False) -> Node | None:
        """Parse a function; calls of a method have no argument for ``&self``."""
        node = super().function(inline)
        for parameter in node.parameters if isinstance(node, Function) else ():
            # ``Path(id): Path<u32>``
            match = _EXTRACTED.match(self.text, parameter.at + len(parameter.name)) if not parameter.type else None
            parameter.type = match[1] if match is not None else parameter.type
        if isinstance(node, Function) and [each.name for each in node.parameters[:1]] == ["self"]:
            node.parameters = node.parameters[1:]
        return node

    def bracket(self) -> Node | None:
        """Parse a closure: ``|name| …``."""
        if self.word() in ("|", "||"):
            token = self.peek()
            self.at += 1
            names = self.take_names(self.size, "|") if token.text == "|" else []
            body = self.lambda_body()
            return Function(token.start, self.last_end(), "", names, body, True)
        return super().bracket()


GRAMMAR = Grammar(_SYNTAX, Rust, Traits("rust", implicit=True), functions="braces")

extract = GRAMMAR.extract
