"""Baselines: known diagnostics are not reported, whatever moves around them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cwql.lint.baseline import read_baseline, write_baseline
from cwql.lint.run import examine_all
from cwql.lint.settings import ConfigurationError
from tests.lint.test_run import make_targets
from tests.lint.tree import MISSPELT, RIGHT, WRONG, plant

if TYPE_CHECKING:
    from pathlib import Path


def report(root: Path, path: Path) -> tuple[list[tuple[str, str]], list[str]]:
    results = examine_all(make_targets(root))
    baseline = read_baseline(str(path))
    for target, outcome in results.pairs():
        baseline.apply(target, outcome)
    findings = [
        (target.path.rpartition("/")[2], f.code) for target, outcome in results.pairs() for f in outcome.findings
    ]
    return findings, baseline.stale([target for target, _ in results.pairs()])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "tree", {"a.py": WRONG + MISSPELT, "sub/b.py": WRONG + WRONG})


@pytest.fixture
def path(root: Path) -> Path:
    path = root.parent / "known.json"
    assert write_baseline(str(path), examine_all(make_targets(root)).pairs()) == 4
    return path


def test_the_file_is_made_to_be_read(root: Path, path: Path) -> None:
    assert json.loads(path.read_text()) == {
        "version": 1,
        "findings": [
            {"file": "tree/a.py", "code": "CW112", "text": "id == 5"},
            {"file": "tree/a.py", "code": "CW203", "text": "sumary contains 'vpn'"},
            {"file": "tree/sub/b.py", "code": "CW112", "text": "id == 5", "count": 2},
        ],
    }


def test_what_is_known_is_not_told(root: Path, path: Path) -> None:
    assert report(root, path) == ([], [])


def test_lines_do_not_count(root: Path, path: Path) -> None:
    (root / "a.py").write_text("\n\nimport os\n" + MISSPELT.replace("\n", "  # why\n") + "\nif True:\n    " + WRONG)
    assert report(root, path) == ([], [])


def test_what_is_new_is_told(root: Path, path: Path) -> None:
    (root / "sub/b.py").write_text(WRONG * 3 + WRONG.replace("5", "6"))
    assert report(root, path) == ([("b.py", "CW112"), ("b.py", "CW112")], [])
    (root / "sub/b.py").rename(root / "c.py")
    assert report(root, path)[0] == [("c.py", "CW112")] * 4


def test_what_is_gone_is_stale(root: Path, path: Path) -> None:
    (root / "sub/b.py").write_text(WRONG + RIGHT)
    (root / "a.py").unlink()
    assert report(root, path) == (
        [],
        [
            "tree/a.py: CW112: id == 5",
            "tree/a.py: CW203: sumary contains 'vpn'",
            "tree/sub/b.py: CW112: id == 5",
        ],
    )


def test_of_files_that_were_not_looked_at_nothing_is_stale(root: Path, path: Path) -> None:
    (root / "sub/b.py").write_text(RIGHT)
    results = examine_all([target for target in make_targets(root) if target.path.endswith("a.py")])
    baseline = read_baseline(str(path))
    assert [baseline.apply(target, outcome) for target, outcome in results.pairs()] == [2]
    assert baseline.stale([target for target, _ in results.pairs()]) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: Expecting value"),
        ("[]", "not a baseline of cwql lint"),
        ('{"version": 2, "findings": []}', "a baseline of version 2, expected 1"),
        (
            '{"version": 1, "findings": [{"file": "a"}]}',
            r"findings\[0\]: expected file, code and text, and a count above 0",
        ),
        ('{"version": 1, "findings": [{"file": "a", "code": "CW1", "text": "x", "count": 1e999}]}', "a count above 0"),
        ('{"version": [[]], "findings": []}', "a baseline of version unknown, expected 1"),
        ('{"version": 1, "findings": {}}', "expected an object with a list of findings"),
        ("[" * 100_000, "not JSON: maximum recursion depth"),
        ("[" + "1," * 2_000_000 + "1]", "larger than 4 MB"),
        ("\udcff", "not JSON: 'utf-8' codec can't decode"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigurationError, match=message):
        read_baseline(str(path))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file or directory; --write-baseline makes one"):
        read_baseline(str(tmp_path / "known.json"))
