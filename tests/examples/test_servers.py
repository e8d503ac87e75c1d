"""Programs with several processes: a receiver of callbacks, workers that share a limit, and tests of a user."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cwql.client.webhook import sign
from cwql.manage import Client
from cwql.manage.fields import Ticket
from cwql.sandbox import Sandbox
from tests.examples.conftest import FOLDER, Start


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nothing listens on port {port}")


def test_callbacks_are_received(start: Start, psa: Client, sandbox: Sandbox) -> None:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    port = free_port()
    url = f"http://127.0.0.1:{port}/callbacks?recordId="
    before = psa.system.callbacks.count()
    process = start("webhook_receiver", "--port", str(port), "--register", url)
    wait_for(port)
    assert psa.system.callbacks.count() == before + 1
    psa.service.tickets.patch(7, [Ticket.summary.set("the printer burns")])
    sandbox.wait()
    assert [status for called, status in sandbox.deliveries if called.startswith(url)] == [204]
    body = b'{"ID": 8, "CompanyId": "sandbox", "Metadata": {"key_url": "https://evil.example.com/key"}}'
    forged = {"x-content-signature": sign("key", body)}
    assert httpx.post(url, content=body, headers=forged).status_code == 403
    assert httpx.post(url, json={}).status_code == 403
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert "ticket 7 updated: the printer burns" in out
    assert "ticket 8" not in out
    assert "a callback names a signing key at https://evil.example.com: expected one at http://127.0.0.1:" in err
    assert "Traceback" not in err
    assert psa.system.callbacks.count() == before


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("limits", reason="the extra redis is not installed")
    pytest.importorskip("redis", reason="the extra redis is not installed")
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
    process = subprocess.Popen([server, *options], stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def test_workers_share_a_limit(start: Start, redis: str) -> None:
    words = ["--workers", "2", "--requests", "14", "--per-minute", "5", "--window", "1"]
    out, err = start("several_workers", "--redis", redis, *words).communicate(timeout=60)
    found = re.fullmatch(r"14 requests of 2 processes in (\S+) s, at most (\d+) in any 1 s\n", out)
    assert found is not None, err
    # The server counts requests when they arrive, which can be in the next second.
    assert int(found[2]) <= 7
    assert float(found[1]) > 1


def test_missing_redis_is_reported(start: Start) -> None:
    process = start("several_workers", "--redis", f"redis://127.0.0.1:{free_port()}/0")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err == "no Redis server: start one (redis-server), or set its address with --redis\n"


def test_tests_of_a_user_pass() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(FOLDER / "test_your_integration.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.py") if not path.name.startswith("test_"))


def test_table_lists_every_program() -> None:
    table = (FOLDER / "README.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| \[(\w+)\.py\]\(\1\.py\) \|", table, re.MULTILINE)) == sorted(
        [*PROGRAMS, "test_your_integration"]
    )
    recipes = FOLDER.parent / "docs" / "recipes"
    included = re.findall(
        r"^```\{literalinclude\} \.\./\.\./examples/(\w+)\.py$",
        "\n".join(path.read_text("utf-8") for path in recipes.glob("*.md")),
        re.MULTILINE,
    )
    assert sorted(included) == sorted([*PROGRAMS, "test_your_integration"])
