"""Install the package as users do, with every Python of this machine: ``make package``.

For each Python version, the wheel, the wheel with its extras, and the source distribution are installed in new environments, where
commands run with warnings as errors. Needs a package index.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.packaging.build import ROOT, build
from scripts.packaging.interpreters import interpreters

IMPORTS = """
import cwql, cwql.manage, cwql.automate, cwql.devices
from cwql.manage import Client, AsyncClient, models
from cwql.manage.fields import Ticket
from cwql.automate.fields import Computer
assert cwql.emit((Ticket.status.name == "New") & Ticket.id.in_([1, 2])) == 'status/name = "New" and id in (1, 2)'
assert models.Ticket.model_validate_json('{"id": 5, "summary": "x"}').id == 5
"""

LIMIT = 6 * 1024 * 1024
"""Largest accepted size of the wheel, in bytes."""


def main() -> int:
    """Build, install and try the package; return 1 if anything fails."""
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        wheel, sdist = build("wheel", Path(folder, "wheel")), build("sdist", Path(folder, "sdist"))
        size = wheel.stat().st_size
        print(f"{wheel.name}: {size / 2**20:.2f} MB; {sdist.name}: {sdist.stat().st_size / 2**20:.2f} MB")
        failures += size > LIMIT
        for version, python in interpreters().items():
            for name, requirement in (
                ("wheel", str(wheel)),
                ("wheel[all]", f"{wheel}[all]"),
                ("wheel[codegen]", f"{wheel}[codegen]"),
                ("sdist", str(sdist)),
            ):
                failure = _try(python, requirement, Path(folder, f"{version}-{name}"), name)
                print(f"Python {version}  {name:15} {'ok' if failure is None else failure}", flush=True)
                failures += failure is not None
    return 1 if failures else 0


def _try(python: str, requirement: str, home: Path, name: str) -> str | None:
    """Return the failure as text, or None if everything passed."""
    inner = home / ("Scripts" if sys.platform == "win32" else "bin")
    steps = [
        [python, "-m", "venv", str(home)],
        [str(inner / "python"), "-m", "pip", "install", "--quiet", requirement],
        [str(inner / "python"), "-W", "error", "-c", IMPORTS],
        [str(inner / "cwql"), "--version"],
        [str(inner / "cwql"), "check", "-e", "/service/tickets", 'status/name = "New"'],
        [str(inner / "python"), "-W", "error", "-m", "cwql", "fields", "/Computers", "Client"],
    ]
    if name == "wheel[all]":
        steps.append([str(inner / "python"), "-W", "error", "-m", "cwql", "demo"])
    if name == "wheel[codegen]":
        steps.append([str(inner / "python"), "-m", "cwql_codegen", "--help"])
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False, cwd=ROOT.parent, timeout=600)
        if done.returncode != 0:
            return f"failed: {' '.join(step[1:4])}\n{(done.stderr or done.stdout)[-2000:]}"
    return None


if __name__ == "__main__":
    sys.exit(main())
