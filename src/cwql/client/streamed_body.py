"""Bodies that do not have to fit into memory: uploads (`Multipart`), downloads (`FileSink`), and responses as they arrive.

A response of 1 MB can decompress to 1 GB, and one chunk from the network to 64 MB. So no decompressor is called without a limit to
what it may return, and the bytes are counted while they come. `ResponseBody` does no input or output: both transports feed it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import zlib
from contextlib import suppress
from functools import partial
from mimetypes import guess_type
from secrets import token_hex
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

from cwql.client.error_body import BODY_LIMIT
from cwql.client.errors import APIError, LocalFileError
from cwql.client.http_types import Headers, TransportFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql.client.http_types import Sink

__all__ = ["ENCODINGS", "MAX_RESPONSE_BYTES", "FileSink", "Multipart", "ResponseBody"]


CHUNK = 65_536


class Multipart:
    """A form with one file, as in RFC 7578; the file is read while it is sent, and again for every attempt.

    `file` is a path, bytes, an open binary file that can seek, or a tuple of a name, one of these, and perhaps a media type.
    Raises LocalFileError for one that cannot be read, APIError for anything else.
    """

    def __init__(self, fields: Mapping[str, Any], file: Any, member: str = "file") -> None:
        filename: str | None = None
        media: str | None = None
        if isinstance(file, tuple):
            if not 2 <= len(file) <= 3 or not isinstance(file[0], str):
                raise APIError("a file as a tuple has a name, the content, and perhaps its media type")
            filename, file, media = (*file, None)[:3]
        self._file = file
        self._boundary = f"cwql-{token_hex(16)}"
        self._start = 0
        if isinstance(file, (str, os.PathLike)):
            filename = filename or os.path.basename(os.fspath(file))
            # Opened once before anything is sent, because even an unreadable file has a size.
            with _open(file, "rb") as source:
                self._size = source.seek(0, os.SEEK_END)
        elif isinstance(file, (bytes, bytearray, memoryview)):
            self._size = len(file)
        elif hasattr(file, "read") and hasattr(file, "seek"):
            name = getattr(file, "name", None)
            filename = filename or (os.path.basename(name) if isinstance(name, str) else None)
            self._start = file.tell()
            self._size = file.seek(0, os.SEEK_END) - self._start
        else:
            raise APIError(f"cannot upload {type(file).__name__}: expected a path, bytes or an open binary file")
        filename = filename or "file"
        parts = [
            self._part(f'name="{_quoted(name)}"', _text(value)) for name, value in fields.items() if value is not None
        ]
        media = media or guess_type(filename)[0] or "application/octet-stream"
        if not media.isprintable():
            raise APIError(f"{media!r} is no media type")
        head = (
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="{_quoted(member)}"; '
            f'filename="{_quoted(filename)}"\r\nContent-Type: {media}\r\n\r\n'
        )
        self._head = "".join([*parts, head]).encode()
        self._tail = f"\r\n--{self._boundary}--\r\n".encode()

    @property
    def content_type(self) -> str:
        """Return the value of the Content-Type header."""
        return f"multipart/form-data; boundary={self._boundary}"

    def length(self) -> int:
        """Return the size in bytes."""
        return len(self._head) + self._size + len(self._tail)

    def chunks(self) -> Iterator[bytes]:
        """Open the file and yield the form from its start."""
        yield self._head
        if isinstance(self._file, (bytes, bytearray, memoryview)):
            yield bytes(self._file)
        elif isinstance(self._file, (str, os.PathLike)):
            with _open(self._file, "rb") as source:
                yield from _read(source, self._size)
        else:
            self._file.seek(self._start)
            yield from _read(self._file, self._size)
        yield self._tail

    def _part(self, name: str, value: str) -> str:
        return f"--{self._boundary}\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n"


class FileSink:
    """Write a download into a file.

    A path gets a new file that replaces the old one when the whole download is complete: until then it has an
    unguessable name in the same folder, and only its owner can read it. A link is replaced, not followed.
    """

    def __init__(self, target: Any) -> None:
        self._path: str | None = None
        self._temporary: str | None = None
        self._file: IO[bytes] | None = None
        self._mode = 0o600
        self._start = 0
        self.size = 0
        self.headers = Headers()
        if isinstance(target, (str, os.PathLike)):
            self._path = os.fsdecode(target)
            self._check_path(self._path)
        elif hasattr(target, "write"):
            self._file = target
        else:
            raise APIError(f"cannot download to {type(target).__name__}: expected a path or an open binary file")

    def begin(self, status: int, headers: Headers) -> None:
        """Start from the beginning; the bytes of an earlier attempt are discarded. Raises LocalFileError."""
        self.headers = headers
        if self._path is not None:
            self.abandon()
            self._mode = self._final_mode()
            # The handle outlives this method: `finish` or `abandon` closes it.
            self._file = self._create(0o600)
        elif self.size and self._file is not None:
            if not self._seekable():
                name = str(getattr(self._file, "name", "the file"))
                raise LocalFileError(
                    errno.ESPIPE, "cannot repeat the download: what was written cannot be removed", name
                )
            self._file.seek(self._start)
            self._file.truncate()
        elif self._seekable() and self._file is not None:
            self._start = self._file.tell()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises LocalFileError for a path that cannot be written."""
        assert self._file is not None
        left = memoryview(chunk)
        while left:
            try:
                written = self._file.write(left)
            except OSError as error:
                raise self._failed(error) from None
            # A file without a buffer may take a part only.
            left = left[written:] if isinstance(written, int) else left[len(left) :]
        self.size += len(chunk)

    def finish(self) -> None:
        """Put the whole file into its place. Raises LocalFileError."""
        if self._path is None:
            return
        assert self._file is not None and self._temporary is not None  # noqa: PT018 - one fact
        try:
            self._file.flush()
            if os.name == "posix":
                os.fchmod(self._file.fileno(), self._mode)
            self._file.close()
            os.replace(self._temporary, self._path)
        except OSError as error:
            raise self._failed(error) from None
        self._file = self._temporary = None

    def abandon(self) -> None:
        """Remove a file that is not whole. May be called at any time, and more than once."""
        if self._path is None:
            return
        if self._file is not None:
            # Closing writes the buffer, for which there may be no space left.
            with suppress(OSError):
                self._file.close()
        if self._temporary is not None:
            with suppress(OSError):
                os.unlink(self._temporary)
        self._file = self._temporary = None

    def _create(self, mode: int) -> IO[bytes]:
        assert self._path is not None
        # The name is stored first, so that an interrupt cannot come between the file and its name.
        self._temporary = os.path.join(os.path.dirname(self._path), f".cwql-{token_hex(16)}.part")
        try:
            # Fails if the name exists, be it as a link.
            return cast("IO[bytes]", open(self._temporary, "xb", opener=partial(os.open, mode=mode)))
        except OSError as error:
            raise self._failed(error) from None

    def _final_mode(self) -> int:
        """Return the mode that the file would have if it were opened in the plain way: that of the one that is there, or of a new one."""
        assert self._path is not None
        with suppress(OSError):
            found = os.lstat(self._path)
            if stat.S_ISREG(found.st_mode):
                return stat.S_IMODE(found.st_mode) & 0o777
        # Read from a new file, because reading the process's mask means changing it, which other threads would see.
        with self._create(0o666) as probe:
            mode = stat.S_IMODE(os.fstat(probe.fileno()).st_mode)
        self.abandon()
        return mode

    def _check_path(self, path: str) -> None:
        """Raise LocalFileError for a value that is not a path, and for one that a file cannot or must not replace.

        These are folders and devices.
        """
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            # The file does not exist yet. Whether it can be created is known when it is created.
            return
        except ValueError:
            raise LocalFileError(errno.EINVAL, os.strerror(errno.EINVAL), path) from None
        if stat.S_ISDIR(mode):
            raise LocalFileError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
            raise LocalFileError(errno.EINVAL, "not a regular file (pass an open file to write into it)", path)

    def _failed(self, error: OSError) -> Exception:
        # An error of a file that was passed is the caller's own.
        return LocalFileError(error.errno, error.strerror, self._path) if self._path is not None else error

    def _seekable(self) -> bool:
        return (
            self._file is not None and hasattr(self._file, "tell") and getattr(self._file, "seekable", lambda: False)()
        )


def _open(path: str | os.PathLike[str], mode: str) -> IO[bytes]:
    try:
        return cast("IO[bytes]", open(path, mode))
    except OSError as error:
        raise LocalFileError(error.errno, error.strerror, os.fspath(path)) from None


def _read(source: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left > 0:
        chunk = source.read(min(CHUNK, left))
        if not chunk:
            raise APIError("the file that is uploaded became shorter meanwhile")
        left -= len(chunk)
        yield chunk


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _quoted(name: str) -> str:
    """Return a name for a Content-Disposition header: quotes and line ends percent-encoded, as browsers do."""
    return re.sub(r"[\"\r\n\x00]", lambda found: f"%{ord(found.group()):02X}", name)


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
