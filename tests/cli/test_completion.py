"""Completion: the candidates at a position of a command line, and the scripts in real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cwql.cli import COMMANDS, main
from cwql.cli.completion import SCRIPTS, complete


def at_end(line: str) -> list[str]:
    words = line.split(" ")
    return complete(words, len(words) - 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_and_their_options_are_completed(command: str) -> None:
    assert command in at_end(f"cwql {command[:2]}")
    assert "--help" in at_end(f"cwql {command} --h")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("cwql --v", ["--version"]),
        ("cwql check -d au", ["automate"]),
        ("cwql check --format s", ["sarif"]),
        ("cwql check -p child", ["childConditions"]),
        ("cwql check -e /service/tickets -d m", ["manage"]),
        ("cwql explain double-e", ["double-equals"]),
        ("cwql explain CW20", [f"CW20{number}" for number in range(1, 10)]),
        ("cwql get /comp", ["/company/", "/ComputerMenus", "/Computers"]),
        ("cwql get -d manage /Computers/ma", []),
        ("cwql get /service/tickets --fields id,summ", ["id,summary"]),
        ("cwql get /service/tickets --order-by summ", ["summary"]),
        ("cwql count /service/tickets --where closedF", ["closedFlag"]),
        ("cwql count /Computers --child x", []),
        ("cwql count /nowhere --where x", []),
        ("cwql get /Computers/ma", ["/Computers/MaintenanceModes"]),
        ("cwql fields /service/tickets summ", ["summary"]),
        ("cwql fields /service/tickets board/na", ["board/name"]),
        ("cwql fields /service/tickets nosuch/na", []),
        ("cwql fields /nowhere na", []),
        ("cwql completion z", ["zsh"]),
        ("cwql nosuch x", []),
        ("cwql check id=1 --pag", ["--pagination"]),
    ],
)
def test_complete(line: str, found: list[str]) -> None:
    assert at_end(line) == found


@pytest.mark.parametrize("arguments", [[], ["--complete"], ["--complete", "x"]])
def test_completion_without_arguments_is_a_usage_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", *arguments]) == 2
    assert "cwql completion: error: " in capsys.readouterr().err


PROBES = {
    "bash": "{script}\nCOMP_WORDS=(cwql check -d au) COMP_CWORD=3\n_cwql\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
    "zsh": 'compdef() {{ :; }}\ncompadd() {{ shift; print -l -- "$@"; }}\n{script}\nwords=(cwql check -d au) CURRENT=4\n_cwql',
    "fish": "{script}\ncomplete -C 'cwql check -d au'",
}


@pytest.mark.parametrize("shell", SCRIPTS)
def test_shells_complete_with_the_script(shell: str, tmp_path: Path) -> None:
    """The real shell loads the script and completes as `complete` does."""
    program = shutil.which({"powershell": "pwsh"}.get(shell, shell))
    if program is None or shell not in PROBES:
        pytest.skip(f"{shell} is not installed")
    probe = PROBES[shell].format(script=SCRIPTS[shell])
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    flags = ["--norc"] if shell == "bash" else ["--no-rcs"] if shell == "zsh" else ["--no-config"]
    run = subprocess.run(
        [program, *flags, "-c", probe],
        check=False,
        # fish adds the names of files: there are none.
        cwd=tmp_path,
        env={**os.environ, "PATH": search},
        capture_output=True,
        text=True,
    )
    assert run.stdout.split() == ["automate"], run.stderr
