"""Diagnostics as JUnit XML, which CI services show as failed tests: a suite for each file, a case for each diagnostic.

Source: the schema of the Jenkins JUnit plug-in, which the other services follow.
"""

from __future__ import annotations

from cwql.render.width import is_invisible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.render import Report
    from cwql.render.terminal import Terminal
    from cwql.source import Source

_QUOTES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_INVALID = "\ufffe\uffff"


def write(reports: list[Report], terminal: Terminal) -> str:
    """Return one document.

    Without diagnostics it contains one case that passed, because some services treat an empty document as a failure.
    """
    suites = [_suite(source, diagnostics) for source, diagnostics in reports if diagnostics]
    count = sum([len(diagnostics) for _, diagnostics in reports])
    if not suites:
        suites = [
            '  <testsuite name="cwql" tests="1" failures="0">\n    <testcase classname="cwql" name="lint"/>\n  </testsuite>'
        ]
    head = f'<testsuites name="cwql" tests="{max(count, 1)}" failures="{count}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"])


def _suite(source: Source, diagnostics: Sequence[Diagnostic]) -> str:
    name = _escape(source.name.replace("\\", "/"))
    lines = [f'  <testsuite name="{name}" tests="{len(diagnostics)}" failures="{len(diagnostics)}">']
    for diagnostic in diagnostics:
        line, column = source.position(diagnostic.span.start)
        title = f"{diagnostic.code} {diagnostic.name} at {source.part(diagnostic.span.start) or f'{line}:{column}'}"
        parts = [diagnostic.message, *([diagnostic.hint] if diagnostic.hint else []), *diagnostic.notes, diagnostic.url]
        lines += [
            f'    <testcase classname="{name}" name="{_escape(title)}" file="{name}" line="{line}">',
            f'      <failure type="{diagnostic.severity}" message="{_escape(diagnostic.message)}">{_escape("; ".join(parts))}</failure>',
            "    </testcase>",
        ]
    return "\n".join([*lines, "  </testsuite>"])


def _escape(text: str) -> str:
    """Escape a text for XML 1.0. Invisible characters are shown by code point, because XML cannot contain control characters."""
    return "".join(
        [
            _QUOTES.get(sign) or (f"&lt;U+{ord(sign):04X}&gt;" if is_invisible(sign) or sign in _INVALID else sign)
            for sign in text
        ]
    )
