"""Copy the part of cwql that needs no dependency: for the single file and for the playground."""

from __future__ import annotations

import shutil
import tomllib
from typing import TYPE_CHECKING

from scripts.packaging.build import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDERS = ("analysis", "completion", "language", "lint", "query", "rules", "schema", "semantics")
"""Packages of cwql that every copy has, and the modules next to them."""

TABLES = ("__init__.py", "catalog.py", "endpoints.py", "releases.py")
"""Modules of the generated APIs that checking and completion use; none of them imports pydantic."""


def copy_core(target: Path, more_folders: Iterable[str] = (), more_tables: Iterable[str] = ()) -> None:
    """Copy the modules below `target`, with further packages of cwql and modules of the generated APIs, and the version."""
    package, generated = ROOT / "src" / "cwql", ROOT / "generated"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyi")
    for name in (*FOLDERS, *more_folders):
        shutil.copytree(package / name, target / "cwql" / name, ignore=ignored)
    for path in package.glob("*.py"):
        shutil.copy(path, target / "cwql")
    shutil.copytree(generated / "cwql_grammar", target / "cwql_grammar", ignore=ignored)
    for product in ("manage", "automate"):
        (target / "cwql_api" / product).mkdir(parents=True)
        for name in (*TABLES, *more_tables):
            (target / "cwql_api" / product / name).parent.mkdir(exist_ok=True)
            shutil.copy(generated / "cwql_api" / product / name, target / "cwql_api" / product / name)
    shutil.copy(generated / "cwql_api" / "__init__.py", target / "cwql_api")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    metadata = target / f"cwql-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: cwql\nVersion: {project['version']}\n", "utf-8")
