"""The body of a response as it arrives: decompressed piece by piece, counted, and kept or passed on.

A response of 1 MB can decompress to 1 GB, and one chunk from the network to 64 MB. So no decompressor is called without a limit to
what it may return, and the bytes are counted while they come. `ResponseBody` does no input or output: both transports feed it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

from cwql.client.error_body import BODY_LIMIT
from cwql.client.http_types import TransportFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.client.http_types import Headers, Sink

__all__ = ["ENCODINGS", "MAX_RESPONSE_BYTES", "ResponseBody"]

ENCODINGS = "gzip, deflate"
"""The content encodings that are requested, and the only ones that are understood."""

MAX_RESPONSE_BYTES = 256 << 20
"""How many bytes a response may have after decompression, unless a client is given another limit."""

PIECE = 1 << 18
"""How many bytes are decompressed at once."""

_NAMED = frozenset(("br", "compress", "deflate", "gzip", "identity", "x-compress", "x-gzip", "zstd"))
"""The content encodings that a message names."""

_GZIP_MAGIC = b"\x1f\x8b"


class ResponseBody:
    """Take the chunks of one response and return its body.

    `limit` is the maximum number of bytes in memory, read compressed, or decompressed; a body that is neither compressed
    nor kept, because it is written to a `sink`, may be longer. For a status outside 200 to 299 only the start is kept,
    enough for an error message.
    """

    __slots__ = ("_compressed", "_decoder", "_kept", "_limit", "_sink", "_success", "size")

    def __init__(self, status: int, headers: Headers, sink: Sink | None, limit: int) -> None:
        self._success = 200 <= status < 300
        self._sink = sink if self._success else None
        self._kept: list[bytes] = []
        self._limit = limit if self._success else BODY_LIMIT
        self._decoder = self._find_decoder(headers.get("content-encoding", ""))
        self._compressed = 0
        self.size = 0
        if self._sink is not None:
            self._sink.begin(status, headers)
        elif self._success and self._decoder is None and _length(headers) > limit:
            raise self._too_large()

    def feed(self, chunk: bytes) -> bool:
        """Take the next bytes from the network. Returns False if no more are needed. Raises TransportFailure."""
        if self._decoder is None:
            return self._take(chunk, self._sink is None)
        # Empty members and padding decompress to nothing, so what arrives is counted too.
        self._compressed += len(chunk)
        if self._compressed > self._limit:
            if self._success:
                raise self._too_large()
            return False
        try:
            return all(self._take(piece, True) for piece in self._decoder.decode(chunk))
        except zlib.error:
            return self._fail()

    def finish(self) -> bytes:
        """Return the body, empty if a sink took it. Raises TransportFailure if it ended too early."""
        if self._decoder is not None and not self._decoder.finished and self._success:
            raise TransportFailure("truncated", True, "the compressed response was cut short")
        return self._kept[0] if len(self._kept) == 1 else b"".join(self._kept)

    def _take(self, piece: bytes, counted: bool) -> bool:
        self.size += len(piece)
        if counted and self.size > self._limit:
            if self._success:
                raise self._too_large()
            self._kept.append(piece[: len(piece) - (self.size - self._limit)])
            return False
        if self._sink is not None:
            self._sink.write(piece)
        else:
            self._kept.append(piece)
        return True

    def _find_decoder(self, encoding: str) -> _Decoder | None:
        name = encoding.strip().lower()
        if name in ("", "identity"):
            return None
        if name in ("gzip", "x-gzip"):
            return _Gzip()
        if name == "deflate":
            return _Deflate()
        if self._success:
            # Any other text may be a secret that the server repeats.
            shown = f" {name!r}" if _NAMED.issuperset(name.replace(" ", "").split(",")) else ""
            raise TransportFailure("encoding", True, f"the response has an unknown content encoding{shown}")
        return _Nothing()

    def _fail(self) -> bool:
        # An error is known by its status even if its body cannot be read.
        if self._success:
            raise TransportFailure("encoding", True, "the response's content encoding is broken")
        return False

    def _too_large(self) -> TransportFailure:
        self._kept.clear()
        return TransportFailure("too-large", True, f"the response has more than {self._limit:,} bytes")


class _Decoder(Protocol):
    """Decompress a body that comes in chunks."""

    @property
    def finished(self) -> bool:
        """Return whether the body may end here."""
        ...

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield the decompressed chunk in pieces of limited size. Raises zlib.error."""
        ...


class _Gzip:
    """Decompress gzip, also several members in a row (RFC 1952)."""

    __slots__ = ("_inflater", "finished")

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        # A body without any bytes, as a HEAD request gets it, is whole.
        self.finished = True

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflater.eof:
                if data[:1] != _GZIP_MAGIC[:1]:
                    # Padding after the end.
                    return
                self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield from _inflate(self._inflater, data)
            data = self._inflater.unused_data
            self.finished = self._inflater.eof


class _Deflate:
    """Decompress deflate: with a zlib header as RFC 9110 has it, or without one as some servers send it."""

    __slots__ = ("_inflater", "_start", "finished")

    def __init__(self) -> None:
        self._inflater: _Inflater | None = None
        self._start = b""
        self.finished = True

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            self._start += data
            self.finished = not self._start
            if len(self._start) < 2:
                return
            data = self._start
            headed = data[0] & 15 == zlib.DEFLATED and int.from_bytes(data[:2]) % 31 == 0
            self._inflater = zlib.decompressobj(zlib.MAX_WBITS if headed else -zlib.MAX_WBITS)
        if not self._inflater.eof:
            yield from _inflate(self._inflater, data)
            self.finished = self._inflater.eof


class _Nothing:
    """Drop a body whose encoding is not understood."""

    __slots__ = ()
    finished = True

    def decode(self, data: bytes) -> Iterator[bytes]:
        return iter(())


class _Inflater(Protocol):
    """The decompressor of the standard library, whose class has no name there."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def _inflate(inflater: _Inflater, data: bytes) -> Iterator[bytes]:
    while True:
        piece = inflater.decompress(data, PIECE)
        if piece:
            yield piece
        data = inflater.unconsumed_tail
        # A full piece may have more to follow even when all input is consumed.
        if inflater.eof or (not data and len(piece) < PIECE):
            return


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
