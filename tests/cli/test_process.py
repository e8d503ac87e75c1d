"""The command line as a process: what it imports, its pipes, its encodings."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cwql.lint.session import FEW
from tests.lint.tree import RIGHT

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"lark", "httpx", "pydantic", "typing", "dataclasses", "inspect", "importlib.metadata", "pathlib", "shutil"}
# Needed by some command, by none of the quick ones.
ON_DEMAND = {
    "argparse",
    "cwql.cli.options",
    "cwql.cli.streams",
    "cwql.diagnostics",
    "cwql.language.literal_printer",
    "cwql.language.parsing.lexer",
    "cwql.language.parsing.recovery",
    "cwql.language.printer",
    "cwql.language.problems",
    "cwql.render",
    "cwql.rules.registry",
    "datetime",
    "decimal",
    "json",
    "unicodedata",
}
RUN_MAIN = "from cwql.cli import main; status = main(sys.argv[1:])"


def modules_after(program: str, *words: str) -> set[str]:
    """Return the modules that a program imports in a new interpreter."""
    code = f"import sys; before = set(sys.modules); {program}; print(*sorted(set(sys.modules) - before), sep='\\n')"
    # -S: without it the site module imports whatever editable installs and .pth files of the machine ask for.
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    return set(done.stdout.split())


def test_import_cwql_imports_nothing_else() -> None:
    assert modules_after("import cwql") == {"cwql", "__future__"}


@pytest.mark.parametrize("word", ["id=1", "status/name = 'New' and (id > 5 or board/id in (1, 2))"])
def test_check_without_problems_imports_only_the_parser(word: str) -> None:
    loaded = modules_after(RUN_MAIN, "check", word)
    assert "cwql.language.parsing.parser" in loaded
    assert not loaded & (HEAVY | ON_DEMAND)
    assert {name for name in loaded if name.startswith("cwql.rules.")} <= {"cwql.rules.applicability"}


def test_check_with_options_imports_only_argparse_in_addition() -> None:
    loaded = modules_after(RUN_MAIN, "check", "-d", "automate", "id=1")
    assert "argparse" in loaded
    assert not loaded & (HEAVY | ON_DEMAND) - {"argparse", "cwql.cli.options", "cwql.render"}


def test_lint_without_problems_imports_neither_processes_nor_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.py"
    path.write_text(RIGHT)
    loaded = modules_after(RUN_MAIN, "lint", str(path))
    assert "cwql.lint.frontends.python" in loaded
    unwanted = {
        "argparse",
        "json",
        "tomllib",
        "multiprocessing",
        "concurrent.futures",
        "hashlib",
        "difflib",
        "cwql.render",
    }
    assert not loaded & (HEAVY | unwanted)


def test_lint_with_a_cache_imports_little_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(FEW + 1):
        (tmp_path / f"{number}.py").write_text(RIGHT)
    for loaded in (modules_after(RUN_MAIN, "lint", "."), modules_after(RUN_MAIN, "lint", ".")):
        assert "cwql.lint.cache" in loaded
        assert not loaded & (
            HEAVY | {"argparse", "tomllib", "multiprocessing", "concurrent.futures", "difflib", "cwql.render"}
        )


@pytest.mark.parametrize(
    "program",
    [
        "import cwql; cwql.check('id == 1')",
        "import cwql; cwql.emit(cwql.F('id') == 1)",
        "import cwql; cwql.cond('id = {}', 1)",
        "import cwql; cwql.translate('Name = 1', source='automate', target='manage')",
        RUN_MAIN.replace("sys.argv[1:]", "['demo', '--offline']"),
    ],
)
def test_language_imports_neither_http_nor_models_nor_lark(program: str) -> None:
    assert not modules_after(program) & {"lark", "httpx", "pydantic", "typing_extensions"}


def cwql(*words: str, input: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cwql", *words],
        capture_output=True,
        check=False,
        input=input,
        env={**os.environ, **environment},
    )


def test_exit_status_of_the_process() -> None:
    assert [cwql("check", text).returncode for text in ("id=1", "id==1")] == [0, 1]
    assert cwql("chekc").returncode == 2


def test_output_is_utf8_on_every_system() -> None:
    done = cwql("check", "-", input="name == '会社'".encode(), PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert done.returncode == 1
    assert "1 | name == '会社'".encode() in done.stdout


def test_closed_pipe_is_not_an_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cwql", "rules"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert err == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_full_device_is_a_failure() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cwql", "rules"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith("cwql: error: No space left on device")
    assert done.stderr.count("\n") == 1


def test_fix_prints_the_condition_before_remaining_problems() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cwql", "fix", "(id == 1"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert done.stdout.startswith(b"(id = 1")


def test_a_port_that_is_in_use_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "cwql", "sandbox", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 2
    assert f"another program listens at port {port} of 127.0.0.1: stop it, or give --port 0" in done.stderr
