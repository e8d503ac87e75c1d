"""String literals of Python: their characters and fields, with positions.

Only `ast` knows the structure around a literal, but it does not report the positions of the characters of its value,
and before Python 3.12 not even those of the fields of an f-string. Therefore the scanner of the other languages reads the literal
once more, the same way on every version.
"""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import UnreadableSource
from cwql.lint.frontends.python.literals import cut_chunk, quoting_of
from cwql.lint.frontends.syntax import Escapes, Form, Syntax, Token
from cwql.lint.ir import Chunk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.lint.frontends.scanner import Scanner

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


def read_literals(text: str, start: int, end: int) -> list[Token]:
    """Return the adjacent literals in ``text[start:end]``; an empty list if anything else is found there."""
    # Imported here because most files need no more than the text of their literals.
    from cwql.lint.frontends.scanner import Scanner

    try:
        found = Scanner(text, SYNTAX).code(start, end, "")[0]
    except UnreadableSource:
        return []
    for token in found:
        if token.parts is None or not token.whole:
            return []
        if "\r" in text[token.start : token.end]:
            token.parts = [piece for chunk in token.parts for piece in _cut_lines(chunk)]
    return found


_LINE_END = re.compile(r"\r\n?")


def _cut_lines(chunk: Chunk) -> Iterator[Chunk]:
    """Yield the pieces of a chunk, in which Python reads all line ends as the same."""
    if chunk.kind != "same":
        yield chunk
        return
    done = 0
    for match in _LINE_END.finditer(chunk.text):
        yield from cut_chunk(chunk, done, match.start(), chunk.quoting)
        done = match.end()
        yield Chunk("escape", "\n", chunk.start + match.start(), chunk.start + done, chunk.quoting)
    yield from cut_chunk(chunk, done, len(chunk.text), chunk.quoting)


_FORMAT = re.compile(r"(?:![ \t]*[rsa][ \t]*)?(?::(.*))?", re.DOTALL)


def find_field(text: str, chunk: Chunk) -> tuple[int, int, str] | None:
    """Return where the expression of a replacement field begins and ends, and its format; None for ``{x=}``, which shows itself."""
    depth, end = 0, chunk.end - 1
    for token in chunk.tokens or ():
        if token.kind == "sign" and token.text in ("(", "[", "{", ")", "]", "}"):
            depth += 1 if token.text in "([{" else -1
        elif token.kind == "sign" and not depth and token.text[0] in ":!" and token.text != "!=":
            end = token.start
            break
    if text[chunk.start + 1 : end].rstrip().endswith("="):
        return None
    written = _FORMAT.fullmatch(text, end, chunk.end - 1)
    return None if written is None else (chunk.start + 1, end, written[1] or "")
