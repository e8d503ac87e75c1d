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
_BODIES = {
    "'": re.compile(r"[^\\']*(?:\\.[^\\']*)*", re.DOTALL),
    '"': re.compile(r'[^\\"]*(?:\\.[^\\"]*)*', re.DOTALL),
    "'''": re.compile(r"[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*", re.DOTALL),
    '"""': re.compile(r'[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*', re.DOTALL),
}
_ESCAPE = re.compile(
    r"\\(?:(?P<line>\r\n|\r|\n)|(?P<octal>[0-7]{1,3})|x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})"
    r"|N\{(?P<name>[^{}\r\n]+)\}|(?P<sign>[\\'\"abfnrtv]))|(?P<newline>\r\n?)"
)
_RAW_ESCAPE = re.compile(r"(?P<newline>\r\n?)")
_SIGNS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
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
    number = 0
    pieces: list[TemplateSegment] = []
    fillings: list[Filling] = []
    at = _skip(text, start)
    while at < end:
        opening = _OPENING.match(text, at)
        if opening is None:
            raise BadLiteral(f"no string literal at {at}")
        prefix, quote = opening[1].lower(), opening[2]
        if "b" in prefix:
            raise BadLiteral("bytes are no text")
        at = opening.end()
        raw = "r" in prefix
        if "f" in prefix or "t" in prefix:
            quoting = quoting_of(quote, raw, braces=True)
            at = _read_formatted(text, at, end, quote, raw, quoting, number, pieces, fillings)
        else:
            body = _BODIES[quote].match(text, at)
            close = at if body is None else body.end()
            if close >= end or not text.startswith(quote, close):
                raise BadLiteral(f"a string that does not end, at {at}")
            pieces.extend(decode(text, at, close, raw, quoting_of(quote, raw), number))
            at = close + len(quote)
        number += 1
        at = _skip(text, at)
    return pieces, fillings


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return at if match is None else match.end()


def decode(text: str, start: int, end: int, raw: bool, quoting: QuoteStyle, literal: int) -> Iterator[TemplateSegment]:
    """Yield the pieces of the inside of a literal, escapes read."""
    at = start
    for match in (_RAW_ESCAPE if raw else _ESCAPE).finditer(text, start, end):
        value = _value(match)
        if value is None:
            continue
        if at < match.start():
            yield TemplateSegment(text[at : match.start()], at, match.start(), "same", literal, quoting)
        if value:
            yield TemplateSegment(value, match.start(), match.end(), "escape", literal, quoting)
        at = match.end()
    if at < end:
        yield TemplateSegment(text[at:end], at, end, "same", literal, quoting)


def _value(match: re.Match[str]) -> str | None:
    """Return the text of an escape: empty for a continued line, None if it is not an escape after all."""
    kind, code = match.lastgroup, match[match.lastgroup or 0]
    if kind == "newline":
        return "\n"
    if kind == "line":
        return ""
    if kind == "octal":
        return chr(int(code, 8))
    if kind == "sign":
        return _SIGNS[code]
    if kind == "name":
        # Few literals name a letter, and the names are a large library.
        import unicodedata

        try:
            return unicodedata.lookup(code)
        except KeyError:
            return None
    number = int(code, 16)
    return chr(number) if number < 0x110000 else None


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


def _read_formatted(  # noqa: PLR0913  # the state of the reader
    text: str,
    at: int,
    end: int,
    quote: str,
    raw: bool,
    quoting: QuoteStyle,
    number: int,
    pieces: list[TemplateSegment],
    fillings: list[Filling],
) -> int:
    """Parse the inside of an f-string; return the position after its closing quote."""
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
                filling = _read_field(text, at, end)
                fillings.append(filling)
                expression = text[filling.expression_start : filling.expression_end].strip()
                if expression.endswith("="):
                    # `{x=}` shows its own text in front of the value.
                    raise BadLiteral("a field that shows itself")
                pieces.append(
                    TemplateSegment(PLACEHOLDER, filling.start, filling.end, "placeholder", number, quoting, expression)
                )
                at = filling.end
            begin = at
        else:
            mark = _MARK.search(text, at + 1, end)
            at = end if mark is None else mark.start()
    raise BadLiteral("an f-string that does not end")


def _read_field(text: str, start: int, end: int) -> Filling:
    """Read the replacement field that begins with the brace at `start`."""
    at, depth = start + 1, 0
    expression_start = at
    while at < end:
        mark = _NESTING.search(text, at, end)
        if mark is None:
            break
        sign, at = mark[0], mark.end()
        if sign in "'\"" or (len(sign) <= 2 and _OPENING.match(text, mark.start()) is not None):
            at = _skip_string(text, mark.start(), end)
        elif sign in "([{":
            depth += 1
        elif sign in ")]" or (sign == "}" and depth):
            depth -= 1
        elif sign == "#":
            newline = _NEWLINE.search(text, at, end)
            at = end if newline is None else newline.start()
        elif depth or len(sign) > 1 or sign not in "}:!":
            continue
        elif sign == "}":
            return Filling(start, at, expression_start, mark.start(), "")
        elif sign == "!" and not text.startswith("=", at):
            conversion = _CONVERSION.match(text, at)
            if conversion is None:
                break
            at = conversion.end()
            if text[at] == "}":
                return Filling(start, at + 1, expression_start, mark.start(), "")
            close = _skip_specification(text, at + 1, end)
            return Filling(start, close + 1, expression_start, mark.start(), text[at + 1 : close])
        elif sign == ":":
            close = _skip_specification(text, at, end)
            return Filling(start, close + 1, expression_start, mark.start(), text[at:close])
    raise BadLiteral(f"a replacement field that does not end, at {start}")


def _skip_specification(text: str, at: int, end: int) -> int:
    """Return the place of the brace that ends a format specification."""
    depth = 0
    while at < end:
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            if not depth:
                return at
            depth -= 1
        at += 1
    raise BadLiteral("a format specification that does not end")


def _skip_string(text: str, at: int, end: int) -> int:
    """Return the position after a string literal inside a replacement field."""
    opening = _OPENING.match(text, at)
    if opening is None:
        raise BadLiteral(f"no string literal at {at}")
    prefix, quote = opening[1].lower(), opening[2]
    if "f" in prefix or "t" in prefix:
        return _read_formatted(text, opening.end(), end, quote, "r" in prefix, quoting_of(quote), 0, [], [])
    body = _BODIES[quote].match(text, opening.end())
    close = at if body is None else body.end()
    if close >= end or not text.startswith(quote, close):
        raise BadLiteral(f"a string that does not end, at {at}")
    return close + len(quote)
