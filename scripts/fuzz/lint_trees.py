"""Run ``cwql lint`` and ``cwql lint --fix`` on hostile source trees.

A tree has sources in many languages, encodings and line ends with mistakes that can be fixed, names that act on terminals, links, pipes and
devices, deep folders, and texts that are hard to scan. Nothing may end in a traceback or take long; a fix changes the mistaken
lines of ordinary files below the folder and nothing else: not the encoding, the line ends, the mode or any other line.
"""

from __future__ import annotations

import ast
import json
import os
import random
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cwql.lint.linter import encoding_of
from scripts.fuzz.lint_runs import main, remove, run_lint, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 15.0
"""CPU seconds for a tree of at most half a megabyte: linear work takes less, quadratic work on the largest file far more."""

URL = "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets"
MISTAKES = {
    ".py": f'requests.get("{URL}", params={{"conditions": "id == 5"}})',
    ".ps1": 'Get-CWMTicket -Condition "id == 5"',
    ".js": f'axios.get("{URL}", {{params: {{conditions: "id == 5"}}}});',
    ".ts": f'await axios.get("{URL}", {{params: {{conditions: `id == 5`}}}});',
    ".rb": f'HTTParty.get("{URL}", query: {{ conditions: "id == 5" }})',
    ".php": f'$client->get("{URL}", ["query" => ["conditions" => "id == 5"]]);',
    ".txt": f"see {URL}?conditions=id%20==%205 for more",
}
"""A line for each language, with a mistake that a safe fix corrects."""

FILLERS = [
    "",
    "x = 1",
    "# é 会社 \U0001f600",
    "\t",
    "  # tab\there  ",
    "# cwql",
    "# conditions",
    "// \u202e",
    "'",
    '"',
    "{",
    "#" * 300,
]
QUIET = ["", "# x", "# é 会社", "# \U0001f600", "#\t", "# conditions"]
"""Lines that leave a file of each of these languages readable."""

ENCODINGS = [
    ("utf-8", b""), ("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
    ("utf-32-le", b"\xff\xfe\x00\x00"), ("utf-32-be", b"\x00\x00\xfe\xff"), ("cp1252", b""), ("latin-1", b""),
]  # fmt: skip
MODES = [0o644, 0o644, 0o600, 0o755, 0o444, 0o640, 0o4711, 0o200]
NAMES = [
    "a", "b b", "-rf", "--fix", "::error file=x::", "  ::warning::", "\n::error::", "\r", "\x1b[2J", "\x9b2J", "\u202e", "\u2028", "##[error]",
    "%0A", "*", "[a]", "\\", "'", '"', "$(x)", ";", "&", "\x01", "é", "e\u0301", "\udcff", "CON", "~", "a" * 240, " ", ".", "__init__", "<x>",
]  # fmt: skip
SPECIAL = [
    "zero",
    "pipe",
    "folder",
    "loop",
    "dangling",
    "proc",
    "endless",
    "out",
    "out folder",
    "through folder",
    "inside",
    "hard",
]


class Planted(NamedTuple):
    """A source that was written: its name, the encoding of its text, and the numbers of the lines with mistakes."""

    name: str
    encoding: str
    mark: bytes
    mistakes: frozenset[int]


class Tree:
    """A hostile tree; `planted` lists its ordinary sources."""

    def __init__(self, chance: random.Random, root: Path) -> None:
        self.planted: list[Planted] = []
        self._chance = chance
        self._root = root

    def plant(self) -> None:
        """Write the tree."""
        chance = self._chance
        folders = [""]
        for _ in range(chance.choice([0, 1, 4])):
            folder = f"{chance.choice(folders)}{self._name()}/"
            if not os.path.lexists(self._root / folder):
                (self._root / folder).mkdir()
                folders.append(folder)
        for _ in range(chance.choice([1, 3, 10, 30])):
            self._source(chance.choice(folders))
        for _ in range(chance.choice([0, 1, 3, 6])):
            self._special(chance.choice(folders))
        for _ in range(chance.choice([0, 0, 1, 2])):
            self._bomb(chance.choice(folders))
        if chance.random() < 0.1:
            self._deep()

    def _name(self) -> str:
        return "".join(self._chance.choices(NAMES, k=self._chance.choice([1, 1, 2]))).strip(".")[:200] or "x"

    def _source(self, folder: str) -> None:
        chance = self._chance
        suffix = chance.choice([*MISTAKES])
        name = f"{folder}{self._name()}{suffix}"
        path = self._root / name
        if os.path.lexists(path):
            return
        encoding, mark = chance.choice(ENCODINGS)
        fillers = FILLERS if chance.random() < 0.3 else QUIET
        lines = [chance.choice(fillers) for _ in range(chance.choice([0, 1, 5, 60]))]
        if encoding == "latin-1":
            lines.insert(0, "# -*- coding: latin-1 -*-")
        for _ in range(chance.choice([0, 1, 1, 3])):
            lines.insert(chance.randint(encoding == "latin-1", len(lines)), MISTAKES[suffix])
        if encoding in ("cp1252", "latin-1"):
            lines = [line.encode(encoding, "ignore").decode(encoding) for line in lines]
        ends = chance.choice([["\n"], ["\r\n"], ["\n", "\r\n"], ["\n", "\r\n", "\r"]])
        text = "".join(f"{line}{chance.choice(ends)}" for line in lines)
        if chance.random() < 0.3:
            text = text.rstrip("\r\n")
        path.write_bytes(mark + text.encode(encoding))
        path.chmod(chance.choice(MODES))
        mistaken = frozenset(number for number, line in enumerate(lines) if "conditions" in line and "==" in line)
        self.planted.append(Planted(name, encoding, mark, mistaken))

    def _special(self, folder: str) -> None:
        """Put something at a path that is no file, or a file that has another name as well."""
        chance = self._chance
        name = f"{self._name()}{chance.choice([*MISTAKES])}"
        path = self._root / folder / name
        if os.path.lexists(path):
            return
        up = "../" * (folder.count("/") + 1)
        targets = {
            "zero": "/dev/zero", "loop": name, "dangling": "nowhere\n::error::", "proc": "/proc/self/maps", "endless": "/proc/self/pagemap",
            "out": f"{up}victim/v.py", "out folder": f"{up}victim", "through folder": f"{up}victim/link/v.py",
        }  # fmt: skip
        kind = chance.choice(SPECIAL)
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind in targets:
            path.symlink_to(targets[kind])
        elif self.planted:
            other = self._root / chance.choice(self.planted).name
            if kind == "hard":
                os.link(other, path)
            else:
                path.symlink_to(os.path.relpath(other, path.parent))

    def _bomb(self, folder: str) -> None:
        chance = self._chance
        suffix = chance.choice(
            [
                ".py",
                ".ps1",
                ".js",
                ".ts",
                ".cs",
                ".go",
                ".php",
                ".rb",
                ".json",
                ".yaml",
                ".toml",
                ".md",
                ".http",
                ".txt",
            ]
        )
        size = chance.choice([1_000, 20_000, 150_000])
        piece = chance.choice([
            "(", "[", "{", "((", "{[", "'", '"', '"""', "'''", "`", "${", "`${", '$("', "$(", "@\"\n", "@'\n", "<<A\n", "<<~A\n", "%q(", "%w[",
            "/*", "//", "/", "/[", "\\", "\\\"", "#", "# cwql: ignore[", "-", "- ", "- - ", "a: ", "  a:\n ", "a.b.", "a->", "a(", "a(b, ", "+ 'a' ",
            "f'{", "f\"{f'{", "not ", "lambda: ", "if a:\n", " ", "\t", "\n", "\r", "\x00", "\ufeff", "\u202e", "é", "\U0001f600", "```\n", "~~~", "> ",
            "<", "&", "=", "a=", "conditions=", "conditions: ", "conditions='a' ", f"{URL}?conditions=", f"{URL}/", "http://", "?&", "%20", "%",
            "id = 1 and ", "(id = 1 or ", "in (", "'a', ", MISTAKES.get(suffix, MISTAKES[".txt"]) + "\n", "x = x + 'a'\n", "x += 'id = 1'\n",
        ])  # fmt: skip
        middle = chance.choice(
            [
                "",
                MISTAKES.get(suffix, ""),
                "\n" + MISTAKES.get(suffix, "") + "\n",
                f"\n{URL}?conditions=id==5\n",  # cwql: ignore[double-equals]
            ]
        )
        closing = piece[::-1].translate(str.maketrans("([{", ")]}")) if chance.random() < 0.3 else ""
        count = size // len(piece)
        text = f"{chance.choice(['', 'conditions = ', 'cwql '])}{piece * count}{middle}{closing * count}"
        path = self._root / folder / f"{self._name()}{suffix}"
        if not os.path.lexists(path):
            path.write_bytes(text.encode("utf-8", "surrogateescape"))

    def _deep(self) -> None:
        """Nest folders deeper than a path of the system is long."""
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(self._root)
            for _ in range(self._chance.choice([50, 1200])):
                os.mkdir("d" * 9)
                os.chdir("d" * 9)
            Path("deep.py").write_text(MISTAKES[".py"])
        finally:
            os.fchdir(here)
            os.close(here)


class Changes:
    """Compare a tree with its state before."""

    def __init__(self, before: dict[str, tuple[object, ...]], after: dict[str, tuple[object, ...]], tree: Tree) -> None:
        self._before = before
        self._after = after
        self._planted = {planted.name: planted for planted in tree.planted}

    def problems(self, comments: bool) -> Iterator[str]:
        """Yield every change that a fix or, with `comments`, ``--add-ignore`` should not have made."""
        for name in self._before.keys() | self._after.keys():
            if self._before.get(name) == self._after.get(name) or name.partition("/")[0] == ".cwql_cache":
                continue
            if name not in self._before or name not in self._after:
                yield f"{name!r} was {'removed' if name in self._before else 'made'}"
                continue
            (mode, old), (new_mode, new) = self._before[name], self._after[name]
            if (
                not isinstance(old, bytes)
                or not isinstance(new, bytes)
                or not isinstance(mode, int)
                or mode != new_mode
            ):
                yield f"{name!r}: {mode!r} became {new_mode!r}"
            elif not mode & stat.S_IWUSR and os.getuid():
                yield f"{name!r} is read-only, and was changed"
            elif name in self._planted:
                yield from self._text_problems(self._planted[name], old, new, comments)

    def _text_problems(self, planted: Planted, old: bytes, new: bytes, comments: bool) -> Iterator[str]:
        name = planted.name
        if not new.startswith(planted.mark) or encoding_of(new) != encoding_of(old):
            yield f"{name!r}: the byte order mark or the encoding was changed"
            return
        length = len(planted.mark)
        before = old[length:].decode(planted.encoding).splitlines(keepends=True)
        after = new[length:].decode(planted.encoding).splitlines(keepends=True)
        if comments:
            yield from self._comment_problems(name, before, after)
            return
        if len(before) != len(after):
            yield f"{name!r}: {len(before)} lines became {len(after)}"
            return
        for one, other in zip(before, after, strict=True):
            if one != other and ("id" not in one or one.replace("==", "=") != other):
                yield f"{name!r}: {one!r} became {other!r}"
        if name.endswith(".py") and _is_python(old) and not _is_python(new):
            yield f"{name!r} is no Python any more"

    @staticmethod
    def _comment_problems(name: str, before: list[str], after: list[str]) -> Iterator[str]:
        at = 0
        for line in after:
            if at < len(before) and line == before[at]:
                at += 1
            elif at < len(before) and "cwql: ignore[" in line and line.startswith(before[at].rstrip("\r\n")):
                ends = [text[len(text.rstrip("\r\n")) :] for text in (line, before[at])]
                if ends[0] != ends[1]:
                    yield f"{name!r}: the end of {before[at]!r} was changed"
                at += 1
            elif "cwql: ignore[" not in line:
                yield f"{name!r}: a line {line!r} that was not there"
                return
        if at != len(before):
            yield f"{name!r}: lost {before[at]!r}"


def _is_python(data: bytes) -> bool:
    try:
        ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def run_case(seed: int) -> Iterator[str]:
    """Run one case and yield its faults."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp())
    try:
        root, victim = folder / "root", folder / "victim"
        for path in (root, victim):
            path.mkdir()
        (victim / "v.py").write_text(MISTAKES[".py"])
        (victim / "link").symlink_to(".")
        tree = Tree(chance, root)
        tree.plant()
        options = [*chance.choice([["--format", "concise"], ["--format", "json"], [], ["--jobs", "2"]])]
        yield from _run(folder, options, tree, fixes=False)
        words = chance.choice([["--fix"], ["--fix"], ["--fix", "--unsafe-fixes"], ["--add-ignore"]])
        yield from _run(folder, words, tree, fixes=True)
        again = snapshot(folder)
        yield from _run(folder, words, tree, fixes=True)
        if {name: entry for name, entry in snapshot(folder).items() if ".cwql_cache" not in name} != {
            name: entry for name, entry in again.items() if ".cwql_cache" not in name
        }:
            yield f"{words}: a second time changes more"
    finally:
        remove(folder)


def _run(folder: Path, words: list[str], tree: Tree, fixes: bool) -> Iterator[str]:
    root, victim = folder / "root", folder / "victim"
    before, outside = snapshot(root), snapshot(victim)
    run = run_lint(root, words, timeout=120)
    found = run.problem(SECONDS, 400)
    if found is not None:
        yield f"cwql lint {' '.join(words)}: {found}"
    if words == ["--format", "json"] and run.status == 1:
        json.loads(run.out)
    after = snapshot(root)
    if snapshot(victim) != outside or len(os.listdir(folder)) != 2:
        yield f"cwql lint {' '.join(words)}: something outside the tree was changed"
    if not fixes:
        changed = [
            name
            for name in before.keys() | after.keys()
            if before.get(name) != after.get(name) and name.partition("/")[0] != ".cwql_cache"
        ]
        if changed:
            yield f"cwql lint {' '.join(words)}: changed {changed}"
        return
    for problem in Changes(before, after, tree).problems(words == ["--add-ignore"]):
        yield f"cwql lint {' '.join(words)}: {problem}"


if __name__ == "__main__":
    sys.exit(main("lint_trees", "Run cwql lint on hostile source trees, and fix them.", run_case, 300))
