"""Conditions in C#: plain, verbatim, interpolated and raw strings, named arguments, initialisers, query builders."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, CHARACTER, Form, Syntax, Token, dedent
from cwql.lint.ir import Argument, Node, Pairs
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.frontends.scanner import Scanner

_PLAIN = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_BRACES = {"{": "{{", "}": "}}"}
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle(_PLAIN)),
    '@"': Form('"', None, QuoteStyle({'"': '""'}), lines=True, doubled=True),
    '$"': Form('"', BACKSLASH, QuoteStyle(_PLAIN | _BRACES), ("{",)),
    '$@"': Form('"', None, QuoteStyle({'"': '""', **_BRACES}), ("{",), lines=True, doubled=True),
}
_FORMS['@$"'] = _FORMS['$@"']
_CHARACTER = re.compile(r"'(?:\\[^\n]{1,9}?|[^\\\n']{1,20})'")


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token | None:
    opener, start, at = match[0], match.start(), match.end()
    if opener == "'":
        # Otherwise it is a quote in the format of a placeholder: ``{since:h 'o''clock'}``.
        return scanner.read(CHARACTER, start, at, limit) if _CHARACTER.match(scanner.text, start) else None
    # A raw string: it ends with as many quotes as it begins with, and as many braces open a placeholder as there are
    # dollars.
    dollars = opener.count("$")
    quotes = '"' * (len(opener) - dollars)
    newline = scanner.text.find("\n", at, limit)
    lined = newline >= 0 and not scanner.text[at:newline].strip()
    refused = "{}" if dollars else "" if lined else '"'
    form = Form("", None, QuoteStyle({}, refused), ("{" * dollars,) if dollars else (), lines=True)
    if not lined:
        limit = newline if newline >= 0 else limit
        return scanner.read_until(form, start, at, re.compile(quotes).search(scanner.text, at, limit), limit)
    closing = re.compile(rf"(?:\r?\n([ \t]*+))?{quotes}").search(scanner.text, newline, limit)
    token = scanner.read_until(form, start, newline + 1, closing, limit)
    token.parts = dedent(token.parts or [], len(closing[1] or "") if closing is not None else 0)
    return token


_SYNTAX = Syntax(
    r"(?P<string>\$*\"{3,}|\$@\"|@\$\"|@\"|\$\"|[\"'])|(?P<name>@?[A-Za-z_]\w*)", "//", {"/*": "*/"}, _FORMS, _open
)


class CSharp(Parser):
    """The grammar of C#."""

    typed = "before"
    lambdas = frozenset(("=>",))
    literals = "new"
    casts = "round"
    methods = True
    braced_specs = True
    queries = True
    declares = frozenset(("var",))
    modifiers = Parser.modifiers | frozenset(("const",))
    functions = frozenset[str]()
    tries = words("try do checked unchecked using lock fixed")
    classes = words("class struct record namespace interface")
    shapes = frozenset(("enum",))
    unaries = words("await typeof not ref out in nameof")

    def worded(self, left: Node, word: str) -> Node | None:
        """Parse an operator that is a word; ``with { … }`` is a copy with other entries, ``switch { … }`` one of several values."""
        if word == "with" and self.word(1) == "{":
            self.at += 1
            return Pairs(left.start, self.last_end(), [Argument(left, spread=True), *self.entries()])
        if word == "switch":
            self.subject = left
            node = self.switch()
            if node is not None:
                node.start = left.start
            return node
        return super().worded(left, word)


GRAMMAR = Grammar(_SYNTAX, CSharp, Traits("csharp", fields=True, pairs=True, braces=True), functions="methods")

extract = GRAMMAR.extract
