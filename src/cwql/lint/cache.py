"""Results of earlier runs, stored in a folder: `Cache`.

There is one file for each folder of sources. An entry is used if the source has the same size and time, or the same
content, and if settings, cwql and Python are the same. Files are replaced as a whole, so that runs may overlap; one
that cannot be read is ignored.
"""

from __future__ import annotations

import json
import os
import sys
from hashlib import blake2b

from cwql.lint.files import read_regular, replace
from cwql.lint.job import FileResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cwql.lint.discovery import Target
    from cwql.lint.job import LintJob

FOLDER = ".cwql_cache"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of cwql lint.\n"
LARGEST = 4_000_000
"""Bytes of a file of the cache, which is one folder of sources with thousands of files."""

_FRESH = 2_000_000_000
"""Nanoseconds: a file that changed so shortly before it was read may change again within the grain of its time."""


_PARTS = (
    *("", "schema", "analysis", "language", "language/dialects", "language/parsing", "language/parsing/repairs"),
    *("rules", "rules/names", "rules/values", "rules/logic", "rules/portability", "rules/syntax"),
    *("lint", "lint/dataflow", "lint/frontends", "lint/frontends/python", "lint/templates"),
)
"""Packages of cwql that a result depends on."""


def stamp() -> str:
    """Return a key that changes with cwql or Python: its version, and sizes and times of the modules involved.

    The version of cwql is left out, because reading it from the installed metadata takes longer than linting a file.
    """
    import cwql
    import cwql_api
    import cwql_grammar

    marks = blake2b(sys.version.encode(), digest_size=16)
    for package, below in ((cwql, _PARTS), (cwql_api, ("", "manage", "automate")), (cwql_grammar, ("",))):
        for part in below:
            folder = os.path.join(package.__path__[0], part)
            try:
                with os.scandir(folder) as listing:
                    files = sorted((entry.name, entry.stat()) for entry in listing if entry.name.endswith(".py"))
            except OSError:
                continue
            for name, status in files:
                marks.update(f"{part}/{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return marks.hexdigest()


class Cache:
    """Look outcomes up and keep them, in `folder`."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._stamp = stamp()
        self._start = f'{{"stamp":"{self._stamp}",'.encode()
        self._shards: dict[str, dict[str, list[Any]]] = {}
        self._touched: dict[str, set[str]] = {}
        self._plans: dict[tuple[Any, ...], str] = {}

    def plan_of(self, job: LintJob) -> str:
        """Return a key of everything that a result depends on except the file's content."""
        codes = job.codes
        key = (job.language, job.place, job.rules, id(codes))
        if key not in self._plans:
            enabled = None if codes is None else sorted(codes)  # type: ignore[call-overload]
            parts = repr((self._stamp, job.language, job.place, job.rules, enabled))
            self._plans[key] = blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return f"{self._plans[key]} {job.name}"

    def find(self, target: Target, plan: str) -> tuple[FileResult | None, str]:
        """Return the cached result of a file and the digest of its content.

        If the digest is empty, the result is valid as it is.
        """
        folder, _, name = target.path.rpartition("/")
        entry = self._load(folder).get(name)
        if entry is None or entry[0] != plan:
            return None, ""
        try:
            outcome = FileResult.unpack(entry[3])
        except (TypeError, ValueError):
            return None, ""
        same = entry[1] == target.changed and entry[2] == target.size
        return outcome, "" if same else outcome.digest

    def keep(self, target: Target, plan: str, outcome: FileResult, now: int) -> None:
        """Keep the outcome of a file that was read at `now`, in nanoseconds."""
        folder, _, name = target.path.rpartition("/")
        changed = target.changed if now - target.changed > _FRESH else -1
        self._load(folder)[name] = [plan, changed, target.size, outcome.pack()]
        self._touched.setdefault(folder, set()).add(name)

    def save(self) -> None:
        """Write new entries.

        A folder that cannot be written is ignored, because it costs only the time that a cache would save.
        """
        try:
            if self._touched:
                self._prepare()
            for folder in self._touched:
                self._write(folder)
        except OSError:
            pass

    def _path(self, folder: str) -> str:
        name = blake2b(folder.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        return os.path.join(self.folder, f"{name}.json")

    def _load(self, folder: str) -> dict[str, list[Any]]:
        if folder not in self._shards:
            self._shards[folder] = self._read(folder)
        return self._shards[folder]

    def _read(self, folder: str) -> dict[str, list[Any]]:
        try:
            data = read_regular(self._path(folder), LARGEST)
            if not data.startswith(self._start):
                # Of another version, or of a stranger: it is not even parsed.
                return {}
            shard = json.loads(data)
            entries: dict[str, list[Any]] = shard["files"]
            is_sound = shard["folder"] == folder and all(
                isinstance(entry, list) and len(entry) == 4 and isinstance(entry[3], list) for entry in entries.values()
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}
        return entries if is_sound else {}

    def _prepare(self) -> None:
        if os.path.isdir(self.folder):
            return
        os.makedirs(self.folder, exist_ok=True)
        for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
            replace(os.path.join(self.folder, name), text.encode())

    def _write(self, folder: str) -> None:
        touched = self._touched[folder]
        files = {
            name: entry
            for name, entry in self._shards[folder].items()
            if name in touched or os.path.lexists(f"{folder}/{name}")
        }
        shard = json.dumps({"stamp": self._stamp, "folder": folder, "files": files}, separators=(",", ":"))
        replace(self._path(folder), shard.encode())
