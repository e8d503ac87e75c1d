"""``cwql.pyz`` on a bare interpreter: no packages, no environment, a separate folder."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from scripts.packaging.build import ROOT
from scripts.packaging.single_file import build_single_file


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("single") / "cwql.pyz"
    build_single_file(target)
    return target


def run(archive: Path, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-I", "-S", "-W", "error", str(archive), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=archive.parent, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "status", "output"),
    [
        (["check", "-e", "/service/tickets", "statsu/name = 'New'"], 1, "did you mean status"),
        (["check", "--format", "json", "id = 1"], 0, "[]"),
        (["fix", "id==1"], 0, "id=1"),
        (["fmt", "id=1"], 0, "id = 1"),
        (["translate", "--to", "manage", "Id = 1"], 0, "Id = 1"),
        (["fields", "/Computers", "ComputerN"], 0, "ComputerName"),
        (["explain", "CW203"], 0, "unknown-field"),
        (["rules"], 0, "CW203"),
        (["completion", "--complete", "1", "cwql", "che"], 0, "check"),
        (["--help"], 0, "usage: cwql"),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, list) else "",
)
def test_commands_without_a_server(archive: Path, words: list[str], status: int, output: str) -> None:
    done, out, err = run(archive, *words)
    assert done == status, err
    assert output in out
    assert "Traceback" not in err


def test_lint_of_files(archive: Path) -> None:
    url = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=statsu/name='New'"
    (archive.parent / "a.ps1").write_text(f'$u = "{url}"\n', encoding="utf-8")
    status, out, err = run(archive, "lint", "a.ps1")
    assert (status, err) == (1, "")
    assert "a.ps1:1:" in out
    assert "CW203" in out


@pytest.mark.parametrize("command", [["get", "/service/tickets"], ["sandbox"], ["mcp"], ["server"]])
def test_other_commands_name_the_package(archive: Path, command: list[str]) -> None:
    status, out, err = run(archive, *command)
    assert (status, out) == (2, "")
    assert (
        err == f"cwql {command[0]}: error: the single file has no such command; install the package: pip install cwql\n"
    )


def test_version(archive: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert run(archive, "--version") == (0, f"cwql {version}\n", "")


def test_byte_code_is_included(archive: Path) -> None:
    names = zipfile.ZipFile(archive).namelist()
    assert {"cwql/cli/check.py", "cwql/cli/check.pyc"} <= set(names)
    assert not [name for name in names if name.endswith(".pyi") or "client/" in name or "/models/" in name]
    assert archive.stat().st_size < 4 * 2**20
