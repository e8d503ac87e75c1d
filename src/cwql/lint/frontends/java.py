"""Conditions in Java: strings and text blocks, ``String.format``, builders of texts and of requests."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.escapes import BACKSLASH
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar, find_in_program
from cwql.lint.frontends.syntax import Form, Syntax
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.frontends.tokens import Token
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_PLAIN = QuoteStyle({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"})
_FORMS = {
    '"': Form('"', BACKSLASH, _PLAIN),
    "'": Form("'", BACKSLASH, QuoteStyle({}, "'\\\n")),
    '"""': Form('"""', BACKSLASH, QuoteStyle({"\\": "\\\\"}, '"'), lines=True),
}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    return scanner.read(_FORMS[match[0]], match.start(), match.end(), limit)


_SYNTAX = Syntax(r"(?P<string>\"{3}|[\"'])|(?P<name>[A-Za-z_$][\w$]*)", "//", {"/*": "*/"}, _open)


class Java(Parser):
    """The grammar of Java."""

    links = frozenset((".", "::"))
    named = frozenset[str]()
    lambdas = frozenset(("->",))
    typed = "before"
    casts = "round"
    literals = "new"
    methods = True
    declares = frozenset[str]()
    functions = frozenset[str]()
    switches = frozenset(("switch",))
    classes = frozenset(("class", "record", "interface"))
    shapes = frozenset(("enum",))
    unaries = frozenset[str]()


GRAMMAR = Grammar(_SYNTAX, Java, Traits("java"), functions="methods")


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a source."""
    return find_in_program(source, context, GRAMMAR, "java")
