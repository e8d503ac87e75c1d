"""Bytes that do not fit into memory: files that are uploaded (`Multipart`), files that are downloaded into (`FileSink`)."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from functools import partial
from mimetypes import guess_type
from secrets import token_hex
from typing import IO, TYPE_CHECKING, Any, cast

from cwql.client.errors import APIError, LocalFileError
from cwql.client.http_types import Headers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FileSink", "Multipart"]

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
