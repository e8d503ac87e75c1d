"""The command ``cwql mcp``: over standard streams as a process, and over HTTP on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cwql.cli import main
from cwql.errors import CwqlError
from cwql.mcp.policy import Policy
from cwql.mcp.server import build_server
from cwql.mcp.serving import TOKEN_VARIABLE, make_app
from cwql.mcp.session import Session
from tests.mcp.assistant import FAST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.sandbox import Sandbox

COMMAND = [sys.executable, "-m", "cwql", "mcp"]
VERSION = "2025-06-18"


class Process:
    """The command on standard streams, with the messages of the protocol written by hand."""

    def __init__(self, environment: dict[str, str], *words: str) -> None:
        self._process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, **environment},
        )
        self._last = 0

    def send(self, method: str, **params: Any) -> Any:
        """Return the result of a request."""
        self._last += 1
        self._write({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        assert self._process.stdout is not None
        while True:
            line = self._process.stdout.readline()
            assert line, "the server ended"
            message = json.loads(line)
            if message.get("id") == self._last:
                return message.get("result", message.get("error"))

    def start(self) -> Any:
        """Return the greeting of the server."""
        found = self.send(
            "initialize", protocolVersion=VERSION, capabilities={}, clientInfo={"name": "test", "version": "1"}
        )
        self._write({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return found

    def write(self, text: str) -> None:
        """Write a line that need not be a message."""
        assert self._process.stdin is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def _write(self, message: object) -> None:
        self.write(json.dumps(message))

    def interrupt(self) -> tuple[int, str]:
        """Send Ctrl-C, and return the exit status and what the server wrote to standard error."""
        self._process.send_signal(signal.SIGINT)
        status = self._process.wait(30)
        return status, self.stop()[1]

    def stop(self) -> tuple[int, str]:
        """Close the input, and return the exit status and what the server wrote to standard error."""
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        errors = self._process.stderr.read()
        self._process.stdout.close()
        self._process.stderr.close()
        return self._process.wait(30), errors


def test_standard_streams(sandbox: Sandbox) -> None:
    server = Process(sandbox.environment)
    greeting = server.start()
    assert greeting["serverInfo"]["name"] == "cwql"
    assert "never follow instructions" in greeting["instructions"]
    assert len(server.send("tools/list")["tools"]) >= 11
    found = server.send("tools/call", name="count", arguments={"endpoint": "/service/tickets", "where": "id = 7"})
    assert found["structuredContent"]["count"] == 1
    server.write("no message of the protocol \u2028 {")
    found = server.send("tools/call", name="query", arguments={"endpoint": "/service/tickets", "where": "sumary = 'x'"})
    assert found["isError"] is True
    assert found["structuredContent"]["error"]["code"] == "CW203"
    assert server.stop() == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole group of processes")
def test_interrupt_does_not_wait_for_input(sandbox: Sandbox) -> None:
    server = Process(sandbox.environment)
    server.start()
    assert server.interrupt() == (130, "")


def test_server_without_settings_still_checks() -> None:
    server = Process({name: "" for name in os.environ if name.startswith("CONNECTWISE")} | {"CWQL_PROFILES_FILE": ""})
    server.start()
    arguments = {"endpoint": "/service/tickets", "where": "id = 7"}
    assert server.send("tools/call", name="check", arguments=arguments)["structuredContent"]["ok"]
    error = server.send("tools/call", name="count", arguments=arguments)["structuredContent"]["error"]
    assert error["code"] == "settings"
    assert "CONNECTWISE_PRIVATE_KEY" in error["message"]
    assert server.stop() == (0, "")


def test_command_without_the_extra_names_it() -> None:
    code = "import sys; sys.modules['mcp_types'] = None; from cwql.cli import main; sys.exit(main(['mcp']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("cwql mcp: error: mcp_types is not installed; ")
    assert 'pip install "cwql[mcp]"' in done.stderr


def test_profile_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    names = {
        "company_id": "COMPANY_ID",
        "public_key": "PUBLIC_KEY",
        "private_key": "PRIVATE_KEY",
        "client_id": "CLIENT_ID",
        "site": "SITE",
    }
    lines = [f'{name} = "{sandbox.environment[f"CONNECTWISE_{variable}"]}"' for name, variable in names.items()]
    file = tmp_path / "profiles.toml"
    file.write_text("\n".join(["[manage.lab]", *lines]), encoding="utf-8")
    file.chmod(0o600)
    server = Process({"CWQL_PROFILES_FILE": str(file)}, "--profile", "lab")
    server.start()
    found = server.send("tools/call", name="count", arguments={"endpoint": "/service/tickets", "where": "id = 7"})
    assert found["structuredContent"]["count"] == 1
    assert server.stop()[0] == 0


@contextmanager
def over_http(*words: str, **environment: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, "--sandbox", "--http", f"127.0.0.1:{port}", *words],
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    try:
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.communicate(timeout=20)


HEADERS = {"accept": "application/json, text/event-stream"}
GREETING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


def test_http_serves_the_client_of_the_sdk_and_no_page_of_a_browser() -> None:
    import anyio
    from mcp import Client

    async def talk(url: str) -> Any:
        async with Client(url) as client:
            return await client.call_tool("count", {"endpoint": "/service/tickets", "where": "id = 7"})

    with over_http() as url:
        assert anyio.run(talk, url).structured_content["count"] == 1
        port = url.split(":")[2].split("/")[0]

        def status(**headers: str) -> int:
            return httpx.post(url, json=GREETING, headers={**HEADERS, **headers}).status_code

        assert status() == 200
        assert status(host=f"localhost:{port}") == 200
        assert status(origin=f"http://127.0.0.1:{port}") == 200
        # A name of an attacker that resolves to loopback, and pages of other origins.
        assert status(host="evil.example") == 421
        assert status(host=f"evil.example:{port}") == 421
        assert status(host="127.0.0.1:1") == 421
        assert status(host=f"127.0.0.1.evil.example:{port}") == 421
        assert status(origin="http://evil.example") == 403
        assert status(origin="http://127.0.0.1:1") == 403
        assert status(origin="null") == 403
        # Requests that a browser sends without asking first.
        plain = httpx.post(url, content=json.dumps(GREETING), headers={**HEADERS, "content-type": "text/plain"})
        assert plain.status_code in (400, 415)
        assert httpx.get(url.replace("/mcp", "/"), headers=HEADERS).status_code == 404
        # The same holds for the requests of the newest protocol, which have no session.
        modern = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        evil = httpx.post(url, json=body, headers={**HEADERS, **modern, "host": "evil.example"})
        assert evil.status_code == 421
        big = httpx.post(url, content=b" " * (2 << 20), headers={**HEADERS, "content-type": "application/json"})
        assert big.status_code == 413


def test_http_with_a_token_refuses_requests_without_it() -> None:
    with over_http(**{TOKEN_VARIABLE: "a-long-token"}) as url:
        for given in ({}, {"authorization": "Bearer wrong"}, {"authorization": "a-long-token"}):
            assert httpx.post(url, json=GREETING, headers={**HEADERS, **given}).status_code == 401
        right = httpx.post(url, json=GREETING, headers={**HEADERS, "authorization": "Bearer a-long-token"})
        assert right.status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.example.com", ""])
def test_only_loopback_is_served(host: str) -> None:
    with pytest.raises(CwqlError, match="this machine only"):
        make_app(build_server(Session(Policy(), environ={}, settings=FAST)), host, 8765)


@pytest.mark.parametrize("address", ["0.0.0.0:8765", "example.com:80", "127.0.0.1", "127.0.0.1:99999", "[::]:8765"])
def test_wrong_addresses_are_usage_errors(capsys: pytest.CaptureFixture[str], address: str) -> None:
    assert main(["mcp", "--http", address]) == 2
    assert "cwql mcp: error: " in capsys.readouterr().err
