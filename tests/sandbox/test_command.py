"""``cwql sandbox`` as a process."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import httpx

from cwql.cli import main


def test_the_command_serves_until_it_is_interrupted() -> None:
    words = [sys.executable, "-m", "cwql", "sandbox", "--port", "0", "--seed", "2", "--fault", "503:0", "--rate", "600"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "ctrl-c" in line:
                break
        text = "".join(lines)
        (site,) = re.findall(r"export CONNECTWISE_SITE=(http://127\.0\.0\.1:\d+)", text)
        assert httpx.get(f"{site}/login/companyinfo/sandbox").status_code == 200
        assert httpx.get(f"{site}/v4_6_release/apis/3.0/service/tickets").status_code == 401
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode in (0, 130)


def test_what_it_refuses(capsys: object) -> None:
    for words in (["--fault", "nope"], ["--fault", "429:7"], ["--host", "0.0.0.0"], ["--size", "huge"]):
        assert main(["sandbox", *words]) == 2
