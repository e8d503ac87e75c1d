"""Conditions in C#: plain, verbatim, interpolated and raw strings, named arguments, initialisers, query builders."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.escapes import BACKSLASH
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import CHARACTER, Form, Syntax
from cwql.lint.frontends.tokens import dedent
from cwql.lint.ir import Argument, Node, Pairs
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.frontends.tokens import Token
    from cwql.lint.ir import Module

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
_RAW: dict[tuple[int, bool], Form] = {}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token | None:
    opener, start, at = match[0], match.start(), match.end()
    if opener == "'":
        # Otherwise it is a quote in the format of a placeholder: ``{since:h 'o''clock'}``.
        return scanner.read(CHARACTER, start, at, limit) if _CHARACTER.match(scanner.text, start) else None
    # A raw string: it ends with as many quotes as it begins with, and as many braces open a placeholder as there are
    # dollars.
    dollars = opener.count("$")
    quotes = '"' * (len(opener) - dollars)
    text = scanner.text
    newline = text.find("\n", at, limit)
    head = text[at : newline if newline >= 0 else limit]
    lined = not head.strip() and newline >= 0
    if lined:
        at = newline + 1
    closing = text.find(quotes, at, limit if lined or newline < 0 else newline)
    end = closing if closing >= 0 else limit if lined else at + len(head)
    form = _RAW.setdefault(
        (dollars, lined),
        Form(
            "",
            None,
            QuoteStyle({}, "{}" if dollars else "" if lined else '"'),
            ("{" * dollars,) if dollars else (),
            lines=True,
        ),
    )
    stop, indent = end, 0
    if lined and closing >= 0:
        line = text.rfind("\n", 0, closing)
        indent = closing - line - 1
        stop = max(at, line - (1 if text[line - 1 : line] == "\r" else 0))
    token = scanner.read(form, start, at, stop)
    if token.parts is not None and indent:
        token.parts = dedent(token.parts, indent)
    token.end = min(end + len(quotes), limit) if closing >= 0 else end
    token.whole = closing >= 0
    return token


_SYNTAX = Syntax(
    r"(?P<string>\$*\"{3,}|\$@\"|@\$\"|@\"|\$\"|[\"'])|(?P<name>@?[A-Za-z_]\w*)", "//", {"/*": "*/"}, _FORMS, _open
)


_VALIDATED = re.compile(
    r"\bRuleFor\(\s*+\w++\s*+=>\s*+\w++\.(\w++)\s*+\)"
    r"(?:\s*+\.\w++\([^()]{0,100}\)){0,8}?\s*+\.Matches\(\s*+@?\"([^\"\n]{1,200})\""
)
"""A member that matches a pattern, by the rules of FluentValidation."""


class CSharp(Parser):
    """The grammar of C#."""

    typed = "before"
    lambdas = frozenset(("=>",))
    literals = "new"
    casts = "round"
    methods = True
    braced_specs = True
    queries = True
    declares = words("const var")
    functions = frozenset[str]()
    tries = words("try do checked unchecked using lock fixed")
    classes = words("class struct record namespace interface")
    shapes = frozenset(("enum",))
    unaries = words("await typeof not ref out in nameof")

    def module(self) -> Module:
        """Return the tree of the source."""
        made = super().module()
        for match in _VALIDATED.finditer(self.text) if "RuleFor" in self.text else ():
            if is_anchored(match[2]) and is_safe_pattern(match[2]):
                self.types[match[1]] = {"enum"}
        return made

    def declaration(self) -> Node | None:
        """Parse ``const string Name = "…"`` and ``var (name, other) = value``."""
        if self.word() == "var":
            if self.word(1) != "(":
                return None
            self.at += 1
            return self._declared()[0]
        self.at += 1
        named = self._typed_name()
        return self._typed(named, self.peek().start) if named >= 0 else None

    def worded(self, left: Node, word: str) -> Node | None:
        """Parse an operator that is a word; ``with { … }`` is a copy with other entries."""
        if word == "with" and self.word(1) == "{":
            self.at += 1
            return Pairs(left.start, self.last_end(), [Argument(left, spread=True), *self.entries()])
        return super().worded(left, word)


GRAMMAR = Grammar(_SYNTAX, CSharp, Traits("csharp", pairs=True, braces=True), functions="methods")

extract = GRAMMAR.extract
