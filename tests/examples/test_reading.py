"""The programs that only look: devices, inventory, files; and those that need no server."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from cwql.automate import Client as Automate
from cwql.automate.fields import Computer
from cwql.manage import Client
from cwql.sandbox import Sandbox
from tests.examples.conftest import Program

ACME = "Acme Industries"


def test_devices(program: Program, psa: Client, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    module = program("match_devices")
    assert module.main([]) == 0
    out = capsys.readouterr().out
    pairs, rest = out.split("\nConflicts:\n")
    counted = re.search(r"(\d+) pairs \((\d+) by guid, (\d+) by serial, (\d+) by mac, (\d+) by name\)", rest)
    assert counted is not None
    total, *by_key = map(int, counted.groups())
    assert total == sum(by_key) == len(pairs.splitlines())
    assert all(by_key)
    in_manage, in_automate = rest.split("\nIn Automate only:\n")
    only_in_manage = in_manage.split("\nIn Manage only:\n")[1].splitlines()
    assert total + len(only_in_manage) == psa.company.configurations.count()
    with Automate.from_env(environ=sandbox.environment) as rmm:
        left = re.findall(r"^  \d+ ", in_automate, re.MULTILINE)
        assert total + len(left) == rmm.computers.count()
    assert module.main(["--client", ACME]) == 0
    lines = capsys.readouterr().out.split("\nConflicts:\n")[0].splitlines()
    assert 0 < len(lines) < total
    assert all(re.search(r"= ACMEIN-", line, re.IGNORECASE) for line in lines)


def test_inventory(program: Program, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    module = program("automate_inventory")
    assert module.main([ACME, "--software"]) == 0
    out = capsys.readouterr().out
    with Automate.from_env(environ=sandbox.environment) as rmm:
        computers = rmm.computers.all(Computer.Client.Name == ACME)
        assert f"{ACME}: {len(computers)} computers" in out
        for computer in computers:
            assert computer.Location is not None
            shown = rf"^  {re.escape(str(computer.ComputerName))} +{computer.Location.Name} "
            assert re.search(shown, out, re.MULTILINE)
            titles = rmm.computers(int(computer.Id or 0)).software.count()
            assert f"  {computer.ComputerName}: {titles} titles" in out
    assert module.main(["Nobody"]) == 1


def test_failed_request_does_not_stop_the_others(
    program: Program, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = sandbox._handler.handle

    def refuse(request: object) -> object:
        path: str = request.path.lower()  # type: ignore[attr-defined]
        if path.endswith("/computers/9/software"):
            sandbox.faults.add("400:1:1")
        return handle(request)  # type: ignore[arg-type]

    monkeypatch.setattr(sandbox._handler, "handle", refuse)
    assert program("automate_inventory").main([ACME, "--software"]) == 0
    lines = capsys.readouterr().out.split("Software:\n")[1].splitlines()
    assert sum("FAILED: " in line for line in lines) == 1
    assert sum("titles" in line for line in lines) >= 3


def test_files(program: Program, psa: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = program("bulk_upload")
    files = [tmp_path / name for name in ("photo.png", "report.pdf", "empty.txt")]
    for number, path in enumerate(files):
        path.write_bytes(bytes(range(256)) * number * 400)
    # A name with a path outside the folder.
    form = {"recordType": "Ticket", "recordId": 5}
    psa.system.documents.create(form, file=("..\\../outside.sh", b"#!/bin/sh"))
    gone = tmp_path / "gone.txt"
    assert module.main(["5", "--upload", str(gone)]) == 1
    assert capsys.readouterr().out == f"{gone}: FAILED: no such file\n"
    assert module.main(["5", "--upload", *map(str, files), "--download", str(tmp_path / "down")]) == 0
    out = capsys.readouterr().out
    assert f"{files[1]}: document " in out
    found = {path.name.partition("-")[2]: path for path in (tmp_path / "down").iterdir()}
    assert sorted(found) == ["empty.txt", "outside.sh", "photo.png", "report.pdf"]
    for path in files:
        assert hashlib.sha256(found[path.name].read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()


def test_typed_queries(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    assert program("typed_queries").main([]) == 0
    out = capsys.readouterr().out.splitlines()
    assert 'priority/id > 2 or status/name not in ("New", "Assigned")' in out
    assert 'childConditions = communicationItems/value contains "@example.com"' in out
    assert "Ticket.id is an integer and cannot be compared with 'five': expected an int" in out
    assert "id in (1, 2, 3)" in out
    assert out[-1] == "[7]"


def test_templates(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    module = program("templates")
    assert module.main(["O'Brien"]) == 0
    out = capsys.readouterr().out
    assert 'contactName = "O\'Brien" and board/id in (1, 2) and closedFlag = false' in out
    assert "contactName = 'x\" or id > 0 or summary = \"' and" in out
    for message in (
        "contains both kinds of quotes",
        "control character U+000A",
        "has no time zone",
        "did you mean summary?",
    ):
        assert message in out
