"""Findings as JUnit XML, which CI services show as failed tests: a suite for each file, a case for each finding.

Source: the schema of the Jenkins JUnit plug-in, which the other services follow.
"""

from __future__ import annotations

from cwql.render.cells import is_hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.render import Report
    from cwql.render.page import Page
    from cwql.source import Source

_QUOTES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_REFUSED = "\ufffe\uffff"


def write(reports: list[Report], page: Page) -> str:
    """Return one document; without findings it holds one case that passed, since some services take an empty one for a failure."""
    suites = [_suite(source, findings) for source, findings in reports if findings]
    count = sum([len(findings) for _, findings in reports])
    if not suites:
        suites = [
            '  <testsuite name="cwql" tests="1" failures="0">\n    <testcase classname="cwql" name="lint"/>\n  </testsuite>'
        ]
    head = f'<testsuites name="cwql" tests="{max(count, 1)}" failures="{count}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"])


def _suite(source: Source, findings: Sequence[Diagnostic]) -> str:
    name = _escape(source.name.replace("\\", "/"))
    lines = [f'  <testsuite name="{name}" tests="{len(findings)}" failures="{len(findings)}">']
    for finding in findings:
        line, column = source.position(finding.span.start)
        title = f"{finding.code} {finding.name} at {line}:{column}"
        parts = [finding.message, *([finding.hint] if finding.hint else []), *finding.notes, finding.url]
        lines += [
            f'    <testcase classname="{name}" name="{_escape(title)}" file="{name}" line="{line}">',
            f'      <failure type="{finding.severity}" message="{_escape(finding.message)}">{_escape("; ".join(parts))}</failure>',
            "    </testcase>",
        ]
    return "\n".join([*lines, "  </testsuite>"])


def _escape(text: str) -> str:
    """Escape a text for XML 1.0, which cannot carry control characters at all: hidden characters are shown by code point."""
    return "".join(
        [
            _QUOTES.get(sign) or (f"&lt;U+{ord(sign):04X}&gt;" if is_hidden(sign) or sign in _REFUSED else sign)
            for sign in text
        ]
    )
