"""The stubs under mypy --strict and basedpyright: correct code passes, every planted mistake is caught on its line.

Each checker runs once over all files, because most of its time goes to the package.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.test_planted import FILES, FOLDER, reported_share

ROOT = Path(__file__).parents[2]
GOOD = [FOLDER / "api_good.py", FOLDER / "values_good.py"]
BAD = [FOLDER / "api_bad.py", FOLDER / "values_bad.py"]
MARKED = [FOLDER / name for name in FILES]
PLANTED = {
    (file.name, number)
    for file in BAD
    for number, line in enumerate(file.read_text().splitlines(), 1)
    if line.endswith("# E")
}


def _mypy(cache: Path, *files: Path) -> set[tuple[str, int, str]]:
    config = cache / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\npython_version = 3.11\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), "--cache-dir", str(cache)]
    path = os.pathsep.join(str(ROOT / folder) for folder in ("src", "generated"))
    done = subprocess.run(
        [*command, *map(str, files)], capture_output=True, text=True, check=False, env={**os.environ, "MYPYPATH": path}
    )
    assert not done.stderr, done.stderr
    found = re.findall(r"^(.*?):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    return {(Path(file).name, int(line), message) for file, line, message in found}


def _pyright(folder: Path, *files: Path) -> set[tuple[str, int, str]]:
    config = folder / "pyrightconfig.json"
    config.write_text(
        json.dumps(
            {
                "include": [str(file) for file in files],
                "extraPaths": [str(ROOT / "src"), str(ROOT / "generated")],
                "pythonVersion": "3.11",
                "typeCheckingMode": "standard",
            }
        )
    )
    command = [sys.executable, "-m", "basedpyright", "--project", str(config), "--outputjson"]
    command += ["--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {
        (Path(it["file"]).name, it["range"]["start"]["line"] + 1, it["message"])
        for it in found
        if it["severity"] == "error"
    }


def _sort_out(found: set[tuple[str, int, str]]) -> None:
    found = {it for it in found if it[0] not in FILES}
    assert {it for it in found if it[0] not in [file.name for file in BAD]} == set()
    lines = {(file, line) for file, line, _ in found}
    assert lines - PLANTED == set(), sorted(found)
    assert PLANTED - lines == set()


def test_enough_is_planted() -> None:
    assert len(PLANTED) >= 60


def test_mypy_catches_the_planted_mistakes(tmp_path: Path) -> None:
    found = _mypy(tmp_path, *GOOD, *BAD, *MARKED)
    _sort_out(found)
    assert reported_share("mypy", found) >= 0.87


def test_pyright_catches_the_planted_mistakes(tmp_path: Path) -> None:
    pytest.importorskip("basedpyright")
    found = _pyright(tmp_path, *GOOD, *BAD, *MARKED)
    _sort_out(found)
    assert reported_share("pyright", found) >= 0.89
