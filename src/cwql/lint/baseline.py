"""Findings that are known: a file of them, by what they are about rather than where they stand.

An entry names file, rule and the text of the condition, and how often the three came together; there are no line numbers, so that
other changes of the file move nothing. Paths count from the folder of the baseline.
"""

from __future__ import annotations

import json
import os

from cwql.lint.discovery import make_absolute
from cwql.lint.settings import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from cwql.lint.discovery import Target
    from cwql.lint.examination import Outcome

    Entry: TypeAlias = tuple[str, str, str]

VERSION = 1


class Baseline:
    """Hold known findings, and how many of each were met."""

    def __init__(self, path: str, known: dict[Entry, int]) -> None:
        self.path = path
        self._known = known
        self._met: dict[Entry, int] = {}

    def apply(self, target: Target, outcome: Outcome) -> int:
        """Take the known findings out of an outcome; return how many there were."""
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
        """Return what is no longer found: of the files that were examined, and of those that are gone."""
        examined = {_name_of(target, self.path) for target in targets}
        folder = os.path.dirname(self.path)
        lines = []
        for (name, code, text), count in self._known.items():
            left = count - self._met.get((name, code, text), 0)
            if left and (name in examined or not os.path.exists(os.path.join(folder, name))):
                lines.append(f"{name}: {code}{f' ({left} times)' if left > 1 else ''}: {text[:80]}")
        return lines


def read_baseline(path: str) -> Baseline:
    """Read a baseline. Raises `ConfigurationError` for a file that is none."""
    path = make_absolute(path)
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if content["version"] != VERSION:
            raise ConfigurationError(f"{path}: a baseline of version {content['version']!r}, expected {VERSION}")
        known: dict[Entry, int] = {}
        for entry in content["findings"]:
            key = (str(entry["file"]), str(entry["code"]), str(entry["text"]))
            known[key] = known.get(key, 0) + int(entry.get("count", 1))
    except OSError as error:
        advice = "; --write-baseline makes one" if isinstance(error, FileNotFoundError) else ""
        raise ConfigurationError(f"{path}: {error.strerror}{advice}") from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(f"{path}: not a baseline of cwql lint: {error!r}") from None
    return Baseline(path, known)


def write_baseline(path: str, pairs: Iterable[tuple[Target, Outcome]]) -> int:
    """Write the findings of files to a baseline; return how many there were. Raises OSError."""
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
    aside = f"{path}.{os.getpid()}"
    with open(aside, "w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps({"version": VERSION, "findings": entries}, indent=2) + "\n")
    os.replace(aside, path)
    return sum(counts.values())


def _name_of(target: Target, path: str) -> str:
    folder = os.path.dirname(path).rstrip("/") + "/"
    if target.path.startswith(folder):
        return target.path[len(folder) :]
    return os.path.relpath(target.path, folder).replace("\\", "/")
