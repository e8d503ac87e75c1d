"""Build ``cwql.pyz``, the command line as a single file: ``python -m scripts.packaging.single_file build/cwql.pyz``.

It contains the part of cwql that needs no dependency, and runs on any Python 3.11 or later: ``python cwql.pyz check …``. The byte code
of the Python that builds it is included, so that this version starts faster; other versions use the sources.
"""

from __future__ import annotations

import compileall
import py_compile
import shutil
import sys
import tempfile
import tomllib
import zipapp
from pathlib import Path

from scripts.packaging.build import ROOT

FOLDERS = ("analysis", "cli", "completion", "language", "lint", "query", "render", "rules", "schema", "semantics")
"""Packages of cwql that are included, and the modules next to them."""

TABLES = ("__init__.py", "catalog.py", "endpoints.py", "operations.py", "fields.py", "tree.py")
"""Modules of the generated APIs that are included: those without pydantic models."""

_MAIN = """\
import sys

if sys.version_info < (3, 11):
    sys.exit("cwql needs Python 3.11 or later")

from cwql.cli import main

sys.exit(main())
"""


def build_single_file(target: Path) -> None:
    """Write the archive. Its folder must exist."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyi")
    with tempfile.TemporaryDirectory() as folder:
        modules = Path(folder)
        package = ROOT / "src" / "cwql"
        for name in FOLDERS:
            shutil.copytree(package / name, modules / "cwql" / name, ignore=ignored)
        for path in package.glob("*.py"):
            shutil.copy(path, modules / "cwql")
        generated = ROOT / "generated"
        shutil.copytree(generated / "cwql_grammar", modules / "cwql_grammar", ignore=ignored)
        for product in ("manage", "automate"):
            (modules / "cwql_api" / product).mkdir(parents=True)
            for name in TABLES:
                shutil.copy(generated / "cwql_api" / product / name, modules / "cwql_api" / product)
        shutil.copy(generated / "cwql_api" / "__init__.py", modules / "cwql_api")
        (modules / "__main__.py").write_text(_MAIN, encoding="utf-8")
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        metadata = modules / f"cwql-{project['version']}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: cwql\nVersion: {project['version']}\n", "utf-8"
        )
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
