"""Findings as a list of objects: `Diagnostic.as_dict`, with the name of the source where it has one of its own."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.render import Report
    from cwql.render.page import Page


def write(reports: list[Report], page: Page) -> str:
    """Return one JSON list with every finding of every report; ASCII only, so that no code page can spoil it."""
    objects = [
        {"source": source.name, **finding.as_dict(source)} for source, findings in reports for finding in findings
    ]
    return json.dumps(objects, indent=2)
