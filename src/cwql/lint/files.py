"""Read and write files in a source tree that is not trusted.

A tree may contain pipes, devices, endless files, and links to any of them or out of the tree. `read_regular` opens none
of these for long, `replace` and `create_beside` do not write through a planted link, and a `Boundary` finds links out
of a folder.
"""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PIECE = 65_536
"""So many bytes are read at once: more than most files have."""

# A pipe opened without O_NONBLOCK waits for a writer; some files of /proc and /sys wait for the next event.
_READ = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
)  # fmt: skip
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def kind_of(mode: int) -> str:
    """Return the type of a file that is not a regular one, in words."""
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for test, name in kinds if test(mode)), "a device")


def read_regular(path: str, limit: float, follow: bool = True) -> bytes:
    """Return the content of a regular file of at most `limit` bytes, without waiting for anything.

    Raises OSError, also for a larger file, a pipe, a device and, unless `follow` is set, a link.
    """
    # Opening a device can have an effect; the descriptor is checked because the file may have been replaced since.
    _check_regular(path, os.stat(path, follow_symlinks=follow), limit)
    descriptor = os.open(path, _READ if follow else _READ | getattr(os, "O_NOFOLLOW", 0))
    try:
        expected = _check_regular(path, os.fstat(descriptor), limit)
        # One byte more than the file has: a result of its size is all of it.
        piece = os.read(descriptor, expected + 1)
        if len(piece) == expected > 0:
            return piece
        pieces = [piece]
        size = len(piece)
        # Files of /proc report a size of zero, and some have no end.
        while piece:
            if size > limit:
                raise _too_large(path, limit)
            piece = os.read(descriptor, PIECE)
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def _check_regular(path: str, status: os.stat_result, limit: float) -> int:
    """Return the size of a regular file; raise OSError for any other one."""
    mode = status.st_mode
    if not stat.S_ISREG(mode):
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "a folder, not a file", path)
        if stat.S_ISLNK(mode):
            raise OSError(errno.ELOOP, "a link, which is not followed here", path)
        raise OSError(errno.EINVAL, f"{kind_of(mode)}, not a file", path)
    if status.st_size > limit:
        raise _too_large(path, limit)
    return status.st_size


def _too_large(path: str, limit: float) -> OSError:
    return OSError(errno.EFBIG, f"larger than {limit / 1e6:g} MB", path)


def create_beside(path: str, mode: int = 0o666) -> tuple[int, str]:
    """Create a new file with an unguessable name in the folder of a path; return its descriptor and path. Raises OSError."""
    folder, name = os.path.split(path)
    aside = os.path.join(folder, f".{name[:100]}.cwql-{os.urandom(8).hex()}")
    return os.open(aside, _CREATE, mode), aside


def replace(path: str, data: bytes) -> None:
    """Write a file whole or not at all, by moving a new one to its place; a link at the path is replaced. Raises OSError."""
    descriptor, aside = create_beside(path)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise


def is_inside(path: str, folder: str) -> bool:
    """Return whether a path is a folder or below it; both are absolute, and links in them are not followed."""
    return os.path.normcase(path) == os.path.normcase(folder) or os.path.normcase(path).startswith(
        os.path.join(os.path.normcase(folder), "")
    )


def parents_of(path: str) -> Iterator[str]:
    """Yield the folders that contain a path, the nearest first."""
    parent = os.path.dirname(path)
    while parent != path:
        yield parent
        path, parent = parent, os.path.dirname(parent)


class Boundary:
    """The folders in which files may be written."""

    __slots__ = ("_folders", "_real")

    def __init__(self, folders: Iterable[str]) -> None:
        given = dict.fromkeys([os.path.abspath(folder) for folder in folders])
        self._real = dict.fromkeys([os.path.realpath(folder) for folder in given])
        self._folders = given | self._real

    def is_left_by(self, path: str) -> bool:
        """Return whether a path is below one of the folders, but links on the way lead to a file that is below none of them."""
        path = os.path.abspath(path)
        real = os.path.realpath(path)
        if any(is_inside(real, folder) for folder in self._real):
            return False
        parent = os.path.realpath(os.path.dirname(path))
        return any(is_inside(path, folder) or is_inside(parent, folder) for folder in self._folders)


def digest_of(data: bytes) -> str:
    """Return a digest of the content of a file."""
    # Imported here because runs without a cache need no digest.
    from hashlib import blake2b

    return blake2b(data, digest_size=16).hexdigest()
