"""The built package: its files, and commands in an environment without dependencies."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from scripts.packaging.build import build
from scripts.packaging.interpreters import interpreters


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module", params=interpreters().items(), ids=lambda item: item[0])
def python(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment with only the wheel, not even pip, for every Python of the machine."""
    pytest.importorskip("pip", reason="the wheel is installed by pip")
    version, path = request.param
    home = tmp_path_factory.mktemp(f"bare-{version}")
    subprocess.run([path, "-m", "venv", "--without-pip", str(home)], check=True, capture_output=True)
    interpreter = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # The tour needs no dependencies, so nothing is downloaded.
    command = [sys.executable, "-m", "pip", "--python", str(interpreter), "install", "--no-deps", "--no-index"]
    done = subprocess.run([*command, str(wheel)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return interpreter


def run(python: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(python), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=python.parent,
        env={**clean, **environment},
    )


def test_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= 6 * 2**20


def test_wheel_is_complete(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
    for package in ("cwql", "cwql_codegen", "cwql_grammar", "cwql_api"):
        assert f"{package}/__init__.py" in names
        assert f"{package}/py.typed" in names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {
        "cwql",
        "cwql_codegen",
        "cwql_grammar",
        "cwql_api",
    }
    assert "cwql_codegen/grammar/condition.lark" in names
    assert any(name.startswith("cwql_codegen/overlays/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".orig")) or "__pycache__" in name]
    assert "License-Expression: MIT" in metadata


def test_sdist_has_the_sources_of_the_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        for part in (
            "pyproject.toml",
            "README.md",
            "LICENSE",
            "Makefile",
            "grammar/manage.lark",
            "src/cwql/__init__.py",
        ):
            assert part in names
        assert any(name.startswith("tests/") for name in names)
        assert not [name for name in names if "__pycache__" in name or name.startswith(".venv")]
    with zipfile.ZipFile(wheel) as built:
        modules = {name for name in built.namelist() if name.endswith(".py")}
    roots = ("src/", "generated/")
    assert modules == {
        name.removeprefix(root) for name in names for root in roots if name.startswith(root) and name.endswith(".py")
    }


def test_tour_runs_without_dependencies(python: Path) -> None:
    script = python.with_name("cwql.exe" if os.name == "nt" else "cwql")
    done = subprocess.run([str(script), "demo"], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "status/name = 'New' and closedDate = null" in done.stdout
    assert done.stdout.rstrip().endswith("list all commands")


def test_commands_run_without_dependencies(python: Path) -> None:
    assert run(python, "-c", "import httpx").returncode == 1
    clean = run(python, "-W", "error", "-m", "cwql", "check", "-e", "/service/tickets", "id=1")
    assert (clean.returncode, clean.stdout, clean.stderr) == (0, "No problems found.\n", "")
    wrong = run(python, "-W", "error", "-m", "cwql", "check", "id == 1")
    assert wrong.returncode == 1
    assert "CW112" in wrong.stdout
    from importlib.metadata import version

    assert run(python, "-m", "cwql", "--version").stdout == f"cwql {version('cwql')}\n"


def test_generator_shows_help_without_dependencies(python: Path) -> None:
    done = run(python, "-m", "cwql_codegen", "--help")
    assert done.returncode == 0, done.stderr
