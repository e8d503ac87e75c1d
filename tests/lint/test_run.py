"""Many files at once: the same outcome with any number of processes, and with processes that die."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import warnings
from typing import TYPE_CHECKING

import pytest

import cwql.lint.linter
from cwql.lint import run as run_module
from cwql.lint.discovery import Discovery
from cwql.lint.examine import examine_bytes, may_hold
from cwql.lint.files import PIECE
from cwql.lint.job import FileResult, LintJob
from cwql.lint.request_targets import NOWHERE
from cwql.lint.run import Results, examine_all
from cwql.lint.settings import Settings
from tests.lint.tree import MISSPELT, RIGHT, WRONG, plant

if TYPE_CHECKING:
    from pathlib import Path

    from cwql.lint.discovery import Target
    from cwql.source import Source

FILES = 120


def make_targets(root: Path, settings: Settings | None = None) -> list[Target]:
    return Discovery(Settings(), settings or Settings(), lambda found: found).find([str(root)])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    files: dict[str, str | bytes] = {
        f"d{number % 7}/f{number}.py": (WRONG, MISSPELT + WRONG, RIGHT, "pass\n")[number % 4] for number in range(FILES)
    }
    return plant(tmp_path / "tree", files)


def codes(results: Results) -> list[tuple[str, list[str], int]]:
    return [(t.shown, [finding.code for finding in o.findings], o.conditions) for t, o in results.pairs()]


@pytest.mark.parametrize("method", [None, *multiprocessing.get_all_start_methods()])
def test_processes_find_what_one_finds(tree: Path, method: str | None) -> None:
    targets = make_targets(tree)
    alone = examine_all(targets, jobs=1)
    together = examine_all(targets, jobs=2, context=None if method is None else multiprocessing.get_context(method))
    assert codes(together) == codes(alone)
    assert sum(outcome.conditions for _, outcome in alone.pairs()) == FILES
    for (_, one), (_, other) in zip(alone.pairs(), together.pairs(), strict=True):
        assert (one.findings, one.anchors) == (other.findings, other.anchors)


DEADLY = ("d3/f10.py", "d5/f54.py", "d0/f112.py")
_read_bytes = cwql.lint.linter.read_bytes


def lint_or_die(data: bytes, job: LintJob) -> object:
    if job.name.endswith(DEADLY):
        if job.name.endswith(DEADLY[0]):
            os._exit(3)
        os.kill(os.getpid(), signal.SIGKILL)
    return _read_bytes(data, job)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="the trap is handed on by fork")
def test_a_worker_that_dies_costs_one_file(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    targets = make_targets(tree)
    expected = {name: found for name, found, _ in codes(examine_all(targets, jobs=1))}
    for name in DEADLY:
        (tree / name).write_text(WRONG)
    targets = make_targets(tree)
    monkeypatch.setattr(cwql.lint.linter, "read_bytes", lint_or_die)
    monkeypatch.setattr(run_module, "CHUNK_FILES", 8)
    results = examine_all(targets, jobs=2, context=multiprocessing.get_context("fork"))
    found = {name: reported for name, reported, _ in codes(results)}
    assert {name: reported for name, reported in found.items() if not name.endswith(DEADLY)} == {
        name: reported for name, reported in expected.items() if not name.endswith(DEADLY)
    }
    assert [reported for name, reported in found.items() if name.endswith(DEADLY)] == [["CW694"]] * 3
    finding = next(o.findings[0] for _, o in results.pairs() if o.findings and o.findings[0].code == "CW694")
    assert finding.message == "the process that read this file was killed, or ran out of memory"


@pytest.mark.parametrize("phase", ["_extract", "_apply_comments"])
@pytest.mark.parametrize("error", [RuntimeError("odd"), RecursionError(), MemoryError()])
def test_a_failure_in_one_file_is_a_finding(
    tree: Path, monkeypatch: pytest.MonkeyPatch, phase: str, error: Exception
) -> None:
    work = getattr(cwql.lint.linter, phase)

    def fail(source: Source, *rest: object) -> object:
        if source.name.endswith("f4.py"):
            raise error
        return work(source, *rest)

    (tree / "d4/f4.py").write_text(f"{WRONG}# cwql: ignore[CW203]\n")
    monkeypatch.setattr(cwql.lint.linter, phase, fail)
    found = {name: reported for name, reported, _ in codes(examine_all(make_targets(tree), jobs=1))}
    (failed,) = [name for name, reported in found.items() if reported == ["CW694"]]
    assert failed.endswith("d4/f4.py")


def test_troubles_and_notes(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": WRONG, "big.py": WRONG * 20})
    os.symlink("nothing", tmp_path / "gone.py")
    targets = make_targets(tmp_path, Settings(max_file_size=0.001))
    results = examine_all(targets)
    assert [(t.shown.rpartition("/")[2], [f.code for f in o.findings]) for t, o in results.pairs()] == [
        ("a.py", ["CW112"]),
        ("gone.py", ["CW692"]),
    ]
    assert results.notes == [f"{tmp_path}/big.py: 0.0 MB: passed over, since max-file-size is 0.001"]
    quiet = examine_all(make_targets(tmp_path, Settings(ignore=["CW692"], max_file_size=0.001)))
    assert [o.findings for t, o in quiet.pairs() if t.shown.endswith("gone.py")] == [[]]


def test_a_file_that_is_gone_when_its_turn_comes(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": WRONG})
    targets = make_targets(tmp_path)
    (tmp_path / "a.py").unlink()
    ((_, outcome),) = examine_all(targets).pairs()
    assert [f.message for f in outcome.findings] == ["cannot be read: No such file or directory"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", False),
        (b"import os", False),
        (b"in what order by whom", False),
        (b"CONDITIONS", True),
        (b"childCondition", True),
        (b"ORDER_BY", True),
        (b"order-by", True),
        (b"orderBy", True),
        (b"includeFields", True),
        (b"# CWQL: ignore", True),
        (b"using ConnectWise;", True),
        ("conditions".encode("utf-16"), True),
        ("\ufeffconditions".encode("utf-32-be"), True),
        (b"\x00\x01\x02", False),
    ],
)
def test_the_search_through_bytes(data: bytes, expected: bool) -> None:
    assert may_hold(data) is expected


def test_a_text_of_two_bytes_a_character_is_read(tmp_path: Path) -> None:
    order = LintJob("", "a.py", "python", NOWHERE)
    assert [f.code for f in examine_bytes(f"\ufeff{WRONG}".encode("utf-16-le"), order).findings] == ["CW112"]


def test_an_outcome_survives_packing() -> None:
    outcome = examine_bytes((MISSPELT + WRONG).encode(), LintJob("", "a.py", "python", NOWHERE))
    assert len(outcome.findings) == 2
    again = FileResult.unpack(outcome.pack())
    assert (again.findings, again.anchors, again.conditions) == (outcome.findings, outcome.anchors, 2)
    assert again.anchors == ["sumary contains 'vpn'", "id == 5"]


def test_a_file_of_many_pieces_is_read_to_its_end(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "# padding\n" * (2 * PIECE // 10) + MISSPELT, "b.py": "#" * PIECE + "\n" + MISSPELT})
    results = examine_all(make_targets(tmp_path))
    assert [found for _, found, _ in codes(results)] == [["CW203"], ["CW203"]]


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_left_as_it_was(tree: Path, was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    try:
        examine_all(make_targets(tree), jobs=1)
        assert gc.isenabled() is was_on
    finally:
        gc.enable()


def test_warnings_of_the_parser_stay_inside(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "x = '\\d'\n" + RIGHT, "b.py": "1if x else 2\n" + RIGHT})
    with warnings.catch_warnings(record=True) as reported:
        warnings.simplefilter("always")
        results = examine_all(make_targets(tmp_path), jobs=1)
        assert warnings.filters[0][0] == "always"
    assert reported == []
    assert [outcome.conditions for _, outcome in results.pairs()] == [1, 1]
