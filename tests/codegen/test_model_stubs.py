"""The stubs of models: the same members as the classes, without pydantic."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

GENERATED = Path(__file__).parents[2] / "generated" / "cwql_api"


def _members(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    (kind,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return [
        node.target.id for node in kind.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


@pytest.mark.parametrize("product", ["manage", "automate"])
def test_stubs_have_the_members_of_their_classes(product: str) -> None:
    modules = sorted((GENERATED / product / "models").glob("*.py"))
    modules = [module for module in modules if module.stem != "__init__"]
    assert len(modules) > 50
    for module in modules:
        stub = module.with_suffix(".pyi")
        assert _members(stub) == _members(module), stub.name
        assert "pydantic" not in stub.read_text(encoding="utf-8")


def test_ids_are_never_optional_and_members_are_described() -> None:
    stub = (GENERATED / "manage" / "models" / "ticket.pyi").read_text(encoding="utf-8")
    assert "    id: int = ...\n" in stub
    assert '    """summary: string, at most 100 characters, required"""\n' in stub
    assert '    """impact: Low | Medium | High"""\n' in stub


def test_the_stub_of_the_runtime_has_its_public_names() -> None:
    def names(file: Path) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                found.add(node.name)
        return found

    runtime = GENERATED / "runtime.py"
    assert names(runtime) <= names(runtime.with_suffix(".pyi"))
