"""First guesses of somebody who knows ruff, gh, psql or pip on the command line: each works, or the message names the right form."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest

from cwql.cli import main

# The words after `cwql`; the exit status, and a part of what is printed.
GUESSES: list[tuple[str, int, str]] = [
    ("check -e service/tickets 'id = 1'", 0, ""),
    ("check -e tickets 'id = 1'", 2, "/service/tickets"),
    ("check --fix -e /service/tickets 'id == 1'", 0, "id = 1"),
    ("check script.ps1", 2, "cwql lint script.ps1"),
    ("lint 'id == 1'", 2, "cwql check"),
    ("lint --select ALL script.ps1", 1, "CW112"),
    ("lint --output-format full script.ps1", 2, "text"),
    ("format 'id=1'", 2, "fmt"),
    ("fix --unsafe -e /service/tickets 'id == 1'", 2, "--unsafe-fixes"),
    ("translate --source automate --target manage 'a.b = 1'", 2, "--from"),
    ("rule --all", 2, "cwql rules"),
    ("sql --sandbox 'select count(*) from service.tickets'", 1, "manage.service.tickets"),
    ("sql --sandbox 'show tables'", 1, "cwql endpoints"),
    ("pull --sandbox /service/tickets --to out.duckdb", 2, "duckdb:out.duckdb"),
    ("auth login", 2, "cwql login"),
    ("login", 2, "manage"),
    ("get --sandbox /service/tickets 'id = 1'", 2, "--where"),
    ("get --sandbox /service/tickets --filter 'id = 1'", 2, "--where"),
    ("get --sandbox /service/tickets --where 'id = 1' --json", 2, "--output-format json"),
    ("sandbox --rate 60", 2, "--requests-per-minute"),
]
SCRIPT = """\
$condition = "id == 1"
Invoke-RestMethod "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=$condition"
"""


@pytest.mark.parametrize(("words", "status", "says"), GUESSES, ids=[words for words, _, _ in GUESSES])
def test_the_command_works_or_its_message_names_the_right_form(
    words: str,
    status: int,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    (tmp_path / "script.ps1").write_text(SCRIPT, encoding="utf-8")
    found = main(shlex.split(words))
    out, err = capsys.readouterr()
    assert (found, says in out + err) == (status, True), out + err
