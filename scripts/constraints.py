"""Write constraints.txt, the exact version of everything that the make targets install: ``make constraints``.

One file covers every platform and every supported Python version, with environment markers where the versions differ. Pins that
still satisfy pyproject.toml are kept; ``make constraints UPGRADE=1`` takes the newest versions. Needs a package index.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "constraints.txt"
HEADER = "# Exact versions for development and CI, written by `make constraints`. Users of the package are not bound by them.\n"


def main() -> int:
    """Resolve all requirements and write the file."""
    parser = argparse.ArgumentParser(prog="python -m scripts.constraints", description="Write constraints.txt.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions instead of keeping pins")
    arguments = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal"]
    command += ["--python-version", oldest, "--all-extras", "--no-header", "--no-annotate", "--output-file", FILE.name]
    for group in project["dependency-groups"]:
        command += ["--group", group]
    if arguments.upgrade:
        command.append("--upgrade")
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    if status == 0:
        FILE.write_text(HEADER + FILE.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
