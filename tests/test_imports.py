"""No two modules import each other in a circle: imports inside functions count, those for type checkers do not."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).parents[1] / "src"

KNOWN: dict[str, list[set[str]]] = {"cwql": [], "cwql_codegen": []}
"""Circles that remain. A circle that is removed is deleted here; nothing is ever added."""


def find_modules(package: str) -> dict[str, Path]:
    """Return the modules of a package by their dotted names."""
    modules = {}
    for path in (SOURCES / package).rglob("*.py"):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def find_imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names that a module imports, at its top or later; ``from a import b`` gives ``a.b``."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            stack += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import: the package uses absolute ones only"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str))
        stack += ast.iter_child_nodes(node)


def read_graph(package: str) -> dict[str, set[str]]:
    """Return the modules of a package with the modules of it that each imports."""
    modules = find_modules(package)
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        targets = graph[name] = set()
        for imported in find_imports(ast.parse(path.read_bytes())):
            # `from cwql.language import nodes` imports a module, `from cwql.language.nodes import And` a name of one.
            target = imported if imported in modules else imported.rpartition(".")[0]
            if target in modules and target != name:
                targets.add(target)
    return graph


def find_circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules in which each reaches every other one (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    circles: list[set[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in sorted(graph[name]):
            if target not in index:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            at = stack.index(name)
            if len(stack) - at > 1:
                circles.append(set(stack[at:]))
            del stack[at:]

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return circles


def shortest_way_round(graph: dict[str, set[str]], circle: set[str]) -> list[str]:
    """Return one shortest path through a circle that ends where it starts, as an example to print."""
    ways = []
    for start in sorted(circle):
        queue, seen = [[start]], {start}
        for way in queue:
            for target in sorted(graph[way[-1]] & circle):
                if target == start:
                    ways.append([*way, start])
                elif target not in seen:
                    seen.add(target)
                    queue.append([*way, target])
    return min(ways, key=len)


def explain(graph: dict[str, set[str]], circles: list[set[str]]) -> str:
    """Return the circles as text: how many modules, and one way round."""
    return "\n".join(f"{len(each)} modules: {' -> '.join(shortest_way_round(graph, each))}" for each in circles)


@pytest.mark.parametrize("package", sorted(KNOWN))
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    graph = read_graph(package)
    circles = find_circles(graph)
    added = [circle for circle in circles if circle not in KNOWN[package]]
    opened = [sorted(circle) for circle in KNOWN[package] if circle not in circles]
    assert not added, f"import circles in {package}:\n{explain(graph, added)}\n{added}"
    assert not opened, f"no longer circles, take them out of KNOWN: {opened}"


def test_a_circle_is_found_through_an_import_inside_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "sample"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from sample.b import name\n")
    (package / "b.py").write_text("def load():\n    from sample import c\n    return c\n")
    (package / "c.py").write_text("import sample.a\n")
    (package / "d.py").write_text("TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import sample.e\n")
    (package / "e.py").write_text("import sample.d\n")
    monkeypatch.setattr("tests.test_imports.SOURCES", tmp_path)
    graph = read_graph("sample")
    circles = find_circles(graph)
    assert circles == [{"sample.a", "sample.b", "sample.c"}]
    assert explain(graph, circles) == "3 modules: sample.a -> sample.b -> sample.c -> sample.a"
