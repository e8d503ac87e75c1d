"""Findings as GitHub workflow commands: ``::error file=…,line=…,col=…::message``.

A source whose name stands between angle brackets is no file, so its annotations name none and GitHub lists them with the
run. Escapes as in @actions/core: ``%``, line ends, and in properties also ``:`` and ``,``. Characters that act on a
terminal are shown by their code point.
"""

from __future__ import annotations

from cwql.render.cells import make_visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.render import Report
    from cwql.render.page import Page
    from cwql.source import Source

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def write(reports: list[Report], page: Page) -> str:
    """Return one command a line."""
    return "\n".join(_command(finding, source) for source, findings in reports for finding in findings)


def _command(finding: Diagnostic, source: Source) -> str:
    line, column = source.position(finding.span.start)
    end_line, end_column = source.position(max(finding.span.end, finding.span.start))
    properties = {"line": line, "endLine": end_line, "title": f"{finding.code} {finding.name}"}
    if line == end_line:
        # GitHub takes columns only where both ends stand on one line.
        properties |= {"col": column, "endColumn": end_column}
    if not source.name.startswith("<"):
        properties = {"file": make_visible(source.name).replace("\\", "/"), **properties}
    written = ",".join(f"{name}={_escape_property(str(value))}" for name, value in properties.items())
    message = finding.message if finding.hint is None else f"{finding.message}\n{finding.hint}"
    message = "\n".join(map(make_visible, message.splitlines()))
    return f"::{LEVELS[finding.severity]} {written}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
