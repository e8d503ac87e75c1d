"""Cut any text into tokens, the broken pieces too: what `cwql.language.parsing.recovery` reads.

The terminals of the grammar come first, in its order; then come kinds of this module's own for what no terminal matches: an
unclosed string, typographic quotes, a bare word. Every character ends up in one token or in the blank between two.
"""

from __future__ import annotations

import re

from cwql.language.operators import TEXT_WORD
from cwql.language.parsing.parser import INVISIBLE
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Token(Value):
    """Name a piece of text: its kind (a terminal, or one of this module's), the text, and where it stands.

    `joined` tells that no blank stands between it and the token before.
    """

    kind: str
    text: str
    start: int
    end: int
    joined: bool = False

    def as_kind(self, kind: str, text: str | None = None) -> Token:
        """Return the same piece under another kind, read as `text` where that is given."""
        return Token(kind, self.text if text is None else text, self.start, self.end, self.joined)


STRAIGHT = {'"': '"', "'": "'"}
_SMART_DOUBLE = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
_SMART_SINGLE = "\u2018\u2019\u201a\u201b\u2039\u203a\u2032\uff07`\u00b4"

_BROKEN = (
    ("INVISIBLE", f"(?:{INVISIBLE.pattern})+"),
    ("LOOSE_STRING", "\"[^\"]*+\"|'[^']*+'"),
    ("SMART_STRING", f'[{_SMART_DOUBLE}][^{_SMART_DOUBLE}"\\n]*+[{_SMART_DOUBLE}"]'),
    ("SMART_STRING_1", f"[{_SMART_SINGLE}][^{_SMART_SINGLE}'\\n]*+[{_SMART_SINGLE}']"),
    ("UNCLOSED_STRING", f"[\"'{_SMART_DOUBLE}{_SMART_SINGLE}]"),
    ("BRACKETED", r"\[[^\[\]\n]*+\]"),
    ("UNCLOSED_DATE", r"\[ *+[0-9][0-9TtZz:/.+-]*+(?: [0-9:.]{4,})?"),
    ("COMMENT", r"--[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"),
    ("SYMBOL", r"&&|\|\||[&|]"),
    ("SIGN", r"[=!<>~^:]++"),
    ("PLACEHOLDER", r"\$\{[^{}\n]*+\}|\{\{?[^{}\n]*+\}\}?|\$\([^()\n]*+\)|%[sd](?![A-Za-z0-9])|<[A-Za-z_ ]++>"),
    ("SEMICOLON", ";"),
    ("WORD", r"""[^\s()\[\]{}"',;=!<>&|]++"""),
    ("CHARACTER", r"[\s\S]"),
)
"""Kinds of broken pieces, in the order in which they are tried after the grammar's terminals."""

_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./][A-Za-z_][A-Za-z0-9_]*)+")
_GOES_ON = re.compile(
    r"[ \t\r\n]+(?:and|or)[ \t\r\n]+(?:not[ \t\r\n]+)?\(*[A-Za-z_][A-Za-z0-9_/.]*[ \t\r\n]*"
    rf"(?:[=!<>]|(?:not[ \t\r\n]+)?(?:in|{TEXT_WORD})\b)",
    re.IGNORECASE,
)
_SWALLOWED = re.compile(
    r"[ \t\r\n](?:and|or)[ \t\r\n]+\(*[A-Za-z_][A-Za-z0-9_/.]*[ \t\r\n]*"
    rf"(?:[=!<>]+|(?:not[ \t\r\n]+)?(?:{TEXT_WORD}|in[ \t\r\n]*\())[ \t\r\n]*$",
    re.IGNORECASE,
)
_AFTER_VALUE = r"(?=[ \t\r\n]*(?:$|[),]|(?ai:and|or)\b))"
_ENDS_VALUE = re.compile(_AFTER_VALUE)
_REAL_END = {quote: re.compile(quote + _AFTER_VALUE) for quote in "\"'"}
_WINDOW = 400
"""How far a string is followed to find its real end: longer ones are not guessed at, so that reading stays linear."""

_SIGNS = tuple("=!<>~^")

_ODD_STRINGS = 64
"""After so many strings that end in a quote too many, the rest is cut into plain pairs of quotes."""

_PATTERNS: dict[str, re.Pattern[str]] = {}


def _pattern(name: str, terminals: Iterable[tuple[str, str]]) -> Callable[[str, int], re.Match[str] | None]:
    pattern = _PATTERNS.get(name)
    if pattern is None:
        kinds = (("BLANK", "[ \t\r\n]+"), *terminals, *_BROKEN)
        pattern = _PATTERNS[name] = re.compile("|".join(f"(?P<{kind}>{source})" for kind, source in kinds))
    return pattern.match


def scan(
    text: str, language: str, terminals: tuple[tuple[str, str], ...], well_formed: bool = False
) -> Iterator[Token]:
    """Yield the tokens of a text; never raises. Where strings were meant to end is guessed unless the text is `well_formed`."""
    match_at = _pattern(language, terminals)
    at, joined, odd = 0, False, 0
    while at < len(text):
        if odd == _ODD_STRINGS:
            # Each string with an odd number of quotes sends STRING to the end of the text and back.
            match_at = _pattern(f"{language} without STRING", [each for each in terminals if each[0] != "STRING"])
            odd += 1
        match = match_at(text, at)
        if match is None:
            return
        kind, end = match.lastgroup or "CHARACTER", match.end()
        if kind == "BLANK":
            at, joined = end, False
            continue
        if (kind == "STRING" and not well_formed) or kind == "LOOSE_STRING":
            odd += kind == "LOOSE_STRING"
            kind, end = _real_string(text, kind, at, end)
        elif kind == "COMPARE" and text[end : end + 1] in _SIGNS and text[end - 1] in _SIGNS:
            kind, end = "SIGN", end + 1
            while text[end : end + 1] in _SIGNS:
                end += 1
        elif kind == "SMART_STRING_1":
            kind = "SMART_STRING"
        elif kind == "UNCLOSED_STRING":
            end = _value_end(text, at)
        elif kind == "WORD" and _DOTTED.fullmatch(match.group()):
            kind = "DOTTED"
        yield Token(kind, text[at:end], at, end, joined)
        at, joined = end, True


def _real_string(text: str, kind: str, start: int, end: int) -> tuple[str, int]:
    """Look whether a string ends where its quotes say: an unclosed one swallows text, a quote inside ends it too early."""
    if _SWALLOWED.search(text, start, min(end - 1, start + _WINDOW)) and text[end : end + 1].strip():
        return "UNCLOSED_STRING", _value_end(text, start)
    follows = text[end : end + 1]
    escaped = text[end - 2] == "\\" and end - start > 2
    if (follows and (follows.isalnum() or follows in "_\"'")) or (escaped and not _ENDS_VALUE.match(text, end)):
        quote = text[start]
        real = _REAL_END[quote].search(text, end, end + _WINDOW)
        if real is not None:
            return "ESCAPED_STRING" if escaped else "QUOTED_QUOTE", real.end()
    return kind, end


def _value_end(text: str, start: int) -> int:
    """Guess where a string without its closing quote was to end: before the next comparison, else at the end."""
    following = _GOES_ON.search(text, start, start + _WINDOW)
    end = following.start() if following is not None else len(text.rstrip(" \t\r\n"))
    # A parenthesis at its end belongs to a group that is open before it.
    if (
        text[end - 1] == ")"
        and start < end - 1 <= start + _WINDOW
        and text.count("(", 0, start) > text.count(")", 0, start)
    ):
        end -= 1
    return max(end, start + 1)
