"""The recipes of a release, and the archive of the program for machines without Python."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import tree_sitter_ruby
import yaml  # type: ignore[import-untyped]
from tree_sitter import Language, Parser

from scripts.packaging.build import ROOT
from scripts.packaging.executable import pack
from scripts.packaging.recipes import write_recipes
from scripts.packaging.single_file import build_single_file

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    build_single_file(folder / "cwql.pyz")
    (folder / f"cwql-{PROJECT['version']}.tar.gz").write_bytes(b"sdist")
    (folder / f"cwql-{PROJECT['version']}-windows-x86_64.zip").write_bytes(b"program")
    files = [path for path in folder.iterdir() if path.is_file()]
    assert len(write_recipes(files, folder / "recipes")) == 5
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_winget(written: Path) -> None:
    """The fields that the schemas of the manifests require, and their limits."""
    manifests = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in (written / "recipes/winget").iterdir()}
    assert {name: each["ManifestType"] for name, each in manifests.items()} == {
        "cwql.cwql.installer.yaml": "installer",
        "cwql.cwql.locale.en-US.yaml": "defaultLocale",
        "cwql.cwql.yaml": "version",
    }
    for each in manifests.values():
        assert re.fullmatch(r"[^.\s]{1,32}(\.[^.\s]{1,32}){1,7}", each["PackageIdentifier"])
        assert each["PackageVersion"] == PROJECT["version"]
        assert re.fullmatch(r"\d+(\.\d+){2}", each["ManifestVersion"])
    (installer,) = manifests["cwql.cwql.installer.yaml"]["Installers"]
    archive = next(written.glob("*-windows-*.zip"))
    assert installer["InstallerUrl"].endswith(f"/v{PROJECT['version']}/{archive.name}")
    assert installer["InstallerSha256"] == digest(archive).upper()
    locale = manifests["cwql.cwql.locale.en-US.yaml"]
    assert 3 <= len(locale["ShortDescription"]) <= 256
    assert len(locale["Tags"]) <= 16
    assert all(len(tag) <= 40 for tag in locale["Tags"])


def test_the_program_is_at_the_path_that_winget_expects(written: Path, tmp_path: Path) -> None:
    (tmp_path / "cwql").mkdir()
    (tmp_path / "cwql" / "cwql.exe").write_bytes(b"program")
    with zipfile.ZipFile(pack(tmp_path)) as archive:
        names = set(archive.namelist())
    manifest = yaml.safe_load((written / "recipes/winget/cwql.cwql.installer.yaml").read_text("utf-8"))
    (nested,) = manifest["NestedInstallerFiles"]
    assert {nested["RelativeFilePath"].replace("\\", "/"), "cwql/LICENSE"} <= names


def test_homebrew(written: Path) -> None:
    formula = (written / "recipes/homebrew/cwql.rb").read_text("utf-8")
    tree = Parser(Language(tree_sitter_ruby.language())).parse(formula.encode())
    assert not tree.root_node.has_error
    assert f'sha256 "{digest(written / "cwql.pyz")}"' in formula
    (description,) = re.findall(r'desc "(.*)"', formula)
    assert len(description) <= 80


def test_the_commands_in_the_test_of_homebrew_print_what_it_expects(written: Path) -> None:
    formula = (written / "recipes/homebrew/cwql.rb").read_text("utf-8")
    commands = re.findall(r'shell_output\("#\{bin\}/cwql (.*?)"(?:, (\d))?\)', formula)
    outputs = []
    for words, status in commands:
        run = subprocess.run(
            [sys.executable, "-I", str(written / "cwql.pyz"), *words.split()],
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert run.returncode == int(status or 0)
        outputs.append(run.stdout)
    assert outputs[0] == "id = 1\n"
    assert "did you mean status" in outputs[1]


def test_conda(written: Path) -> None:
    recipe = yaml.safe_load((written / "recipes/conda/recipe.yaml").read_text("utf-8"))
    assert recipe["context"]["version"] == PROJECT["version"]
    assert recipe["source"]["sha256"] == digest(next(written.glob("*.tar.gz")))
    run = {name.replace(" ", "") for name in recipe["requirements"]["run"]}
    assert run == {*PROJECT["dependencies"], f"python{PROJECT['requires-python']}"}
    assert recipe["build"]["python"]["entry_points"] == [f"cwql = {PROJECT['scripts']['cwql']}"]


def test_an_unknown_file_has_no_recipe(tmp_path: Path) -> None:
    (tmp_path / "cwql.exe").touch()
    with pytest.raises(ValueError, match=r"no recipe is made of cwql\.exe"):
        write_recipes([tmp_path / "cwql.exe"], tmp_path)
