"""The command line of the generator: reports, packages for other releases, and errors with exit status 2."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cwql_codegen.cli import CLEAN, FAILURE, main
from tests.codegen import vendor


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    return vendor.inline("automate", "25.0.5")


def _saved(folder: Path, document: dict[str, Any]) -> str:
    path = folder / "vendor.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_vendor_document_is_compared_with_the_shipped_one(
    tmp_path: Path, theirs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = {path: item for path, item in theirs["paths"].items() if path != "/api/v1/routers"}
    paths["/api/v1/Monitors"] = theirs["paths"]["/api/v1/routers"]
    saved = _saved(tmp_path, {**theirs, "paths": paths})
    assert main(["automate", "--spec", saved, "--version", "26.1"]) == CLEAN
    assert capsys.readouterr().out.splitlines() == [
        "automate 26.1, compared with 25.0.5",
        "operations: 237 -> 237 (1 added, 1 removed, 0 changed)",
        "  + GET /api/v1/Monitors",
        "  - GET /api/v1/routers",
        "schemas: 640 -> 640 (0 added, 0 removed, 0 changed)",
        "no longer applies: automate-operations.toml: operation 5 (Monitors_GetMonitorList)",
    ]
    assert list(tmp_path.iterdir()) == [tmp_path / "vendor.json"]


def test_report_is_truncated_if_a_package_is_written(
    tmp_path: Path, theirs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    few = dict(list(theirs["paths"].items())[:5])
    saved = _saved(tmp_path, {**theirs, "paths": few})
    assert main(["automate", "--spec", saved]) == CLEAN
    whole = capsys.readouterr().out.splitlines()
    assert main(["automate", "--spec", saved, "--out", str(tmp_path / "out")]) == CLEAN
    cut = capsys.readouterr().out.splitlines()
    gone = [line for line in whole if line.startswith("  - ")]
    shown = [line for line in cut if line.startswith("  - ")]
    assert shown == [*gone[:10], f"  - … and {len(gone) - 10} more"]
    assert cut[1] == whole[1]


def test_written_package_is_used_by_cwql(
    tmp_path: Path, theirs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Generate a package from a vendor document, and use it through the environment variable."""
    schemas = theirs["components"]["schemas"]
    computer = schemas["LabTech.Models.Computer"]
    newer = {
        **computer,
        "properties": {**computer["properties"], "QuantumCores": {"type": "integer", "format": "int32"}},
    }
    document = {**theirs, "components": {"schemas": {**schemas, "LabTech.Models.Computer": newer}}}
    out = tmp_path / "out"
    mine = out / "cwql_api" / "manage" / "mine.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("")
    saved = _saved(tmp_path, document)
    assert main(["automate", "--spec", saved, "--version", "26.1", "--out", str(out)]) == CLEAN
    report = capsys.readouterr().out
    assert "      + QuantumCores: integer int32\n" in report
    assert f"set CWQL_AUTOMATE_SCHEMA={out} to use them" in report
    assert mine.exists()
    program = "from cwql.automate.models import Computer; print(Computer(QuantumCores=8).QuantumCores, 'QuantumCores' in Computer.model_fields)"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "CWQL_AUTOMATE_SCHEMA": str(out)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ran.stdout, ran.stderr) == ("8 True\n", "")


def test_document_of_another_product_is_refused(
    tmp_path: Path, theirs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    saved = _saved(tmp_path, theirs)
    assert main(["manage", "--spec", saved, "--out", str(tmp_path / "out")]) == FAILURE
    complaint = capsys.readouterr().err
    assert f"{saved}: at #/paths: not a document of Manage: it shares 0 of its 237 operations" in complaint
    assert "expected paths such as /company/addressFormats, got /api/v1/Alerts" in complaint
    assert not (tmp_path / "out").exists()


def test_broken_document_is_refused(tmp_path: Path, theirs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    item = {"get": {"responses": {"200": {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/Lost"}}}}}}}
    saved = _saved(tmp_path, {**theirs, "paths": {**theirs["paths"], "/lost": item}})
    assert main(["automate", "--spec", saved]) == FAILURE
    assert (
        "at #/paths/~1lost/get/responses/200/content/a~1b/schema/$ref: no schema has the name 'Lost'"
        in capsys.readouterr().err
    )


def test_missing_document_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manage", "--spec", str(tmp_path / "none.json")]) == FAILURE
    assert "none.json: cannot be read: No such file or directory" in capsys.readouterr().err


def test_missing_output_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--out", str(tmp_path / "none")]) == FAILURE
    assert "does not exist; this command needs a checkout" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["manage"], ["psa", "--spec", "x"], ["manage", "--check"]])
def test_wrong_usage_exits_with_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == FAILURE
