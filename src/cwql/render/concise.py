"""Findings for people in a hurry and for editors: one line each, ``file:line:column: error CW201 unknown-field: message``.

A finding that ``--fix`` would cure has ``[*]`` behind its name.
"""

from __future__ import annotations

from cwql.render.cells import make_visible, show_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.render import Report
    from cwql.render.page import Page
    from cwql.source import Source


def write(reports: list[Report], page: Page) -> str:
    """Return one line a finding."""
    return "\n".join([_line(finding, source, page) for source, findings in reports for finding in findings])


def _line(finding: Diagnostic, source: Source, page: Page) -> str:
    line, column = source.position(finding.span.start)
    severity = page.paint(finding.severity, f"{finding.severity} {finding.code}")
    name = page.paint("quiet", finding.name)
    mark = page.paint("good", " [*]") if any(fix.safe for fix in finding.fixes) else ""
    hint = f"; {finding.hint}" if finding.hint else ""
    message = make_visible(f"{finding.message}{hint}")
    return f"{show_name(source.name)}:{line}:{column}: {severity} {name}{mark}: {message}"
