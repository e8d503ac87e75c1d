"""Bytes that do not fit into memory: files that are uploaded (`Multipart`), files that are downloaded into (`FileSink`)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from mimetypes import guess_type
from secrets import token_hex
from typing import IO, Any, cast

from cwql.client.errors import ClientError, FileError
from cwql.client.flow import Headers

__all__ = ["FileSink", "Multipart"]

CHUNK = 65_536


class Multipart:
    """A form with one file, as RFC 7578 has it; the file is read while it is sent, and anew for every attempt.

    `file` is a path, bytes, or an open binary file that can seek. Raises FileError for one that cannot be read, ClientError for
    anything else.
    """

    def __init__(self, fields: Mapping[str, Any], file: Any, filename: str | None = None, member: str = "file") -> None:
        self._file = file
        self._boundary = f"cwql-{token_hex(16)}"
        self._start = 0
        if isinstance(file, (str, os.PathLike)):
            filename = filename or os.path.basename(os.fspath(file))
            # Opened once before anything is sent: a size is also known of what cannot be read.
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
            raise ClientError(f"cannot upload {type(file).__name__}: expected a path, bytes or an open binary file")
        filename = filename or "file"
        parts = [
            self._part(f'name="{_quoted(name)}"', _text(value)) for name, value in fields.items() if value is not None
        ]
        media = guess_type(filename)[0] or "application/octet-stream"
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
    """Write a download into a file. A path is written beside itself and moved into place when the whole of it is there."""

    def __init__(self, target: Any) -> None:
        self._path: str | None = None
        self._file: IO[bytes] | None = None
        self._start = 0
        self.size = 0
        self.headers = Headers()
        if isinstance(target, (str, os.PathLike)):
            self._path = os.fspath(target)
        elif hasattr(target, "write"):
            self._file = target
        else:
            raise ClientError(f"cannot download to {type(target).__name__}: expected a path or an open binary file")

    def begin(self, status: int, headers: Headers) -> None:
        """Start anew: what an earlier attempt wrote is dropped."""
        self.headers = headers
        if self._path is not None:
            self.abandon()
            # The handle outlives this method: `finish` or `abandon` closes it.
            self._file = _open(f"{self._path}.part", "wb", shown=self._path)
        elif self.size and self._file is not None:
            self._file.seek(self._start)
            self._file.truncate()
        elif self._file is not None and hasattr(self._file, "tell") and self._seekable():
            self._start = self._file.tell()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        assert self._file is not None
        self._file.write(chunk)
        self.size += len(chunk)

    def finish(self) -> None:
        """Put the whole file into its place."""
        if self._path is not None and self._file is not None:
            self._file.close()
            self._file = None
            os.replace(f"{self._path}.part", self._path)

    def abandon(self) -> None:
        """Drop a file that is not whole."""
        if self._path is not None and self._file is not None:
            self._file.close()
            self._file = None
            os.unlink(f"{self._path}.part")

    def _seekable(self) -> bool:
        return self._file is not None and getattr(self._file, "seekable", lambda: False)()


def _open(path: str | os.PathLike[str], mode: str, shown: str | None = None) -> IO[bytes]:
    try:
        return cast("IO[bytes]", open(path, mode))
    except OSError as error:
        raise FileError(error.errno, error.strerror, shown or os.fspath(path)) from None


def _read(source: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left > 0:
        chunk = source.read(min(CHUNK, left))
        if not chunk:
            raise ClientError("the file that is uploaded became shorter meanwhile")
        left -= len(chunk)
        yield chunk


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _quoted(name: str) -> str:
    """Return a name for a Content-Disposition header: quotes and line ends percent-encoded, as browsers do."""
    return re.sub(r"[\"\r\n\x00]", lambda found: f"%{ord(found.group()):02X}", name)
