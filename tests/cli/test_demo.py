"""The tour: every line is executed, with the expected output."""

from __future__ import annotations

import re
import sys

import pytest

from cwql.cli import demo, main
from cwql.sandbox.data import SIZES


def test_all_steps_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "SIZE", "small")
    assert main(["demo"]) == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    steps = [*demo.STEPS, *demo.SERVER_STEPS]
    for number, (title, lines) in enumerate(steps, 1):
        assert f"\n{number}. {title}\n" in out
        for line in lines:
            assert f"\n{line}\n" in out
    refusals = re.findall(r"^(\w+Error): ", out, re.MULTILINE)
    assert refusals == ["ConditionError", "UnknownFieldError", "ConditionError"]
    assert "Traceback" not in out + err

    request = 'conditions = status/name = "New" and summary contains "password" and board/id not in (4, 5)'
    assert request in out
    assert "pageSize = 1000" in out
    assert re.search(r"^─+  ─+", out, re.MULTILINE)
    tickets = SIZES["small"].tickets
    assert f"/service/tickets: {tickets} of {tickets}\n{tickets} records\n" in err
    assert "condition = Status = 'Offline' and OperatingSystemName contains 'Server'" in out
    assert "(10, 'Catastrophic', None, {'aiSummary': {'mood': 'annoyed'}})" in out
    assert "Ticket 7: budgetHours" in out
    assert re.search(r"^Counter\(\{'guid': \d+", out, re.MULTILINE)
    for command, _ in demo.NEXT:
        assert command in out.partition("Next steps:")[2]


def test_missing_packages_skip_the_server_steps(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "NEEDED", ("httpx", "no_such_package"))
    assert main(["demo"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert f"{demo.INSTALL} installs no_such_package" in captured.out
    assert demo.SERVER_STEPS[0][0] not in captured.out
    assert f"{len(demo.STEPS)}. " in captured.out


def test_needed_packages_are_those_of_the_sandbox() -> None:
    import subprocess

    program = "import sys; from cwql.cli import main; main(['demo', '--offline']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(done.stderr.decode().split())
    assert not loaded & {*demo.NEEDED}


def test_terminal_gets_colors_and_a_pipe_does_not() -> None:
    import os
    import pty
    import subprocess

    words = [sys.executable, "-m", "cwql", "demo", "--offline"]
    plain = subprocess.run(words, capture_output=True, check=True).stdout.decode()
    assert "\x1b" not in plain
    here, there = pty.openpty()
    keep = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    with subprocess.Popen(words, stdout=there, stderr=there, env={**keep, "TERM": "xterm-256color"}):
        os.close(there)
        pieces = []
        while True:
            try:
                piece = os.read(here, 65_536)
            except OSError:
                break
            if not piece:
                break
            pieces.append(piece)
    os.close(here)
    shown = b"".join(pieces).decode().replace("\r\n", "\n")
    assert "\x1b[" in shown
    # Only the colors differ.
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == plain
