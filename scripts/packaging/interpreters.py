"""Find every installed Python that cwql supports."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

OLDEST = (3, 11)


@cache
def interpreters() -> dict[str, str]:
    """Return the path of an interpreter by version (``3.12``): the running one, those on PATH, and those of pyenv."""
    paths = [sys.executable]
    paths += [path for minor in range(OLDEST[1], 30) if (path := shutil.which(f"python3.{minor}")) is not None]
    paths += map(str, sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3")))
    found: dict[str, str] = {}
    for path in paths:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        version = re.match(r"Python 3\.(\d+)", done.stdout)
        # A pyenv shim fails if its version is not selected.
        if done.returncode == 0 and version is not None and int(version[1]) >= OLDEST[1]:
            found.setdefault(f"3.{version[1]}", path)
    return found
