"""The GitHub Action, the pre-commit hooks and the jobs on the pages for other services: they run as in CI, with the built wheel."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from scripts.docs.blocks import DOCS, blocks
from scripts.packaging.build import ROOT, build
from tests.lint.tree import RIGHT, WRONG, plant

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
PRE_COMMIT = os.environ.get("CWQL_PRE_COMMIT", "")
"""The program, if it is installed: it installs the hook, which needs a package index."""
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    build("wheel", folder)
    return folder


def perform(step: str, folder: Path, environment: dict[str, str], **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a step in bash with the options and inputs of the GitHub runner."""
    record = STEPS[step]
    filled = {name: entry["default"] for name, entry in ACTION["inputs"].items()}
    filled |= {name.replace("_", "-"): value for name, value in inputs.items()}
    own = dict(record["env"])
    for variable, written in own.items():
        name = written.removeprefix("${{ inputs.").removesuffix(" }}")
        own[variable] = filled[name]
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", record["run"]],
        cwd=folder,
        env={**os.environ, **environment, **own},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Install cwql into a folder with the step of the action, from the wheel only."""
    home = tmp_path_factory.mktemp("home")
    environment = {
        "PATH": os.pathsep.join([str(home / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(home),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_TARGET": str(home),
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = perform("Install cwql", home, environment)
    assert done.returncode == 0, done.stderr
    assert (home / "cwql" / "lint").is_dir()
    return environment


@pytest.mark.skipif(sys.platform == "win32", reason="the steps need bash")
def test_action_lints(installed: dict[str, str], tmp_path: Path) -> None:
    plant(tmp_path, {"src/a.py": WRONG, "b/c.py": RIGHT, "gen/d.py": WRONG})
    done = perform("Lint", tmp_path, installed)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.partition(",")[0] for line in done.stdout.splitlines()] == [
        "::warning file=gen/d.py",
        "::warning file=src/a.py",
    ]
    done = perform("Lint", tmp_path, installed, paths="src b", args="--ignore CW112 --quiet", sarif_file="out.sarif")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"] == []
    done = perform("Lint", tmp_path, installed, paths="src", output_format="concise", sarif_file="out.sarif")
    assert done.returncode == 1
    assert done.stdout.startswith("src/a.py:1:")
    done = perform("Lint", tmp_path, installed, paths="src", output_format="concise", output_file="out.txt")
    assert (done.returncode, (tmp_path / "out.txt").read_text()[:11]) == (1, "src/a.py:1:")
    assert len(json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the steps need bash")
@pytest.mark.parametrize(
    ("version", "package"),
    [("", "cwql"), ("0.1.0", "cwql==0.1.0"), ("git+https://example.com/x", "git+https://example.com/x")],
)
def test_action_installs_the_requested_version(tmp_path: Path, version: str, package: str) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "python").chmod(0o755)
    environment = {"PATH": os.pathsep.join([str(tmp_path), os.environ["PATH"]])}
    done = perform("Install cwql", tmp_path, environment, version=version)
    assert done.stdout == f"-m pip install --quiet --disable-pip-version-check {package}\n"


def test_action_is_complete() -> None:
    assert ACTION["runs"]["using"] == "composite"
    # What is an option of `cwql lint` has its name.
    assert set(ACTION["inputs"]) == {
        *("paths", "output-format", "output-file"),
        *("args", "version", "sarif-file", "python-version"),
    }
    assert all(set(entry) == {"description", "default"} for entry in ACTION["inputs"].values())
    for step in STEPS.values():
        # An input in a script could end a quote, so inputs are passed as environment variables only.
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_hooks(hook: dict[str, Any], tmp_path: Path) -> None:
    assert set(hook) == {"id", "name", "description", "entry", "language", "types", "require_serial"}
    plant(tmp_path, {"a.py": WRONG, "b.md": "text", "gen/c.py": WRONG, "cwql.toml": "lint.exclude = ['gen']\n"})
    command, *words = shlex.split(hook["entry"])
    assert command == "cwql"
    done = subprocess.run(
        [sys.executable, "-m", "cwql", *words, "a.py", "b.md", "gen/c.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    fixed = hook["id"] == "cwql-fix"
    assert done.returncode == (0 if fixed else 1), done.stderr
    assert "gen/c.py" not in done.stdout
    assert (tmp_path / "a.py").read_text() == (RIGHT if fixed else WRONG)


def sessions(name: str, language: str) -> list[str]:
    """Return the blocks of a language on a page about CI."""
    return [each.body for each in blocks((DOCS / "ci" / name).read_text(encoding="utf-8")) if each.language == language]


def read_commands(name: str) -> list[str]:
    """Return the shell commands of the job on a page."""
    if name == "jenkins.md":
        return re.findall(r"\bsh '(.*)'", sessions(name, "groovy")[0])
    job = yaml.safe_load(sessions(name, "yaml")[0])
    if name == "gitlab.md":
        return list(job["conditions"]["script"])
    return [step["script"] for step in job["steps"] if "script" in step]


@pytest.mark.skipif(sys.platform == "win32", reason="the commands need a POSIX shell")
@pytest.mark.parametrize("name", ["gitlab.md", "azure-pipelines.md", "jenkins.md"])
def test_job_of_a_page_prints_what_the_page_shows(installed: dict[str, str], tmp_path: Path, name: str) -> None:
    *install, lint = read_commands(name)
    (script,) = sessions(name, "powershell")
    (tmp_path / "tickets.ps1").write_text(script)
    environment = {**os.environ, **installed}
    if ".venv/" in lint:
        del environment["PIP_TARGET"], environment["PYTHONPATH"]

    def run(command: str) -> subprocess.CompletedProcess[str]:
        words = ["bash", "-c", command]
        return subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    for command in install:
        done = run(command)
        assert done.returncode == 0, done.stderr
    done = run(lint)
    assert done.returncode == (0 if "--exit-zero" in lint else 1), done.stderr
    report = next(file for file in tmp_path.iterdir() if file.suffix in (".json", ".xml"))
    _, _, shown = sessions(name, "console")[0].partition("\n")
    assert f"{done.stdout}$ cat {report.name}\n{report.read_text()}" == shown


def test_page_about_pre_commit_shows_the_output_of_the_hook(tmp_path: Path) -> None:
    (script,) = sessions("pre-commit.md", "powershell")
    (tmp_path / "tickets.ps1").write_text(script)
    (hook,) = [hook for hook in HOOKS if hook["id"] == "cwql-lint"]
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(hook["entry"]), "tickets.ps1"],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    title = f"{hook['name']}{'.' * (79 - len(hook['name']) - len('Failed'))}Failed"
    head = f"{title}\n- hook id: {hook['id']}\n- exit code: {done.returncode}\n\n"
    assert sessions("pre-commit.md", "console")[0].partition("\n")[2] == f"{head}{done.stdout}"


@pytest.mark.skipif(not PRE_COMMIT, reason="make test-pre-commit installs pre-commit and runs this")
def test_commit_is_refused_as_the_page_shows(tmp_path: Path) -> None:
    def git(*words: str) -> subprocess.CompletedProcess[str]:
        names = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@b",
        }
        places = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": os.devnull, "COLUMNS": "100"}
        return subprocess.run(
            words, cwd=work, env={**os.environ, **names, **places}, capture_output=True, text=True, check=False
        )

    work, copy = tmp_path / "work", tmp_path / "cwql"
    work.mkdir()
    (text,) = sessions("pre-commit.md", "yaml")
    (entry,) = yaml.safe_load(text)["repos"]
    assert git("git", "clone", "--quiet", "--bare", str(ROOT), str(copy)).returncode == 0
    assert git("git", "-C", str(copy), "tag", entry["rev"]).returncode == 0
    (script,) = sessions("pre-commit.md", "powershell")
    plant(work, {"tickets.ps1": script, ".pre-commit-config.yaml": text.replace(entry["repo"], str(copy))})
    assert git("git", "init", "--quiet").returncode == 0
    assert git(PRE_COMMIT, "install", "--install-hooks").returncode == 0
    assert git("git", "add", "tickets.ps1").returncode == 0
    page = sessions("pre-commit.md", "console")[0]
    command, _, shown = page.partition("\n")
    done = git(*shlex.split(command.removeprefix("$ ")))
    assert (done.returncode, (done.stdout + done.stderr).rstrip()) == (1, shown.rstrip())
    (work / "tickets.ps1").write_text(script.replace("closedFlg", "closedFlag"))
    assert git("git", "add", "tickets.ps1").returncode == 0
    assert git(*shlex.split(command.removeprefix("$ "))).returncode == 0
