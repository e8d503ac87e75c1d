"""Build the command line for machines without Python: ``python -m scripts.packaging.executable build/executable``.

PyInstaller writes a folder with a program for the system that it runs on, and this module packs it into an archive. It contains
checking, linting, the clients, the sandbox and the server for editors. A program of one file would unpack itself at every start.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from scripts.packaging.build import ROOT

PACKAGES = ("cwql", "cwql_api", "cwql_grammar")
TRIED: tuple[tuple[list[str], int, str], ...] = (
    (["--version"], 0, "cwql"),
    (["check", "-e", "/service/tickets", "statsu/name = 'New'"], 1, "did you mean status"),
    (["lint", str(ROOT / "examples")], 0, "No problems"),
    (["count", "--sandbox", "/service/tickets"], 0, "150"),
    (["server", "--help"], 0, "editor"),
)
"""Commands, their exit status, and a part of their output."""

_ENTRY = "import sys\n\nfrom cwql.cli import main\n\nsys.exit(main())\n"


def build_executable(folder: Path) -> Path:
    """Build the program in `folder`, and return the archive. Raises CalledProcessError if PyInstaller fails."""
    folder.mkdir(parents=True, exist_ok=True)
    entry = folder / "entry.py"
    entry.write_text(_ENTRY, encoding="utf-8")
    collected = [word for name in PACKAGES for word in ("--collect-submodules", name, "--collect-data", name)]
    program = [sys.executable, "-m", "PyInstaller", "--onedir", "--noconfirm", "--log-level", "ERROR", "--name", "cwql"]
    places = ["--distpath", str(folder), "--workpath", str(folder / "work"), "--specpath", str(folder)]
    subprocess.run([*program, *places, *collected, "--copy-metadata", "cwql", str(entry)], check=True)
    return pack(folder)


def pack(folder: Path) -> Path:
    """Pack the program that PyInstaller wrote into ``cwql-VERSION-SYSTEM-MACHINE.zip``, with the licence."""
    shutil.copy(ROOT / "LICENSE", folder / "cwql")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    machine = {"AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    name = f"cwql-{project['version']}-{platform.system().lower()}-{machine}"
    return Path(shutil.make_archive(str(folder / name), "zip", folder, "cwql"))


def try_program(program: Path) -> None:
    """Run the program. Raises AssertionError if it prints something else than the installed command."""
    for words, status, expected in TRIED:
        done = subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == status, (words, done)
        assert expected in done.stdout, (words, done)


if __name__ == "__main__":
    archive = build_executable(Path(sys.argv[1]))
    # Windows adds the suffix itself.
    try_program(Path(sys.argv[1]) / "cwql" / "cwql")
    print(archive)
