"""``cwql sandbox`` as a process."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from cwql.cli import main
from cwql.cli.sandbox import show_variable


def test_command_serves_until_it_is_interrupted() -> None:
    words = [
        sys.executable,
        "-m",
        "cwql",
        "sandbox",
        "--port",
        "0",
        "--seed",
        "2",
        "--fault",
        "503:0",
        "--requests-per-minute",
        "600",
    ]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        text = "".join(lines)
        (site,) = re.findall(r"export CONNECTWISE_SITE=(http://127\.0\.0\.1:\d+)", text)
        assert httpx.get(f"{site}/login/companyinfo/sandbox").status_code == 200
        assert httpx.get(f"{site}/v4_6_release/apis/3.0/service/tickets").status_code == 401
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode in (0, 130)


def test_invalid_options_are_refused(capsys: object) -> None:
    for words in (["--fault", "nope"], ["--fault", "429:7"], ["--host", "0.0.0.0"], ["--size", "huge"]):
        assert main(["sandbox", *words]) == 2


def test_options_reach_the_sandbox(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[list[Any]] = []

    def ask() -> None:
        text = capsys.readouterr().out
        site = re.findall(r"export CONNECTWISE_SITE=(\S+)", text)[0]
        keys = dict(re.findall(r"export (\w+)=(\S*)", text))
        assert keys["CONNECTWISE_AUTOMATE_2FA"] == "123"
        pair = f"{keys['CONNECTWISE_COMPANY_ID']}+{keys['CONNECTWISE_PUBLIC_KEY']}", keys["CONNECTWISE_PRIVATE_KEY"]
        with httpx.Client(auth=pair, headers={"clientId": "x"}, base_url=f"{site}/v4_6_release/apis/3.0") as http:
            started = time.monotonic()
            replies = [http.get("/service/tickets", params={"pageSize": "1000"}) for _ in range(2)]
            assert time.monotonic() - started >= 0.1
            assert [response.status_code for response in replies] == [429, 200]
            assert http.post(f"{site}/cwa/api/v1/APICredentials", json={}).status_code == 404
            asked.append(json.loads(replies[1].text.replace(site, "")))

    monkeypatch.setattr("cwql.cli.sandbox._wait", ask)
    words = [
        "--port",
        "0",
        "--latency",
        "0.05",
        "--fault",
        "429:1:1",
        "--contract",
        "observed",
        "--two-factor-code",
        "123",
    ]
    words += ["--path", str(tmp_path / "box.db"), "--size", "small"]
    for seed in ("5", "6"):
        assert main(["sandbox", *words, "--seed", seed]) == 0
    # The second run finds the records of the first.
    assert asked[0] == asked[1] != []


def test_variables_are_printed_for_the_shell_of_the_system() -> None:
    assert (
        show_variable("CONNECTWISE_SITE", "http://127.0.0.1:1", False) == "export CONNECTWISE_SITE=http://127.0.0.1:1"
    )
    assert (
        show_variable("CONNECTWISE_SITE", "http://127.0.0.1:1", True) == '$env:CONNECTWISE_SITE = "http://127.0.0.1:1"'
    )
