"""Run ``cwql lint`` with hostile files next to the sources: settings, baselines, ignore files, caches.

Each case is a small tree of sources with one to three such files, in a separate process. No case may take more than a second of CPU
time, wait for anything, use more than 200 MB, end in a traceback, or write outside of the tree.
"""

from __future__ import annotations

import json
import os
import random
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cwql.lint.cache import stamp
from cwql.lint.configuration import COMMON_KEYS, LINT_KEYS
from scripts.fuzz.lint_runs import main, remove, run_lint, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 1.0

KEYS = [*COMMON_KEYS, "lint", *[f"lint.{key}" for key in LINT_KEYS]]

WRONG = 'requests.get("https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets", params={"conditions": "id == 5"})\n'
WORDS = [
    [], [], ["--no-cache"], ["--fix"], ["--show-settings"], ["--show-files"], ["--add-ignore"], ["--diff"], ["--statistics"],
    ["--format", "json"], ["--format", "github"], ["--format", "concise"], ["--format", "sarif"], ["--verbose"],
    ["--write-baseline", "b.json"], ["--baseline", "b.json"], ["--output-file", "report"], ["sub"], ["a.py"], ["--strict"],
]  # fmt: skip
SPECIAL = ["zero", "random", "pipe", "socket", "folder", "loop", "dangling", "proc", "endless", "tty", "outside"]


NUMBERS = ["nan", "inf", "-inf", "1e999", "0", "-1", "1" + "0" * 400, "9" * 5000, "1e-300"]
PATHS = [
    '"../.."', '"/"', '"/dev/zero"', '"/proc/self/maps"', '"a\\u0000"', '"pipe"', '"link/x"', '"b.json"', '"."', '"' + "y/" * 3000 + '"',
]  # fmt: skip
VALUES = [
    "true", "0", "-1", "1.5", "nan", "'text'", "''", "[]", "[1]", "['ALL']", "['CW9']", "[[]]", "{}", "{a = 1}", "1979-05-27",
    "{CW112 = 'off'}", "{'*.py' = ['ALL']}", "'manage'", "'python'", "['**']", "['!a', '/', '[', '\\']", "07:32:00",
    "'\u202e'", '"\\u202e\\u001b"', "'::error::'", "{'\\n' = []}", '{"\\n::error::" = 1}',
]  # fmt: skip


class Hostile:
    """Write hostile files, all of them chosen by one random generator."""

    def __init__(self, chance: random.Random, root: Path) -> None:
        self._chance = chance
        self._root = root

    def plant(self) -> None:
        """Write the sources and one to three hostile files."""
        chance = self._chance
        for number in range(chance.choice([1, 3, 8, 30])):
            (self._root / f"{chance.choice(['a', 'b', 'deep/er', 'sub', 'a/a/a'])}{number}.py").parent.mkdir(
                parents=True, exist_ok=True
            )
            (self._root / f"m{number}.py").write_text(WRONG)
        (self._root / "a.py").write_text(WRONG)
        (self._root / "sub").mkdir(exist_ok=True)
        if chance.random() < 0.3:
            path = self._root / "/".join(["a"] * chance.choice([10, 40, 120]))
            path.mkdir(parents=True, exist_ok=True)
            (path / f"{'a' * chance.choice([1, 50, 200])}.py").write_text(WRONG)
        makers = [self._settings, self._settings, self._ignore, self._baseline, self._cache, self._extend]
        for maker in chance.sample(makers, chance.choice([1, 1, 2, 3])):
            maker()

    def _write(self, name: str, content: str | bytes) -> None:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            return
        path.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)

    def _special(self, name: str) -> None:
        """Put something at a path that is no file, or not an ordinary one."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            return
        kind = self._chance.choice(SPECIAL)
        targets = {
            "zero": "/dev/zero", "random": "/dev/urandom", "loop": path.name, "dangling": "nowhere", "proc": "/proc/self/maps",
            "endless": "/proc/self/pagemap", "tty": "/dev/tty", "outside": "/etc/passwd",
        }  # fmt: skip
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind == "socket":
            here = os.getcwd()
            with socket.socket(socket.AF_UNIX) as made:
                # The address of a socket is short.
                os.chdir(path.parent)
                made.bind(path.name)
                os.chdir(here)
        else:
            path.symlink_to(targets[kind])

    def _settings(self) -> None:
        name = self._chance.choice(["cwql.toml", "pyproject.toml", "sub/cwql.toml", "sub/pyproject.toml"])
        if self._chance.random() < 0.2:
            self._special(name)
            return
        head = "[tool.cwql]\n" if name.endswith("pyproject.toml") else ""
        self._write(name, head + self._toml(head))

    def _extend(self) -> None:
        chance = self._chance
        kind = chance.choice(["chain", "circle", "links", "special", "long"])
        head = "extend = "
        if kind == "chain":
            count = chance.choice([3, 12, 400])
            for number in range(count):
                self._write(f"chain/{number}.toml", f"{head}'{number + 1}.toml'\n")
            self._write(f"chain/{count}.toml", chance.choice(["", self._toml("")]))
            self._write("cwql.toml", f"{head}'chain/0.toml'\n")
        elif kind == "circle":
            self._write("cwql.toml", f"{head}'sub/other.toml'\n")
            self._write("sub/other.toml", f"{head}'../{chance.choice(['cwql.toml', 'sub/other.toml'])}'\n")
        elif kind == "links":
            if not os.path.lexists(self._root / "here"):
                (self._root / "here").symlink_to(".")
            self._write("cwql.toml", f"{head}'here/cwql.toml'\n")
        elif kind == "special":
            self._special("other.toml")
            self._write("cwql.toml", f"{head}'other.toml'\n")
        else:
            self._write("cwql.toml", f"{head}'{'x/' * chance.choice([100, 3000, 100_000])}y.toml'\n")

    def _toml(self, head: str) -> str:
        """Return a text that a TOML parser may find hard to read, or whose values are odd."""
        chance = self._chance
        size = chance.choice([10, 1_000, 30_000, 120_000, 300_000])
        pieces: list[Callable[[], str]] = [
            lambda: "select = " + "[" * size,
            lambda: "select = " + "[" * size + "]" * size + "\n",
            lambda: "x = " + "{a=" * size,
            lambda: "x." + "a." * size + "b = 1\n",
            lambda: "[" + "a." * size + "b]\n",
            lambda: "".join(f"[a{n}{'.a' * chance.randint(0, 20)}]\nb = 1\n" for n in range(size // 20)),
            lambda: "".join(f"a{n}{'.a' * chance.randint(0, 20)} = 1\n" for n in range(size // 20)),
            lambda: "[[a]]\n" * (size // 6),
            lambda: "a" * size + " = 1\n#" + "a" * size,
            lambda: '"' + "b" * size + '" = 1\n',
            lambda: "exclude = [" + '"*a*", ' * (size // 7) + "]\n",
            lambda: 'exclude = ["' + "*a" * (size // 2) + '"]\n',
            lambda: "exclude = " + json.dumps(["**/a/" * 7 + "b", "**/*a*/" * 200 + "b", "[a-z]" * 100 + "*"]) + "\n",
            lambda: "ignore = [" + '"CW2", ' * (size // 7) + "]\n",
            lambda: "select = " + json.dumps([f"CW{n}" for n in range(size // 8)]) + "\n",
            lambda: "".join(f"per-file-ignores.a{n} = ['ALL']\n" for n in range(size // 30)),
            lambda: "".join(
                f"lint.severity.{chance.choice(['CW2', 'cw112', 'x'])}{n} = 'off'\n" for n in range(size // 30)
            ),
            lambda: f"max-file-size = {chance.choice(NUMBERS)}\n",
            lambda: "x = '''" + "'' " * (size // 3),
            lambda: 'x = """' + '"" ' * (size // 3),
            lambda: 'x = "' + "\\" * size + '"\n',
            lambda: "x = [" + "{}," * (size // 3) + "]\n",
            lambda: "x = [" + "1979-05-27T07:32:00Z," * (size // 20) + "]\n",
            lambda: "x = " + "1_" * size + "1\n",
            lambda: "\n" * size,
            lambda: "#" * size,
            lambda: f"cache-dir = {chance.choice(PATHS)}\n",
            lambda: f"lint.baseline = {chance.choice(PATHS)}\n",
            lambda: (
                f"lint.endpoint = '{chance.choice(['/service/tickets', '/', 'x' * size, '/service/' * (size // 9), '{}'])}'\n"
            ),
            lambda: f"{chance.choice(KEYS)} = {chance.choice(VALUES)}\n",
            lambda: f"{chance.choice(KEYS)} = {chance.choice(VALUES)}\n",
            lambda: f"{chance.choice(KEYS)} = {chance.choice(VALUES)}\n",
            lambda: "".join(chance.choices("ab\"'\\[]{}=.,#\n\r\t 1_-:TZ+\u202e\x00é", k=size // 10)),
            lambda: "\udcff = 1",
        ]
        text = "".join(piece() for piece in chance.sample(pieces, chance.choice([1, 1, 2, 3])))
        # Most lists of keys end with a table, after which the keys of the next piece would be in it.
        return text if "]\n[" not in text else head + text

    def _ignore(self) -> None:
        chance = self._chance
        name = chance.choice([".gitignore", "sub/.gitignore", ".git/info/exclude"])
        if chance.random() < 0.3:
            self._special(name)
            return
        if chance.random() < 0.5:
            (self._root / ".git").mkdir(exist_ok=True)
        pieces = [
            "**/a/" * 7 + "b", "**/a/" * 500 + "b", "**/*a*/" * 300 + "b", "*a" * 1500 + "*b", "a*" * 2000, "[a-z]" * 800, "?" * 250 + "*",
            "*" + "?" * 120 + "b*", "[" * 4000, "[!" + "a-z" * 1300 + "]", "\\" * 4001, "!" * 4000, "/" * 4000, "**" * 2000, "a/" * 2000,
            "*.py", "!m1.py", "**/[[:alpha:]]*", "[[:nope:]]", "\x00", "\udcff*", "#" * 5000, " " * 5000, "a" * 5000, "/**/a/**/", "***/***",
            *["".join(chance.choice("ab*?[]!-\\/. ") for _ in range(chance.choice([5, 40, 300]))) for _ in range(9)],
        ]  # fmt: skip
        lines = chance.choices(pieces, k=chance.choice([1, 5, 60, 200]))
        if chance.random() < 0.2:
            lines = [
                f"{chance.choice(['a', '*', '/x/', '*.', '[ab]', '!'])}{n}"
                for n in range(chance.choice([3_000, 40_000]))
            ]
        self._write(name, "\n".join(lines))

    def _baseline(self) -> None:
        chance = self._chance
        if chance.random() < 0.7:
            self._write("cwql.toml", 'lint.baseline = "b.json"\n')
        if chance.random() < 0.25:
            self._special("b.json")
            return
        entry = {"file": "a.py", "code": "CW112", "text": "id == 5"}
        size = chance.choice([10, 1000, 100_000])
        odd: object = chance.choice(
            [None, 5, -1, 1e400, "x", [], {}, [[]], True, "\ud800", "\n::error::\x1b", "x" * size]
        )
        key = chance.choice(["file", "code", "text", "count", "other"])
        texts = [
            "[" * size, '{"a":' * size, "[" * size + "]" * size, "", "null", "[]", "{}", "\x00", "\udcff", '"' + "\\u0000" * size,
            "[" + "[]," * size + "1]", "[" + "{}," * size + "1]", "1" * size, "-" * size, '{"version": ' + "9" * size + "}",
            json.dumps({"version": 1, "findings": [{**entry, key: odd}] * chance.choice([1, 20, 1000])}),
            json.dumps({"version": 1, "findings": [entry] * (size // 10)}),
            json.dumps({"version": odd, "findings": odd}),
            json.dumps({"version": 1, "findings": [{**entry, "file": f"gone{n}\n::error::"} for n in range(size // 10)]}),
        ]  # fmt: skip
        self._write("b.json", chance.choice(texts))

    def _cache(self) -> None:
        """Put a cache into the tree that an earlier run might have left; some have the mark of this version."""
        chance = self._chance
        kind = chance.choice(["link", "file", "special", "special", "shard", "shard", "shard", "links"])
        folder = self._root / ".cwql_cache"
        if os.path.lexists(folder):
            return
        if kind == "link":
            folder.symlink_to(chance.choice(["../victim", "/", "nowhere", "/dev/null", "."]))
            return
        if kind == "file":
            self._special(".cwql_cache")
            return
        run_lint(self._root, [])
        for path in folder.glob("*.json") if folder.is_dir() else ():
            shard = path.read_bytes()
            path.unlink()
            if kind == "special":
                self._special(f".cwql_cache/{path.name}")
            elif kind == "links":
                path.symlink_to("../../victim/mine")
                for number in range(5):
                    (folder / f"{path.name}.{number}").symlink_to("../../victim/mine")
            else:
                path.write_bytes(self._corrupt(shard))

    def _corrupt(self, shard: bytes) -> bytes:
        chance = self._chance
        start = f'{{"stamp":"{stamp()}",'.encode()
        kind = chance.choice(["bytes", "deep", "large", "value", "value", "value"])
        if kind == "bytes":
            corrupted = bytearray(shard)
            for _ in range(chance.choice([1, 5, 50])):
                corrupted[chance.randrange(len(corrupted))] = chance.randrange(256)
            return bytes(corrupted)
        if kind == "deep":
            return start + b'"files":' + b"[" * 100_000
        if kind == "large":
            return start + b'"files":{"a":[' + b"[]," * chance.choice([1_000_000, 3_000_000]) + b"1]}}"
        content = json.loads(shard)
        for entry in content["files"].values():
            self._corrupt_value(entry)
        return json.dumps(content, separators=(",", ":")).encode()

    def _corrupt_value(self, value: list[object]) -> None:
        """Change one value somewhere in nested lists."""
        chance = self._chance
        place = chance.randrange(len(value)) if value else -1
        inner = value[place] if value else None
        if isinstance(inner, list) and inner and chance.random() < 0.8:
            self._corrupt_value(inner)
        elif value:
            value[place] = chance.choice(
                [None, True, -1, 10**30, 1.5, "", "x", "\ud800", [], [[]], {}, {"a": 1}, "error"]
            )


def run_case(seed: int) -> Iterator[str]:
    """Run one case and yield its faults."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp())
    try:
        root, victim = folder / "root", folder / "victim"
        root.mkdir()
        victim.mkdir()
        (victim / "mine").write_text("mine")
        (victim / "v.py").write_text(WRONG)
        Hostile(chance, root).plant()
        words = chance.choice(WORDS)
        before = snapshot(victim)
        run = run_lint(root, words)
        if run.seconds > SECONDS:
            # Another process may have slowed this one down.
            run = min(run, run_lint(root, words), key=lambda each: each.seconds)
        found = run.problem(SECONDS)
        if found is not None:
            yield f"cwql lint {' '.join(words)}: {found}"
        if snapshot(victim) != before or sorted(os.listdir(folder)) != ["root", "victim"]:
            yield f"cwql lint {' '.join(words)}: something outside the tree was changed"
        left = [name for name in snapshot(root) if ".cwql-" in name]
        if left:
            yield f"cwql lint {' '.join(words)}: left over: {left}"
    finally:
        remove(folder)


if __name__ == "__main__":
    sys.exit(
        main(
            "lint_configuration",
            "Run cwql lint with hostile settings, baselines, ignore files and caches.",
            run_case,
            500,
        )
    )
