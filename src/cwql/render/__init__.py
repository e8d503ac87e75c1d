"""Findings as text for people and as data for tools: one module per format.

A format is a module `cwql.render.NAME` with ``write(reports, page) -> str``, imported when it is asked for. `FORMATS` is the
registry: name and one line of help. A report is a source with its findings, so that one call can show a single condition or
a whole tree of files.
"""

from __future__ import annotations

from cwql.errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from cwql.diagnostics import Diagnostic
    from cwql.render.page import Page
    from cwql.source import Source

    Report: TypeAlias = tuple[Source, Sequence[Diagnostic]]

__all__ = ["FORMATS", "render"]

FORMATS: dict[str, str] = {
    "text": "the text with carets, for people",
    "concise": "one line a finding",
    "json": "a list of objects",
    "github": "workflow commands, shown by GitHub beside the changed lines",
    "gitlab": "a GitLab Code Quality report",
    "junit": "JUnit XML, for CI services that show test results",
    "sarif": "SARIF 2.1.0, for code scanning services",
}
"""Every output format, in the order of ``--help``."""


def render(reports: Iterable[Report], format: str = "text", page: Page | None = None) -> str:
    """Return the findings in the given format, without a line end at the end; `page` says how wide, and whether in colour.

    Raises `UnknownNameError` for an unknown format.
    """
    if format not in FORMATS:
        raise UnknownNameError(f"unknown format {format!r}: expected one of {', '.join(FORMATS)}")
    if page is None:
        from cwql.render.page import Page

        page = Page()
    module = __import__(f"cwql.render.{format}", fromlist=["write"])
    written: str = module.write(list(reports), page)
    return written
