"""Findings as a GitLab Code Quality report: a list of objects with fingerprints.

GitLab tells old from new findings by the fingerprint, so it holds no line number: file, code, the text of the line, and how often the
three came before. Source: docs.gitlab.com, Code Quality report format.
"""

from __future__ import annotations

import json
from hashlib import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cwql.render import Report
    from cwql.render.page import Page

SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def write(reports: list[Report], page: Page) -> str:
    """Return one JSON list; paths are relative to where the command ran, as GitLab asks."""
    objects = []
    for source, findings in reports:
        path = source.name.strip("<>").replace("\\", "/").removeprefix("./")
        # A line may be as long as the file and have thousands of findings: it is copied and hashed once for each rule.
        lines: dict[int, str] = {}
        seen: dict[tuple[str, str], int] = {}
        marks: dict[tuple[str, str], Any] = {}
        for finding in findings:
            line = source.position(finding.span.start)[0]
            end = source.position(max(finding.span.start, finding.span.end))[0]
            if line not in lines:
                lines[line] = source.line(line).strip()
            key = (finding.code, lines[line])
            seen[key] = seen.get(key, 0) + 1
            if key not in marks:
                marks[key] = sha256("\0".join((path, *key, "")).encode("utf-8", "surrogatepass"))
            mark = marks[key].copy()
            mark.update(str(seen[key]).encode())
            hint = f"; {finding.hint}" if finding.hint else ""
            objects.append(
                {
                    "description": f"{finding.code} {finding.name}: {finding.message}{hint}",
                    "check_name": finding.name,
                    "fingerprint": mark.hexdigest(),
                    "severity": SEVERITIES[finding.severity],
                    "location": {"path": path, "lines": {"begin": line, "end": end}},
                }
            )
    return json.dumps(objects, indent=2)
