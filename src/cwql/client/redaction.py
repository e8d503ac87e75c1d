"""Secrets and values of requests stay out of texts: of error messages by `redact`, and of logs.

httpx logs the URL of every request with level INFO, and httpcore all headers of a response with level DEBUG. A condition in
the URL names customers, and a Link header repeats it. While a client of cwql sends, both are logged without them; requests of
others are logged as ever. ``CWQL_LOG`` prints the logs of cwql.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from base64 import b64encode
from bisect import bisect_right
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from cwql.client.http_types import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cwql.client.credentials import Secret

    Back = Callable[[int, int], tuple[int, int]]
    """Maps a range of the unescaped text to the range that it was read from."""

__all__ = ["keep_values_out", "log_by_environment", "redact", "sending"]

_SHORTEST = 4
"""Length of the shortest secret that is searched for: nearly every text contains a shorter one by chance."""

_SHORTEST_CODE = 6
"""Characters of the shortest piece of base64 that is searched for inside a longer one."""

_JSON = rb"\\u(?:d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|[0-9a-f]{4})|\\x[0-9a-f]{2}|\\[\"'\\/bfnrt]"
_URL = rb"%[0-9a-f]{2}"
_HTML = rb"&(?:amp|apos|gt|lt|quot);|&#(?:[0-9]{1,7}|x[0-9a-f]{1,6});"
_ANY = re.compile(b"|".join((_JSON, _URL, _HTML)), re.IGNORECASE)
_LANGUAGES = (re.compile(_JSON, re.IGNORECASE), re.compile(_URL, re.IGNORECASE), re.compile(_HTML, re.IGNORECASE))
_NAMED = {b"amp": b"&", b"apos": b"'", b"gt": b">", b"lt": b"<", b"quot": b'"'}
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """Return a text with every secret in it masked, in any encoding that the text may use.

    That is: plain; with any of its characters escaped as in URLs, JSON or HTML; in hex; and in base64, alone or inside
    a longer text that was encoded.
    """
    known: set[bytes] = set()
    for secret in secrets:
        plain = secret.reveal().encode("utf-8", "surrogatepass")
        # Escapes inside a secret itself are unescaped with the text around it.
        known |= {form for form in (plain, _unescape(plain, _ANY)[0]) if len(form) >= _SHORTEST}
    raw = text.encode("utf-8", "surrogatepass")
    found = [place for layer, backs in _read(raw) for place in _locate(layer, backs, known)]
    return _mask(raw, found).decode("utf-8", "surrogatepass") if found else text


def _read(text: bytes) -> Iterator[tuple[bytes, list[Back]]]:
    """Yield a text as it is, unescaped once in each language and in all at once, and unescaped twice."""
    yield text, []
    for pattern in (*_LANGUAGES, _ANY):
        layer, back = _unescape(text, pattern)
        if layer == text:
            continue
        yield layer, [back]
        second, again = _unescape(layer, _ANY)
        if second != layer:
            yield second, [back, again]


def _locate(layer: bytes, backs: list[Back], secrets: set[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the positions of the secrets of an unescaped text in the original text."""
    for start, end in _search(layer, secrets):
        for back in reversed(backs):
            start, end = back(start, end)  # noqa: PLW2901 - one range, read from layer to layer
        yield start, end


def _search(text: bytes, secrets: set[bytes]) -> Iterator[tuple[int, int]]:
    lower = text.lower()
    for secret in secrets:
        yield from _find(text, secret)
        if b" " in secret:
            yield from _find(text, secret.replace(b" ", b"+"))
        yield from _find(lower, secret.hex().encode())
        for code in _codes(secret):
            yield from _find_code(text, code)


def _find(text: bytes, form: bytes) -> Iterator[tuple[int, int]]:
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + len(form))


def _codes(secret: bytes) -> list[bytes]:
    """Return the base64 forms of a secret, alone and at any offset in a longer text."""
    codes = {b64encode(secret).rstrip(b"=")}
    for offset in range(3):
        # Characters that contain a bit of a neighbour are omitted.
        code = b64encode(bytes(offset) + secret)[-(-offset * 8 // 6) : (offset + len(secret)) * 8 // 6]
        if len(code) >= _SHORTEST_CODE:
            codes.add(code)
    return [*codes, *[code.translate(_URL_SAFE) for code in codes if b"+" in code or b"/" in code]]


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _find_code(text: bytes, code: bytes) -> Iterator[tuple[int, int]]:
    """Yield the whole runs of base64 that contain a code, because their edges contain bits of the secret too."""
    before, start = 0, text.find(code)
    while start >= 0:
        end = start + len(code)
        while start > before and text[start - 1] in _BASE64:
            start -= 1
        while end < len(text) and text[end] in _BASE64:
            end += 1
        padded = end + 2
        while end < min(padded, len(text)) and text[end : end + 1] == b"=":
            end += 1
        yield start, end
        before, start = end, text.find(code, end)


def _unescape(text: bytes, pattern: re.Pattern[bytes]) -> tuple[bytes, Back]:
    """Return a text with its escapes decoded, and the mapping back to the original."""
    pieces: list[bytes] = []
    ends: list[tuple[int, int]] = [(0, 0)]
    starts: list[int] = [0]
    at = size = 0
    for escape in pattern.finditer(text):
        pieces.append(text[at : escape.start()])
        pieces.append(_bytes(escape.group()))
        size += escape.start() - at
        starts.append(size)
        size += len(pieces[-1])
        at = escape.end()
        ends.append((size, at))
    pieces.append(text[at:])

    def back(start: int, end: int) -> tuple[int, int]:
        return _origin(start, False), _origin(end, True)

    def _origin(place: int, after: bool) -> int:
        index = bisect_right(starts, place) - 1
        size, at = ends[index]
        if index and place < size:
            # Inside an escape, or at its start.
            first = at - _length(index)
            return at if after and place > starts[index] else first
        return at + place - size

    def _length(index: int) -> int:
        before = ends[index - 1]
        return ends[index][1] - (before[1] + starts[index] - before[0])

    return b"".join(pieces), back


def _bytes(escape: bytes) -> bytes:
    """Return the bytes of an escape; an impossible character is returned unchanged."""
    lead, rest = escape[:1], escape[1:]
    if lead == b"%":
        return bytes.fromhex(rest.decode())
    if lead == b"&":
        name = rest[:-1].lower()
        if not name.startswith(b"#"):
            return _NAMED[name]
        number = int(b"0" + name[1:], base=0) if name[1:2] == b"x" else int(name[1:])
        return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else escape
    kind = rest[:1].lower()
    if kind == b"x":
        return chr(int(rest[1:], 16)).encode()
    if kind == b"u" and len(rest) > 5:
        high, low = int(rest[1:5], 16), int(rest[7:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00).encode()
    if kind == b"u":
        return chr(int(rest[1:], 16)).encode("utf-8", "surrogatepass")
    return _SHORT.get(kind, rest)


def _mask(text: bytes, ranges: list[tuple[int, int]]) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for start, end in sorted(ranges):
        if start >= at:
            pieces += [text[at:start], HIDDEN.encode()]
        at = max(at, end)
    return b"".join([*pieces, text[at:]])


VARIABLE = "CWQL_LOG"

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}

_URLS = ("httpx", "httpx2")
_EVENTS = tuple(
    f"{library}.{part}"
    for library in ("httpcore", "httpcore2")
    for part in ("connection", "http11", "http2", "proxy", "socks")
)

_sending: ContextVar[bool] = ContextVar("sending", default=False)


@contextmanager
def sending() -> Iterator[None]:
    """Mark the block in which a request of cwql is sent."""
    _sending.set(True)
    try:
        yield
    finally:
        # Not reset by a token: a coroutine that is thrown away may be closed in another context.
        _sending.set(False)


def _cut_urls(record: logging.LogRecord) -> bool:
    if _sending.get() and isinstance(record.args, tuple):
        record.args = tuple([_without_query(arg) for arg in record.args])
    return True


def _without_query(arg: object) -> object:
    text = arg if isinstance(arg, (int, float)) else str(arg)
    return text.partition("?")[0] if isinstance(text, str) and "://" in text else arg


def _cut_events(record: logging.LogRecord) -> bool:
    # The first word is the event, such as receive_response_headers.complete; the rest has its headers.
    if _sending.get() and isinstance(record.msg, str) and "headers" in record.msg:
        record.msg, record.args = record.msg.partition(" ")[0], None
    return True


def keep_values_out() -> None:
    """Filter the loggers of the HTTP libraries. A second call changes nothing."""
    for name in _URLS:
        logging.getLogger(name).addFilter(_cut_urls)
    for name in _EVENTS:
        logging.getLogger(name).addFilter(_cut_events)


def log_by_environment() -> None:
    """Print the messages of cwql to the standard error, from the level that ``CWQL_LOG`` names."""
    wanted = os.environ.get(VARIABLE, "").strip().lower()
    logger = logging.getLogger("cwql")
    if not wanted or any(getattr(handler, "name", None) == VARIABLE for handler in logger.handlers):
        return
    level = LEVELS.get(wanted)
    if level is None:
        logger.warning("%s=%s: expected %s", VARIABLE, wanted[:20], ", ".join(LEVELS))
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name(VARIABLE)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)
