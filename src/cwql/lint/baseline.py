"""Known diagnostics: a file that lists them by content instead of position.

An entry names the file, the rule and the text of the condition, and how often this combination occurs. It has no line
numbers, so that other changes of the file do not invalidate it. Paths are relative to the folder of the baseline.
"""

from __future__ import annotations

import json
import os

from cwql.lint.discovery import make_absolute
from cwql.lint.files import read_regular, replace
from cwql.lint.settings import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from cwql.lint.discovery import Target
    from cwql.lint.job import FileResult

    Entry: TypeAlias = tuple[str, str, str]

VERSION = 1

LARGEST = 4_000_000
"""Bytes: some 25,000 diagnostics. Parsed JSON can take 25 times its size in memory."""


class Baseline:
    """Known diagnostics, and how many of each were matched."""

    def __init__(self, path: str, known: dict[Entry, int]) -> None:
        self.path = path
        self._known = known
        self._met: dict[Entry, int] = {}

    def apply(self, target: Target, outcome: FileResult) -> int:
        """Remove the known diagnostics from a result; return their number."""
        kept: list[int] = []
        name = _name_of(target, self.path)
        for number, finding in enumerate(outcome.findings):
            entry = (name, finding.code, outcome.anchors[number])
            met = self._met.get(entry, 0)
            if met < self._known.get(entry, 0):
                self._met[entry] = met + 1
            else:
                kept.append(number)
        dropped = len(outcome.findings) - len(kept)
        if dropped:
            outcome.findings = [outcome.findings[number] for number in kept]
            outcome.anchors = [outcome.anchors[number] for number in kept]
        return dropped

    def stale(self, targets: Iterable[Target]) -> list[str]:
        """Return the entries that no longer occur: those of linted files, and those of files that no longer exist."""
        examined = {_name_of(target, self.path) for target in targets}
        folder = os.path.dirname(self.path)
        lines = []
        for (name, code, text), count in self._known.items():
            left = count - self._met.get((name, code, text), 0)
            if left and (name in examined or not os.path.exists(os.path.join(folder, name))):
                lines.append(f"{name}: {code}{f' ({left} times)' if left > 1 else ''}: {text[:80]}")
        return lines


def read_baseline(path: str) -> Baseline:
    """Read a baseline. Raises `ConfigurationError` if it is not one."""
    path = make_absolute(path)
    try:
        content = json.loads(read_regular(path, LARGEST))
    except OSError as error:
        advice = "; --write-baseline makes one" if isinstance(error, FileNotFoundError) else ""
        raise ConfigurationError(f"{path}: {error.strerror}{advice}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not JSON: {error}") from None
    entries = content.get("findings") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(entries, list):
        raise ConfigurationError(f"{path}: not a baseline of cwql lint: expected an object with a list of findings")
    version = content.get("version")
    if version != VERSION:
        shown = version if isinstance(version, int | float) else "unknown"
        raise ConfigurationError(f"{path}: a baseline of version {shown}, expected {VERSION}")
    known: dict[Entry, int] = {}
    for number, entry in enumerate(entries):
        match entry:
            case {"file": str(file), "code": str(code), "text": str(text)} if _is_count(entry.get("count", 1)):
                key = file, code, text
                known[key] = known.get(key, 0) + entry.get("count", 1)
            case _:
                raise ConfigurationError(
                    f"{path}: not a baseline of cwql lint: findings[{number}]: "
                    "expected file, code and text, and a count above 0"
                )
    return Baseline(path, known)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value > 0


def write_baseline(path: str, pairs: Iterable[tuple[Target, FileResult]]) -> int:
    """Write the diagnostics of files to a baseline; return their number. Raises OSError and `ConfigurationError`."""
    path = make_absolute(path)
    counts: dict[Entry, int] = {}
    for target, outcome in pairs:
        name = _name_of(target, path)
        for finding, text in zip(outcome.findings, outcome.anchors, strict=True):
            counts[name, finding.code, text] = counts.get((name, finding.code, text), 0) + 1
    entries = [
        {"file": name, "code": code, "text": text, **({"count": count} if count > 1 else {})}
        for (name, code, text), count in sorted(counts.items())
    ]
    data = f"{json.dumps({'version': VERSION, 'findings': entries}, indent=2)}\n".encode()
    if len(data) > LARGEST:
        raise ConfigurationError(
            f"{path}: the baseline would have {len(data) / 1e6:.1f} MB, and at most {LARGEST / 1e6:g} MB are read: "
            "use fewer rules, or a baseline for each folder"
        )
    replace(os.path.realpath(path), data)
    return sum(counts.values())


def _name_of(target: Target, path: str) -> str:
    folder = os.path.dirname(path).rstrip("/") + "/"
    if target.path.startswith(folder):
        return target.path[len(folder) :]
    return os.path.relpath(target.path, folder).replace("\\", "/")
