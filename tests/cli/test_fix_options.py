"""``--fix`` and ``--unsafe-fixes`` mean the same in ``check``, ``fix`` and ``lint``."""

from __future__ import annotations

from pathlib import Path

import pytest

from cwql.cli import main

SAFE = ("status/id == 5 and id > 5", "status/id = 5 and id > 5")
UNSAFE = ("closedFlag = fasle and id > 5", "closedFlag = false and id > 5")


@pytest.mark.parametrize("command", [["check", "--fix"], ["fix"]], ids=" ".join)
@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(("text", "fixed"), [SAFE, UNSAFE])
def test_conditions(
    capsys: pytest.CaptureFixture[str], command: list[str], unsafe: bool, text: str, fixed: str
) -> None:
    applied = unsafe or (text, fixed) == SAFE
    status = main([*command, *(["--unsafe-fixes"] if unsafe else []), "-e", "/service/tickets", text])
    assert capsys.readouterr().out == f"{fixed if applied else text}\n"
    assert status == (0 if applied else 1)


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(("text", "fixed"), [SAFE, UNSAFE])
def test_files(tmp_path: Path, unsafe: bool, text: str, fixed: str) -> None:
    file = tmp_path / "tickets.py"
    file.write_text(f'get("/service/tickets", conditions="{text}")  # ConnectWise\n', encoding="utf-8")
    main(["lint", "--fix", *(["--unsafe-fixes"] if unsafe else []), "--no-cache", str(file)])
    applied = unsafe or (text, fixed) == SAFE
    assert f'"{fixed if applied else text}"' in file.read_text(encoding="utf-8")


def test_unsafe_fixes_alone_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--unsafe-fixes", "-e", "/service/tickets", UNSAFE[0]]) == 1
    assert "CW121" in capsys.readouterr().out
