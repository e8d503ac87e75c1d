"""The generator's command line: reports, packages for other releases, drift, and errors with exit status 2."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.codegen import vendor

from cwql_codegen.cli import CLEAN, FAILURE, main


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    return vendor.inline("automate", "25.0.5")


def _saved(folder: Path, document: dict[str, Any]) -> str:
    path = folder / "vendor.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_the_vendors_document_is_compared(
    tmp_path: Path, theirs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = {path: item for path, item in theirs["paths"].items() if path != "/api/v1/routers"}
    paths["/api/v1/Monitors"] = theirs["paths"]["/api/v1/routers"]
    saved = _saved(tmp_path, {**theirs, "paths": paths})
    assert main(["automate", "--spec", saved, "--version", "26.1"]) == CLEAN
    assert capsys.readouterr().out.splitlines() == [
        "automate 26.1, compared with 25.0.5",
        "operations: 237 -> 237 (1 new, 1 gone, 0 changed)",
        "  + GET /api/v1/Monitors",
        "  - GET /api/v1/routers",
        "schemas: 640 -> 640 (0 new, 0 gone, 0 changed)",
        "no longer fits: automate-operations.toml: operation 4 (Monitors_GetMonitorList)",
    ]
    assert list(tmp_path.iterdir()) == [tmp_path / "vendor.json"]


def test_another_products_document_is_refused(
    tmp_path: Path, theirs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    saved = _saved(tmp_path, theirs)
    assert main(["manage", "--spec", saved, "--out", str(tmp_path / "out")]) == FAILURE
    complaint = capsys.readouterr().err
    assert f"{saved}: at #/paths: not a document of Manage: it shares 0 of its 237 operations" in complaint
    assert "expected paths such as /company/addressFormats, got /api/v1/Alerts" in complaint
    assert not (tmp_path / "out").exists()


def test_a_broken_document_is_refused(
    tmp_path: Path, theirs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    item = {"get": {"responses": {"200": {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/Lost"}}}}}}}
    saved = _saved(tmp_path, {**theirs, "paths": {**theirs["paths"], "/lost": item}})
    assert main(["automate", "--spec", saved]) == FAILURE
    assert (
        "at #/paths/~1lost/get/responses/200/content/a~1b/schema/$ref: no schema is named 'Lost'"
        in capsys.readouterr().err
    )


def test_a_missing_document_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manage", "--spec", str(tmp_path / "none.json")]) == FAILURE
    assert "none.json: cannot be read: No such file or directory" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--out", str(tmp_path / "none")]) == FAILURE
    assert "is not there: this works in a checkout only" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["manage"], ["psa", "--spec", "x"], ["manage", "--check"]])
def test_wrong_usage_has_status_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == FAILURE
