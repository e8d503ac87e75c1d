"""Conditions in Ruby: quoted strings, ``%q`` and ``%Q``, heredocs, hashes with symbols or strings, ``format`` and ``%``."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, QUOTE_ONLY, Form, Syntax, Token, dedent, enclosed
from cwql.lint.frontends.tables import POWERS
from cwql.lint.frontends.word_parser import WordParser
from cwql.lint.ir import Choice, Function, Member, Name, Other, Parameter
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.ir import Node

_DOUBLE = {"\\": "\\\\", "#": "\\#"}
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({**_DOUBLE, '"': '\\"'}), ("#{",), lines=True),
    "'": Form("'", QUOTE_ONLY, QuoteStyle({"'": "\\'", "\\": "\\\\"}), lines=True),
    "`": Form("`", BACKSLASH, QuoteStyle({}, "`\\#"), ("#{",), lines=True),
}
_HEREDOC = Form("", BACKSLASH, QuoteStyle(_DOUBLE, "\n"), ("#{",), lines=True)
_PLAIN = Form("", None, QuoteStyle({}, "\n"), lines=True)
_CHARACTERS = frozenset(('?"', "?'", "?`"))


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token | None:
    opener = match[0]
    if opener.startswith("%"):
        kind = opener[1:-1]
        plain = kind in ("q", "w", "i", "s")
        form = enclosed(opener[-1], QUOTE_ONLY if plain else BACKSLASH, () if plain else ("#{",))
        token = scanner.read(form, match.start(), match.end(), limit)
        # Words and symbols are lists, a regex is none of ours.
        token.whole = token.whole and kind in ("", "q", "Q")
        return token
    return _heredoc(scanner, match, limit)


def _heredoc(scanner: Scanner, match: re.Match[str], limit: int) -> Token | None:
    """Return a token whose text is read when its line is over."""
    squiggly, quote, name = match["wave"], match["quote"], match["tag"]
    if not squiggly and not (name.isupper() or quote):
        return None
    token = Token("string", "", match.start(), match.end(), parts=[], whole=False)
    indent = r"[ \t]*" if squiggly else ""
    closes = re.compile(rf"^{indent}{name}[ \t]*\r?$", re.MULTILINE)

    def read(at: int) -> int:
        text = scanner.text
        form = _PLAIN if quote == "'" else _HEREDOC
        body = scanner.read_until(form, token.start, at, closes.search(text, at, limit), limit)
        parts = body.parts or []
        if squiggly == "~":
            lines = [line for line in text[at : body.end].splitlines()[:-1] if line.strip()]
            parts = dedent(parts, min((len(line) - len(line.lstrip()) for line in lines), default=0))
        token.parts, token.whole = parts, body.whole
        return body.end

    scanner.pending.append(read)
    return token


_SYNTAX = Syntax(
    r"(?P<string><<(?P<wave>[~-]?)(?P<quote>[\"'`]?)(?P<tag>[A-Za-z_]\w*)(?P=quote)|%[qQwWiIsrx]?[(\[{<|!]|[\"'`])"
    r"|(?P<mark>(?<![\w)\]])\?[\"'`](?=[\s,)\]])|[=!]~)"
    r"|(?P<name>(?<![\w:]):[A-Za-z_]\w*[?!]?(?!\w*:)|@{0,2}[A-Za-z_]\w*[?!]?|\$\w+)",
    "#",
    {"\n=begin": "\n=end"},
    _FORMS,
    _open,
    regexes=True,
    commands=True,
    continued="\\",
)


class Ruby(WordParser):
    """The grammar of Ruby."""

    adds: Mapping[str, bool] = {"<<": True}
    pairs = frozenset((":", "=>"))
    links = frozenset((".", "&.", "::"))
    powers: Mapping[str, int] = {
        sign: power for sign, power in POWERS.items() if sign in ("and", "or") or not sign.isalpha()
    }
    percents = frozenset(("%",))
    continues = frozenset((".", "&.", "&&", "||", "?", ":", "and", "or"))
    shorthand = "colon"
    commands = True
    sigils = "@$"
    declares = frozenset[str]()
    functions = frozenset(("def",))
    classes = words("class module")
    switches = frozenset(("case",))
    cases = words("when in")
    tries = frozenset(("begin",))
    jumps = words("raise break next redo exit fail")
    modifiers = words("private protected public")
    unaries = words("not defined?")

    def named_operand(self) -> Node | None:
        """Parse an operand that a name begins: ``@name`` is a member of ``self``."""
        token = self.peek()
        if token.text.startswith("@") and not token.text.startswith("@@"):
            self.at += 1
            return Member(token.start, token.end, Name(token.start, token.start, "self"), self.name_of(token.text))
        return super().named_operand()

    def prefix(self) -> Node | None:
        """Parse an operand; ``?"`` is a character, which neither begins nor ends a string."""
        token = self.peek()
        if token.kind == "sign" and token.text in _CHARACTERS:
            self.at += 1
            return Other(token.start, token.end)
        if token.text == "->" and token.kind == "sign":
            return self._lambda()
        return super().prefix()

    def parenthesis(self) -> Node | None:
        """Parse ``( … )``, in which a test may follow a value: ``("id = #{id}" if id)``."""
        opener, start, closing = self.at, self.peek().start, self.closing(self.at)
        if not self.modifying.isdisjoint(self.words[opener : min(closing, opener + 50)]):
            self.at += 1
            value = self.expression()
            if value is not None and self.at < closing and self.word() in ("if", "unless"):
                self.at += 1
                test = self.expression()
                self.leave(closing)
                return Choice(start, self.last_end(), [value], [test] if test is not None else [])
            self.at = opener
        return super().parenthesis()

    def parameter(self, begin: int, end: int, found: list[Parameter], untyped: list[str]) -> None:
        """Add a parameter with its default: ``name = value``, ``name: value``."""
        default = None
        if begin + 2 < end and self.words[begin + 1] in ("=", ":"):
            at, self.at = self.at, begin + 2
            default = self.expression()
            self.at, end = at, begin + 1
        super().parameter(begin, end, found, untyped)
        if found and default is not None:
            found[-1].default = default

    def _lambda(self) -> Node:
        """Parse ``->(names) { … }`` or ``-> names do … end``."""
        self.at += 1
        begin = self.at
        while self.at < self.size and self.word() not in ("{", "do") and not self.peek().fresh:
            self.step()
        names = [Parameter(self.name_of(each.text)) for each in self.tokens[begin : self.at] if each.kind == "name"]
        made = self.lambda_block() if self.word() == "{" else self.worded_block()
        if isinstance(made, Function):
            made.parameters = names
        return made


GRAMMAR = Grammar(_SYNTAX, Ruby, Traits("ruby", bare=True, implicit=True, sections=True), functions="words")

extract = GRAMMAR.extract
