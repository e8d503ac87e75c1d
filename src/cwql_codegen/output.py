"""The generated files on disk: what differs from what the generators make now, and how it gets there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SHOWN_FILES = 3
_SHOWN_LINES = 12
_IGNORED = "__pycache__"


@dataclass(frozen=True, slots=True)
class Drift:
    """Files by what is wrong with them; paths are relative to the folder, in order."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    stale: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.stale)


def find_drift(folder: Path, files: Mapping[str, str], owned: Sequence[str]) -> Drift:
    """Compare files on disk, byte for byte, with their generated texts.

    `owned` are the folders inside `folder` that hold nothing but generated files: any other file there is stale.
    """
    present = set(_present(folder, owned)) | {name for name in files if (folder / name).is_file()}
    return Drift(
        missing=tuple(sorted(set(files) - present)),
        changed=tuple(
            name for name in sorted(present & set(files)) if (folder / name).read_bytes() != files[name].encode()
        ),
        stale=tuple(sorted(present - set(files))),
    )


def write(folder: Path, files: Mapping[str, str], owned: Sequence[str]) -> Drift:
    """Bring the folder in line with the generated texts and return what had differed; the rest is not touched."""
    drift = find_drift(folder, files, owned)
    for name in (*drift.missing, *drift.changed):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name].encode())
    for name in drift.stale:
        path = folder / name
        path.unlink()
        for parent in path.relative_to(folder).parents:
            place = folder / parent
            if place != folder and place.is_dir() and all(entry.name == _IGNORED for entry in place.iterdir()):
                _remove(place)
    return drift


def explain(folder: Path, files: Mapping[str, str], drift: Drift) -> Iterator[str]:
    """List the files that differ, the first few with the beginning of their differences."""
    for kind, names in (("missing", drift.missing), ("stale", drift.stale), ("changed", drift.changed)):
        for name in names:
            yield f"{kind}: {name}"
    for name in drift.changed[:_SHOWN_FILES]:
        old = (folder / name).read_bytes().decode(errors="replace").splitlines()
        lines = list(difflib.unified_diff(old, files[name].splitlines(), f"{name} (on disk)", name, lineterm="", n=1))
        # Only the ends of the lines, or the end of the file, differ.
        yield from lines[:_SHOWN_LINES] or [f"{name}: line ends differ"]
        if len(lines) > _SHOWN_LINES:
            yield f"… {len(lines) - _SHOWN_LINES} more lines"


def _present(folder: Path, owned: Sequence[str]) -> Iterator[str]:
    for package in owned:
        for path in (folder / package).rglob("*"):
            if path.is_file() and _IGNORED not in path.parts:
                yield path.relative_to(folder).as_posix()


def _remove(place: Path) -> None:
    for cache in place.iterdir():
        for compiled in cache.iterdir():
            compiled.unlink()
        cache.rmdir()
    place.rmdir()
