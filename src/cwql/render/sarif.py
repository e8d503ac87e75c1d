"""Diagnostics as SARIF 2.1.0 (OASIS standard), with the table of all rules."""

from __future__ import annotations

import json
from urllib.parse import quote

from cwql.diagnostics import DOCS_URL
from cwql.rules.registry import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cwql.diagnostics import Diagnostic, Fix, Rule
    from cwql.render import Report
    from cwql.render.terminal import Terminal
    from cwql.source import Source, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def write(reports: list[Report], terminal: Terminal) -> str:
    """Return one log with one run."""
    from cwql import __version__

    indices = {rule.code: index for index, rule in enumerate(RULES)}
    run = {
        "tool": {
            "driver": {
                "name": "cwql",
                "version": __version__,
                "informationUri": "https://cwql.readthedocs.io/",
                "rules": [_descriptor(rule) for rule in RULES],
            }
        },
        "columnKind": "unicodeCodePoints",
        "artifacts": [_artifact(source) for source, _ in reports],
        "results": [
            _result(diagnostic, source, number, indices.get(diagnostic.code, -1))
            for number, (source, diagnostics) in enumerate(reports)
            for diagnostic in diagnostics
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "helpUri": f"{DOCS_URL}{rule.name}/",
        "help": {"text": f"{rule.why}\n\nInstead of {rule.example}\nwrite {rule.instead}"},
        "defaultConfiguration": {"enabled": not rule.strict, "level": LEVELS[rule.severity]},
    }


def _artifact(source: Source) -> dict[str, Any]:
    artifact: dict[str, Any] = {"location": {"uri": _uri(source)}, "roles": ["analysisTarget"]}
    if source.name.startswith("<"):
        # There is no such file, so the log contains the text.
        artifact["contents"] = {"text": source.text}
    return artifact


def _result(diagnostic: Diagnostic, source: Source, number: int, index: int) -> dict[str, Any]:
    text = "\n".join([diagnostic.message, *([diagnostic.hint] if diagnostic.hint else []), *diagnostic.notes])
    physical = {"artifactLocation": {"uri": _uri(source), "index": number}, "region": _region(diagnostic.span, source)}
    location: dict[str, Any] = {"physicalLocation": physical}
    part = source.part(diagnostic.span.start)
    if part:
        location["logicalLocations"] = [{"name": part}]
        text = f"{part}: {text}"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": LEVELS[diagnostic.severity],
        "message": {"text": text},
        "locations": [location],
    }
    if index >= 0:
        result["ruleIndex"] = index
    if diagnostic.fixes:
        result["fixes"] = [_fix(fix, source, number) for fix in diagnostic.fixes]
    return result


def _fix(fix: Fix, source: Source, number: int) -> dict[str, Any]:
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(source), "index": number},
                "replacements": [
                    {"deletedRegion": _region(edit.span, source), "insertedContent": {"text": edit.text}}
                    for edit in fix.edits
                ],
            }
        ],
    }


def _region(span: Span, source: Source) -> dict[str, int]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(max(span.end, span.start))
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": span.start,
        "charLength": max(0, len(span)),
    }


def _uri(source: Source) -> str:
    path = source.name.strip("<>").replace("\\", "/") or "condition"
    if path[1:3] == ":/":
        return f"file:///{path[:2]}{quote(path[2:], errors='surrogateescape')}"
    # What precedes a colon would be a scheme.
    return f"{'file://' if path.startswith('/') else ''}{quote(path, errors='surrogateescape')}"
