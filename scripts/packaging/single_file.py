"""Build ``cwql.pyz``, the command line as a single file: ``python -m scripts.packaging.single_file build/cwql.pyz``.

It contains the part of cwql that needs no dependency, and runs on any Python 3.11 or later: ``python cwql.pyz check …``. The byte code
of the Python that builds it is included, so that this version starts faster; other versions use the sources.
"""

from __future__ import annotations

import compileall
import py_compile
import sys
import tempfile
import zipapp
from pathlib import Path

from scripts.packaging.core_modules import copy_core

FOLDERS = ("cli", "render")
"""Packages of cwql that the command line needs besides the core."""

TABLES = ("operations.py", "fields/__init__.py", "tree.py")
"""Modules of the generated APIs that the command line needs besides those of the core."""

_MAIN = """\
import sys

if sys.version_info < (3, 11):
    sys.exit("cwql needs Python 3.11 or later")

from cwql.cli import main

sys.exit(main())
"""


def build_single_file(target: Path) -> None:
    """Write the archive. Its folder must exist."""
    with tempfile.TemporaryDirectory() as folder:
        modules = Path(folder)
        copy_core(modules, FOLDERS, TABLES)
        (modules / "__main__.py").write_text(_MAIN, encoding="utf-8")
        # An archive has no times that could be compared with those of the sources.
        compileall.compile_dir(
            modules,
            quiet=1,
            legacy=True,
            stripdir=folder,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        zipapp.create_archive(modules, target, interpreter="/usr/bin/env python3", compressed=True)


if __name__ == "__main__":
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    build_single_file(Path(sys.argv[1]))
