"""Diagnostics as a JSON list of objects: `Diagnostic.to_dict` with the name of the file."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.render import Report
    from cwql.render.terminal import Terminal
    from cwql.source import Source


def write(reports: list[Report], terminal: Terminal) -> str:
    """Return one list for all reports, in ASCII, so that the encoding of a pipe does not matter."""
    objects = [_object(diagnostic, source) for source, diagnostics in reports for diagnostic in diagnostics]
    return json.dumps(objects, indent=2)


def _object(diagnostic: Diagnostic, source: Source) -> dict[str, object]:
    part = source.part(diagnostic.span.start)
    return {"filename": source.name, **({"part": part} if part else {}), **diagnostic.to_dict(source)}
