"""``cwql server``: CPU time of the whole process for an edit, with pipes, JSON and protocol; its memory after the session.

A file of 2,000 lines is edited at a condition. The limits are those at which typing feels immediate on a slow machine.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Any

from benchmarks.lint import HEAD, METHOD, TEXTS
from benchmarks.table import Row

if TYPE_CHECKING:
    from types import TracebackType

LINES = 2000
DIAGNOSTICS, COMPLETION, MEMORY = 40.0, 15.0, 150.0
"""Limits: milliseconds of CPU time, and megabytes."""

CAPABILITIES = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
"""Those of VS Code that matter here."""
PULL_ONLY: dict[str, Any] = {"textDocument": {"diagnostic": {}}}
"""Those of an editor that cannot be asked to pull again: it gets what the linter finds in the whole file."""

URI = "file:///bench/tickets.py"
POWERSHELL = "file:///bench/tickets.ps1"


_PLAIN_PYTHON = '''
    def merge_{number}(self, found: list[dict[str, object]], limit: int = {number}) -> dict[str, int]:
        """Count tickets by board, and remember when they were seen."""
        counts: dict[str, int] = {{}}
        for ticket in found[:limit]:
            board = str(ticket.get("board", "none")).strip().lower()
            counts[board] = counts.get(board, 0) + 1
            if ticket["id"] not in self.seen:
                self.seen[int(ticket["id"])] = datetime.now()
        return counts
'''
_PLAIN_POWERSHELL = """\
function Merge-Tickets{number} {{
    param([object[]]$Tickets, [int]$Limit = {number})
    $counts = @{{}}
    foreach ($ticket in $Tickets | Select-Object -First $Limit) {{
        $board = "$($ticket.board.name)".Trim().ToLower()
        if (-not $counts.ContainsKey($board)) {{ $counts[$board] = 0 }}
        $counts[$board] += 1
    }}
    return $counts
}}
"""
_POWERSHELL = """\
function Get-Tickets{number} {{
    param([int]$Page, [string]$Word)
    # all tickets of one board
    $uri = "$base/service/tickets?conditions=board/id={number} and summary contains 'disk'"
    $reply = Invoke-RestMethod -Uri $uri -Headers $headers -Method Get
    foreach ($ticket in $reply) {{
        if ($ticket.id -gt 5) {{ Write-Host $ticket.summary }}
    }}
    return $reply
}}
"""
PLAIN = 3
"""How many functions without a condition follow one that has one."""


def make_python() -> str:
    """Return a program of 2,000 lines with a condition in every fortieth line."""
    parts = [HEAD.format(number=1)]
    number = 0
    while sum(part.count("\n") for part in parts) < LINES:
        number += 1
        text = TEXTS[number % len(TEXTS)].format(number, number + 1, number + 2, number % 28 + 1)
        parts.append(METHOD.format(number=number, text=text))
        parts += [_PLAIN_PYTHON.format(number=number * PLAIN + each) for each in range(PLAIN)]
    return "\n".join("".join(parts).split("\n")[: LINES - 1]) + "\n"


def make_powershell() -> str:
    """Return a script of 2,000 lines with a condition in every fortieth line."""
    parts = ["$base = 'https://na.myconnectwise.net/v4_6_release/apis/3.0'\n"]
    while sum(part.count("\n") for part in parts) < LINES:
        number = len(parts)
        parts.append(_POWERSHELL.format(number=number))
        parts += [_PLAIN_POWERSHELL.format(number=number + each) for each in range(PLAIN)]
    return "\n".join("".join(parts).split("\n")[: LINES - 1]) + "\n"


class Session:
    """A session of an editor: messages over pipes, and the CPU time of the server."""

    def __init__(self, capabilities: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "cwql", "server"]
        self._process: Popen[bytes] = Popen(command, stdin=PIPE, stdout=PIPE)
        self._number = 0
        self.request("initialize", {"capabilities": capabilities, "processId": None, "rootUri": None})
        self.notify("initialized", {})

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self.request("shutdown", None)
        self.notify("exit", None)
        self._process.wait(10)

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._process.stdin.flush()

    def notify(self, method: str, params: object) -> None:
        """Send a message without an answer."""
        self._send({"method": method, "params": params})

    def request(self, method: str, params: object) -> Any:
        """Send a request and return its result."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(message["error"])
                return message["result"]

    def _receive(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while (line := stream.readline().strip()) or not length:
            if not line:
                raise RuntimeError("the server has ended")
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(stream.read(length))
        return message

    def spent(self) -> float:
        """Return the CPU time of all threads so far, in milliseconds."""
        tasks = Path(f"/proc/{self._process.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e6

    def memory(self) -> float:
        """Return the resident memory in megabytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024 / 1e6


def run(quick: bool) -> list[Row]:
    """Edit files in a server; without the process statistics of Linux there is nothing to measure."""
    if not sys.platform.startswith("linux"):
        return []
    rounds = 20 if quick else 100
    texts = {"Python": (URI, make_python()), "PowerShell": (POWERSHELL, make_powershell())}
    rows = []
    with Session(CAPABILITIES) as session:
        idle = session.memory()
        times = {
            language: _measure(session, uri, language.lower(), text, rounds) for language, (uri, text) in texts.items()
        }
        busy = session.memory()
    with Session(PULL_ONLY) as session:
        exact = {
            language: _read(session, uri, language.lower(), text, rounds) for language, (uri, text) in texts.items()
        }
    for language, (inside, elsewhere, completion) in times.items():
        name = f"server: {language}, 2,000 lines"
        rows.append(_row(f"{name}: diagnostics after an edit in a condition", inside, DIAGNOSTICS, "ms"))
        rows.append(_row(f"{name}: diagnostics after another edit", elsewhere, DIAGNOSTICS, "ms"))
        rows.append(_row(f"{name}: the whole file, after a pause", exact[language], DIAGNOSTICS, "ms"))
        rows.append(_row(f"{name}: completion after a keystroke", completion, COMPLETION, "ms"))
    rows.append(_row("server: memory, idle", idle, MEMORY, "MB"))
    rows.append(_row("server: memory after the edits", busy, MEMORY, "MB"))
    return rows


def _row(name: str, ours: float, limit: float, unit: str) -> Row:
    return Row(name, ours, limit, unit, ours / limit, at_most=1)


def _measure(session: Session, uri: str, language: str, text: str, rounds: int) -> tuple[float, float, float]:
    """Return the CPU milliseconds of diagnostics after edits in a condition and elsewhere, and of completion."""
    item = {"uri": uri, "languageId": language, "version": 0, "text": text}
    session.notify("textDocument/didOpen", {"textDocument": item})
    document = {"uri": uri}
    session.request("textDocument/diagnostic", {"textDocument": document})
    at = text.index("board/id", len(text) // 2) + len("board/id")
    elsewhere = text.index("ticket", len(text) // 2)
    line, column = text.count("\n", 0, at), at - text.rindex("\n", 0, at) - 1
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    for number in range(rounds):
        # One letter and back: board/id, board/i, board/id …
        typed = text if number % 2 else text[: at - 1] + text[at:]
        start = session.spent()
        _change(session, uri, typed, 3 * number)
        found = session.request("textDocument/diagnostic", {"textDocument": document})
        times[0].append(session.spent() - start)
        assert ("CW203" in [each["code"] for each in found["items"]]) == (number % 2 == 0)
        start = session.spent()
        other = text if number % 2 == 0 else text[: at - 1] + text[at:]
        _change(session, uri, other, 3 * number + 1)
        position = {"line": line, "character": column if number % 2 == 0 else column - 1}
        items = session.request("textDocument/completion", {"textDocument": document, "position": position})["items"]
        times[2].append(session.spent() - start)
        assert "id" in [each["label"] for each in items]
        start = session.spent()
        _change(session, uri, other[:elsewhere] + "x" + other[elsewhere:], 3 * number + 2)
        session.request("textDocument/diagnostic", {"textDocument": document})
        times[1].append(session.spent() - start)
        # The next round begins with the text that it does not type, which the linter has read.
        _change(session, uri, typed, 3 * number + 2)
        session.request("textDocument/hover", {"textDocument": document, "position": position})
    return median(times[0]), median(times[1]), median(times[2])


def _read(session: Session, uri: str, language: str, text: str, rounds: int) -> float:
    """Return the CPU milliseconds of diagnostics for a whole text that has changed outside of its conditions."""
    item = {"uri": uri, "languageId": language, "version": 0, "text": text}
    session.notify("textDocument/didOpen", {"textDocument": item})
    document = {"uri": uri}
    session.request("textDocument/diagnostic", {"textDocument": document})
    at = text.index("ticket", len(text) // 2)
    times = []
    for number in range(rounds):
        start = session.spent()
        _change(session, uri, text[:at] + "x" * (number % 2) + text[at:], number)
        session.request("textDocument/diagnostic", {"textDocument": document})
        times.append(session.spent() - start)
    return median(times)


def _change(session: Session, uri: str, text: str, version: int) -> None:
    document = {"uri": uri, "version": version + 1}
    session.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
