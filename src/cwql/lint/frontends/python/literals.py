"""String literals of Python: their characters and fields, with positions.

Only `ast` knows the structure around a literal, but it does not report the positions of the characters of its value,
and before Python 3.12 not even those of the fields of an f-string. Therefore the scanner of the other languages reads the literal
once more, the same way on every version.
"""

from __future__ import annotations

import re

from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.lint.frontends.tokens import Token
    from cwql.lint.ir import Chunk


_QUOTINGS: dict[tuple[str, bool, bool], QuoteStyle] = {}


def quoting_of(quote: str, raw: bool = False, braces: bool = False) -> QuoteStyle:
    """Return how a literal spells text: by its quotes, whether it is raw, and whether braces are doubled."""
    key = quote, raw, braces
    if key not in _QUOTINGS:
        escapes = {"{": "{{", "}": "}}"} if braces else {}
        if raw:
            # A backslash at the very end would take the closing quote away.
            refused = quote[0] + "\\\r\0" + ("\n" if len(quote) == 1 else "")
        else:
            refused = ""
            escapes |= {"\\": "\\\\", quote[0]: f"\\{quote[0]}", "\r": "\\r", "\0": "\\x00"}
            if len(quote) == 1:
                escapes["\n"] = "\\n"
        _QUOTINGS[key] = QuoteStyle(escapes, refused)
    return _QUOTINGS[key]


def read_literals(text: str, start: int, end: int) -> list[Token]:
    """Return the adjacent literals in ``text[start:end]``; an empty list if anything else is found there."""
    # Imported here because most files need no more than the text of their literals.
    from cwql.lint.frontends import UnreadableSource
    from cwql.lint.frontends.python.syntax import SYNTAX
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


def cut_chunk(chunk: Chunk, low: int, high: int, quoting: QuoteStyle | None) -> Iterator[Chunk]:
    """Yield a stretch of plain text with another quoting; nothing if it is empty."""
    from cwql.lint.ir import Chunk

    if low < high:
        yield Chunk("same", chunk.text[low:high], chunk.start + low, chunk.start + high, quoting)


_LINE_END = re.compile(r"\r\n?")


def _cut_lines(chunk: Chunk) -> Iterator[Chunk]:
    """Yield the pieces of a chunk, in which Python reads all line ends as the same."""
    from cwql.lint.ir import Chunk

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
