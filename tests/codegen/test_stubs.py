"""The stubs of fields and accessors: a file for each record and each first segment, which agree with the catalog."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from cwql.language.dialects import find_dialect, find_parameter
from cwql.schema.catalog import catalog
from cwql.schema.filtered_record import find_record
from cwql.schema.handles import record_handle

GENERATED = Path(__file__).parents[2] / "generated" / "cwql_api"
SOURCE = Path(__file__).parents[2] / "src"
PRODUCTS = ["manage", "automate"]


def _classes(file: Path) -> dict[str, ast.ClassDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


@cache
def _records(product: str) -> dict[str, tuple[Path, ast.ClassDef]]:
    """Return the stub of each record: its file, and the class of its handles."""
    found = {}
    for file in sorted((GENERATED / product / "fields").glob("[a-z]*.pyi")):
        name, kind = next(iter(_classes(file).items()))
        found[name.removesuffix("Fields")] = (file, kind)
    return found


def _attributes(kind: ast.ClassDef) -> dict[str, str]:
    """Return the annotated members of a class, and the docstring below each."""
    found = {}
    for node, after in zip(kind.body, [*kind.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            found[node.target.id] = str(after.value.value) if is_text else ""  # type: ignore[union-attr]
    return found


@pytest.mark.parametrize("product", PRODUCTS)
def test_each_record_has_a_stub_with_its_fields(product: str) -> None:
    records = _records(product)
    assert set(records) == set(catalog(product).records)
    for name in list(records)[::7]:
        listed = {field for field in dir(record_handle(product, name)) if field[0] != "_"}
        own = set(dir(type(record_handle(product, name))))
        assert listed - own <= set(_attributes(records[name][1])), name


@pytest.mark.parametrize("product", PRODUCTS)
def test_each_member_has_documentation_in_its_stub(product: str) -> None:
    # Without it, pyright searches for the source of a member for up to a minute before it shows anything.
    for file in sorted((GENERATED / product).rglob("*.pyi")):
        if "verbs" not in file.name:
            for name, kind in _classes(file).items():
                members = _attributes(kind)
                assert [member for member, text in members.items() if not text] == [], f"{file}: {name}"


@pytest.mark.parametrize("product", PRODUCTS)
def test_stubs_import_only_public_names(product: str) -> None:
    # jedi takes no private name from a stub, so `Ticket.company.` and `psa.service.` would have no completions.
    for file in sorted((GENERATED / product).rglob("*.pyi")):
        assert re.findall(r"^from .* import (_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE) == [], file


@pytest.mark.parametrize("package", ["cwql", "cwql.manage", "cwql.automate"])
def test_the_names_of_packages_are_not_in_a_condition_that_is_false(package: str) -> None:
    # jedi follows a constant, and would find no `Client`.
    text = (SOURCE / package.replace(".", "/") / "__init__.py").read_text(encoding="utf-8")
    assert "\nTYPE_CHECKING: bool = False\n" in text


@pytest.mark.parametrize("product", PRODUCTS)
def test_handles_are_about_the_records_whose_lists_take_them(product: str) -> None:
    known = catalog(product)
    for name, (file, _) in _records(product).items():
        declared = re.search(rf"^{name}: {name}Fields\[(.*)\]$", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert declared is not None, file
        related = {other for other in known.records if known.is_related(name, other)}
        assert set(re.findall(r"_(\w+)Record\b", declared[1])) == related, name


def _listed(product: str) -> dict[str, str]:
    """Return the record that the stubs give for each list, by the key of its path."""
    found = {}
    folder = GENERATED / product
    classes = {file: _classes(file) for file in [folder / "resources.pyi", *(folder / "areas").glob("*.pyi")]}
    named = {name: kind for each in classes.values() for name, kind in each.items() if name[:2] != "_L"}
    for each in classes.values():
        for kind in each.values():
            for node, after in zip(kind.body, kind.body[1:], strict=False):
                if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr):
                    path = re.sub(r"\{.*?\}", "{}", str(ast.literal_eval(after.value))).strip("/").lower()
                    text = ast.unparse(node.annotation)
                    target = each.get(text) or named.get(text)
                    bases = [node.annotation] if target is None else target.bases
                    for base in bases:
                        if record := re.fullmatch(r"_v\.Lists\[(\w+)\]", ast.unparse(base)):
                            found[path] = record[1]
    return found


@pytest.mark.parametrize(("product", "least"), [("manage", 500), ("automate", 90)])
def test_lists_are_typed_with_the_record_that_their_conditions_are_checked_for(product: str, least: int) -> None:
    known, parameter = catalog(product), find_parameter(find_dialect(product), None)
    listed = _listed(product)
    assert len(listed) > least
    for path, record in listed.items():
        checked = find_record(known, known.find_endpoint(path), parameter)
        assert checked is None or checked.name == record, path


@pytest.mark.parametrize("product", PRODUCTS)
def test_stubs_of_tasks_have_the_paths_of_threads(product: str) -> None:
    threads, tasks = (
        {file.name for file in (GENERATED / product / f"{kind}areas").iterdir()} for kind in ("", "async_")
    )
    assert threads == tasks
    for name in threads - {"__init__.pyi"}:
        text = (GENERATED / product / "areas" / name).read_text(encoding="utf-8")
        other = (GENERATED / product / "async_areas" / name).read_text(encoding="utf-8")
        assert text.replace("import verbs as _v", "import async_verbs as _v") == other


def test_documentation_has_type_length_members_and_release() -> None:
    _, ticket = _records("manage")["Ticket"]
    members = _attributes(ticket)
    assert members["summary"] == "summary: string, at most 100 characters, required"
    assert members["impact"] == "impact: Low | Medium | High"
    assert members["company"] == "company: a reference; compare its id, identifier or name, or it with None, required"
    assert members["customFields"].startswith("customFields: a list of CustomFieldValue; ")
    _, value = _records("manage")["CustomFieldValue"]
    assert _attributes(value)["podId"] == "podId: string, since 2025.16"
