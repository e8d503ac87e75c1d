"""The lexer of recovery: it splits any text into tokens, including malformed ones.

The terminals of the grammar are tried first, in their order, then the token kinds of this module for text that no terminal
matches: an unclosed string, typographic quotes, a bare word. Every character is part of a token or of a blank between two.
The fast path has no tokens; see `cwql.language.parsing.parser`.
"""

from __future__ import annotations

import re

from cwql.language.characters import INVISIBLE
from cwql.language.operators import TEXT_WORD
from cwql.language.parsing.tables import load_tables
from cwql.value import Value, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cwql.language.nodes import Comparison


class Token(Value):
    """A part of a text: its kind (a terminal of the grammar, or a kind of this module), text and position.

    `joined` is True if there is no blank between it and the token before.
    """

    kind: str
    text: str
    start: int
    end: int
    joined: bool = False

    # Written by hand, because texts have thousands of tokens.
    def __init__(self, kind: str, text: str, start: int, end: int, joined: bool = False) -> None:
        assign(self, "kind", kind)
        assign(self, "text", text)
        assign(self, "start", start)
        assign(self, "end", end)
        assign(self, "joined", joined)

    def as_kind(self, kind: str, text: str | None = None) -> Token:
        """Return a token of another kind in the same place, with another text if one is given."""
        return Token(kind, self.text if text is None else text, self.start, self.end, self.joined)


_SMART_DOUBLE = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
_SMART_SINGLE = "\u2018\u2019\u201a\u201b\u2039\u203a\u2032\uff07`\u00b4"

_MALFORMED = (
    ("INVISIBLE", f"(?:{INVISIBLE})+"),
    ("MALFORMED_STRING", "\"[^\"]*+\"|'[^']*+'"),
    ("SMART_STRING", f'[{_SMART_DOUBLE}][^{_SMART_DOUBLE}"\\n]*+[{_SMART_DOUBLE}"]'),
    ("SMART_STRING_1", f"[{_SMART_SINGLE}][^{_SMART_SINGLE}'\\n]*+[{_SMART_SINGLE}']"),
    ("UNCLOSED_STRING", f"[\"'{_SMART_DOUBLE}{_SMART_SINGLE}]"),
    ("BRACKETED", r"\[[^\[\]\n]*+\]"),
    ("UNCLOSED_DATE", r"\[ *+[0-9][0-9TtZz:/.+-]*+(?: [0-9:.]{4,})?"),
    ("COMMENT", r"--[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"),
    ("SYMBOL", r"&&|\|\||[&|]"),
    ("SIGN", r"[=!<>~^:]++"),
    ("FOREIGN_PLACEHOLDER", r"\$\{[^{}\n]*+\}|\{\{?[^{}\n]*+\}\}?|\$\([^()\n]*+\)|%[sd](?![A-Za-z0-9])|<[A-Za-z_ ]++>"),
    ("SEMICOLON", ";"),
    ("WORD", r"""[^\s()\[\]{}"',;=!<>&|]++"""),
    ("CHARACTER", r"[\s\S]"),
)
"""Kinds of malformed tokens, in the order in which they are tried after the terminals of the grammar."""

_DOTTED_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./][A-Za-z_][A-Za-z0-9_]*)+")
_NEXT_COMPARISON = re.compile(
    r"[ \t\r\n]+(?:and|or)[ \t\r\n]+(?:not[ \t\r\n]+)?\(*[A-Za-z_][A-Za-z0-9_/.]*[ \t\r\n]*"
    rf"(?:[=!<>]|(?:not[ \t\r\n]+)?(?:in|{TEXT_WORD})\b)",
    re.IGNORECASE,
)
_CONTAINS_COMPARISON = re.compile(
    r"[ \t\r\n](?:and|or)[ \t\r\n]+\(*[A-Za-z_][A-Za-z0-9_/.]*[ \t\r\n]*"
    rf"(?:[=!<>]+|(?:not[ \t\r\n]+)?(?:{TEXT_WORD}|in[ \t\r\n]*\())[ \t\r\n]*$",
    re.IGNORECASE,
)
_AFTER_VALUE = r"(?=[ \t\r\n]*(?:$|[),]|(?ai:and|or)\b))"
_ENDS_VALUE = re.compile(_AFTER_VALUE)
_REAL_END = {quote: re.compile(quote + _AFTER_VALUE) for quote in "\"'"}
_WINDOW = 400
"""How far to search for the end of a string that is not where its quote is. The limit keeps the lexer linear."""

_SIGNS = tuple("=!<>~^")

NONE_SOUND: Mapping[int, Comparison] = {}

_ODD_STRINGS_LIMIT = 64
"""After so many strings that end in a quote too many, STRING is no longer tried: each failure scans to the end of the text."""

_PATTERNS: dict[str, Callable[[str, int], re.Match[str] | None]] = {}


def _find_matcher(name: str, terminals: Iterable[tuple[str, str]]) -> Callable[[str, int], re.Match[str] | None]:
    matcher = _PATTERNS.get(name)
    if matcher is None:
        kinds = (("BLANK", "[ \t\r\n]+"), *terminals, *_MALFORMED)
        pattern = "|".join(f"(?P<{kind}>{source})" for kind, source in kinds)
        matcher = _PATTERNS[name] = re.compile(pattern).match
    return matcher


def tokenize(
    text: str,
    language: str,
    *,
    well_formed: bool = False,
    start: int = 0,
    end: int | None = None,
    sound: Mapping[int, Comparison] = NONE_SOUND,
) -> Iterator[Token]:
    """Yield the tokens of a text, from `start` to `end`; never raises.

    `language` is the name of a dialect, ``order_by`` or ``field_list``. Strings end at their quotes if the text is known to be
    `well_formed`; otherwise the lexer guesses where a string was meant to end. Each comparison in `sound`, by its position, is one
    token of the kind ``COMPARISON``.
    """
    terminals = load_tables(language).TERMINALS
    match_at = _find_matcher(language, terminals)
    at, joined, odd = start, False, 0
    stop = len(text) if end is None else end
    while at < stop:
        if at in sound:
            end = sound[at].end
            yield Token("COMPARISON", text[at:end], at, end, joined)
            at, joined = end, True
            continue
        if odd == _ODD_STRINGS_LIMIT:
            match_at = _find_matcher(f"{language} without STRING", [each for each in terminals if each[0] != "STRING"])
            odd += 1
        match = match_at(text, at)
        if match is None:
            return
        kind, end = match.lastgroup or "CHARACTER", match.end()
        if kind == "BLANK":
            at, joined = end, False
            continue
        if (kind == "STRING" and not well_formed) or kind == "MALFORMED_STRING":
            odd += kind == "MALFORMED_STRING"
            kind, end = _find_real_string(text, kind, at, end)
        elif kind == "COMPARE" and text[end : end + 1] in _SIGNS and text[end - 1] in _SIGNS:
            kind, end = "SIGN", end + 1
            while text[end : end + 1] in _SIGNS:
                end += 1
        elif kind == "SMART_STRING_1":
            kind = "SMART_STRING"
        elif kind == "UNCLOSED_STRING":
            end = _find_value_end(text, at)
        elif kind == "WORD" and _DOTTED_PATH.fullmatch(match.group()):
            kind = "DOTTED_PATH"
        yield Token(kind, text[at:end], at, end, joined)
        at, joined = end, True


def _find_real_string(text: str, kind: str, start: int, end: int) -> tuple[str, int]:
    """Return kind and end of a string: an unclosed one contains the next comparison, a quote inside ends it too early."""
    if _CONTAINS_COMPARISON.search(text, start, min(end - 1, start + _WINDOW)) and text[end : end + 1].strip():
        return "UNCLOSED_STRING", _find_value_end(text, start)
    following = text[end : end + 1]
    escaped = text[end - 2] == "\\" and end - start > 2
    if (following and (following.isalnum() or following in "_\"'")) or (escaped and not _ENDS_VALUE.match(text, end)):
        quote = text[start]
        real = _REAL_END[quote].search(text, end, end + _WINDOW)
        if real is not None:
            return "STRING_WITH_ESCAPE" if escaped else "STRING_WITH_QUOTE", real.end()
    return kind, end


def _find_value_end(text: str, start: int) -> int:
    """Return the probable end of a string without its closing quote: before the next comparison, or at the end."""
    following = _NEXT_COMPARISON.search(text, start, start + _WINDOW)
    end = following.start() if following is not None else len(text.rstrip(" \t\r\n"))
    # A parenthesis at the end belongs to a group that is open before the string.
    if (
        text[end - 1] == ")"
        and start < end - 1 <= start + _WINDOW
        and text.count("(", 0, start) > text.count(")", 0, start)
    ):
        end -= 1
    return max(end, start + 1)
