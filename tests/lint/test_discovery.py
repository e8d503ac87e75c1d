"""Which files are found: excludes, .gitignore, links, odd files."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from cwql.lint.discovery import Discovery, MissingPathError, Target
from cwql.lint.settings import Globs, Settings
from cwql.value import replace
from tests.lint.tree import plant

if TYPE_CHECKING:
    from pathlib import Path


def find(paths: list[str], settings: Settings | None = None) -> list[Target]:
    return Discovery(Settings(), settings, lambda found: found).find(paths)


def names(paths: list[str], settings: Settings | None = None) -> list[str]:
    return [target.shown for target in find(paths, settings)]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def test_files_of_known_languages_in_order(root: Path) -> None:
    plant(root, dict.fromkeys(("b.py", "a.PS1", "a/z.ts", "a/b/c.yml", "a-b.go", "x.png", "noname", "Rakefile"), ""))
    assert names(["."]) == ["Rakefile", "a/b/c.yml", "a/z.ts", "a-b.go", "a.PS1", "b.py"]
    assert {target.shown: target.language for target in find(["."])} == {
        "Rakefile": "ruby",
        "a/b/c.yml": "yaml",
        "a/z.ts": "typescript",
        "a-b.go": "go",
        "a.PS1": "powershell",
        "b.py": "python",
    }


def test_usual_folders_are_passed_over(root: Path) -> None:
    plant(
        root,
        dict.fromkeys((".venv/a.py", "node_modules/x/a.js", "a/build/b.py", "src/__pycache__/a.py", "src/a.py"), ""),
    )
    assert names(["."]) == ["src/a.py"]
    # A file that is passed explicitly is linted.
    assert names(["a/build"]) == ["a/build/b.py"]
    assert names(["a/build/b.py", ".venv"]) == [".venv/a.py", "a/build/b.py"]


def test_patterns(root: Path) -> None:
    plant(root, dict.fromkeys(("a.py", "gen/a.py", "src/gen/b.py", "src/c.py", "src/d.md"), ""))
    assert names(["."], Settings(exclude=[Globs(str(root), ["gen"])])) == ["a.py", "src/c.py", "src/d.md"]
    assert names(["."], Settings(exclude=[Globs(str(root), ["/gen", "*.md"])])) == ["a.py", "src/c.py", "src/gen/b.py"]
    assert names(["src"], Settings(exclude=[Globs(str(root), ["src/gen/"])])) == ["src/c.py", "src/d.md"]


def test_named_files_are_linted_whatever_their_name(root: Path) -> None:
    plant(root, {"noname": "", "a.py": ""})
    (target,) = find(["noname"])
    assert target.language == "text"


@pytest.mark.parametrize("path", ["gen/a.py", "gen", "gen/deep/b.py", "ignored/c.py", "ignored", "d.log.md"])
def test_force_exclude_holds_for_what_is_named(root: Path, path: str) -> None:
    plant(
        root,
        {
            **dict.fromkeys(("gen/a.py", "gen/deep/b.py", "ignored/c.py", "d.log.md", "e.py"), ""),
            ".git/HEAD": "",
            ".gitignore": "ignored/\n*.log.md\n",
        },
    )
    settings = Settings(exclude=[Globs(str(root), ["gen/"])])
    assert names([path], settings)
    assert names([path], replace(settings, force_exclude=True)) == []
    assert names([path, "e.py"], replace(settings, force_exclude=True)) == ["e.py"]


def test_a_path_given_twice_counts_once(root: Path) -> None:
    plant(root, {"a/b.py": "", "c.py": ""})
    assert names([".", "a", "a/b.py", "./c.py"]) == ["a/b.py", "c.py"]
    assert names([str(root), "."]) == [f"{root}/a/b.py", f"{root}/c.py"]


def test_links(root: Path, tmp_path: Path) -> None:
    plant(tmp_path, {"root/a.py": "", "elsewhere/b.py": ""})
    os.symlink(root / "a.py", root / "again.py")
    os.symlink(tmp_path / "elsewhere" / "b.py", root / "other.py")
    os.symlink(root, root / "loop")
    os.symlink(tmp_path / "elsewhere", root / "folder")
    os.symlink(root / "nothing.py", root / "dangling.py")
    os.symlink("self.py", root / "self.py")
    found = {target.shown: target.trouble for target in find(["."])}
    assert found == {"a.py": None, "other.py": None, "dangling.py": "a link to nothing", "self.py": "a link to nothing"}
    assert names(["loop"]) == ["loop/a.py", "loop/dangling.py", "loop/other.py", "loop/self.py"]
    assert [target.trouble for target in find(["dangling.py"])] == ["a link to nothing"]


def test_odd_files(root: Path) -> None:
    plant(root, {"a.py/b.py": "", "big.md": "x" * 30_000})
    os.mkfifo(root / "pipe.py")
    found = find(["."], Settings(max_file_size=0.02))
    assert [(target.shown, target.trouble) for target in found] == [("a.py/b.py", None), ("big.md", None)]
    assert found[1].note == "0.0 MB: passed over, since max-file-size is 0.02"
    (pipe,) = find(["pipe.py"])
    assert pipe.trouble == "a pipe, not a file"


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="the superuser may read everything")
def test_a_folder_that_may_not_be_read(root: Path) -> None:
    plant(root, {"shut/a.py": "", "b.py": ""})
    (root / "shut").chmod(0)
    try:
        assert [(t.shown, t.trouble) for t in find(["."])] == [
            ("b.py", None),
            ("shut", "the folder cannot be read: Permission denied"),
        ]
    finally:
        (root / "shut").chmod(0o700)


def test_a_missing_path_is_refused(root: Path) -> None:
    with pytest.raises(MissingPathError, match=r"^nowhere\.py: No such file"):
        find(["nowhere.py"])


def test_deep_folders(root: Path) -> None:
    deep = root
    for _ in range(400):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "a.py").write_text("")
    assert names(["."]) == ["d/" * 400 + "a.py"]


def test_settings_of_the_nearest_file(root: Path) -> None:
    plant(
        root,
        {
            "pyproject.toml": "[tool.cwql.lint]\nendpoint = '/service/tickets'\n",
            "a.py": "",
            "sub/cwql.toml": "lint.exclude = ['x.py']\n",
            "sub/x.py": "",
            "sub/deep/y.py": "",
            "other/pyproject.toml": "[tool.other]\n",
            "other/z.py": "",
        },
    )
    found = {target.shown: target.settings.endpoint for target in find(["."])}
    found = {name: place for name, place in found.items() if name.endswith(".py")}
    assert found == {"a.py": "/service/tickets", "other/z.py": "/service/tickets", "sub/deep/y.py": None}
    assert names(["sub/deep"], Settings()) == ["sub/deep/y.py"]


GITIGNORES: dict[str, Any] = {
    "above": {".git/HEAD": "", ".gitignore": "*.log.md\nsrc/gen\n", "src/a.log.md": "", "src/gen/b.py": "", "src/c.py": ""},
    "below": {".git/HEAD": "", "src/.gitignore": "gen/\n!keep.md\n", ".gitignore": "*.md\n", "src/keep.md": "", "src/gen/b.py": "",
              "src/x.md": "", "gen/c.py": ""},
    "nested repository": {".git/HEAD": "", ".gitignore": "*.md\n", "sub/.git/HEAD": "", "sub/a.md": "", "b.md": ""},
    "info/exclude": {".git/HEAD": "", ".git/info/exclude": "a.py\n", "a.py": "", "sub/a.py": "", "b.py": ""},
    "none": {"a.py": "", ".gitignore": "a.py\n"},
}  # fmt: skip
KEPT = {
    "above": ["src/c.py"],
    "below": ["gen/c.py", "src/keep.md"],
    "nested repository": ["sub/a.md"],
    "info/exclude": ["b.py"],
    "none": [],
}


@pytest.mark.parametrize("case", GITIGNORES)
def test_gitignore(root: Path, case: str) -> None:
    plant(root, GITIGNORES[case])
    assert names(["."]) == KEPT[case]
    everything = names(["."], Settings(respect_gitignore=False))
    assert len(everything) == sum(not name.startswith(".git") and "/.git" not in name for name in GITIGNORES[case])


def test_gitignore_above_the_folder_that_is_named(root: Path) -> None:
    plant(root, GITIGNORES["above"])
    assert names(["src"]) == ["src/c.py"]


@pytest.mark.skipif(shutil.which("git") is None, reason="asks git")
def test_git_lists_the_same_files(root: Path) -> None:
    environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(root), "XDG_CONFIG_HOME": str(root)}
    plant(
        root,
        {
            ".gitignore": "*.tmp.py\n/top.py\ndocs/**/draft.md\n!docs/a/draft.md\ncache/\n",
            "src/.gitignore": "!b.tmp.py\nlocal*.py\n",
            **dict.fromkeys(
                ("a.tmp.py", "top.py", "src/top.py", "src/b.tmp.py", "src/c.tmp.py", "src/local_x.py", "docs/draft.md", "docs/a/draft.md",
                 "docs/b/c/draft.md", "docs/b/page.md", "cache/a.py", "src/cache/b.py", "src/deep/local.py", "src/deep/d.py"),
                "",
            ),
        },
    )  # fmt: skip
    subprocess.run(["git", "init", "-q", "."], check=True, env=environment)
    done = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    theirs = sorted(name for name in done.stdout.splitlines() if not name.endswith(".gitignore"))
    assert sorted(names(["."])) == theirs
