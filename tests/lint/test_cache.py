"""The cache: which entries are used, which are not, and that none of them can do harm."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

import cwql.lint.linter
from cwql.lint.cache import LARGEST, Cache, stamp
from cwql.lint.run import Results, examine_all
from cwql.lint.settings import Settings
from tests.lint.test_run import make_targets
from tests.lint.tree import MISSPELT, RIGHT, WRONG, plant

if TYPE_CHECKING:
    from pathlib import Path

    from cwql.lint.job import LintJob

OLD = time.time_ns() - 10**12


class Counter:
    """Count the files that are read as text."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        inner = cwql.lint.linter.read_bytes

        def read_bytes(data: bytes, job: LintJob) -> object:
            self.names.append(job.name.rpartition("/")[2])
            return inner(data, job)

        monkeypatch.setattr(cwql.lint.linter, "read_bytes", read_bytes)

    def take(self) -> list[str]:
        names, self.names = sorted(self.names), []
        return names


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = plant(tmp_path / "tree", {"a.py": WRONG, "b.py": MISSPELT, "sub/c.py": RIGHT, "sub/d.py": "pass"})
    age(root)
    return root


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Counter:
    return Counter(monkeypatch)


def age(root: Path) -> None:
    for path in root.rglob("*.py"):
        os.utime(path, ns=(OLD, OLD))


def lint(root: Path, settings: Settings | None = None, folder: str = "cache") -> Results:
    return examine_all(make_targets(root, settings), jobs=1, cache=Cache(str(root.parent / folder)))


def reported(results: Results) -> list[list[tuple[str, str]]]:
    return [[(f.code, f.message) for f in outcome.findings] for _, outcome in results.pairs()]


def test_a_second_run_reads_nothing(root: Path, count: Counter) -> None:
    first = lint(root)
    assert count.take() == ["a.py", "b.py", "c.py"]
    second = lint(root)
    assert count.take() == []
    assert reported(second) == reported(first)
    assert [o.conditions for _, o in second.pairs()] == [1, 1, 1, 0]
    assert {name.name for name in (root.parent / "cache").iterdir()} >= {".gitignore", "CACHEDIR.TAG"}


def test_what_has_changed_is_read(root: Path, count: Counter) -> None:
    lint(root)
    count.take()
    (root / "a.py").write_text(RIGHT)
    results = lint(root)
    assert count.take() == ["a.py"]
    assert reported(results)[0] == []


def test_a_file_that_was_touched_is_not_judged_again(root: Path, count: Counter) -> None:
    lint(root)
    count.take()
    os.utime(root / "a.py", ns=(OLD + 1, OLD + 1))
    first = lint(root)
    assert count.take() == []
    assert reported(first)[0] == [("CW112", reported(first)[0][0][1])]


def test_a_change_within_the_grain_of_time_is_seen(root: Path, count: Counter) -> None:
    # Written and linted at once: time and size alone could miss the next change.
    now = time.time_ns()
    os.utime(root / "a.py", ns=(now, now))
    lint(root)
    (root / "a.py").write_text(WRONG.replace("id == 5", "id  = 5"))
    os.utime(root / "a.py", ns=(now, now))
    count.take()
    assert reported(lint(root))[0] == []
    assert count.take() == ["a.py"]


def test_other_settings_are_another_matter(root: Path, count: Counter) -> None:
    lint(root)
    count.take()
    for settings in (
        Settings(ignore=["CW112"]),
        Settings(strict=True),
        Settings(endpoint="/service/tickets"),
        Settings(severity=[("CW112", "off")]),
        Settings(language="text"),
    ):
        lint(root, settings)
        assert len(count.take()) == 3
        lint(root, settings)
        assert count.take() == []


def test_another_python_does_not_use_the_results(root: Path, count: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    lint(root)
    count.take()
    assert stamp() == stamp()
    monkeypatch.setattr("sys.version", "0.0.0")
    lint(root)
    assert len(count.take()) == 3


def test_a_pipe_or_a_large_file_in_the_cache_is_not_read(root: Path, count: Counter) -> None:
    expected = reported(lint(root))
    first, second = (root.parent / "cache").glob("*.json")
    first.unlink()
    os.mkfifo(first)
    second.write_bytes(second.read_bytes()[:-1] + b" " * LARGEST + b"}")
    count.take()
    assert reported(lint(root)) == expected
    assert len(count.take()) == 3
    assert first.is_file()


def test_nothing_is_written_through_links_in_the_cache(root: Path) -> None:
    victim = root.parent / "victim"
    victim.write_text("mine")
    lint(root)
    for path in (root.parent / "cache").glob("*.json"):
        path.unlink()
        path.symlink_to(victim)
    (root.parent / "cache" / "CACHEDIR.TAG").unlink()
    lint(root)
    assert victim.read_text() == "mine"
    assert not any(path.is_symlink() for path in (root.parent / "cache").iterdir())


CORRUPT = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"stamp": 1, "folder": 2, "files": 3}',
]


@pytest.mark.parametrize("data", CORRUPT)
def test_a_corrupt_cache_is_as_good_as_none(root: Path, count: Counter, data: bytes) -> None:
    expected = reported(lint(root))
    count.take()
    for path in (root.parent / "cache").glob("*.json"):
        path.write_bytes(data)
    assert reported(lint(root)) == expected
    assert len(count.take()) == 3
    assert reported(lint(root)) == expected
    assert count.take() == []


@pytest.mark.parametrize(
    "odd",
    [
        None, 5, [], [1, 2], [1, 2, 3, 4], ["", 0, [[]], []], ["", 0, [["CW1"] * 8], []], {"a": 1},
        [1, 0, [], []], ["", "1", [], []], ["", 0, {}, {}],
        *[["", 1, [finding], ["x"]] for finding in (
            ["CW1", "a", "loud", "m", [0, 1], None, [], []],
            ["CW1", "a", "error", 5, [0, 1], None, [], []],
            ["CW1", "a", "error", "m", ["0", "1"], None, [], []],
            ["CW1", "a", "error", "m", [0, 1, 2], None, [], []],
            ["CW1", "a", "error", "m", [-1, 1], None, [], []],
            ["CW1", "a", "error", "m", [0, 1], 5, [], []],
            ["CW1", "a", "error", "m", [0, 1], None, [["t", True, [[0, 1, 5]]]], []],
            ["CW1", "a", "error", "m", [0, 1], None, [5], []],
            ["CW1", "a", "error", "m", [0, 1], None, [], [5]],
            ["CW1", "a", [], "m", [0, 1], None, [], []],
        )],
        ["", 1, [["CW1", "a", "error", "m", [0, 1], None, [], []]], [5]],
    ],
)  # fmt: skip
def test_corrupt_entries_are_as_good_as_none(root: Path, count: Counter, odd: object) -> None:
    expected = reported(lint(root))
    count.take()
    for path in (root.parent / "cache").glob("*.json"):
        shard = json.loads(path.read_bytes())
        for name, entry in shard["files"].items():
            shard["files"][name] = odd if isinstance(odd, dict) or odd is None else [*entry[:3], odd]
        path.write_text(json.dumps(shard, separators=(",", ":")))
    assert reported(lint(root)) == expected


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(root: Path) -> None:
    expected = reported(lint(root))
    (root.parent / "file").write_text("")
    assert reported(lint(root, folder="file")) == expected
    assert reported(lint(root, folder="file/below")) == expected


def test_runs_may_overlap(root: Path) -> None:
    expected = reported(lint(root, folder="other"))
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                assert reported(lint(root)) == expected
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert not [path for path in (root.parent / "cache").iterdir() if path.suffix not in ("", ".json", ".TAG")]


def test_files_that_are_gone_are_forgotten(root: Path) -> None:
    lint(root)
    (root / "b.py").unlink()
    (root / "a.py").write_text(RIGHT)
    lint(root)
    shards = [json.loads(path.read_bytes()) for path in (root.parent / "cache").glob("*.json")]
    assert [sorted(shard["files"]) for shard in shards if shard["folder"] == str(root)] == [["a.py"]]
