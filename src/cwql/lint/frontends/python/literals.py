"""How string literals of Python spell their text."""

from __future__ import annotations

from cwql.lint.ir import Chunk
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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


def cut_chunk(chunk: Chunk, low: int, high: int, quoting: QuoteStyle | None) -> Iterator[Chunk]:
    """Yield a stretch of plain text with another quoting; nothing if it is empty."""
    if low < high:
        yield Chunk("same", chunk.text[low:high], chunk.start + low, chunk.start + high, quoting)
