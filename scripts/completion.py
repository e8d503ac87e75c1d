"""``python -m scripts.completion``: measure how fast an editor completes names of cwql, next to those of openai.

The language server is basedpyright, and then jedi, which IPython, Jupyter and Vim use. Each row is a fresh process: *cold* is its CPU
time (of jedi with an empty cache) from opening the file to the answer, *warm* that of an edit and another completion (median). openai
and jedi are installed into ``build/completion``. The exit status is 1 if a row of cwql has no names, or with basedpyright takes more than
1 s and is slower than that of openai.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from math import inf
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, PIPE, Popen, run
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "completion"
"""Where openai and jedi are installed."""

CLIENT = "from cwql.manage import Client\n\npsa = Client()\n"
PROGRAMS = {
    "openai client.": "import openai\n\nclient = openai.OpenAI()\nclient.",
    "cwql Ticket.": "from cwql.manage.fields import Ticket\n\nTicket.",
    "cwql psa.service.": f"{CLIENT}psa.service.",
    "cwql psa.service.tickets.": f"{CLIENT}psa.service.tickets.",
    "cwql t. (a record)": f"{CLIENT}for t in psa.service.tickets.list():\n    t.",
}
"""The programs, each of which ends at the place of the completion."""

LIMIT = 1.0
"""Seconds within which a completion is fast, whatever other libraries take."""


class LanguageServer:
    """A session of an editor with basedpyright: one file in a separate folder."""

    def __init__(self, folder: Path, search: list[Path]) -> None:
        config = {"pythonVersion": "3.11", "extraPaths": [str(path) for path in search], "typeCheckingMode": "standard"}
        (folder / "pyrightconfig.json").write_text(json.dumps(config))
        command = [sys.executable, "-c", "from basedpyright.langserver import main; main()", "--stdio"]
        self._process: Popen[bytes] = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        self._number = 0
        self._uri = (folder / "program.py").as_uri()
        self._version = 0
        self._ask(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": "program"}],
                "capabilities": {
                    "workspace": {"configuration": True},
                    "textDocument": {"hover": {"contentFormat": ["plaintext"]}},
                },
            },
        )
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self._ask("shutdown", None)
        self._send({"method": "exit", "params": None})
        self._process.wait(30)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def edit(self, text: str) -> None:
        """Open the program, or replace its text."""
        self._version += 1
        document = {"uri": self._uri, "version": self._version}
        if self._version == 1:
            opened = {"textDocument": {**document, "languageId": "python", "text": text}}
            self._send({"method": "textDocument/didOpen", "params": opened})
        else:
            changed = {"textDocument": document, "contentChanges": [{"text": text}]}
            self._send({"method": "textDocument/didChange", "params": changed})

    def complete(self, text: str, after: str = "") -> list[str]:
        """Return the names that complete a text at its end, which may have more text after it."""
        self.edit(text + after)
        found = self._ask("textDocument/completion", self._at(text))
        return [item["label"] for item in (found["items"] if isinstance(found, dict) else found or [])]

    def hover(self, text: str, name: str) -> str:
        """Return what the editor shows for the last occurrence of a name in a text."""
        self.edit(text)
        found = self._ask("textDocument/hover", self._at(text[: text.rindex(name) + 1]))
        return str(found["contents"]["value"]) if found else ""

    def cpu_seconds(self) -> float:
        """Return the CPU time of the server and of the processes that it started."""
        pids, total = [self._process.pid], 0
        for pid in pids:
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(stat[11]) + int(stat[12])
            for task in Path(f"/proc/{pid}/task").iterdir():
                pids += map(int, (task / "children").read_text().split())
        return total / 100

    def _at(self, text: str) -> dict[str, Any]:
        before, _, line = text.rpartition("\n")
        position = {"line": before.count("\n") + ("\n" in text), "character": len(line)}
        return {"textDocument": {"uri": self._uri}, "position": position}

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._process.stdin.flush()

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                return message.get("result")
            if "id" in message:
                # The server asks for its settings.
                settings: list[dict[str, object]] = [{} for _ in message["params"].get("items", [])]
                is_settings = message["method"] == "workspace/configuration"
                self._send({"id": message["id"], "result": settings if is_settings else None})

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise EOFError("the language server has ended")
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message


def measure(program: str, search: list[Path], edits: int) -> tuple[float, float, float, int]:
    """Return the CPU and wall seconds of the first completion, the CPU seconds of later ones, and the number of names."""
    with TemporaryDirectory() as folder, LanguageServer(Path(folder), search) as server:
        before, started = server.cpu_seconds(), time.perf_counter()
        names = server.complete(program)
        wall, cold = time.perf_counter() - started, server.cpu_seconds() - before
        warm = []
        for number in range(edits):
            before = server.cpu_seconds()
            server.complete(f"# edit {number}\n{program}")
            warm.append(server.cpu_seconds() - before)
    return cold, wall, median(warm), len(names)


def measure_jedi(program: str, search: list[Path], edits: int) -> tuple[float, float, float, int]:
    """Return the same for jedi, in a new process with an empty cache."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_complete_with_jedi, program, search, edits).result()


def _complete_with_jedi(program: str, search: list[Path], edits: int) -> tuple[float, float, float, int]:
    sys.path.append(str(FOLDER))
    jedi: Any = import_module("jedi")
    environment = import_module("jedi.api.environment").InterpreterEnvironment()

    def complete(text: str) -> int:
        script = jedi.Script(text, path=Path(folder, "program.py"), project=project, environment=environment)
        return len(script.complete(text.count("\n") + 1, len(text.rpartition("\n")[2])))

    with TemporaryDirectory() as folder:
        jedi.settings.cache_directory = folder
        project = jedi.Project(folder, added_sys_path=[str(path) for path in search])
        before, started = time.process_time(), time.perf_counter()
        names = complete(program)
        wall, cold = time.perf_counter() - started, time.process_time() - before
        warm = []
        for number in range(edits):
            before = time.process_time()
            complete(f"# edit {number}\n{program}")
            warm.append(time.process_time() - before)
    return cold, wall, median(warm), names


def main(argv: list[str] | None = None) -> int:
    """Print a table for each server; return 1 if a completion of cwql is empty, or neither fast nor as fast as that of openai."""
    parser = argparse.ArgumentParser(prog="python -m scripts.completion", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="fresh servers for each row; the median is printed")
    parser.add_argument("--edits", type=int, default=3, help="completions after an edit")
    arguments = parser.parse_args(argv)
    for package in ("openai", "jedi"):
        if not (FOLDER / package).is_dir():
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(FOLDER), package]
            run(pip, check=True)
    search = [ROOT / "src", ROOT / "generated", FOLDER]
    failed: list[str] = []
    for server, ask in (("basedpyright", measure), ("jedi", measure_jedi)):
        results: dict[str, tuple[float, ...]] = {}
        print(f"{server:<28}{'cold CPU s':>12}{'cold wall s':>13}{'warm CPU s':>12}{'names':>7}")
        for name, program in PROGRAMS.items():
            rounds = [ask(program, search, arguments.edits) for _ in range(arguments.rounds)]
            results[name] = tuple(median(figures) for figures in zip(*rounds, strict=True))
            cold, wall, warm, names = results[name]
            print(f"{name:<28}{cold:>12.2f}{wall:>13.2f}{warm:>12.2f}{names:>7.0f}", flush=True)
        (_, (peer, *_)), *own = results.items()
        # To complete the members of a record, jedi reads whole classes, in any library.
        limit = max(LIMIT, peer) if ask is measure else inf
        failed += [f"{server}: {name}" for name, (cold, *_, names) in own if not names or cold > limit]
    print("without names, or slower than openai and than 1 s:", ", ".join(failed) or "none")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
