"""The README: Python blocks print something, make targets exist. `test_pages` runs the blocks."""

from __future__ import annotations

import re
import tomllib

from cwql.schema.catalog import catalog
from cwql.schema.loader import PRODUCTS
from scripts.docs.blocks import ROOT, blocks

BLOCKS = blocks((ROOT / "README.md").read_text(encoding="utf-8"))


def bodies(language: str) -> list[str]:
    return [block.body for block in BLOCKS if block.language == language]


def test_python_blocks_print_something() -> None:
    shown = [block.body for block in BLOCKS if block.language == "python" and block.file is None]
    assert shown
    assert all("\n#> " in body for body in shown)


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^make (\w+)", "\n".join(bodies("sh")), re.MULTILINE)
    assert {"demo", "test"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_windows_commands_call_installed_programs() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    (body,) = bodies("bat")
    called = re.findall(r"^\.venv\\Scripts\\(\w+) ", body, re.MULTILINE)
    assert called == ["pip", "cwql"]
    assert called[1] in scripts


def test_number_of_operations() -> None:
    count = sum(len(catalog(product).operation_ids()) for product in PRODUCTS)
    assert f"all {count:,} operations" in (ROOT / "README.md").read_text(encoding="utf-8")
