"""First guesses of somebody who knows ruff, gh, psql or pip on the command line: each works, or the message names the right form."""

from __future__ import annotations

import io
import os
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
# A program of the command line, as it was first typed: scripts, rules, servers and records.
PROGRAM: list[tuple[str, int, str]] = [
    ("lint --output-format json script.ps1", 1, '"code": "CW112"'),
    ("lint --statistics --format json script.ps1", 1, '"count": 1'),
    ("get tickets 'id=1'", 2, "--where"),
    ("get --sandbox tickets", 2, "write the path"),
    ("get --sandbox /service/tickets --where 'id = 1' --output-format json", 0, '"id": 1'),
    ("get --sandbox /service/tickets --limit 0", 2, "--all is all records"),
    ("get --sandbox /service/tickets --page-size 0", 2, "from 1 to 1000"),
    ("get --sandbox /service/tickets --where 'id = 1' --preview", 0, "conditions = id = 1"),
    ("check --select CW112 -e /service/tickets 'id == 1 and idd = 2'", 1, "Found 1 warning."),
    ("check --exit-zero -e /service/tickets 'idd = 1'", 0, "CW203"),
    ("fix --unsafe-fixes 'id == 1'", 0, "id = 1"),
    ("ping --sandbox automate", 0, "automate: "),
    ("ping manage", 2, "CONNECTWISE_COMPANY_ID"),
    ("count --sandbox --format json /service/tickets", 0, '"count": 150'),
    ("explain CW112 --format json", 0, '"name": "double-equals"'),
    ("rule CW112 -f json", 0, '"name": "double-equals"'),
    ("fields tickets", 2, "write the path"),
    ("endpoints tickets --product manage", 0, "/service/tickets"),
    ("-V", 0, "cwql "),
    ("version", 2, "--version"),
    ("help check", 0, "usage: cwql check"),
    ("sandbox --fault 500:2", 2, "between 0 and 1"),
]
SCRIPT = """\
$condition = "id == 1"
Invoke-RestMethod "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=$condition"
"""


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("CONNECTWISE_", "CWQL_"))]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(("words", "status", "says"), [*GUESSES, *PROGRAM], ids=lambda part: str(part)[:40])
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
