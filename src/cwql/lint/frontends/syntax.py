"""The tokens of a language as data: `Syntax`, and a `Form` for each kind of its strings."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.escapes import BACKSLASH
from cwql.lint.templates.model import QuoteStyle
from cwql.value import Value, assign, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cwql.lint.frontends.escapes import Escapes
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.frontends.tokens import Token

SIGNS = r"=>|->|::|\?\?=?|\?->|\?\.|\|\|=?|&&|\+\+|--|[-+]=|:=|===|==|!==|!=|<=|>=|<<|\.\.\.?|."
"""Signs that most languages share; a table puts its own in front."""

BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}
"""The closing sign of a literal such as ``q(…)``."""


_NOTHING = re.compile(r"(?!)")
_NAME = re.compile(r"[A-Za-z_]\w*")


class Form(Value):
    """A kind of string literal, from the end of its opener on.

    `close` ends it; `doubled` lets a doubled `close` represent itself; `placeholders` are the openers of code or names inside
    it; `lines` allows line breaks; `nests` is a bracket that pairs with a `close` inside.
    """

    close: str
    escapes: Escapes | None
    quoting: QuoteStyle
    placeholders: tuple[str, ...] = ()
    lines: bool = False
    doubled: bool = False
    nests: str = ""
    stop: re.Pattern[str] = field(default=_NOTHING, compare=False)
    """The pattern at which the scanner stops: it is made from the other fields."""

    def __post_init__(self) -> None:
        wanted = [re.escape(sign) for sign in (self.close, *self.placeholders, self.nests) if sign]
        if self.escapes is not None:
            wanted.append(re.escape(self.escapes.sign))
        if "{" in self.placeholders:
            wanted.append("\\}")
        if not self.lines:
            wanted.append("\n")
        if wanted:
            assign(self, "stop", re.compile("|".join(wanted)))


def enclosed(sign: str, escapes: Escapes | None, placeholders: tuple[str, ...] = ()) -> Form:
    """Return the form of a literal between a sign and the one that closes it: ``q(…)``, ``%Q[…]``, ``~s{…}``."""
    close = BRACKETS.get(sign, sign)
    nests = sign if sign != close else ""
    refused = sign + close + ("\\#$@" if placeholders else "\\")
    return Form(close, escapes, QuoteStyle({}, refused), placeholders, lines=True, nests=nests)


CHARACTER = Form("'", BACKSLASH, QuoteStyle({}, "'\\\n"))
"""The literal of one character."""


class Syntax(Value):
    """The tokens of a language.

    `words` is a pattern with the groups ``name``, ``variable``, ``option``, ``mark`` (a sign of its own) and ``string``
    (an opener), if the language has them; `comments` begin a comment to the end of the line, `blocks` pairs the signs
    around a longer one. `forms` are the strings by their openers, `open` reads that of any other; `name` is the pattern of a name after ``$`` in a string.
    `regexes` is True if ``/…/`` is a literal, `element` reads one of JSX, `commands` if a call needs no brackets, so that one may follow a name;
    `continued` joins two lines, `skip` begins and ends code.
    """

    words: str
    comments: str
    blocks: dict[str, str]
    forms: Mapping[str, Form]
    open: Callable[[Scanner, re.Match[str], int], Token | None] | None = None
    name: re.Pattern[str] = _NAME
    regexes: bool = False
    element: Callable[[Scanner, list[Token], int, int, bool], int] | None = None
    commands: bool = False
    continued: str = ""
    skip: tuple[str, re.Pattern[str]] | None = None
    master: re.Pattern[str] = field(default=_NOTHING, compare=False)
    """One pattern for all tokens, with a group for each kind: it is made from the other fields."""

    def __post_init__(self) -> None:
        opened = "|".join(re.escape(sign) for sign in self.blocks) or "(?!)"
        # A comment also ends with the code.
        rest = r"[^\n]*" if self.skip is None else rf"(?:(?!{re.escape(self.skip[0])})[^\n])*+"
        continued = rf"|{re.escape(self.continued)}\r?\n" if self.continued else ""
        pattern = (
            rf"(?P<block>{opened})|(?P<line>\n)|(?P<space>[^\S\n]+{continued}|(?:{self.comments}){rest})"
            rf"|{self.words}|(?P<number>\d\w*+(?:\.++\d\w*+)*+)|(?P<sign>{SIGNS})"
        )
        assign(self, "master", re.compile(pattern))
