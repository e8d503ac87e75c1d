"""The string literals of Python as a table for the scanner."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.escapes import Escapes
from cwql.lint.frontends.python.literals import quoting_of
from cwql.lint.frontends.syntax import Form, Syntax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.frontends.tokens import Token

_ESCAPE = re.compile(
    r"\\(?:\r\n|[0-7]{1,3}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^{}\r\n]+\}|[\r\n\\'\"abfnrtv])"
)


class _Escapes(Escapes):
    """The escapes of a literal that is not raw."""

    def read(self, text: str, at: int, limit: int) -> tuple[str, int]:
        """Return the text of the escape at `at`, and its end: that of the backslash if it escapes nothing."""
        match = _ESCAPE.match(text, at, limit)
        if match is None:
            return self.sign, at + 1
        written = match[0]
        if written[1] in "\r\n":
            return "", match.end()
        if written[1].isdigit():
            # Codes above 255 are deprecated, and `decode` warns of them.
            return chr(int(written[1:], 8)), match.end()
        try:
            return written.encode().decode("unicode_escape"), match.end()
        except UnicodeDecodeError:
            return self.sign, at + 1


_COOKED = _Escapes("\\", {})
_RAW = Escapes("\\", {}, numbers=False, kept=True, continued=False)
_FORMS: dict[str, Form] = {}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    opener = match[0].lower()
    if opener not in _FORMS:
        quote = opener.lstrip("rubft")
        raw, braces = "r" in opener, "f" in opener or "t" in opener
        quoting = quoting_of(quote, raw, braces)
        _FORMS[opener] = Form(quote, _RAW if raw else _COOKED, quoting, ("{",) if braces else (), lines=len(quote) == 3)
    return scanner.read(_FORMS[opener], match.start(), match.end(), limit)


SYNTAX = Syntax(
    r"(?P<string>(?i:[rubft]{0,2})(?:'''|\"\"\"|'|\"))|(?P<name>[^\W\d]\w*+)", "#", {}, {}, _open, continued="\\"
)
