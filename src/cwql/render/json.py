"""Diagnostics as a JSON list of objects: `Diagnostic.as_dict` with the name of the source."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.render import Report
    from cwql.render.terminal import Terminal


def write(reports: list[Report], terminal: Terminal) -> str:
    """Return one list for all reports, in ASCII, so that the encoding of a pipe does not matter."""
    objects = [
        {"source": source.name, **diagnostic.as_dict(source)}
        for source, diagnostics in reports
        for diagnostic in diagnostics
    ]
    return json.dumps(objects, indent=2)
