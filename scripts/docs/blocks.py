"""Play a page: run its blocks, in order, against a sandbox of the page's own, and return the page with what came out.

A test asks that a page that is played is the page itself; ``python -m scripts.docs.blocks [PAGE …]`` writes it down instead, so
that the difference can be read. What is done with a fenced block, its language says:

``python``   is run, a page's blocks in one namespace; what a statement prints follows it, behind ``#> ``
``console``  is a session: behind ``$ `` stands a command, below it what it prints, to both streams
others       are shown only; `LANGUAGES` lists what may stand there, ``{literalinclude}`` shows a file

Commands find the folder examples/ where they run.

A paragraph before a block changes that, for readers too: a file's name in backquotes with a colon writes the block to that
file, in the folder where the commands run, and ``*Not run by the tests: …*`` gives the reason why a block is not.
The environment is that of the reference documents, pointed at the sandbox, whose port is shown as 8480.
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
    """Hold a fenced block: its language, its text, the paragraph above it, and where its text lies in the page."""

    language: str
    body: str
    before: str
    start: int
    end: int

    @property
    def reason(self) -> str | None:
        """Return why the block is not run, None where it is."""
        found = NOT_RUN.match(self.before)
        return found[1].replace("\n", " ") if found else None

    @property
    def file(self) -> str | None:
        """Return the file that the block is the content of."""
        found = FILE.match(self.before)
        return found[1] if found else None


def blocks(text: str) -> list[Block]:
    """Return every fenced block of a page."""
    found = []
    for match in BLOCK.finditer(text):
        before = text[: match.start()].rstrip("\n").rpartition("\n\n")[2]
        found.append(Block(match[1], match[2], before, match.start(2), match.end(2)))
    return found


def play(text: str, name: str = "page", alone: bool = False) -> str:
    """Return a page as it reads when its blocks are run; `alone` gives each block a namespace of its own."""
    found = blocks(text)
    if not any(block.language in ("python", "console") and not block.reason for block in found):
        return text
    with _stage() as stage:
        parts, at = [], 0
        for block in found:
            parts += [text[at : block.start], stage.perform(block, name, alone)]
            at = block.end
        return "".join([*parts, text[at:]])


class _Stage:
    """Run blocks where a page is played."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box
        self._names: dict[str, object] = {"__name__": "__page__"}

    def perform(self, block: Block, name: str, alone: bool) -> str:
        """Return the text of a block as it reads when it is run."""
        if block.reason:
            return block.body
        if block.file:
            path = Path(block.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.body, encoding="utf-8")
            return block.body
        if block.language == "python":
            return self._run(block.body, name, {"__name__": "__page__"} if alone else self._names)
        if block.language == "console":
            # A blank line between two commands stands there, or not, as the page has it.
            return "".join(
                [
                    f"{blank}$ {command}\n{self._clean(_order(command))}"
                    for blank, command in COMMAND.findall(block.body)
                ]
            )
        return block.body

    def _run(self, body: str, name: str, names: dict[str, object]) -> str:
        """Run statement by statement, so that each is followed by what it printed."""
        # Blank lines keep the numbers of lines in a traceback true to the block.
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
        text = text.replace(self._box.url, f"http://127.0.0.1:{SHOWN_PORT}")
        # What differs from run to run is a time: that of a ping, and of pytest.
        text = re.sub(r"\(\d+ ms\)", "(6 ms)", text)
        text = re.sub(r"\bin \d+\.\d+s\b", "in 2.16s", text)
        return "".join([f"{line.rstrip()}\n" for line in text.rstrip().splitlines()])


@contextlib.contextmanager
def _stage() -> Iterator[_Stage]:
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), Sandbox() as box:
        try:
            for variable in [name for name in os.environ if name.startswith(("CONNECTWISE_", "CWQL_"))]:
                del os.environ[variable]
            os.environ |= {
                **box.environment,
                "NO_COLOR": "1",
                "COLUMNS": "120",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            }
            Path(EXAMPLES.name).symlink_to(EXAMPLES)
            os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before.get("PATH", "")])
            yield _Stage(box)
        finally:
            os.environ.clear()
            os.environ.update(before)


def _order(command: str) -> str:
    """Return what a command prints: of cwql itself and of an example without a process, of any other line from a shell."""
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
            _start(words)
    return printed.getvalue()


def _start(words: list[str]) -> None:
    """Run a program as ``python PROGRAM …`` does; what it exits with is printed as Python prints it."""
    before = sys.argv
    sys.argv = words
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as exit:
        if isinstance(exit.code, str):
            print(exit.code, file=sys.stderr)
    finally:
        sys.argv = before


def pages() -> list[Path]:
    """Return the pages that are written by hand: all but those that `scripts.docs` makes."""
    from scripts.docs.pages.registry import MARK

    return [path for path in sorted(DOCS.rglob("*.md")) if not path.read_text(encoding="utf-8").startswith(MARK)]


def write(names: Sequence[str]) -> None:
    """Play pages, all by default, and write down what came out."""
    for path in [Path(name).resolve() for name in names] or [ROOT / "README.md", *pages()]:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            played = play(text, path.name, alone=path.name == "README.md")
        if played != text:
            path.write_text(played, encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: read the difference")


if __name__ == "__main__":
    write(sys.argv[1:])
