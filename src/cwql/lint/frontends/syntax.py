"""The tokens of a language as data: `Syntax`, a `Form` for each kind of its strings with its `Escapes`, and `Token`."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.ir import Chunk
from cwql.lint.record import Record
from cwql.lint.templates.model import QuoteStyle
from cwql.value import Value, assign, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal, TypeAlias

    from cwql.lint.frontends.scanner import Scanner

    Kind: TypeAlias = Literal["name", "variable", "option", "number", "string", "regex", "sign"]

COMMON = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "a": "\a", "e": "\x1b"}
_NUMBER = re.compile(
    r"x\{?([0-9A-Fa-f]{1,8})\}?|u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})"
)


class Escapes(Value):
    r"""How a kind of literal escapes characters.

    `sign` begins an escape, `letters` maps the next character to its text. Any other character represents itself, with
    the sign if `kept` is True; `numbers` allows codes (``\x41``), `continued` lets the sign join two lines.
    """

    sign: str
    letters: Mapping[str, str]
    numbers: bool = True
    kept: bool = False
    continued: bool = True

    def read(self, text: str, at: int, limit: int) -> tuple[str, int]:
        """Return the text of the escape at `at`, and its end (at most `limit`)."""
        if at + 1 >= limit:
            return self.sign, at + 1
        follower = text[at + 1]
        plain = self.letters.get(follower)
        if self.numbers and (plain is None or follower == "0"):
            match = _NUMBER.match(text, at + 1, min(limit, at + 12))
            if match is not None:
                digits = match[1] or match[2] or match[3] or match[4]
                code = int(digits, 16) if digits else int(match[5], 8)
                if code < 0x110000 and not 0xD800 <= code < 0xE000:
                    return chr(code), match.end()
        if plain is not None:
            return plain, at + 2
        if self.continued and follower in "\r\n":
            return "", at + (3 if text.startswith("\r\n", at + 1) else 2)
        return (self.sign + follower if self.kept else follower), at + 2


BACKSLASH = Escapes("\\", COMMON)
"""JavaScript, C#, Go, Ruby in double quotes: an unknown escape represents its character."""

PHP = Escapes(
    "\\", {sign: COMMON[sign] for sign in "ntrvef"} | {'"': '"', "\\": "\\", "$": "$"}, kept=True, continued=False
)
"""PHP in double quotes: an unknown escape keeps its backslash."""

QUOTE_ONLY = Escapes("\\", {"'": "'", "\\": "\\"}, numbers=False, kept=True, continued=False)
"""PHP and Ruby in single quotes."""

BACKTICK = Escapes("`", COMMON, numbers=False, continued=False)
"""PowerShell in double quotes."""


class Token(Record):
    """A word of a source. `fresh` is True if it begins a line; `text` of a string is empty: `parts` has it."""

    kind: Kind
    text: str
    start: int
    end: int
    fresh: bool = False
    parts: list[Chunk] | None = None
    whole: bool = True

    @property
    def value(self) -> str | None:
        """Return the text of a string without placeholders; None for anything else."""
        if self.kind != "string" or self.parts is None or any(part.kind == "placeholder" for part in self.parts):
            return None
        return "".join([part.text for part in self.parts])


def dedent(parts: list[Chunk], indent: int) -> list[Chunk]:
    """Return the parts of a text of lines without the blanks, at most `indent`, that each line begins with."""
    if indent == 0:
        return parts
    cut: list[Chunk] = []
    fresh = True
    for part in parts:
        if part.kind != "same":
            cut.append(part)
            fresh = False
            continue
        at = 0
        for line in part.text.splitlines(keepends=True):
            drop = 0
            while fresh and drop < indent and line[drop : drop + 1] in (" ", "\t"):
                drop += 1
            if drop < len(line):
                start = part.start + at + drop
                cut.append(Chunk("same", line[drop:], start, start + len(line) - drop, part.quoting))
            at += len(line)
            fresh = line.endswith(("\n", "\r"))
    return cut


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
