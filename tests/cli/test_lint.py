"""``cwql lint`` as a command: output, changes of files, and exit status."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from cwql.cli import main
from cwql.cli.lint import DEFAULTS, configure
from cwql.render import FORMATS
from tests.lint.tree import MISSPELT, RIGHT, URL, WRONG, plant

if TYPE_CHECKING:
    from pathlib import Path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(("lint", *words))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="cp1252"))


# ---- problems ----------------------------------------------------------------------------------------------------------


def test_clean_sources(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": RIGHT, "b.md": "nothing"})
    assert run(capsys) == (0, "No problems found in 2 files (1 condition).\n", "")
    assert run(capsys, "--quiet") == (0, "", "")
    assert run(capsys, "--format", "concise") == (0, "", "")


def test_findings(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"b/a.py": WRONG + MISSPELT, "a.py": RIGHT + WRONG})
    status, out, err = run(capsys, ".")
    assert (status, err) == (1, "")
    heads = [line.partition(" `")[0] for line in out.splitlines() if line.startswith(("a.py", "b/"))]
    column = WRONG.index("==") + 1
    assert heads == [
        f"a.py:2:{column}: warning CW112 double-equals:",
        f"b/a.py:1:{column}: warning CW112 double-equals:",
        f"b/a.py:2:{MISSPELT.index('sumary') + 1}: error CW203 unknown-field:",
    ]
    assert out.endswith("\n\nFound 1 error and 2 warnings in 2 files (4 conditions). 2 fixable with `--fix`.\n")
    assert run(capsys) == (status, out, err)
    assert run(capsys, "--exit-zero") == (0, out, err)


def test_paths_may_be_on_both_sides_of_an_option(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": RIGHT, "b.py": RIGHT, "c.py": RIGHT})
    expected = (0, "No problems found in 2 files (2 conditions).\n", "")
    assert run(capsys, "a.py", "--no-cache", "b.py") == expected
    status, _, err = run(capsys, "a.py", "--no-cache", "b.py", "--nosuch", "c.py")
    assert (status, "unrecognized arguments: " in err, "--nosuch" in err) == (2, True, True)


def test_options_and_defaults_report_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # One operand alone needs no parser; both ways must fill in the same.
    plant(root, {"a.py": WRONG})
    assert run(capsys, "a.py") == run(capsys, "a.py", "a.py") == run(capsys, "--jobs", "1", "a.py")


def test_defaults_are_those_of_the_parser() -> None:
    from cwql.cli.options import build_parser

    parser = build_parser("lint", "")
    configure(parser)
    assert vars(parser.parse_args([])) == DEFAULTS


@pytest.mark.parametrize("format", FORMATS)
def test_formats(root: Path, capsys: pytest.CaptureFixture[str], format: str) -> None:
    plant(root, {"a.py": WRONG, "b.py": RIGHT})
    status, out, _ = run(capsys, "--format", format)
    assert status == 1
    assert "a.py" in out
    assert "b.py" not in out
    if format in ("json", "gitlab", "sarif"):
        json.loads(out)
    if format == "junit":
        ET.fromstring(out)
    # The log of a CI job has only what is printed.
    summary = "Found 1 warning in 2 files (2 conditions). 1 fixable with `--fix`.\n"
    assert run(capsys, "--format", format, "--output-file", "report")[:2] == (1, summary)
    assert run(capsys, "--format", format, "--output-file", "report", "--quiet")[:2] == (1, "")
    if format != "text":
        assert (root / "report").read_text() == out


def test_statistics(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": WRONG * 2 + MISSPELT})
    status, out, _ = run(capsys, "--statistics", "--quiet")
    assert (status, out) == (1, "2  CW112  [*]  double-equals\n1  CW203       unknown-field\n")
    # Exports and recorded responses are counted apart.
    plant(root, {"export.json": f'{{"notes_href": "{URL}/service/tickets?conditions=id==5"}}'})
    _, out, _ = run(capsys, "--statistics")
    assert out.splitlines()[2] == "1  CW112  [*]  double-equals (in data)"
    assert out.endswith(" in 2 files (3 conditions, 1 in data). 3 fixable with `--fix`.\n")


def test_selection_and_levels(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": WRONG + MISSPELT, "tests/b.py": WRONG})
    for words, expected in (
        (("--select", "CW2"), "CW203"),
        (("--ignore", "unknown-field", "--per-file-ignores", "tests/:CW112"), "CW112"),
        (("--severity", "CW112=off"), "CW203"),
    ):
        _, out, _ = run(capsys, "--format", "concise", *words)
        assert [line.split()[2] for line in out.splitlines()] == [expected]
    _, out, _ = run(capsys, "--format", "concise", "--strict", "tests")
    assert [line.split()[1] for line in out.splitlines()] == ["error"]


def test_default_target(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": "find(conditions='sumary = 1')\n"})
    assert run(capsys)[0] == 0
    status, out, _ = run(capsys, "--dialect", "manage", "--endpoint", "/service/tickets", "--format", "concise")
    assert (status, out.split()[2]) == (1, "CW203")


def test_settings_and_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"cwql.toml": "lint.ignore = ['CW112']\nlint.exclude = ['gen']\n", "a.py": WRONG, "gen/b.py": WRONG})
    assert run(capsys)[:2] == (0, "No problems found in 2 files (1 condition).\n")
    assert run(capsys, "--show-files")[1] == "a.py\ncwql.toml\n"
    assert run(capsys, "--isolated")[0] == 1
    status, out, _ = run(capsys, "--show-settings")
    assert status == 0
    assert out.startswith(
        f'# from {root}/cwql.toml\n# cache-dir is not set\noutput-format = "text"\n\n'
        '[lint]\nselect = ["ALL"]\nignore = ["CW112"]\nexclude = ["gen"]\n'
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere.py",), "cwql lint: error: nowhere.py: No such file or directory\n"),
        (("--select", "CW9"), "cwql lint: error: 'CW9' selects no rule"),
        (("--jobs", "0"), "argument -j/--jobs: expected a whole number from 1, got '0'"),
        (("--format", "xml"), "argument -f/--output-format/--format: invalid choice"),
        (("--baseline", "nowhere.json"), "No such file or directory; --write-baseline makes one"),
        (("--output-file", "no/such/folder/x"), "No such file or directory"),
    ],
)
def test_wrong_usage(root: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str) -> None:
    plant(root, {"a.py": WRONG})
    status, _, err = run(capsys, *words)
    assert status == 2
    assert message in err


def test_invalid_settings_are_a_usage_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"sub/pyproject.toml": "[tool.cwql.lint]\nselct = []\n", "sub/a.py": WRONG})
    status, out, err = run(capsys)
    assert (status, out) == (2, "")
    assert err == f"cwql lint: error: {root}/sub/pyproject.toml:2: selct: no such setting; did you mean select?\n"


# ---- odd files ---------------------------------------------------------------------------------------------------------


def test_unreadable_files_are_reported(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(
        root,
        {
            "a.py": WRONG,
            "latin.py": b"# caf\xe9 connectwise conditions\n",
            "binary.md": b"\x00conditions",
            "big.py": "x" * 6_000_000,
        },
    )
    os.symlink("nothing.py", root / "dangling.py")
    status, out, err = run(capsys, "--format", "concise")
    assert status == 1
    assert [(line.partition(":")[0], line.split()[2]) for line in out.splitlines()] == [
        ("a.py", "CW112"),
        ("binary.md", "CW692"),
        ("dangling.py", "CW692"),
        ("latin.py", "CW692"),
    ]
    assert err == "cwql lint: big.py: 6.0 MB: passed over, since max-file-size is 5\n"


# ---- changes -----------------------------------------------------------------------------------------------------------


def test_fix(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": WRONG + MISSPELT, "b.py": WRONG, "c.py": RIGHT})
    status, out, err = run(capsys, "--fix", "--show-fixes")
    assert status == 1
    assert "error CW203 unknown-field" in out
    assert out.endswith("Found 1 error in 3 files (4 conditions). 1 fixable with `--fix --unsafe-fixes`.\n")
    assert err.splitlines() == [
        "cwql lint: a.py: fixed 1:",
        "cwql lint:   double-equals: write =",
        "cwql lint: b.py: fixed 1:",
        "cwql lint:   double-equals: write =",
        "cwql lint: fixed 2 in 2 files",
    ]
    assert ((root / "a.py").read_text(), (root / "b.py").read_text()) == (RIGHT + MISSPELT, RIGHT)
    assert run(capsys, "--fix-only", "--unsafe-fixes") == (0, "", "cwql lint: fixed 1 in 1 file\n")
    assert run(capsys)[0] == 0


def test_diff_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": WRONG})
    status, out, _ = run(capsys, "--diff")
    assert (status, (root / "a.py").read_text()) == (1, WRONG)
    assert out == f"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-{WRONG}+{RIGHT}"
    plant(root, {"a.py": RIGHT})
    assert run(capsys, "--diff") == (0, "", "")


def test_add_ignore(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": WRONG, "b.json": f'{{"url": "{URL}/service/tickets", "conditions": "id == 5"}}'})
    status, _, err = run(capsys, "--add-ignore")
    assert status == 1
    assert err.splitlines() == [
        "cwql lint: b.json: 1 left: json has no comments; use per-file-ignores or a baseline",
        "cwql lint: suppressed 1 problem in 1 file",
    ]
    assert (root / "a.py").read_text() == WRONG.rstrip() + "  # cwql: ignore[double-equals]\n"
    assert run(capsys, "a.py")[0] == 0


def test_baseline(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {"a.py": WRONG + MISSPELT})
    assert run(capsys, "--write-baseline", "known.json") == (0, "", "cwql lint: wrote 2 problems to known.json\n")
    assert run(capsys, "--baseline", "known.json")[:2] == (0, "No problems found in 1 file (2 conditions).\n")
    plant(root, {"a.py": RIGHT + MISSPELT + WRONG.replace("5", "6"), "cwql.toml": "lint.baseline = 'known.json'\n"})
    status, out, err = run(capsys, "--format", "concise", "--verbose")
    assert (status, len(out.splitlines())) == (1, 1)
    assert "1 known problem of" in err
    assert "a.py: CW112: id == 5" in err


# ---- standard input ----------------------------------------------------------------------------------------------------


def test_standard_input(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(root, {"sub/cwql.toml": "lint.ignore = ['CW112']\nlint.exclude = ['gen']\n"})
    for words, status in (
        (("--stdin-filename", "a.py"), 1),
        (("--stdin-filename", "sub/a.py"), 0),
        (("--language", "python"), 1),
        (("--stdin-filename", "sub/gen/a.py", "--isolated", "--force-exclude"), 1),
        (("--stdin-filename", "sub/gen/a.py", "--force-exclude", "--select", "ALL"), 0),
    ):
        feed(monkeypatch, WRONG.encode())
        found, out, _ = run(capsys, "-", "--format", "concise", *words)
        assert found == status
        assert out.startswith(words[1] if words[0] == "--stdin-filename" else "<stdin>") == (status == 1)


def test_standard_input_is_fixed(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    data = f"\ufeff{WRONG}{MISSPELT}".replace("\n", "\r\n").encode()

    def lint(*words: str) -> tuple[int, bytes, bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "cwql", "lint", "-", "--stdin-filename", "a.py", *words],
            input=data,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    status, out, err = lint("--fix", "--format", "concise")
    assert (status, out) == (1, data.replace(b"==", b"="))
    assert b"CW203" in err
    assert lint("--fix-only")[:2] == (0, out)
    status, out, _ = lint("--diff")
    assert status == 1
    assert out.startswith(b"--- a/a.py\n+++ b/a.py\n")


# ---- processes ---------------------------------------------------------------------------------------------------------


def test_watch(root: Path) -> None:
    plant(root, {"a.py": RIGHT})
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "cwql", "lint", "--watch", "--format", "concise"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None

        def read() -> list[str]:
            lines: list[str] = []
            for line in process.stdout or ():
                if "watching" in line:
                    return lines
                lines.append(line.split(": ")[0] if "CW" not in line else line.split()[2])
            return [*lines, "ended"]

        assert read() == []
        (root / "a.py").write_text(WRONG)
        assert read() == ["CW112"]
        (root / "b.py").write_text(MISSPELT)
        assert read() == ["CW112", "CW203"]
        (root / "cwql.toml").write_text("lint.selct = []")
        assert read() == ["cwql lint"]
        (root / "cwql.toml").write_text("lint.select = ['CW2']")
        assert read() == ["CW203"]
        (root / "a.py").unlink()
        (root / "b.py").unlink()
        assert read() == []
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.communicate()


def test_order_does_not_depend_on_the_number_of_processes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(root, {f"d{n % 5}/f{n}.py": WRONG + MISSPELT for n in range(60)})
    alone = run(capsys, "--format", "json", "--jobs", "1", "--no-cache")
    assert run(capsys, "--format", "json", "--jobs", "2", "--no-cache") == alone
    assert not (root / ".cwql_cache").exists()
    assert run(capsys, "--format", "json", "--cache-dir", "kept") == alone
    assert run(capsys, "--format", "json", "--cache-dir", "kept") == alone
    assert (root / "kept").is_dir()
