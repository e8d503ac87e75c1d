"""Run the code blocks of a page against a sandbox, and return the page with their current output.

A test checks that the output on every page is up to date; ``python -m scripts.docs.blocks [PAGE …]`` updates it, so that the diff can
be read. The language of a fenced block decides how it is run:

``python``   is executed, all blocks of a page in one namespace; output follows each statement as ``#> `` lines
``console``  is a session: each line with ``$ `` is a command, followed by its output to both streams
others       are not run; `LANGUAGES` lists them, and ``{literalinclude}`` includes a file

Commands run in a temporary folder that contains examples/.

The paragraph before a block can change that, and readers see it too: a file name in backquotes with a colon writes the block to that
file, and ``*Not run by the tests: …*`` skips the block and gives the reason. The environment variables are the documented ones, with the
address of the sandbox, whose port is shown as 8480.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import runpy
import shlex
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cwql.automate
import cwql.manage
from cwql.cli import main
from cwql.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
RESULT = "#> "
EXAMPLES = ROOT / "examples"
INCLUDED = "{literalinclude}"
LANGUAGES = frozenset(
    ("python", "console", "text", "sh", "bat", "toml", "ini", "yaml", "json", "groovy", "powershell", "http", INCLUDED)
)

BLOCK = re.compile(r"^```(\w*|\{literalinclude\})(?: \S+)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NOT_RUN = re.compile(r"^\*Not run by the tests: (.+)\*$", re.DOTALL)
FILE = re.compile(r"(?:^|.*\s)`([\w./-]+\.\w+)`:$", re.DOTALL)
COMMAND = re.compile(r"(?:^|(?<=\n))(\n?)\$ (.*)")
SHOWN_PORT = 8480

_SHELL = re.compile(r"[|<>&;$]")


class Block(NamedTuple):
    """A fenced block: its language, its text, the paragraph before it, and the position of the text in the page."""

    language: str
    body: str
    before: str
    start: int
    end: int

    @property
    def reason(self) -> str | None:
        """Return why the block is not run, or None if it is run."""
        found = NOT_RUN.match(self.before)
        return found[1].replace("\n", " ") if found else None

    @property
    def file(self) -> str | None:
        """Return the name of the file that the block is written to, or None."""
        found = FILE.match(self.before)
        return found[1] if found else None


def blocks(text: str) -> list[Block]:
    """Return every fenced block of a page."""
    found = []
    for match in BLOCK.finditer(text):
        before = text[: match.start()].rstrip("\n").rpartition("\n\n")[2]
        found.append(Block(match[1], match[2], before, match.start(2), match.end(2)))
    return found


def run_page(text: str, name: str = "page", isolated: bool = False) -> str:
    """Run the blocks of a page and return the page with their output; `isolated` gives each block its own namespace."""
    found = blocks(text)
    if not any(block.language in ("python", "console") and not block.reason for block in found):
        return text
    with _open_runner() as runner, contextlib.closing(runner):
        parts, at = [], 0
        for block in found:
            parts += [text[at : block.start], runner.run(block, name, isolated)]
            at = block.end
        return "".join([*parts, text[at:]])


class _Runner:
    """Run the blocks of one page."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._names: dict[str, object] = {"__name__": "__page__"}

    def close(self) -> None:
        """Close the clients that the page left open, as a program does when it ends."""
        for value in self._names.values():
            if isinstance(value, cwql.manage.Client | cwql.automate.Client):
                value.close()

    def run(self, block: Block, name: str, isolated: bool) -> str:
        """Run a block and return its text with the current output."""
        if block.reason:
            return block.body
        if block.file:
            path = Path(block.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.body, encoding="utf-8")
            return block.body
        if block.language == "python":
            return self._run_python(block.body, name, {"__name__": "__page__"} if isolated else self._names)
        if block.language == "console":
            # Blank lines between commands are kept as they are.
            return "".join(
                [
                    f"{blank}$ {command}\n{self._clean(_run_command(command))}"
                    for blank, command in COMMAND.findall(block.body)
                ]
            )
        return block.body

    def _run_python(self, body: str, name: str, names: dict[str, object]) -> str:
        """Execute statement by statement, so that the output of each follows it."""
        lines = [line for line in body.splitlines() if not line.startswith(RESULT.rstrip())]
        shown, at = [], 0
        for statement in ast.parse("\n".join(lines)).body:
            end = statement.end_lineno or at
            shown += lines[at:end]
            at = end
            code = compile(ast.Module([statement], []), f"<{name}>", "exec")
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(code, names)
            shown += [f"{RESULT}{line}".rstrip() for line in self._clean(printed.getvalue()).splitlines()]
        return "\n".join([*shown, *lines[at:], ""])

    def _clean(self, text: str) -> str:
        text = text.replace(self._sandbox.url, f"http://127.0.0.1:{SHOWN_PORT}")
        # Times differ from run to run: those of a ping and of pytest.
        text = re.sub(r"\(\d+ ms\)", "(6 ms)", text)
        text = re.sub(r"\bin \d+\.\d+s\b", "in 2.16s", text)
        return "".join([f"{line.rstrip()}\n" for line in text.rstrip().splitlines()])


@contextlib.contextmanager
def _open_runner() -> Iterator[_Runner]:
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), Sandbox() as sandbox:
        try:
            for variable in [name for name in os.environ if name.startswith(("CONNECTWISE_", "CWQL_"))]:
                del os.environ[variable]
            os.environ |= {
                **sandbox.environment,
                "NO_COLOR": "1",
                "COLUMNS": "100",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                # An installed cwql is found by its entry point.
                "PYTEST_PLUGINS": "cwql.sandbox.pytest_plugin",
            }
            Path(EXAMPLES.name).symlink_to(EXAMPLES)
            os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before.get("PATH", "")])
            yield _Runner(sandbox)
        finally:
            os.environ.clear()
            os.environ.update(before)


def _run_command(command: str) -> str:
    """Return the output of a command. cwql and the examples run in this process, because that is faster; the rest in a shell."""
    # uvx would download the released version.
    command = command.removeprefix("uvx ")
    if not command.startswith(("cwql ", "python examples/")) or _SHELL.search(
        re.sub(r"'[^']*'|\"[^\"$]*\"", "", command)
    ):
        done = subprocess.run(
            ["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False
        )
        return done.stdout
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        words = shlex.split(command)[1:]
        if command.startswith("cwql "):
            main(words)
        else:
            _run_program(words)
    return printed.getvalue()


def _run_program(words: list[str]) -> None:
    """Run a program as ``python PROGRAM …`` does, and print an exit message as Python prints it."""
    before = sys.argv
    sys.argv = words
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as exit:
        if isinstance(exit.code, str):
            print(exit.code, file=sys.stderr)
    finally:
        sys.argv = before


def written_pages() -> list[Path]:
    """Return the pages that are written by hand, which is all but the generated ones."""
    from scripts.docs.pages.registry import MARK

    return [path for path in sorted(DOCS.rglob("*.md")) if not path.read_text(encoding="utf-8").startswith(MARK)]


def write(names: Sequence[str]) -> None:
    """Run the blocks of pages, by default of all, and write their output."""
    for path in [Path(name).resolve() for name in names] or [ROOT / "README.md", *written_pages()]:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            updated = run_page(text, path.name, isolated=path.name == "README.md")
        if updated != text:
            path.write_text(updated, encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: updated, read the diff")


if __name__ == "__main__":
    write(sys.argv[1:])
