"""A thousand spoilt sources: no crash, no place outside of the text, no fix that cannot be applied."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest

from cwql.diagnostics import apply_edits
from cwql.lint.add_ignore import annotate
from cwql.lint.frontends import LANGUAGES, Language
from cwql.lint.job import LintJob
from cwql.lint.linter import lint_text, read_bytes
from cwql.lint.request_targets import NOWHERE
from tests.lint.writing import job_of

FILES = 1000
SNIPPETS = Path(__file__).parent / "snippets"
NOISE = [
    *"\"'`\\(){}[]<>$#@%&|=!~^*?;:,.\n\r\t /-+_",
    "\x00", "\x0c", "\u2028", "\ufeff", "\ud800", "é", "会", "😀", "\u202e", '"""', "'''", "@'\n", "\n'@", "/*", "*/", "//", "<!--", "-->",
    "${", "#{", "{{", "}}", "%", "%2", "%ZZ", "\\x", "\\u{", "\\N{", "?conditions=", "conditions", "orderBy:", "cwql: ignore[", "cwql: off",
    "cwql: manage ", "# cwql: file automate /Computers", " and ", " or ", "(" * 200, "[" * 200, '"' * 50, "```", "---\n", "- ", "|\n", "&a ",
    "*a", "f'", "rb'", "<<~X\n", "=begin\n", "heredoc", "\r\n",
]  # fmt: skip


def seeds(module: str) -> list[str]:
    path = SNIPPETS / f"{module}.toml"
    if not path.exists():
        path = SNIPPETS / "javascript.toml"
    return [entry["source"] for entry in tomllib.loads(path.read_text(encoding="utf-8"))["snippet"]]


def spoil(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice([1, 1, 2, 5, 20, 200]))
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + text[at:end] * chance.choice([2, 3, 40]) + text[end:]
        elif kind == 2:
            text = text[:at]
        elif kind == 3:
            other = chance.randrange(len(text) + 1)
            text = text[:at] + text[other : other + 50] + text[end:]
        else:
            text = text[:at] + chance.choice(NOISE) + text[at if kind == 4 else end :]
    return text


@pytest.mark.parametrize("number", range(len(LANGUAGES)), ids=[language.name for language in LANGUAGES])
def test_spoilt_sources(number: int) -> None:
    language = LANGUAGES[number]
    chance = random.Random(number)
    sources = seeds(language.module)
    for index in range(FILES // len(LANGUAGES) + 1):
        text = spoil(chance.choice(sources), chance)
        findings = lint_text(text, filename=f"connectwise{language.suffixes[0]}", language=language.name).diagnostics
        for finding in findings:
            assert finding.code != "CW694", (text, finding.message)
            assert 0 <= finding.span.start <= finding.span.end <= len(text), (text, finding)
            for fix in finding.fixes:
                apply_edits(text, fix.edits)
        if index % 10 == 0:
            order = LintJob("", f"connectwise{language.suffixes[0]}", language.name, NOWHERE)
            assert annotate(text, order).text.replace("\r", "").count("\n") >= text.replace("\r", "").count("\n")


@pytest.mark.parametrize("number", range(len(LANGUAGES)), ids=[language.name for language in LANGUAGES])
def test_spoilt_bytes(number: int) -> None:
    language = LANGUAGES[number]
    chance = random.Random(number)
    sources = seeds(language.module)
    for _ in range(10):
        data = bytearray(
            chance.choice(sources).encode(
                chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"]), "replace"
            )
        )
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = bytes(data[: chance.choice([len(data), len(data) // 2])])
        read = read_bytes(cut, job_of(f"connectwise{language.suffixes[0]}"))
        for finding in read.judge():
            assert finding.code != "CW694", (bytes(data), finding.message)
            assert 0 <= finding.span.start <= finding.span.end <= max(len(read.source.text), 1)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.name)
@pytest.mark.parametrize("brackets", ["([)" * 40 + "]" * 40, "({[" * 30 + "]}" * 20 + ")" * 30, "(]" * 60])
def test_brackets_that_cross_are_read_once(language: Language, brackets: str) -> None:
    """A frontend that went back to the outer bracket took a time that doubled with each pair: it would not end here."""
    source = f'call(conditions = "id == 1")\n{brackets}\ncall(conditions = "id == 1")\n'
    assert lint_text(source, filename=f"a{language.suffixes[0]}", language=language.name).diagnostics is not None
