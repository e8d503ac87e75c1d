"""Report words of `dictionary.txt` in the files of `paths.txt`: ``python -m scripts.english.spelling [PATH …]``.

codespell finds the words. `allowed.txt` lists the places where one of them is right, each with the reason; an entry that matches
nothing is reported as well.
"""

from __future__ import annotations

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
DICTIONARY = FOLDER / "dictionary.txt"
ALLOWED = FOLDER / "allowed.txt"
PATHS = FOLDER / "paths.txt"

_MISSPELLING = re.compile(r"(?P<path>.+?):(?P<line>\d+): (?P<word>\S+) ==> (?P<suggestion>.+)")


class Misspelling(NamedTuple):
    """A word that codespell reports."""

    path: str
    line: int
    word: str
    suggestion: str


class Allowed(NamedTuple):
    """A word that is right in the files of a pattern; ``*`` is any word."""

    word: str
    pattern: str
    reason: str


def entries(path: Path) -> list[str]:
    """Return the lines of a list without blank lines and comments."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def read_allowed(lines: list[str]) -> list[Allowed]:
    """Parse lines of the form ``WORD PATTERN REASON``.

    Raises:
        ValueError: A line has no reason.
    """
    found = []
    for line in lines:
        parts = line.split(maxsplit=2)
        if len(parts) != 3:
            raise ValueError(f"expected WORD PATTERN REASON, found {line!r}")
        found.append(Allowed(*parts))
    return found


def run_codespell(paths: list[str], root: Path = ROOT) -> list[Misspelling]:
    """Return every word of the dictionary in files and folders below a root."""
    command = [sys.executable, "-m", "codespell_lib", "--dictionary", str(DICTIONARY), "--quiet-level", "2"]
    command += ["--disable-colors", "--check-hidden", "--skip", "__pycache__,*/english/*.txt", *paths]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    if done.returncode not in (0, 65):
        raise RuntimeError(done.stderr)
    found = []
    for line in done.stdout.splitlines():
        match = _MISSPELLING.fullmatch(line)
        if match is None:
            raise RuntimeError(f"unexpected output of codespell: {line!r}")
        path = match["path"].replace("\\", "/").removeprefix("./")
        found.append(Misspelling(path, int(match["line"]), match["word"], match["suggestion"]))
    return sorted(found)


def judge(found: list[Misspelling], allowed: list[Allowed]) -> tuple[list[Misspelling], list[Allowed]]:
    """Return the words that are not allowed, and the entries that allow none."""
    used: set[Allowed] = set()
    reported = []
    for item in found:
        fitting = [it for it in allowed if it.word in ("*", item.word.lower()) and fnmatch(item.path, it.pattern)]
        used.update(fitting)
        if not fitting:
            reported.append(item)
    return reported, [it for it in allowed if it not in used]


def main(paths: list[str]) -> int:
    """Print the misspelt words, and return the exit status."""
    reported, unused = judge(run_codespell(paths or entries(PATHS)), read_allowed(entries(ALLOWED)))
    for item in reported:
        print(f"{item.path}:{item.line}: {item.word} ==> {item.suggestion}")
    # Some of the files were not read if paths are given.
    unused = [] if paths else unused
    for entry in unused:
        print(f"{ALLOWED.relative_to(ROOT).as_posix()}: {entry.word} is not used in {entry.pattern}: remove the entry")
    return 1 if reported or unused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
