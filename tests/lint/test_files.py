"""Files next to the sources: only regular files of limited size are read, nothing outside the tree is written."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from cwql.lint.baseline import write_baseline
from cwql.lint.files import PIECE, Boundary, create_beside, is_inside, read_regular, replace
from cwql.lint.run import examine_all
from cwql.lint.settings import ConfigurationError
from tests.lint.test_run import make_targets
from tests.lint.tree import WRONG, plant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_regular_file_is_read_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    assert read_regular(str(path), size) == b"x" * size
    if size:
        with pytest.raises(OSError, match="larger than"):
            read_regular(str(path), size - 1)


def test_a_link_is_followed_only_if_asked(tmp_path: Path) -> None:
    plant(tmp_path, {"file": "x"})
    os.symlink("file", tmp_path / "link")
    assert read_regular(str(tmp_path / "link"), 9) == b"x"
    with pytest.raises(OSError, match="a link, which is not followed here"):
        read_regular(str(tmp_path / "link"), 9, follow=False)


def test_other_kinds_of_files_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.symlink("pipe", tmp_path / "link")
    for name, message in (
        ("pipe", "a pipe, not a file"),
        ("link", "a pipe, not a file"),
        (".", "a folder, not a file"),
    ):
        with pytest.raises(OSError, match=message):
            read_regular(str(tmp_path / name), 9)
    for path in ("/dev/zero", "/dev/null", "/dev/stdin"):
        if stat.S_ISCHR(os.stat(path).st_mode):
            with pytest.raises(OSError, match="a device, not a file"):
                read_regular(path, 9)


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="Linux")
def test_a_file_that_lies_about_its_size_ends_at_the_limit() -> None:
    assert os.stat("/proc/self/maps").st_size == 0
    with pytest.raises(OSError, match="larger than 1e-05 MB"):
        read_regular("/proc/self/maps", 10)


def test_a_pipe_that_takes_the_place_of_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"file": "x"})
    before = os.stat(tmp_path / "file")
    os.unlink(tmp_path / "file")
    os.mkfifo(tmp_path / "file")
    monkeypatch.setattr(os, "stat", lambda *given, **options: before)
    with pytest.raises(OSError, match="a pipe, not a file"):
        read_regular(str(tmp_path / "file"), 9)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link"
    victim.write_text("mine")
    link.symlink_to(victim)
    replace(str(link), b"new")
    assert (victim.read_text(), link.read_text(), link.is_symlink()) == ("mine", "new", False)
    with pytest.raises(OSError, match="Is a directory"):
        replace(str(tmp_path), b"new")
    assert sorted(os.listdir(tmp_path)) == ["link", "victim"]


def test_new_files_have_names_that_nobody_guesses(tmp_path: Path) -> None:
    names = set()
    for _ in range(10):
        descriptor, path = create_beside(str(tmp_path / ("x" * 250)))
        os.close(descriptor)
        names.add(path)
    assert len(names) == 10
    assert all(os.path.dirname(name) == str(tmp_path) for name in names)


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [("/a/b", "/a", True), ("/a", "/a", True), ("/ab", "/a", False), ("/", "/a", False), ("/a", "/", True)],
)
def test_inside(path: str, folder: str, expected: bool) -> None:
    assert is_inside(path, folder) is expected


def test_links_out_of_a_folder(tmp_path: Path) -> None:
    plant(tmp_path, {"tree/a": "", "tree/sub/b": "", "out/c": ""})
    for link, target in (
        ("tree/in", "sub/b"), ("tree/out", "../out/c"), ("tree/new", "../out/new"), ("tree/away", "../out"),
        ("tree/twice", "out"), ("entry", "tree"), ("tree/round", "../entry/a"), ("elsewhere", "out/c"), ("tree/loop", "loop"),
    ):  # fmt: skip
        os.symlink(target, tmp_path / link)
    for folder in ("tree", "entry"):
        boundary = Boundary([str(tmp_path / folder)])
        left = [
            name
            for name in ("a", "sub/b", "none", "in", "out", "new", "away/c", "away/none", "twice", "round", "loop")
            if boundary.is_left_by(str(tmp_path / folder / name))
        ]
        assert left == ["out", "new", "away/c", "away/none", "twice"]
        # A file that was never inside is the caller's own choice.
        assert not boundary.is_left_by(str(tmp_path / "out/c"))
        assert not boundary.is_left_by(str(tmp_path / "elsewhere"))
        assert Boundary([str(tmp_path / folder), str(tmp_path / "out")]).is_left_by(str(tmp_path / "tree/out")) is False


def test_a_source_that_grew_after_it_was_found_is_not_read_without_end(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": WRONG, "b.py": WRONG})
    targets = make_targets(tmp_path)
    (tmp_path / "b.py").unlink()
    os.mkfifo(tmp_path / "b.py")
    with open(tmp_path / "a.py", "ab") as file:
        file.truncate(6_000_000)
    found = [outcome.findings[0].message for _, outcome in examine_all(targets).pairs()]
    assert found == ["cannot be read: larger than 5 MB", "cannot be read: a pipe, not a file"]


def test_a_baseline_that_could_not_be_read_again_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, {"a.py": WRONG, "b.py": WRONG})
    monkeypatch.setattr("cwql.lint.baseline.LARGEST", 200)
    with pytest.raises(ConfigurationError, match=r"the baseline would have 0\.0 MB"):
        write_baseline(str(tmp_path / "known.json"), examine_all(make_targets(tmp_path)).pairs())
    assert not (tmp_path / "known.json").exists()
