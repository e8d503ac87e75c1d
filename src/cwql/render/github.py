"""Diagnostics as GitHub workflow commands: ``::error file=…,line=…,col=…::message``.

A source whose name is in angle brackets is not a file, so its commands name none, and GitHub lists them with the run. As in
@actions/core, ``%`` and line ends are escaped, and ``:`` and ``,`` in properties. Characters that act on a terminal are shown by
their code point.
"""

from __future__ import annotations

from cwql.render.width import make_visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.render import Report
    from cwql.render.terminal import Terminal
    from cwql.source import Source

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def write(reports: list[Report], terminal: Terminal) -> str:
    """Return one command for each diagnostic, each on a line."""
    return "\n".join(_command(diagnostic, source) for source, diagnostics in reports for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic, source: Source) -> str:
    line, column = source.position(diagnostic.span.start)
    end_line, end_column = source.position(max(diagnostic.span.end, diagnostic.span.start))
    properties = {"line": line, "endLine": end_line, "title": f"{diagnostic.code} {diagnostic.name}"}
    if line == end_line:
        # GitHub accepts columns only if both ends are on one line.
        properties |= {"col": column, "endColumn": end_column}
    if not source.name.startswith("<"):
        properties = {"file": make_visible(source.name).replace("\\", "/"), **properties}
    written = ",".join(f"{name}={_escape_property(str(value))}" for name, value in properties.items())
    message = diagnostic.message if diagnostic.hint is None else f"{diagnostic.message}\n{diagnostic.hint}"
    message = f"{part}: {message}" if (part := source.part(diagnostic.span.start)) else message
    message = "\n".join(map(make_visible, message.splitlines()))
    return f"::{LEVELS[diagnostic.severity]} {written}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
