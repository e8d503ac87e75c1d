"""Conditions in Perl: variables in strings, ``q()`` and ``qq()``, hashes."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.escapes import BACKSLASH, QUOTE_ONLY
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BRACKETS, Form, Syntax
from cwql.lint.frontends.tables import POWERS
from cwql.lint.ir import Index, Items, Member, Name, Node
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.frontends.tokens import Token

_PLACEHOLDERS = ("${", "$", "@{")
_FORMS = {
    '"': Form(
        '"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\", "$": "\\$", "@": "\\@"}), _PLACEHOLDERS, lines=True
    ),
    "'": Form("'", QUOTE_ONLY, QuoteStyle({"'": "\\'", "\\": "\\\\"}), lines=True),
    "`": Form("`", BACKSLASH, QuoteStyle({}, "`\\$@"), _PLACEHOLDERS, lines=True),
}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    opener = match[0]
    sign = opener[-1]
    close = BRACKETS.get(sign, sign)
    plain = not opener.startswith("qq")
    form = Form(
        close,
        QUOTE_ONLY if plain else BACKSLASH,
        QuoteStyle({"\\": "\\\\"}, sign + close + "$@"),
        () if plain else _PLACEHOLDERS,
        lines=True,
        nests=sign if sign != close else "",
    )
    token = scanner.read(form, match.start(), match.end(), limit)
    token.whole = token.whole and opener[:2] != "qw"
    return token


_SYNTAX = Syntax(
    r"(?P<string>\bq[qw]?[(\[{<!|/]|[\"'`])|(?P<variable>[$@%&]\w+|\$[&_!@/\\])|(?P<name>[A-Za-z_]\w*(?:::\w+)*)|(?P<mark>\.=)",
    "#",
    {"\n=pod": "\n=cut", "\n=head1": "\n=cut"},
    _FORMS,
    _open,
    name=re.compile(r"[A-Za-z_]\w*((?:->)?[\[{][^\]}\n\"]{1,60}[\]}])*"),
    regexes=True,
)


class Perl(Parser):
    """The grammar of Perl."""

    joins = frozenset((".",))
    assigns: Mapping[str, bool] = {"=": False, ".=": True, "+=": True}
    powers: Mapping[str, int] = {**POWERS, ".": 10, "=~": 11}
    links = frozenset(("->", "::"))
    pairs = frozenset(("=>",))
    named = frozenset(("=>",))
    sigils = "$@%&"
    declares = words("my our local")
    functions = frozenset(("sub",))
    conditionals = words("if unless")
    elseifs = frozenset(("elsif",))
    modifying = words("if unless for foreach while")
    loops = words("for foreach while until")
    switches = frozenset[str]()
    classes = frozenset[str]()
    jumps = words("die next last exit")

    def parenthesis(self) -> Node | None:
        """Parse a list or a hash in round brackets."""
        token = self.peek()
        found = self._listing(token.start, self.entries())
        return found.items[0] if isinstance(found, Items) and len(found.items) == 1 else found

    def postfix(self, left: Node) -> Node | None:
        """Parse what follows a value: ``$hash{key}`` is an index."""
        if self.word() == "{" and isinstance(left, (Name, Index, Member)) and self.peek().start == self.last_end():
            closing = self.enter()
            token = self.peek()
            found = self.listed(closing)
            self.leave(closing)
            key = found[0] if len(found) == 1 else None
            if isinstance(key, Name) and token.kind == "name":
                return Member(left.start, self.last_end(), left, key.name)
            return Index(left.start, self.last_end(), left, key)
        return super().postfix(left)

    def member(self, left: Node) -> Node:
        """Parse ``->name``, ``->{key}`` or ``->[index]``."""
        if self.word(1) in ("{", "["):
            self.at += 1
            return self.postfix(left) or left
        return super().member(left)


GRAMMAR = Grammar(_SYNTAX, Perl, Traits("perl", implicit=True), functions="braces")

extract = GRAMMAR.extract
