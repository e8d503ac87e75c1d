"""One file, from its bytes to its diagnostics."""

from __future__ import annotations

import gc
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

import cwql
from cwql import UnknownNameError
from cwql.analysis.rule_config import RuleConfig
from cwql.lint import linter as module
from cwql.lint import request_targets
from cwql.lint.checker import ConditionChecker
from cwql.lint.frontends import LANGUAGES
from cwql.lint.linter import decode, lint_text, read_bytes
from cwql.lint.request_targets import RequestTarget
from cwql.lint.templates.model import ConditionTemplate
from tests.lint.writing import job_of, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.lint.frontends import Extractor

URL = "https://x/v4_6_release/apis/3.0/service/tickets?conditions=sumary=1"


NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": [f'x = "{URL}"']}], "nbformat": 4})


def codes(text: str, name: str = "a.txt", **settings: object) -> list[str]:
    return [finding.code for finding in lint_text(text, filename=name, **settings).diagnostics]  # type: ignore[arg-type]


def test_public_name() -> None:
    assert cwql.lint_text is lint_text
    found = cwql.lint_text(f'get("{URL}")', filename="a.py").diagnostics
    assert [finding.code for finding in found] == ["CW203"]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_every_language_finds_a_url(language: object) -> None:
    record = next(known for known in LANGUAGES if known is language)
    for suffix in record.suffixes:
        text = {
            "json": f'{{"url": "{URL}"}}',
            "yaml": f'url: "{URL}"',
            "toml": f'url = "{URL}"',
            "http": f"GET {URL}",
            "notebook": NOTEBOOK,
        }
        source = text.get(record.name, f'x = "{URL}"')
        assert codes(source, f"a{suffix}") == ["CW203"], suffix


def test_the_language_is_that_of_the_name_or_the_given_one() -> None:
    text = 'client.get("/service/tickets", params={"conditions": "sumary = 1"})'
    assert codes(text, "a.py") == ["CW203"]
    assert codes(text, "a.unknown") == []
    assert codes(text, "a.unknown", language="python") == ["CW203"]
    with pytest.raises(UnknownNameError, match="unknown language 'cobol'"):
        lint_text(text, language="cobol")


def test_the_garbage_collector_of_the_caller_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the settings of the garbage collector are the caller's")

    for name in ("enable", "disable", "collect", "freeze", "unfreeze", "set_threshold"):
        monkeypatch.setattr(gc, name, refuse)
    assert codes("get('/service/tickets', params={'conditions': 'id == 5'})", "a.py") == ["CW112"]


def test_settings() -> None:
    text = 'run(conditions="sumary = 1 and id = null")'
    assert codes(text, "a.py") == []
    assert codes(text, "a.py", endpoint="/service/tickets") == ["CW203"]
    assert codes(text, "a.py", dialect="manage", endpoint="/service/tickets") == ["CW203"]
    text = f'get("{URL}")'
    assert codes(text, "a.py", select=["CW301"]) == []
    (finding,) = lint_text(text, filename="a.py", rules=RuleConfig(max_severity="warning")).diagnostics
    assert finding.severity == "warning"
    assert codes(text, "a.py", rules=RuleConfig(severity={"unknown-field": "off"})) == []
    interpolated = f'get(f"{URL[:-1]}{{x}} and id = {{y}}")'
    assert "CW602" in codes(interpolated, "a.py")
    assert "CW602" not in codes(interpolated, "a.py", rules=RuleConfig(severity={"CW602": "off"}))
    strict = lint_text(interpolated, filename="a.py", rules=RuleConfig(severity={"CW602": "error"})).diagnostics
    assert {finding.severity for finding in strict if finding.code == "CW602"} == {"error"}


def test_conditions_that_were_judged_are_shown() -> None:
    (condition,) = lint_text(f'get("{URL}")', filename="a.py").conditions
    assert (condition.text, condition.parameter) == ("sumary=1", "conditions")
    assert condition.endpoint == "/service/tickets"


def test_a_text_that_is_not_of_its_language_is_searched_for_urls() -> None:
    found = lint_text(f'def (:\n  get("{URL}")', filename="a.py").diagnostics
    assert [finding.code for finding in found] == ["CW693", "CW203"]
    assert "searched for URLs only" in found[0].message


def test_a_crash_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def extract(self, source: object, context: object) -> Iterator[object]:
            yield write("sumary = 1")
            raise KeyError("lost")

    def load(language: object) -> Extractor:
        return Broken()  # type: ignore[return-value]

    monkeypatch.setattr(module, "load", load)
    (finding,) = lint_text("x", filename="a.py").diagnostics
    assert (finding.code, finding.severity) == ("CW694", "error")
    assert "KeyError: 'lost' in tests.lint.test_file, line" in finding.message


def test_a_place_that_is_not_sure_is_not_judged() -> None:
    found = write("sumary = 1")
    place = RequestTarget("manage", "/service/tickets", sure=False)
    unsure = ConditionTemplate(found.segments, found.parameter, place, found.span, found.language)
    assert ConditionChecker().judge(found)
    assert ConditionChecker().judge(unsure) == []


@pytest.mark.parametrize(
    ("text", "dialect", "endpoint", "expected"),
    [
        ("a = 1 and", None, None, ["CW110"]),
        ("a startswith 'x'", None, None, []),
        ("a startswith 'x'", "manage", None, ["CW116"]),
        ("a.b = 1", None, None, []),
        ("a/b = 1", None, None, []),
        ("d > [2024-01-01]", None, None, []),
        ("sumary = 1", "manage", None, []),
        ("sumary = 1", "manage", "/no/such", ["CW201"]),
        ("sumary = 1", "manage", "/service/tickets", ["CW203"]),
    ],
)
def test_what_is_not_known_is_not_judged(
    text: str, dialect: str | None, endpoint: str | None, expected: list[str]
) -> None:
    assert [finding.code for finding in ConditionChecker().judge(write(text, endpoint, dialect=dialect))] == expected


@pytest.mark.parametrize(
    ("data", "text", "remark"),
    [
        (b"abc", "abc", False),
        ("é".encode(), "é", False),
        ("é".encode("utf-8-sig"), "é", False),
        ("é".encode("utf-16"), "é", False),
        (b"\xfe\xff" + "é".encode("utf-16-be"), "é", False),
        (b"\xff\xfe\x00\x00" + "é".encode("utf-32-le"), "é", False),
        (b"# -*- coding: latin-1 -*-\n\xe9", "# -*- coding: latin-1 -*-\né", False),
        (b"#!/bin/x\n# vim: set fileencoding=cp1252 :\n\x80", "#!/bin/x\n# vim: set fileencoding=cp1252 :\n€", False),
        (b"x\n\n# coding: latin-1\n\xe9", "x\n\n# coding: latin-1\né", True),
        (b"# coding: klingon\nx", "# coding: klingon\nx", True),
        (b"\x93x\x94", "“x”", True),
        (b"\x81\xff", "\ufffdÿ", True),
        (b"", "", False),
        (b"a\r\nb", "a\r\nb", False),
        (b"GIF89a\x00\x01", None, True),
    ],
)
def test_decoding(data: bytes, text: str | None, remark: bool) -> None:
    decoded = decode(data)
    assert decoded[0] == text
    assert [finding.code for finding in decoded if isinstance(finding, cwql.Diagnostic)] == ["CW692"] * remark


def test_bytes() -> None:
    source = f'get("{URL}")  # caf\xe9'
    read = read_bytes(source.encode("latin-1"), job_of("a.py"))
    assert read.source.text == source
    assert [finding.code for finding in read.judge()] == ["CW692", "CW203"]
    assert [
        finding.code for finding in read_bytes(source.encode("latin-1"), job_of("a.py", codes={"CW203"})).judge()
    ] == ["CW203"]
    assert [finding.code for finding in read_bytes(b"\x00\x01", job_of("a.py")).judge()] == ["CW692"]
    assert read_bytes(b"\x00\x01", job_of("a.py", rules=RuleConfig(max_severity="off"))).judge() == []


def test_any_text_in_any_language() -> None:
    source = random.Random(5)
    alphabet = ["conditions", "=", '"', "'", "`", "{", "}", "$", "(", ")", "\\", "\n", "# cwql: ignore", "[", "]", URL, ":", "%2", "f", "@", "//", "sumary = 1", "/service/tickets", " + x", "<<EOT\n", "é", "\ufffc", "\ud800"]  # fmt: skip
    for number in range(600):
        language = LANGUAGES[number % len(LANGUAGES)]
        text = "".join(source.choices(alphabet, k=source.randrange(1, 30)))
        for finding in lint_text(text, filename="x", language=language.name).diagnostics:
            assert finding.code != "CW694", (finding.message, text, language.name)
            assert 0 <= finding.span.start <= finding.span.end <= len(text)


def test_a_text_is_searched_once_however_many_parts_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[int] = []
    speaks = request_targets._speaks

    def count(text: str) -> bool:
        searched.append(len(text))
        return speaks(text)

    monkeypatch.setattr(request_targets, "_speaks", count)
    fence = "```\nGET /api?conditions=id%3D1\n```\n\n"
    text = "# ConnectWise\n\n" + fence * 50
    lint_text(text, filename="a.md")
    assert searched.count(len(text)) == 1


def test_public_arguments_are_checked() -> None:
    wrong: list[dict[str, Any]] = [
        {"dialect": "sql"}, {"endpoint": "/service/tickts"}, {"language": "cobol"}, {"select": ["CW9"]}, {"rules": {"CW112": "warn"}},
    ]  # fmt: skip
    for arguments in wrong:
        with pytest.raises(UnknownNameError):
            lint_text("", **arguments)
    with pytest.raises(TypeError):
        lint_text("", "a.py")  # type: ignore[call-arg]
