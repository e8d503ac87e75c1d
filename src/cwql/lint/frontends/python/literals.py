"""String literals of Python: found in a span of source, decoded to pieces.

Only `ast` knows the structure around a literal, but it does not report the positions of the characters of its value,
and before Python 3.12 not even those of the fields of an f-string. Therefore the text is parsed here once more, the
same way on every version.
"""

from __future__ import annotations

import re

from cwql.lint.record import Record
from cwql.lint.templates.model import PLACEHOLDER, QuoteStyle, TemplateSegment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_BETWEEN = re.compile(r"(?:[ \t\f\r\n]+|\\\r?\n|\\\r|#[^\r\n]*)*")
_OPENING = re.compile(r"([rRuUbBfFtT]{0,2})('''|\"\"\"|'|\")")
_BYTES = re.compile(r"[rR]?[bB][rR]?['\"]")
_BODIES = {
    "'": re.compile(r"[^\\']*(?:\\.[^\\']*)*", re.DOTALL),
    '"': re.compile(r'[^\\"]*(?:\\.[^\\"]*)*', re.DOTALL),
    "'''": re.compile(r"[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*", re.DOTALL),
    '"""': re.compile(r'[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*', re.DOTALL),
}
_ESCAPE = re.compile(
    r"\\(?:\r\n|[0-7]{1,3}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^{}\r\n]+\}|[\r\n\\'\"abfnrtv])|\r\n?"
)
_RAW_ESCAPE = re.compile(r"\r\n?")
_NESTING = re.compile(r"[()\[\]{}'\"#:!]|[A-Za-z_0-9]+")
_MARK = re.compile(r"[\\{}'\"]")
_NEWLINE = re.compile(r"[\r\n]")
_CONVERSION = re.compile(r"[ \t]*[rsa][ \t]*(?=[:}])")


class BadLiteral(Exception):
    """A span of source could not be parsed as string literals."""


class Filling(Record):
    """A replacement field of an f-string: its position, its expression, and its format specification as text."""

    start: int
    end: int
    expression_start: int
    expression_end: int
    specification: str


def read_literals(text: str, start: int, end: int) -> tuple[list[TemplateSegment], list[Filling]]:
    """Return the pieces of the adjacent literals in ``text[start:end]``, and the fields of their placeholders.

    There is a piece of kind ``placeholder`` for each field, in the same order; literals are numbered. Raises `BadLiteral`
    if anything else is found there.
    """
    reader = _Reader(text, end)
    at = _skip(text, start)
    while at < end:
        if _BYTES.match(text, at):
            raise BadLiteral("bytes are no text")
        at = _skip(text, reader.read(at))
        reader.number += 1
    return reader.pieces, reader.fillings


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return at if match is None else match.end()


def decode(text: str, start: int, end: int, raw: bool, quoting: QuoteStyle, literal: int) -> Iterator[TemplateSegment]:
    """Yield the pieces of the inside of a literal, escapes read."""
    at = start
    for match in (_RAW_ESCAPE if raw else _ESCAPE).finditer(text, start, end):
        value = _value(match[0])
        if value is None:
            continue
        if at < match.start():
            yield TemplateSegment(text[at : match.start()], at, match.start(), "same", literal, quoting)
        if value:
            yield TemplateSegment(value, match.start(), match.end(), "escape", literal, quoting)
        at = match.end()
    if at < end:
        yield TemplateSegment(text[at:end], at, end, "same", literal, quoting)


def _value(written: str) -> str | None:
    """Return the text of an escape or a line end: empty for a continued line, None if it is not an escape after all."""
    if written[0] == "\r":
        return "\n"
    if written[1] in "\r\n":
        return ""
    if written[1].isdigit():
        # Codes above 255 are deprecated, and `decode` warns of them.
        return chr(int(written[1:], 8))
    try:
        return written.encode().decode("unicode_escape")
    except UnicodeDecodeError:
        return None


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


class _Reader:
    """Read literals up to `end`; `number` is that of the current one."""

    def __init__(self, text: str, end: int) -> None:
        self.text = text
        self.end = end
        self.number = 0
        self.pieces: list[TemplateSegment] = []
        self.fillings: list[Filling] = []

    def read(self, at: int) -> int:
        """Read the literal at a position; return the position after it."""
        text = self.text
        opening = _OPENING.match(text, at)
        if opening is None:
            raise BadLiteral(f"no string literal at {at}")
        prefix, quote, start = opening[1].lower(), opening[2], opening.end()
        raw = "r" in prefix
        if "f" in prefix or "t" in prefix:
            return self._read_formatted(start, quote, raw)
        body = _BODIES[quote].match(text, start)
        close = start if body is None else body.end()
        if close >= self.end or not text.startswith(quote, close):
            raise BadLiteral(f"a string that does not end, at {start}")
        self.pieces.extend(decode(text, start, close, raw, quoting_of(quote, raw), self.number))
        return close + len(quote)

    def _read_formatted(self, at: int, quote: str, raw: bool) -> int:
        """Read the inside of an f-string; return the position after its closing quote."""
        text, end, pieces, number = self.text, self.end, self.pieces, self.number
        quoting = quoting_of(quote, raw, braces=True)
        begin = at
        while at < end:
            sign = text[at]
            if text.startswith(quote, at):
                pieces.extend(decode(text, begin, at, raw, quoting, number))
                return at + len(quote)
            if sign == "\\" and not raw and text.startswith("N{", at + 1):
                close = text.find("}", at)
                at = end if close < 0 else close + 1
            elif sign == "\\":
                # `\{` is a backslash and a field.
                at += 1 if at + 1 < end and text[at + 1] in "{}" else 2
            elif sign in "{}":
                pieces.extend(decode(text, begin, at, raw, quoting, number))
                if text.startswith(sign, at + 1):
                    pieces.append(TemplateSegment(sign, at, at + 2, "escape", number, quoting))
                    at += 2
                elif sign == "}":
                    raise BadLiteral(f"a lone brace at {at}")
                else:
                    filling = self._read_field(at)
                    self.fillings.append(filling)
                    expression = text[filling.expression_start : filling.expression_end].strip()
                    if expression.endswith("="):
                        # `{x=}` shows its own text in front of the value.
                        raise BadLiteral("a field that shows itself")
                    start, at = filling.start, filling.end
                    pieces.append(TemplateSegment(PLACEHOLDER, start, at, "placeholder", number, quoting, expression))
                begin = at
            else:
                mark = _MARK.search(text, at + 1, end)
                at = end if mark is None else mark.start()
        raise BadLiteral("an f-string that does not end")

    def _read_field(self, start: int) -> Filling:
        """Read the replacement field that begins with the brace at `start`."""
        text, end = self.text, self.end
        begin, depth = start + 1, 0
        at = begin
        while at < end:
            mark = _NESTING.search(text, at, end)
            if mark is None:
                break
            sign, at = mark[0], mark.end()
            if sign in "'\"" or (len(sign) <= 2 and _OPENING.match(text, mark.start()) is not None):
                at = _Reader(text, end).read(mark.start())
            elif sign in "([{":
                depth += 1
            elif sign in ")]" or (sign == "}" and depth):
                depth -= 1
            elif sign == "#":
                newline = _NEWLINE.search(text, at, end)
                at = end if newline is None else newline.start()
            elif depth or len(sign) > 1 or sign not in "}:!" or (sign == "!" and text.startswith("=", at)):
                continue
            else:
                if sign == "!":
                    conversion = _CONVERSION.match(text, at)
                    if conversion is None:
                        break
                    sign, at = text[conversion.end()], conversion.end() + 1
                close = self._skip_specification(at) if sign == ":" else at - 1
                return Filling(start, close + 1, begin, mark.start(), text[at:close])
        raise BadLiteral(f"a replacement field that does not end, at {start}")

    def _skip_specification(self, at: int) -> int:
        """Return the place of the brace that ends a format specification."""
        depth = 0
        while at < self.end:
            if self.text[at] == "{":
                depth += 1
            elif self.text[at] == "}":
                if not depth:
                    return at
                depth -= 1
            at += 1
        raise BadLiteral("a format specification that does not end")
