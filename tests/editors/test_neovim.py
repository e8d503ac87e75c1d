"""A real Neovim with the configuration that the documentation shows: diagnostics, hover, completion and a code action."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "editors" / "neovim" / "cwql.lua"
PROBE = Path(__file__).with_name("probe.lua")
TEXTS = {
    "tickets.py": """\
import requests

URL = "https://api.example/v4_6_release/apis/3.0/service/tickets"
requests.get(URL, params={"conditions": "closedFlag == false and impact = 'Low'"})
""",
    "tickets.ps1": """\
$url = 'https://api.example/v4_6_release/apis/3.0/service/tickets'
Invoke-RestMethod $url -Body @{ conditions = "closedFlag == false and impact = 'Low'" }
""",
}


@pytest.mark.parametrize("name", TEXTS)
def test_neovim(name: str, tmp_path: Path) -> None:
    program = shutil.which("nvim")
    if program is None:
        if os.environ.get("CWQL_REQUIRE_EDITORS"):
            pytest.fail("Neovim is not installed")
        pytest.skip("Neovim is not installed")
    (tmp_path / name).write_text(TEXTS[name], encoding="utf-8")
    output = tmp_path / "result.json"
    environment = {**os.environ, "CWQL_FILE": str(tmp_path / name), "CWQL_OUTPUT": str(output), "HOME": str(tmp_path)}
    command = json.dumps([sys.executable, "-m", "cwql", "server"])[1:-1]
    run = subprocess.run(
        [program, "--headless", "--clean", "-c", f"lua vim.g.cwql_command = {{{command}}}",
         "-c", f"luafile {CONFIGURATION}", "-c", f"luafile {PROBE}"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=environment, timeout=180,
    )  # fmt: skip
    assert output.exists(), run.stderr
    found = json.loads(output.read_text(encoding="utf-8"))
    assert "problem" not in found, (found, run.stderr)
    assert [each["code"] for each in found["diagnostics"]] == ["CW112"]
    assert "Members: Low, Medium, High." in found["hover"]
    assert found["completion"][:3] == ["'Low'", "'Medium'", "'High'"]
    assert "impact = 'Medium'" in found["completed"]
    assert "Ignore CW112 on this line" in found["actions"]
    assert "closedFlag = false" in found["fixed"]
