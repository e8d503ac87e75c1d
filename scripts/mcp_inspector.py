"""Call the server for agents with the official inspector: ``make test-mcp-inspector``, or ``python -m scripts.mcp_inspector FOLDER``.

FOLDER is the npm folder in which the inspector is installed, with a Node.js that is new enough for it. The inspector starts
``cwql mcp --sandbox`` for every call, lists what the server offers, and checks that the schemas of the tools suit every assistant.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TICKETS = "/service/tickets"


def inspect(folder: Path, *words: str) -> tuple[Any, str]:
    """Return what the inspector prints for a method: its JSON, and its other lines."""
    tools = folder / "node_modules"
    command = [str(tools / "node" / "bin" / "node"), str(tools / ".bin" / "mcp-inspector"), "--cli"]
    server = [sys.executable, "-m", "cwql", "mcp", "--sandbox", "--allow-write"]
    done = subprocess.run(
        [*command, *server, *words], capture_output=True, text=True, encoding="utf-8", check=False, env={**os.environ}
    )
    start, end = done.stdout.find("{"), done.stdout.rfind("}")
    if start < 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout[start : end + 1]), done.stdout[end + 1 :] + done.stderr


def call(folder: Path, name: str, **arguments: str) -> dict[str, Any]:
    """Return the structured result of a call."""
    words = [word for key, value in arguments.items() for word in ("--tool-arg", f"{key}={value}")]
    result, _ = inspect(folder, "--method", "tools/call", "--tool-name", name, *words)
    found: dict[str, Any] = result["structuredContent"]
    return found


def checks(folder: Path) -> dict[str, bool]:
    """Return every check by its name, with its result."""
    tools, notes = inspect(folder, "--method", "tools/list", "--strict")
    resources, _ = inspect(folder, "--method", "resources/list")
    prompts, _ = inspect(folder, "--method", "prompts/list")
    record, _ = inspect(folder, "--method", "resources/read", "--uri", "cwql://manage/Ticket")
    prompt, _ = inspect(
        folder, "--method", "prompts/get", "--prompt-name", "triage", "--prompt-args", "board=Help Desk"
    )
    refused = call(folder, "query", endpoint=TICKETS, where="company/nme = 'x'")["error"]
    return {
        "tools are listed": {"query", "check", "plan", "apply"} <= {tool["name"] for tool in tools["tools"]},
        "schemas suit every assistant": "Warning: tool" not in notes and "Error: tool" not in notes,
        "resources are listed": len(resources["resources"]) == 3,
        "prompts are listed": len(prompts["prompts"]) == 4,
        "a record is read": "- severity enum" in record["contents"][0]["text"],
        "a prompt is filled": 'board/name = "Help Desk"' in prompt["messages"][0]["content"]["text"],
        "records are counted": call(folder, "count", endpoint=TICKETS, where="id = 7")["count"] == 1,
        "a wrong name is refused": refused["fixed"] == {"where": "company/name = 'x'"},
    }


def main(folder: str) -> int:
    """Print every check, and return 1 if one failed."""
    found = checks(Path(folder))
    for name, passed in found.items():
        print(f"{'ok' if passed else 'FAILED':6} {name}")
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
