"""Conditions in Java: strings and text blocks, ``String.format``, builders of texts and of requests."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, CHARACTER, Form, Syntax
from cwql.lint.ir import Argument, Call, Node
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

_PLAIN = QuoteStyle({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"})
_FORMS = {
    '"': Form('"', BACKSLASH, _PLAIN),
    "'": CHARACTER,
    '"""': Form('"""', BACKSLASH, QuoteStyle({"\\": "\\\\"}, '"'), lines=True),
}

_SYNTAX = Syntax(r"(?P<string>\"{3}|[\"'])|(?P<name>[A-Za-z_$][\w$]*)", "//", {"/*": "*/"}, _FORMS)


class Java(Parser):
    """The grammar of Java."""

    lambdas = frozenset(("->",))
    typed = "before"
    casts = "round"
    literals = "new"
    methods = True
    declares = frozenset[str]()
    functions = frozenset[str]()
    classes = words("class record interface")
    shapes = frozenset(("enum",))
    unaries = frozenset(("assert",))

    def literal_of(self, left: Node) -> Node:
        """Parse the members of a class without a name after ``new Type(…)``."""
        body = self.class_body()
        if isinstance(left, Call):
            left.arguments = [*left.arguments, Argument(body)]
            left.end = body.end
        return left


GRAMMAR = Grammar(_SYNTAX, Java, Traits("java", fields=True, templates=True), functions="methods")

extract = GRAMMAR.extract
