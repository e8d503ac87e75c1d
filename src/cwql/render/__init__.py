"""Diagnostics as text for people and as data for tools, with one module for each format.

A format is a module `cwql.render.NAME` with ``write(reports, terminal) -> str``. `FORMATS` is the registry: the name and one line of
help for each. A report is a source with its diagnostics, so that one call can render a single condition or a whole tree of files.
"""

from __future__ import annotations

from cwql.errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from cwql.diagnostics import Diagnostic
    from cwql.render.terminal import Terminal
    from cwql.source import Source

    Report: TypeAlias = tuple[Source, Sequence[Diagnostic]]

__all__ = ["FORMATS", "render"]

FORMATS: dict[str, str] = {
    "text": "source excerpts with carets, for people",
    "concise": "one line for each problem",
    "json": "a JSON list of problems",
    "github": "workflow commands, which GitHub shows as annotations of changed lines",
    "gitlab": "a GitLab Code Quality report",
    "junit": "JUnit XML, for CI services that display test results",
    "sarif": "SARIF 2.1.0, for code scanning services",
}
"""Every output format, in the order of ``--help``."""


def render(reports: Iterable[Report], format: str = "text", terminal: Terminal | None = None) -> str:
    """Return diagnostics in a format, without a trailing newline; by default for output that is not a terminal.

    Raises:
        UnknownNameError: There is no format of that name.
    """
    if format not in FORMATS:
        raise UnknownNameError(f"unknown format {format!r}: expected one of {', '.join(FORMATS)}")
    if terminal is None:
        from cwql.render.terminal import Terminal

        terminal = Terminal()
    module = __import__(f"cwql.render.{format}", fromlist=["write"])
    written: str = module.write(list(reports), terminal)
    return written
