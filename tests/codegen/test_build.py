"""Generating everything: it is reproducible, and the commands report and fix drift."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cwql_codegen import build, output
from cwql_codegen.cli import CLEAN, DRIFT, main
from cwql_codegen.spec.document import SpecError

_DIGEST = """
import hashlib
from cwql_codegen import build
from cwql_codegen.grammar import generate
from cwql_codegen.spec import overlay_parser
files = build.generate_package(build.read_shipped("automate"), overlay_parser.load(build.find_overlays(), "automate"))
build.merge_files(files, generate())
print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest())
"""


def test_output_does_not_depend_on_the_hash_seed() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_drift_is_reported_and_fixed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run each command once with a missing, a stale and a changed file. Everything is generated only once, because it is slow."""
    files = build.generate_all()
    monkeypatch.setattr(build, "generate_all", lambda: files)
    output.write(tmp_path, files, build.OWNED_FOLDERS)
    victim = tmp_path / "cwql_grammar/manage.py"
    victim.write_text(victim.read_text(encoding="utf-8").replace("STATES", "STATS"), encoding="utf-8")
    (tmp_path / "cwql_api/py.typed").unlink()
    (tmp_path / "cwql_api/old.py").write_text("")
    assert main(["--check", "--out", str(tmp_path)]) == DRIFT
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["missing: cwql_api/py.typed", "stale: cwql_api/old.py", "changed: cwql_grammar/manage.py"]
    assert lines[-1] == f"{tmp_path.name}/ is out of date; run `make generate`"
    assert main(["--out", str(tmp_path)]) == CLEAN
    assert capsys.readouterr().out == f"{tmp_path.name}/: 2 written, 1 removed\n"
    assert not output.find_drift(tmp_path, files, build.OWNED_FOLDERS)
    assert {name.split("/")[0] for name in files} == set(build.OWNED_FOLDERS)


def test_two_generators_cannot_write_the_same_file() -> None:
    files = {"a.py": "A"}
    build.merge_files(files, {"a.py": "A", "b.py": "B"})
    assert files == {"a.py": "A", "b.py": "B"}
    with pytest.raises(ValueError, match=r"two generators write different texts to a\.py"):
        build.merge_files(files, {"a.py": "B"})


def test_missing_shipped_document_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "find_specs", lambda: tmp_path)
    with pytest.raises(SpecError, match=r"manage: expected one document \*\.openapi\.json, got 0"):
        build.read_shipped("manage")
