"""A real Emacs with Eglot and the configuration that the documentation shows: diagnostics and completion."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.editors.test_neovim import TEXTS

ROOT = Path(__file__).parents[2]


def test_emacs(tmp_path: Path) -> None:
    program = shutil.which("emacs")
    if program is None:
        if os.environ.get("CWQL_REQUIRE_EDITORS"):
            pytest.fail("Emacs is not installed")
        pytest.skip("Emacs is not installed")
    (tmp_path / "tickets.py").write_text(TEXTS["tickets.py"], encoding="utf-8")
    output = tmp_path / "result.json"
    environment = {
        **os.environ,
        "CWQL_FILE": str(tmp_path / "tickets.py"),
        "CWQL_OUTPUT": str(output),
        "CWQL_COMMAND": "\t".join([sys.executable, "-m", "cwql", "server"]),
        "CWQL_CONFIGURATION": str(ROOT / "editors" / "emacs" / "cwql.el"),
        "HOME": str(tmp_path),
    }
    run = subprocess.run(
        [program, "--batch", "-l", str(Path(__file__).with_name("probe.el"))],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=environment, timeout=180,
    )  # fmt: skip
    assert output.exists(), run.stderr
    found = json.loads(output.read_text(encoding="utf-8"))
    assert "problem" not in found, (found, run.stderr)
    assert "CW112" in found["diagnostics"] or "`==` is not an operator" in found["diagnostics"]
    assert found["completion"][:3] == ["'Low'", "'Medium'", "'High'"]
