r"""Escapes of string literals, such as `\n`, a backtick or a doubled quote, in each family of languages."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

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
