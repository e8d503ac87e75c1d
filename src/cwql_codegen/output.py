"""Compare generated texts with the files on disk, and write those that differ."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_DIFFS = 3
_DIFF_LINES = 12
_CACHE = "__pycache__"


@dataclass(frozen=True, slots=True)
class Drift:
    """The files that differ from the generated ones. Paths are relative to the folder, and sorted."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    stale: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.stale)


def find_drift(folder: Path, files: Mapping[str, str], owned: Sequence[str]) -> Drift:
    """Compare the files on disk with their generated texts, byte for byte.

    Args:
        folder: The folder that the paths of `files` are relative to.
        files: Generated texts by path.
        owned: Folders inside `folder` that contain only generated files. Any other file in them is stale.
    """
    present = set(_list_files(folder, owned)) | {path for path in files if (folder / path).is_file()}
    return Drift(
        missing=tuple(sorted(set(files) - present)),
        changed=tuple(
            path for path in sorted(present & set(files)) if (folder / path).read_bytes() != files[path].encode()
        ),
        stale=tuple(sorted(present - set(files))),
    )


def write(folder: Path, files: Mapping[str, str], owned: Sequence[str]) -> Drift:
    """Write the files that differ, delete the stale ones, and return both. Other files are not touched."""
    drift = find_drift(folder, files, owned)
    for path in (*drift.missing, *drift.changed):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(files[path].encode())
    for path in drift.stale:
        file = folder / path
        file.unlink()
        for parent in file.relative_to(folder).parents:
            place = folder / parent
            if place != folder and place.is_dir() and all(entry.name == _CACHE for entry in place.iterdir()):
                _remove_folder(place)
    return drift


def describe(folder: Path, files: Mapping[str, str], drift: Drift) -> Iterator[str]:
    """Yield a line for each file that differs, and the first lines of the first few diffs."""
    for kind, paths in (("missing", drift.missing), ("stale", drift.stale), ("changed", drift.changed)):
        for path in paths:
            yield f"{kind}: {path}"
    for path in drift.changed[:_DIFFS]:
        old = (folder / path).read_bytes().decode(errors="replace").splitlines()
        lines = list(difflib.unified_diff(old, files[path].splitlines(), f"{path} (on disk)", path, lineterm="", n=1))
        # There is no diff if only line ends, or the end of the file, differ.
        yield from lines[:_DIFF_LINES] or [f"{path}: line ends differ"]
        if len(lines) > _DIFF_LINES:
            yield f"… {len(lines) - _DIFF_LINES} more lines"


def _list_files(folder: Path, owned: Sequence[str]) -> Iterator[str]:
    for package in owned:
        for path in (folder / package).rglob("*"):
            if path.is_file() and _CACHE not in path.parts:
                yield path.relative_to(folder).as_posix()


def _remove_folder(folder: Path) -> None:
    """Remove a folder that contains only caches of bytecode."""
    for cache in folder.iterdir():
        for compiled in cache.iterdir():
            compiled.unlink()
        cache.rmdir()
    folder.rmdir()
