"""Every block of the tour: Python is run, commands are run, and what is shown must be what comes out.

``python -m tests.docs.test_tour`` writes what the commands print now into the page; read the difference before you keep it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from pathlib import Path

import pytest

from cwql.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tour.md"
TOUR = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
RESULT = "#> "


def blocks(language: str) -> list[str]:
    return [body for found, body in BLOCK.findall(TOUR) if found == language]


def commands(body: str) -> list[str]:
    return [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]


def run(command: str) -> str:
    """Return what a command prints, without the blanks at its end."""
    program, *words = shlex.split(command)
    assert program == "cwql"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        main(words)
    return printed.getvalue().rstrip()


def play(body: str) -> str:
    """Return a session: each command, and what it prints."""
    return "\n".join([f"$ {command}\n{run(command)}\n" for command in commands(body)])


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert TOUR.count("```") == 2 * len(BLOCK.findall(TOUR))
    assert {language for language, _ in BLOCK.findall(TOUR)} == {"python", "console"}


@pytest.mark.parametrize("body", blocks("python"))
def test_python(body: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(body, "tour.md", "exec"), {})
    expected = [line.removeprefix(RESULT) for line in body.splitlines() if line.startswith(RESULT)]
    assert printed.getvalue().splitlines() == expected


@pytest.mark.parametrize("body", blocks("console"), ids=lambda body: commands(body)[0])
def test_commands(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert play(body) == body


def test_twenty_mistakes_are_shown_and_none_passes() -> None:
    checks = [command for body in blocks("console") for command in commands(body) if command.startswith("cwql check")]
    assert len(set(checks)) >= 20
    for body in blocks("console"):
        assert re.search(r"\bCW[0-9]{3}\b", body)


def rewrite() -> None:
    os.environ["NO_COLOR"] = "1"
    fresh = BLOCK.sub(lambda it: it[0] if it[1] != "console" else f"```console\n{play(it[2])}```", TOUR)
    PAGE.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
