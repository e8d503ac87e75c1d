"""The server for agents: the CPU time of a start, and of the first answer of `check`, compared with their limits."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.table import Row

if TYPE_CHECKING:
    from subprocess import Popen

START_LIMIT = 2_500.0
"""Milliseconds of CPU from the start of the process to the answer of the first request."""

CHECK_LIMIT = 150.0
"""Milliseconds for the first `check`, of a condition with two problems."""

SIZE_LIMIT = 6_144.0
"""Bytes of the list of tools."""

_GREETING = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "benchmark", "version": "1"}}


def run(quick: bool) -> list[Row]:
    """Start the server several times."""
    starts, checks, sizes = [], [], []
    for _ in range(3 if quick else 15):
        start, check, size = _measure()
        starts.append(start)
        checks.append(check)
        sizes.append(size)
    return [
        Row("agents: start of cwql mcp, against its limit", median(starts), START_LIMIT, "ms", median(starts) / START_LIMIT, at_most=1),
        Row("agents: first check, against its limit", median(checks), CHECK_LIMIT, "ms", median(checks) / CHECK_LIMIT, at_most=1),
        Row("agents: list of tools, against its limit", sizes[0], SIZE_LIMIT, "B", sizes[0] / SIZE_LIMIT, at_most=1),
    ]  # fmt: skip


def _measure() -> tuple[float, float, float]:
    """Return the milliseconds of a start and of the first check, and the bytes of the list of tools."""
    command = [sys.executable, "-m", "cwql", "mcp", "--allow-write"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        began = time.perf_counter()
        _ask(process, 1, "initialize", **_GREETING)
        started = _spent(process.pid, began)
        began = time.perf_counter()
        _ask(
            process,
            2,
            "tools/call",
            name="check",
            arguments={"endpoint": "/service/tickets", "where": "company/nme == 'Acme'"},
        )
        checked = _spent(process.pid, began) - (started if _has_accounts() else 0.0)
        tools = _ask(process, 3, "tools/list")["tools"]
        assert process.stdin is not None
        process.stdin.close()
    return started, checked, float(len(json.dumps(tools, separators=(",", ":")).encode()))


def _ask(process: Popen[bytes], number: int, method: str, **params: Any) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()
    result: dict[str, Any] = json.loads(process.stdout.readline())["result"]
    return result


def _has_accounts() -> bool:
    """Return whether the system reports the CPU time of other processes, by thread (Linux)."""
    return Path("/proc/self/task").is_dir()


def _spent(process: int, began: float) -> float:
    """Return the CPU milliseconds of a process so far, or the time since `began` if the system does not report them."""
    if not _has_accounts():
        return (time.perf_counter() - began) * 1000
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6
