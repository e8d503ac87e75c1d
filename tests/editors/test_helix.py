"""A real Helix in a terminal, with the configuration that the documentation shows: diagnostics, an action, hover, completion."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.editors.test_neovim import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "editors" / "helix" / "languages.toml"
LIMIT = 60.0
"""Seconds until the screen shows what a key leads to."""


class Terminal:
    """A terminal of 160 columns in which Helix runs."""

    def __init__(self, tmux: str, folder: Path) -> None:
        self._command = [tmux, "-S", str(folder / "tmux"), "-f", os.devnull]

    def run(self, *arguments: str) -> str:
        """Run a command of tmux, and return what it prints."""
        return subprocess.run(
            [*self._command, *arguments], capture_output=True, text=True, check=True, timeout=30
        ).stdout

    def type(self, *keys: str) -> None:
        """Press keys, named as in tmux."""
        for key in keys:
            self.run("send-keys", "-t", "helix", key)

    def wait_for(self, text: str) -> str:
        """Return the screen as soon as it shows a text."""
        end = time.monotonic() + LIMIT
        screen = ""
        while time.monotonic() < end:
            screen = self.run("capture-pane", "-p", "-t", "helix")
            if text in screen:
                return screen
            time.sleep(0.1)
        pytest.fail(f"the screen does not show {text!r}:\n{screen}")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    helix, tmux = shutil.which("hx") or shutil.which("helix"), shutil.which("tmux")
    if helix is None or tmux is None:
        # Debian has it since version 13, as `hx`.
        pytest.skip("Helix or tmux is not installed")
    settings = tmp_path / ".config" / "helix"
    settings.mkdir(parents=True)
    text = CONFIGURATION.read_text(encoding="utf-8")
    command = f'command = {json.dumps(sys.executable)}\nargs = ["-m", "cwql", "server"]'
    (settings / "languages.toml").write_text(text.replace('command = "cwql"\nargs = ["server"]', command))
    (tmp_path / "tickets.py").write_text(TEXTS["tickets.py"], encoding="utf-8")
    opened = Terminal(tmux, tmp_path)
    environment = f"env HOME={tmp_path} XDG_CONFIG_HOME={tmp_path / '.config'} {helix} {tmp_path / 'tickets.py'}"
    opened.run("new-session", "-d", "-s", "helix", "-x", "160", "-y", "40", environment)
    try:
        yield opened
    finally:
        opened.run("kill-server")


def test_helix(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("import requests")
    terminal.type("4G")
    terminal.wait_for("● 1")
    terminal.type("]d")
    terminal.wait_for("(CW112)")
    terminal.type("Space", "a")
    assert "Ignore CW112 on this line" in terminal.wait_for("Write =")
    terminal.type("Enter")
    terminal.wait_for("closedFlag = false")
    terminal.type("/impact", "Enter", "Space", "k")
    terminal.wait_for("Members: Low, Medium, High.")
    terminal.type("Escape", "/'Low'", "Enter", "c", "'")
    terminal.wait_for("'Medium' enum_member")
    terminal.type("Tab", "Tab", "Enter", "Escape", ":write", "Enter")
    terminal.wait_for("written")
    assert "closedFlag = false and impact = 'Medium'\"})" in (tmp_path / "tickets.py").read_text(encoding="utf-8")
