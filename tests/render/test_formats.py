"""The formats that tools read."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from cwql.analysis.rules import RULES
from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.errors import UnknownNameError
from cwql.render import FORMATS, render
from cwql.source import Source, Span

TEXT = "a = 1\nand 'é' == 2"
FINDINGS = [
    Diagnostic(
        "CW112",
        "double-equals",
        "warning",
        "got ==, expected =",
        Span(14, 16),
        "100%: one sign,\nno more",
        [Fix("write =", [Edit(Span(14, 16), "=")])],
        ["a note"],
    ),
    Diagnostic("CW999", "not-registered", "info", "all of it", Span(0, 18)),
]


def test_every_format_writes_text_for_findings_and_for_none() -> None:
    for name in FORMATS:
        assert render([(Source(TEXT), FINDINGS)], name)
        assert not render([(Source(TEXT), FINDINGS)], name).endswith("\n")
        assert isinstance(render([(Source(TEXT), [])], name), str)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown format 'xml': expected one of text, json, github, sarif"):
        render([], "xml")


def test_json() -> None:
    objects = json.loads(render([(Source(TEXT), FINDINGS)], "json"))
    assert objects[0] == {
        "source": "<condition>",
        "code": "CW112",
        "name": "double-equals",
        "severity": "warning",
        "message": "got ==, expected =",
        "hint": "100%: one sign,\nno more",
        "start": 14,
        "end": 16,
        "line": 2,
        "column": 9,
        "fixes": [{"title": "write =", "safe": True, "edits": [{"start": 14, "end": 16, "text": "="}]}],
        "notes": ["a note"],
        "url": "https://cwql.readthedocs.io/rules/double-equals/",
    }
    assert [entry["code"] for entry in objects] == ["CW112", "CW999"]
    assert render([], "json") == "[]"
    assert render([(Source("'\udc80'"), FINDINGS)], "json").isascii()


def test_github() -> None:
    assert render([(Source(TEXT), FINDINGS)], "github").splitlines() == [
        (
            "::warning line=2,endLine=2,title=CW112 double-equals,col=9,endColumn=11"
            "::got ==, expected =%0A100%25: one sign,%0Ano more"
        ),
        "::notice line=1,endLine=2,title=CW999 not-registered::all of it",
    ]


def test_github_names_files_and_escapes_their_names() -> None:
    source = Source(TEXT, "src\\a, b:100%.ps1")
    assert render([(source, FINDINGS)], "github").startswith("::warning file=src/a%2C b%3A100%25.ps1,line=2,")


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def listed(items: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


STRING = {"type": "string"}
MESSAGE = closed(["text"], text=STRING)
ARTIFACT = closed(
    ["uri"], uri={"type": "string", "pattern": "^[A-Za-z0-9._~:/%-]+$"}, index={"type": "integer", "minimum": 0}
)
REGION = closed(
    ["startLine"],
    startLine={"type": "integer", "minimum": 1},
    startColumn={"type": "integer", "minimum": 1},
    endLine={"type": "integer", "minimum": 1},
    endColumn={"type": "integer", "minimum": 1},
    charOffset={"type": "integer", "minimum": 0},
    charLength={"type": "integer", "minimum": 0},
)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
# The part of the OASIS schema that is used, with the same names, types and required members.
SARIF = closed(
    ["version", "runs"],
    **{"$schema": STRING},
    version={"const": "2.1.0"},
    runs=listed(
        closed(
            ["tool"],
            tool=closed(
                ["driver"],
                driver=closed(
                    ["name"],
                    name=STRING,
                    version=STRING,
                    informationUri=STRING,
                    rules=listed(
                        closed(
                            ["id"],
                            id=STRING,
                            name=STRING,
                            shortDescription=MESSAGE,
                            fullDescription=MESSAGE,
                            help=MESSAGE,
                            helpUri=STRING,
                            defaultConfiguration=closed([], enabled={"type": "boolean"}, level=LEVEL),
                        )
                    ),
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            artifacts=listed(closed([], location=ARTIFACT, contents=closed([], text=STRING))),
            results=listed(
                closed(
                    ["message"],
                    ruleId=STRING,
                    ruleIndex={"type": "integer", "minimum": 0},
                    level=LEVEL,
                    message=MESSAGE,
                    locations=listed(
                        closed(
                            ["physicalLocation"],
                            physicalLocation=closed(
                                ["artifactLocation", "region"], artifactLocation=ARTIFACT, region=REGION
                            ),
                        )
                    ),
                    fixes=listed(
                        closed(
                            ["artifactChanges"],
                            description=MESSAGE,
                            artifactChanges=listed(
                                closed(
                                    ["artifactLocation", "replacements"],
                                    artifactLocation=ARTIFACT,
                                    replacements=listed(
                                        closed(["deletedRegion"], deletedRegion=REGION, insertedContent=MESSAGE), 1
                                    ),
                                ),
                                1,
                            ),
                        )
                    ),
                )
            ),
        )
    ),
)


def test_sarif() -> None:
    reports = [(Source(TEXT), FINDINGS), (Source(TEXT, "src\\ü b.py"), FINDINGS[:1])]
    log = json.loads(render(reports, "sarif"))
    jsonschema.validate(log, SARIF)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    assert run["artifacts"] == [
        {"location": {"uri": "condition"}, "contents": {"text": TEXT}},
        {"location": {"uri": "src/%C3%BC%20b.py"}},
    ]
    first, second, third = run["results"]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "CW112"
    assert first["level"] == "warning"
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "condition", "index": 0},
        "region": {
            "startLine": 2,
            "startColumn": 9,
            "endLine": 2,
            "endColumn": 11,
            "charOffset": 14,
            "charLength": 2,
        },
    }
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "="}
    assert second["level"] == "note"
    assert "ruleIndex" not in second
    assert third["locations"][0]["physicalLocation"]["artifactLocation"]["index"] == 1


def test_sarif_without_reports() -> None:
    log = json.loads(render([], "sarif"))
    jsonschema.validate(log, SARIF)
    assert log["runs"][0]["results"] == []
