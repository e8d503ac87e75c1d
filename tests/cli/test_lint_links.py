"""``cwql lint`` in trees with links and special files: it writes nothing outside, and waits for nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_lint import run
from tests.lint.tree import RIGHT, WRONG, plant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    plant(tmp_path / "victim", {"v.py": WRONG, "w.py": WRONG, "report": "mine"})
    monkeypatch.chdir(root)
    return root


def victims(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (root.parent / "victim").iterdir()}


UNTOUCHED = {"v.py": WRONG, "w.py": WRONG, "report": "mine"}
REFUSED = "a link leads to it, and it is outside the linted folders"


@pytest.mark.parametrize("words", [("--fix",), ("--fix-only",), ("--diff",), ("--add-ignore",)])
def test_links_out_of_the_tree_are_not_written_through(
    root: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    plant(root, {"own.py": WRONG, "sub/real.py": WRONG})
    os.symlink("../victim/v.py", root / "a.py")
    os.symlink("../victim", root / "folder")
    os.symlink("folder/w.py", root / "b.py")
    os.symlink("sub/real.py", root / "inside.py")
    _, out, err = run(capsys, *words)
    assert victims(root) == UNTOUCHED
    word = "changed" if words == ("--add-ignore",) else "fixed"
    assert [line for line in err.splitlines() if REFUSED in line] == [
        f"cwql lint: {name}: not {word}: {REFUSED}" for name in ("a.py", "b.py")
    ]
    if words == ("--diff",):
        assert [line for line in out.splitlines() if line.startswith("+++")] == ["+++ b/own.py", "+++ b/sub/real.py"]
    else:
        assert all(path.read_text() != WRONG for path in (root / "own.py", root / "sub/real.py"))
    assert (root / "inside.py").is_symlink()


@pytest.mark.parametrize("given", ["a.py", "./a.py", "sub/../a.py"])
def test_links_on_the_command_line_are_not_written_through(
    root: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    plant(root, {"sub/c.py": ""})
    os.symlink("../victim/v.py", root / "a.py")
    assert run(capsys, "--fix", given)[0] == 1
    assert victims(root) == UNTOUCHED
    # With the folder that it leads to, the file is in the linted folders.
    assert run(capsys, "--fix", given, "../victim")[0] == 0
    assert victims(root) == {"v.py": RIGHT, "w.py": RIGHT, "report": "mine"}


def test_folder_on_the_command_line_may_be_a_link(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.symlink("../victim", root / "folder")
    assert run(capsys, "--fix", "folder")[0] == 0
    assert victims(root)["v.py"] == RIGHT


def test_hard_links_are_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.link(root.parent / "victim/v.py", root / "a.py")
    assert run(capsys, "--fix")[0] == 0
    assert (root / "a.py").read_text() == victims(root)["v.py"] == RIGHT


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
@pytest.mark.parametrize("path", ["link", "folder/report", "folder/new"])
def test_output_is_not_written_through_links_out_of_the_tree(
    root: Path, capsys: pytest.CaptureFixture[str], option: str, path: str
) -> None:
    plant(root, {"a.py": WRONG})
    os.symlink("../victim/report", root / "link")
    os.symlink("../victim", root / "folder")
    status, _, err = run(capsys, option, path)
    assert (status, victims(root)) == (2, UNTOUCHED)
    assert err.startswith(f"cwql lint: error: {path}: not written: a link leads to {root.parent}/victim/")


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
def test_output_is_written_to_files_inside_and_elsewhere(
    root: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    plant(root, {"a.py": WRONG, "sub/report": ""})
    os.symlink("sub/report", root / "link")
    for path in ("link", "../victim/report", str(root / "absolute")):
        run(capsys, option, path)
    texts = [path.read_text() for path in (root / "sub/report", root.parent / "victim/report", root / "absolute")]
    assert all("CW112" in text for text in texts)
    assert (root / "link").is_symlink()


def test_the_cache_stays_in_the_project(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(root, {f"{number}.py": WRONG for number in range(9)})
    os.symlink("../victim", root / ".cwql_cache")
    status, _, err = run(capsys)
    assert (status, victims(root)) == (1, UNTOUCHED)
    assert err == f"cwql lint: {root}/.cwql_cache leads out of {root}: results are not kept\n"
    plant(root, {"cwql.toml": "cache-dir = '../victim/cache'\n"})
    assert run(capsys)[0] == 2
    assert victims(root) == UNTOUCHED
    # An option and a variable are the user's own.
    plant(root, {"cwql.toml": "cache-dir = 'kept'\n"})
    assert run(capsys, "--cache-dir", "../one")[0] == 1
    monkeypatch.setenv("CWQL_CACHE_DIR", "../two")
    assert run(capsys)[0] == 1
    monkeypatch.delenv("CWQL_CACHE_DIR")
    assert run(capsys)[0] == 1
    assert all(path.is_dir() for path in (root.parent / "one", root.parent / "two", root / "kept"))


def test_ignore_files_have_to_be_regular_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": RIGHT, "b.py": WRONG, "rules": "b.py\n"})
    # As git has it, a link that is a .gitignore is not followed.
    os.symlink("rules", root / ".gitignore")
    assert run(capsys)[0] == 1
    (root / ".gitignore").unlink()
    (root / ".gitignore").mkdir()
    assert run(capsys)[0] == 1
    (root / ".gitignore").rmdir()
    os.mkfifo(root / ".gitignore")
    status, _, err = run(capsys)
    assert (status, err) == (
        2,
        f"cwql lint: error: {root}/.gitignore: a pipe, not a file; --no-respect-gitignore reads none\n",
    )
    assert run(capsys, "--no-respect-gitignore")[0] == 1
    (root / ".gitignore").unlink()
    (root / ".gitignore").write_bytes(b"#" * 600_000)
    assert "larger than 0.5 MB" in run(capsys)[2]


def test_baseline_has_to_be_a_regular_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": WRONG})
    os.mkfifo(root / "known.json")
    status, _, err = run(capsys, "--baseline", "known.json")
    assert (status, err) == (2, f"cwql lint: error: {root}/known.json: a pipe, not a file\n")


@pytest.mark.parametrize("format", ["text", "concise", "json", "github", "gitlab", "junit", "sarif"])
def test_file_names_are_escaped_in_every_format(root: Path, capsys: pytest.CaptureFixture[str], format: str) -> None:
    """No line of the output begins with a command of a CI service, and none has a character that acts on a terminal."""
    names = [
        "::error file=x::y.py", "  ::warning::y.py", "a\n::error::y.py", "a\r::error::y.py", "\x1b[2Ja.py", "\x9b2Ja.py", "a\u202ey.py",
        "a\u2028b.py", "##[error]y.py", "##vso[task.complete]y.py", "%0A::error::.py", "javascript:a.py", "a<b>&\"'.py", "\udcff.py",
    ]  # fmt: skip
    plant(root, dict.fromkeys(names, WRONG))
    (root / "link.py").symlink_to("nothing\n::error::")
    status, out, _ = run(capsys, "--format", format)
    assert status == 1
    commands = [line for line in out.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == (0 if format != "github" else len(names) + 1)
    assert all(line.startswith(("::warning file=", "::notice file=")) for line in commands)
    assert all(character.isprintable() or character == "\n" for character in out)
    if format in ("text", "concise"):
        assert "##[" not in out
        assert "##vso[" not in out
    if format == "sarif":
        assert '"uri": "javascript%3Aa.py"' in out
        assert '"uri": "%FF.py"' in out


def test_file_names_are_escaped_in_messages(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["::error file=x::y.py", "a\n::error::y.py", "\x1b[2Ja.py", "a\u202ey.py", '"\\.py']
    plant(root, dict.fromkeys(names, WRONG))
    plant(root, {"a\n::error::.toml/cwql.toml": "a = [", "big\n::error::.py": "#" * 6_000_000})
    outputs = [
        run(capsys, "--show-files", "--isolated"),
        run(capsys, "--diff", "--isolated"),
        run(capsys, "--show-settings", "a\n::error::.toml"),
        run(capsys, "a\n::error::.toml"),
        run(capsys, "no\n::error::"),
        run(capsys, "--output-file", "no\n::error::/x", "--isolated"),
        run(capsys, "--isolated", "--write-baseline", "known.json"),
        run(capsys, "--isolated", "--fix", "--show-fixes"),
        run(capsys, "--isolated", "--baseline", "known.json", "--verbose"),
    ]
    for _, out, err in outputs:
        for line in f"{out}{err}".splitlines():
            assert not line.lstrip().startswith("::"), line
            assert line.isprintable(), line
    assert {'"\\.py', "./::error file=x::y.py"} <= {*outputs[0][1].splitlines()}
    assert '--- "a/a\\012::error::y.py"' in outputs[1][1]
    assert '--- "a/\\"\\\\.py"' in outputs[1][1]


def test_git_applies_a_diff_with_unusual_names(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import shutil
    import subprocess

    if shutil.which("git") is None:
        pytest.skip("asks git")
    names = ["a\nb.py", "\x1b.py", "a\u202eé.py", '"\\.py', "a\tb c.py", "\udcff.py"]
    plant(root, dict.fromkeys(names, WRONG))
    _, out, _ = run(capsys, "--diff")
    subprocess.run(["git", "apply", "-"], input=out.encode("utf-8", "surrogateescape"), cwd=root, check=True)
    assert [(root / name).read_text() for name in names] == [RIGHT] * len(names)
