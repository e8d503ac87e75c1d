"""Diagnostics as a GitLab Code Quality report: a list of objects with fingerprints.

GitLab compares fingerprints to find new problems, so a fingerprint has no line number. It is made of file, code, the text of the line,
and how often the three occurred before. Source: docs.gitlab.com, Code Quality report format.
"""

from __future__ import annotations

import json
from hashlib import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cwql.diagnostics import Diagnostic
    from cwql.render import Report
    from cwql.render.terminal import Terminal
    from cwql.source import Source

SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def write(reports: list[Report], terminal: Terminal) -> str:
    """Return one JSON list; paths are relative to the working directory, as GitLab requires."""
    objects = []
    for source, diagnostics in reports:
        fingerprints = _Fingerprints(source)
        objects += [_object(diagnostic, source, fingerprints.make(diagnostic)) for diagnostic in diagnostics]
    return json.dumps(objects, indent=2)


def _object(diagnostic: Diagnostic, source: Source, fingerprint: str) -> dict[str, Any]:
    span = diagnostic.span
    hint = f"; {diagnostic.hint}" if diagnostic.hint else ""
    part = source.part(span.start)
    lines = {
        "begin": source.position(span.start)[0],
        "end": source.position(max(span.start, span.end))[0],
    }
    return {
        "description": f"{diagnostic.code} {diagnostic.name}: {part}{': ' if part else ''}{diagnostic.message}{hint}",
        "check_name": diagnostic.name,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[diagnostic.severity],
        "location": {"path": _path(source), "lines": lines},
    }


def _path(source: Source) -> str:
    return source.name.strip("<>").replace("\\", "/").removeprefix("./")


class _Fingerprints:
    """Make the fingerprints of a file. A line can be as long as the file, so each is copied once, and hashed once for each rule."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines: dict[int, str] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._hashes: dict[tuple[str, str], Any] = {}

    def make(self, diagnostic: Diagnostic) -> str:
        """Return the fingerprint of the next diagnostic of the file."""
        line = self._source.position(diagnostic.span.start)[0]
        if line not in self._lines:
            self._lines[line] = self._source.line(line).strip()
        key = (diagnostic.code, self._lines[line])
        self._counts[key] = self._counts.get(key, 0) + 1
        if key not in self._hashes:
            self._hashes[key] = sha256("\0".join((_path(self._source), *key, "")).encode("utf-8", "surrogatepass"))
        result = self._hashes[key].copy()
        result.update(str(self._counts[key]).encode())
        return str(result.hexdigest())
