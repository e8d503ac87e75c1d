"""Findings as a GitLab Code Quality report: a list of objects with fingerprints.

GitLab tells old from new findings by the fingerprint, so it holds no line number: file, code, the text of the line, and how often the
three came before. Source: docs.gitlab.com, Code Quality report format.
"""

from __future__ import annotations

import json
from hashlib import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.render import Report
    from cwql.render.page import Page

SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def write(reports: list[Report], page: Page) -> str:
    """Return one JSON list; paths are relative to where the command ran, as GitLab asks."""
    objects = []
    for source, findings in reports:
        path = source.name.strip("<>").replace("\\", "/").removeprefix("./")
        seen: dict[tuple[str, str], int] = {}
        for finding in findings:
            line = source.position(finding.span.start)[0]
            end = source.position(max(finding.span.start, finding.span.end))[0]
            key = (finding.code, source.line(line).strip())
            seen[key] = seen.get(key, 0) + 1
            marks = "\0".join((path, *key, str(seen[key])))
            hint = f"; {finding.hint}" if finding.hint else ""
            objects.append(
                {
                    "description": f"{finding.code} {finding.name}: {finding.message}{hint}",
                    "check_name": finding.name,
                    "fingerprint": sha256(marks.encode("utf-8", "surrogatepass")).hexdigest(),
                    "severity": SEVERITIES[finding.severity],
                    "location": {"path": path, "lines": {"begin": line, "end": end}},
                }
            )
    return json.dumps(objects, indent=2)
