"""Every requirement of pyproject.toml has a version in constraints.txt that satisfies it."""

from __future__ import annotations

import tomllib
from collections import defaultdict

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.constraints import FILE, HEADER, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINES = FILE.read_text(encoding="utf-8").removeprefix(HEADER).splitlines()
REQUIREMENTS = sorted(
    {
        text
        for texts in (
            PROJECT["build-system"]["requires"],
            PROJECT["project"]["dependencies"],
            *PROJECT["project"]["optional-dependencies"].values(),
            *PROJECT["dependency-groups"].values(),
        )
        for text in texts
        # Other groups are included by a table, other extras by the project's own name.
        if isinstance(text, str) and not text.startswith("cwql[")
    }
)


@pytest.fixture(scope="module")
def versions() -> dict[str, set[str]]:
    """Return the pinned versions of each package; there are several if they depend on the Python version."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in LINES:
        pin = Requirement(line)
        (specifier,) = pin.specifier
        assert specifier.operator == "=="
        found[canonicalize_name(pin.name)].add(specifier.version)
    return found


@pytest.mark.parametrize("text", REQUIREMENTS)
def test_requirement_is_pinned(versions: dict[str, set[str]], text: str) -> None:
    requirement = Requirement(text)
    pinned = versions[canonicalize_name(requirement.name)]
    assert pinned, "run make constraints"
    assert all(requirement.specifier.contains(version) for version in pinned), "run make constraints"


def test_pins_name_no_address() -> None:
    assert not [line for line in LINES if "://" in line or line.startswith("-") or " @ " in line]
