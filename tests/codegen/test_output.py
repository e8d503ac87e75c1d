"""Files on disk: every kind of drift is found, described and fixed."""

from pathlib import Path

from cwql_codegen.output import Drift, describe, find_drift, write

OWNED = ("one", "two")
FILES = {"one/__init__.py": "", "one/a.py": "A = 1\n", "one/deep/b.py": "B = 'ü'\n", "two/py.typed": ""}


def test_missing_files_are_written(tmp_path: Path) -> None:
    assert write(tmp_path, FILES, OWNED) == Drift(tuple(sorted(FILES)), (), ())
    assert not find_drift(tmp_path, FILES, OWNED)
    assert (tmp_path / "one/deep/b.py").read_bytes() == "B = 'ü'\n".encode()


def test_unchanged_files_are_not_written(tmp_path: Path) -> None:
    write(tmp_path, FILES, OWNED)
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in FILES}
    assert not write(tmp_path, FILES, OWNED)
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in FILES} == before


def test_every_kind_of_drift_is_found(tmp_path: Path) -> None:
    write(tmp_path, FILES, OWNED)
    (tmp_path / "one/a.py").write_text("A = 2\n")
    (tmp_path / "one/deep/b.py").unlink()
    (tmp_path / "one/old").mkdir()
    (tmp_path / "one/old/c.py").write_text("")
    drift = find_drift(tmp_path, FILES, OWNED)
    assert drift == Drift(("one/deep/b.py",), ("one/a.py",), ("one/old/c.py",))
    assert list(describe(tmp_path, FILES, drift)) == [
        "missing: one/deep/b.py",
        "stale: one/old/c.py",
        "changed: one/a.py",
        "--- one/a.py (on disk)",
        "+++ one/a.py",
        "@@ -1 +1 @@",
        "-A = 2",
        "+A = 1",
    ]


def test_different_line_ends_are_drift(tmp_path: Path) -> None:
    write(tmp_path, FILES, OWNED)
    (tmp_path / "one/a.py").write_bytes(b"A = 1\r\n")
    drift = find_drift(tmp_path, FILES, OWNED)
    assert drift.changed == ("one/a.py",)
    assert list(describe(tmp_path, FILES, drift)) == ["changed: one/a.py", "one/a.py: line ends differ"]


def test_long_diffs_are_truncated(tmp_path: Path) -> None:
    files = {"one/a.py": "".join(f"A{number} = 1\n" for number in range(50))}
    write(tmp_path, {"one/a.py": ""}, OWNED)
    lines = list(describe(tmp_path, files, find_drift(tmp_path, files, OWNED)))
    assert lines[-1] == "… 41 more lines"
    assert len(lines) == 14


def test_stale_files_and_empty_folders_are_removed(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "one/old/deeper/c.py": "", "one/old/d.py": ""}, OWNED)
    (tmp_path / "one/old/deeper/__pycache__").mkdir()
    (tmp_path / "one/old/deeper/__pycache__/c.pyc").write_bytes(b"")
    assert write(tmp_path, FILES, OWNED).stale == ("one/old/d.py", "one/old/deeper/c.py")
    assert not (tmp_path / "one/old").exists()
    assert (tmp_path / "one/deep/b.py").exists()


def test_files_outside_owned_folders_are_not_stale(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "one/deep/mine.py": "", "one/mine.py": ""}, OWNED)
    assert write(tmp_path, FILES, ["one/deep"]).stale == ("one/deep/mine.py",)
    assert (tmp_path / "one/mine.py").exists()


def test_other_packages_and_caches_are_not_changed(tmp_path: Path) -> None:
    write(tmp_path, FILES, OWNED)
    for name in ("three/mine.py", "one/__pycache__/a.pyc", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert not write(tmp_path, FILES, OWNED)
    assert (tmp_path / "three/mine.py").exists()
    assert (tmp_path / "notes.txt").exists()
