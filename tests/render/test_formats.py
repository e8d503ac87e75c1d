"""The formats that tools read."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema  # type: ignore[import-untyped]
import pytest

from cwql.diagnostics import SEVERITIES, Diagnostic, Edit, Fix
from cwql.errors import UnknownNameError
from cwql.render import FORMATS, render
from cwql.rules.registry import RULES
from cwql.source import Source, Span

TEXT = "a = 1\nand 'é' == 2"
DIAGNOSTICS = [
    Diagnostic(
        code="CW112",
        name="double-equals",
        severity="warning",
        message="got ==, expected =",
        span=Span(14, 16),
        hint="100%: one sign,\nno more",
        fixes=(Fix("write =", [Edit(Span(14, 16), "=")]),),
        notes=("a note",),
    ),
    Diagnostic(code="CW999", name="not-registered", severity="info", message="all of it", span=Span(0, 18)),
]


def test_formats_render_problems_and_no_problems() -> None:
    for name in FORMATS:
        assert render([(Source(TEXT), DIAGNOSTICS)], name)
        assert not render([(Source(TEXT), DIAGNOSTICS)], name).endswith("\n")
        assert isinstance(render([(Source(TEXT), [])], name), str)


def test_unknown_format() -> None:
    with pytest.raises(UnknownNameError, match=f"unknown format 'xml': expected one of {', '.join(FORMATS)}"):
        render([], "xml")


def test_json() -> None:
    objects = json.loads(render([(Source(TEXT), DIAGNOSTICS)], "json"))
    assert objects[0] == {
        "filename": "<condition>",
        "code": "CW112",
        "name": "double-equals",
        "severity": "warning",
        "message": "got ==, expected =",
        "hint": "100%: one sign,\nno more",
        "line": 2,
        "column": 9,
        "end_line": 2,
        "end_column": 11,
        "start_offset": 14,
        "end_offset": 16,
        "fixes": [
            {
                "title": "write =",
                "applicability": "safe",
                "edits": [{"start_offset": 14, "end_offset": 16, "text": "="}],
            }
        ],
        "notes": ["a note"],
        "dialect": None,
        "endpoint": None,
        "parameter": None,
        "url": "https://cwql.readthedocs.io/rules/double-equals/",
    }
    assert [entry["code"] for entry in objects] == ["CW112", "CW999"]
    assert render([], "json") == "[]"
    assert render([(Source("'\udc80'"), DIAGNOSTICS)], "json").isascii()


def test_github() -> None:
    assert render([(Source(TEXT), DIAGNOSTICS)], "github").splitlines() == [
        (
            "::warning line=2,endLine=2,title=CW112 double-equals,col=9,endColumn=11"
            "::got ==, expected =%0A100%25: one sign,%0Ano more"
        ),
        "::notice line=1,endLine=2,title=CW999 not-registered::all of it",
    ]


def test_github_escapes_file_names() -> None:
    source = Source(TEXT, "src\\a, b:100%.ps1")
    assert render([(source, DIAGNOSTICS)], "github").startswith("::warning file=src/a%2C b%3A100%25.ps1,line=2,")


def test_concise() -> None:
    reports = [(Source(TEXT, "a\x1bb.py"), DIAGNOSTICS)]
    assert render(reports, "concise").splitlines() == [
        "a<U+001B>b.py:2:9: warning CW112 double-equals [*]: got ==, expected =; 100%: one sign,<U+000A>no more",
        "a<U+001B>b.py:1:1: info CW999 not-registered: all of it",
    ]


def test_gitlab() -> None:
    text = "id == 1\nname == 2\n  id == 1\n"
    diagnostic = DIAGNOSTICS[0]
    spans = [Span(3, 5), Span(13, 15), Span(23, 25)]
    diagnostics = [
        Diagnostic(code=diagnostic.code, name=diagnostic.name, severity=severity, message="got ==", span=span)
        for severity, span in zip(SEVERITIES, spans, strict=True)
    ]
    first, second, third = json.loads(render([(Source(text, ".\\src\\a.py"), diagnostics)], "gitlab"))
    assert first == {
        "description": "CW112 double-equals: got ==",
        "check_name": "double-equals",
        "fingerprint": first["fingerprint"],
        "severity": "major",
        "location": {"path": "src/a.py", "lines": {"begin": 1, "end": 1}},
    }
    assert [second["severity"], third["severity"]] == ["minor", "info"]
    assert len({entry["fingerprint"] for entry in (first, second, third)}) == 3
    # Lines before it and a deeper indent do not change the fingerprint.
    moved = [
        Diagnostic(
            code=f.code,
            name=f.name,
            severity=f.severity,
            message=f.message,
            span=Span(f.span.start + 8, f.span.end + 8),
        )
        for f in diagnostics
    ]
    later = json.loads(render([(Source("#######\n" + text, "src/a.py"), moved)], "gitlab"))
    assert [entry["fingerprint"] for entry in later] == [e["fingerprint"] for e in (first, second, third)]
    assert render([(Source(text), [])], "gitlab") == "[]"


def test_junit() -> None:
    reports = [(Source(TEXT, 'a&"<b>.py'), DIAGNOSTICS), (Source("id=1", "clean.py"), [])]
    document = ET.fromstring(render(reports, "junit"))
    assert (document.tag, document.attrib) == ("testsuites", {"name": "cwql", "tests": "2", "failures": "2"})
    (suite,) = document
    assert suite.attrib == {"name": 'a&"<b>.py', "tests": "2", "failures": "2"}
    case = suite[0]
    assert case.attrib == {
        "classname": 'a&"<b>.py',
        "name": "CW112 double-equals at 2:9",
        "file": 'a&"<b>.py',
        "line": "2",
    }
    assert case[0].attrib == {"type": "warning", "message": "got ==, expected ="}
    assert case[0].text == (
        "got ==, expected =; 100%: one sign,<U+000A>no more; a note; https://cwql.readthedocs.io/rules/double-equals/"
    )


def test_junit_without_problems_has_one_passed_case() -> None:
    document = ET.fromstring(render([(Source("id=1", "clean.py"), [])], "junit"))
    assert document.attrib == {"name": "cwql", "tests": "1", "failures": "0"}
    assert [case.tag for case in document.iter("testcase")] == ["testcase"]
    assert not list(document.iter("failure"))


def test_junit_has_no_characters_that_are_invalid_in_xml() -> None:
    every = "".join(map(chr, [*range(0x300), 0xFFFE, 0xFFFF, 0xD800, 0x1F600]))
    diagnostic = Diagnostic(code="CW1", name="x", severity="error", message=every, span=Span(0, 1))
    document = ET.fromstring(render([(Source("x", every), [diagnostic])], "junit"))
    (failure,) = document.iter("failure")
    assert "<U+0000>" in failure.attrib["message"]
    assert "<U+D800>" in failure.attrib["message"]


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
            artifacts=listed(
                closed(
                    [], location=ARTIFACT, contents=closed([], text=STRING), roles=listed({"const": "analysisTarget"})
                )
            ),
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
    reports = [(Source(TEXT), DIAGNOSTICS), (Source(TEXT, "src\\ü b.py"), DIAGNOSTICS[:1])]
    log = json.loads(render(reports, "sarif"))
    jsonschema.validate(log, SARIF)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    assert run["artifacts"] == [
        {"location": {"uri": "condition"}, "roles": ["analysisTarget"], "contents": {"text": TEXT}},
        {"location": {"uri": "src/%C3%BC%20b.py"}, "roles": ["analysisTarget"]},
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


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("/home/me/a.py", "file:///home/me/a.py"),
        ("C:\\code\\a.py", "file:///C:/code/a.py"),
        ("<stdin>", "stdin"),
        ("<>", "condition"),
    ],
)
def test_sarif_names_files_by_uri(name: str, uri: str) -> None:
    log = json.loads(render([(Source(TEXT, name), DIAGNOSTICS)], "sarif"))
    assert log["runs"][0]["artifacts"][0]["location"] == {"uri": uri}
