"""Every block of the README: Python is run, commands are run, and what is shown must be what comes out."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from cwql.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
RESULT = "#> "


def blocks(language: str) -> list[str]:
    return [body for found, body in BLOCKS if found == language]


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert README.count("```") == 2 * len(BLOCKS)
    assert {language for language, _ in BLOCKS} == {"python", "console", "sh", "bat"}


@pytest.mark.parametrize("body", blocks("python"))
def test_python(body: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(body, "README.md", "exec"), {})
    expected = [line.removeprefix(RESULT) for line in body.splitlines() if line.startswith(RESULT)]
    assert expected
    assert printed.getvalue().splitlines() == expected


def sessions() -> list[tuple[str, str]]:
    """Return every command with what is shown behind it."""
    found: list[tuple[str, str]] = []
    for body in blocks("console"):
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            found.append((command, shown))
    return found


@pytest.mark.parametrize(("command", "shown"), sessions())
def test_commands(command: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    program, *words = shlex.split(command)
    assert program == "cwql"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        main(words)
    assert printed.getvalue() == shown


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.MULTILINE)
    assert {"demo", "test"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_windows_lines_call_what_is_installed() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    (body,) = blocks("bat")
    called = re.findall(r"^\.venv\\Scripts\\(\w+) ", body, re.MULTILINE)
    assert called == ["pip", "cwql"]
    assert called[1] in scripts


def test_rules_that_are_named_exist() -> None:
    from cwql.analysis.rules import rule

    for code in re.findall(r"\bCW[0-9]{3}\b", README):
        assert rule(code).code == code
