"""Conditions in PHP: quoted strings with names in them, heredocs, arrays, ``http_build_query``, ``sprintf``."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import PHP, QUOTE_ONLY, Form, Syntax, Token, dedent
from cwql.lint.frontends.tables import POWERS
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.ir import Node
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_PLACEHOLDERS = ("{$", "${", "$")
_FORMS = {
    '"': Form('"', PHP, QuoteStyle({'"': '\\"', "\\": "\\\\", "$": "\\$"}), _PLACEHOLDERS, lines=True),
    "'": Form("'", QUOTE_ONLY, QuoteStyle({"'": "\\'", "\\": "\\\\"}), lines=True),
    "`": Form("`", PHP, QuoteStyle({}, "`\\$"), _PLACEHOLDERS, lines=True),
}
_CODE = re.compile(r"<\?(?:php\b|=)?")
_HEREDOC = Form("", PHP, QuoteStyle({"\\": "\\\\", "$": "\\$"}, "\n"), _PLACEHOLDERS, lines=True)
_NOWDOC = Form("", None, QuoteStyle({}, "\n"), lines=True)


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    if match[0] == "?>":
        opened = _CODE.search(scanner.text, match.end(), limit)
        return Token("sign", ";", match.start(), opened.end() if opened is not None else limit)
    quote, name = match["quote"], match["tag"]
    text, at = scanner.text, match.end()
    closing = re.compile(rf"\r?\n([ \t]*){name}\b").search(text, at - 1, limit)
    token = scanner.read_until(_NOWDOC if quote == "'" else _HEREDOC, match.start(), at, closing, limit)
    token.parts = dedent(token.parts or [], len(closing[1]) if closing is not None else 0)
    return token


_SYNTAX = Syntax(
    r"(?P<string><<<[ \t]*(?P<quote>[\"']?)(?P<tag>[A-Za-z_]\w*)(?P=quote)[^\S\n]*\n|[\"'`]|\?>)"
    r"|(?P<variable>\$[A-Za-z_]\w*)|(?P<name>\\?[A-Za-z_]\w*(?:\\[A-Za-z_]\w*)*)|(?P<mark>\.=|\?:)",
    r"//|#(?!\[)",
    {"/*": "*/"},
    _FORMS,
    _open,
    name=re.compile(r"[A-Za-z_]\w*(->[A-Za-z_]\w*|\[[^\]\n\"]{1,60}\])?"),
    skip=("?>", _CODE),
    commands=True,
)


class Php(Parser):
    """The grammar of PHP."""

    jumps = Parser.jumps | words("exit die")
    joins = frozenset((".",))
    assigns: Mapping[str, bool] = {**Parser.assigns, ".=": True}
    pairs = frozenset(("=>",))
    links = frozenset(("->", "?->", "::"))
    powers: Mapping[str, int] = {**POWERS, ".": 10}
    typed = "before"
    casts = "round"
    sigils = "$"
    declares = frozenset(("const",))
    classes = words("class trait interface namespace enum")
    functions = words("function fn")
    patterns = False
    unaries = Parser.unaries | words("include include_once require require_once")
    switches = words("switch match")
    modifiers = Parser.modifiers | frozenset(("var",))

    def member(self, left: Node) -> Node:
        """Parse a member, whose name may be in braces: ``$ticket->{'name'}``."""
        if self.word(1) != "{":
            return super().member(left)
        self.at += 1
        return self.index(left)

    def named_operand(self) -> Node | None:
        """Parse ``array(…)`` as a list or mapping, and a variable in a string that goes on (``$a->b``)."""
        if self.word() == "static" and self.word(1) in self.functions:
            self.at += 1
        if self.word().lower() in ("array", "list") and self.word(1) == "(":
            self.at += 1
            return self.items()
        return super().named_operand()


GRAMMAR = Grammar(_SYNTAX, Php, Traits("php", delimited=True), functions="braces")


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a program, and those of the scripts in the page that it writes."""
    yield from GRAMMAR.extract(source, context)
    if "<script" in source.text:
        from cwql.lint.frontends.html import find_fences, find_in_scripts

        yield from find_in_scripts(source, context, find_fences(source))
