"""The extension for VS Code, as far as it can be tested without VS Code; ``make test-vscode`` tests the rest."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cwql.lint.frontends import LANGUAGES
from cwql.lsp.project import find_language_of

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors" / "vscode"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
CODE = (EXTENSION / "extension.js").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "guides" / "editors.md").read_text(encoding="utf-8")
GRAMMARS = {
    grammar["scopeName"]: json.loads((EXTENSION / grammar["path"]).read_text(encoding="utf-8"))
    for grammar in MANIFEST["contributes"]["grammars"]
}


def test_the_extension_starts_for_the_languages_that_it_sends() -> None:
    (listed,) = re.findall(r"const LANGUAGES = \[(.*?)\];", CODE, re.DOTALL)
    languages = re.findall(r'"(\w+)"', listed)
    assert [f"onLanguage:{language}" for language in languages] == MANIFEST["activationEvents"]


def test_the_extension_sends_every_language_of_the_linter() -> None:
    languages = [event.partition(":")[2] for event in MANIFEST["activationEvents"]]
    known = {find_language_of("", language) for language in languages}
    # The editor opens a notebook as cells, each in its own language.
    assert {language.name for language in LANGUAGES} <= known | {"text", "notebook"}


def test_the_guide_describes_every_setting_and_command() -> None:
    contributed = MANIFEST["contributes"]
    for name in contributed["configuration"]["properties"]:
        assert f"`{name}`" in GUIDE, name
    for command in contributed["commands"]:
        assert command["title"] in GUIDE
        assert command["command"] in CODE or command["command"] == "cwql.loadNames"


def test_the_problem_matcher_reads_the_concise_format(tmp_path: Path) -> None:
    (matcher,) = MANIFEST["contributes"]["problemMatchers"]
    pattern = matcher["pattern"]
    text = """url = "https://api.example/v4_6_release/apis/3.0/service/tickets?conditions=id == 5 and sumary = 'x'"\n"""
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "cwql", "lint", "--format", "concise", "--no-cache"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    found = [re.match(pattern["regexp"], line) for line in run.stdout.splitlines() if line.startswith("a.py")]
    assert [match and (match[pattern["severity"]], match[pattern["code"]]) for match in found] == [
        ("warning", "CW112"),
        ("error", "CW203"),
    ]
    assert json.dumps(pattern["regexp"]) in GUIDE


def test_the_configuration_of_helix_is_toml_with_the_command() -> None:
    configuration = tomllib.loads((ROOT / "editors" / "helix" / "languages.toml").read_text(encoding="utf-8"))
    assert configuration["language-server"]["cwql"] == {"command": "cwql", "args": ["server"]}
    assert all(language["language-servers"][-1] == "cwql" for language in configuration["language"])


def test_the_version_is_that_of_the_package() -> None:
    assert f'version = "{MANIFEST["version"]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("scope", "line", "parameter"),
    [
        ("cwql.condition", 'get(conditions="id = 5")', "conditions"),
        ("cwql.condition", "params={'conditions': f'id = {x}'}", "conditions"),
        ("cwql.condition", '"childConditions": "types/id = 1"', "childConditions"),
        ("cwql.condition", "Get-CWMTicket -condition 'id = 5'", "condition"),
        ("cwql.condition", "{ conditions: `id = ${id}` }", "conditions"),
        ("cwql.condition", "custom_field_conditions => \"caption = 'x'\"", "custom_field_conditions"),
        ("cwql.condition", "preconditions = 'id = 5'", None),
        ("cwql.condition", 'conditions = ""', None),
        ("cwql.url", "/service/tickets?conditions=id=5&page=1", "conditions"),
        ("cwql.url", "&customFieldConditions=caption='x'", "customFieldConditions"),
        ("cwql.url", "preconditions=5", None),
    ],
)
def test_the_grammar_recognizes_conditions(scope: str, line: str, parameter: str | None) -> None:
    (rule,) = GRAMMARS[scope]["patterns"]
    found = re.search(rule["begin"], line)
    captures = [int(number) for number, each in rule["beginCaptures"].items() if "parameter" in each["name"]]
    assert (None if found is None else found[captures[0]]) == parameter


def test_the_grammar_names_the_parts_of_a_condition() -> None:
    repository = GRAMMARS["cwql.condition"]["repository"]
    parts = [repository["placeholder"], *[part for part in repository["condition"]["patterns"] if "match" in part]]
    text = "board/name = 'x' and id not in (5, {n}) or closedFlag = true and a > [2026-01-02T00:00Z]"
    found = []
    at = 0
    while at < len(text):
        matches = [(part["name"], re.compile(part["match"]).match(text, at)) for part in parts]
        name, match = next(((name, each) for name, each in matches if each is not None), ("", None))
        if match is None:
            at += 1
            continue
        found.append((name.removesuffix(".cwql"), match.group()))
        at = match.end()
    assert found[:5] == [
        ("variable.other.property", "board/name"),
        ("keyword.operator", "="),
        ("string.quoted", "'x'"),
        ("keyword.control", "and"),
        ("variable.other.property", "id"),
    ]
    assert ("keyword.operator", "not in") in found
    assert ("variable.other.placeholder", "{n}") in found
    assert ("constant.other.date", "[2026-01-02T00:00Z]") in found
