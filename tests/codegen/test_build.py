"""All that is generated, put together: complete, the same for every hash seed, and what is under generated/."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cwql_codegen import assembly, output
from cwql_codegen.cli import CLEAN, FINDINGS, main
from cwql_codegen.spec.document import SpecError

_DIGEST = """
import hashlib
from cwql_codegen import assembly
from cwql_codegen.grammar import generate
from cwql_codegen.spec import overlay
files = assembly.package(assembly.shipped("automate"), overlay.load(assembly.find_overlays(), "automate"))
assembly.merge(files, generate())
print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest())
"""


def test_the_hash_seed_does_not_matter() -> None:
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


def test_drift_is_found_told_and_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run each of the commands, with three files that are not as they should be; generated once, for speed."""
    files = assembly.assemble()
    monkeypatch.setattr(assembly, "assemble", lambda: files)
    output.write(tmp_path, files, assembly.OWNED)
    victim = tmp_path / "cwql_grammar/manage.py"
    victim.write_text(victim.read_text(encoding="utf-8").replace("STATES", "STATS"), encoding="utf-8")
    (tmp_path / "cwql_api/py.typed").unlink()
    (tmp_path / "cwql_api/old.py").write_text("")
    assert main(["--check", "--out", str(tmp_path)]) == FINDINGS
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["missing: cwql_api/py.typed", "stale: cwql_api/old.py", "changed: cwql_grammar/manage.py"]
    assert lines[-1] == f"{tmp_path.name}/ is not what grammar/ and specs/ give: run `make generate`"
    assert main(["--out", str(tmp_path)]) == CLEAN
    assert capsys.readouterr().out == f"{tmp_path.name}/: 2 written, 1 removed\n"
    assert not output.find_drift(tmp_path, files, assembly.OWNED)
    assert {name.split("/")[0] for name in files} == set(assembly.OWNED)


def test_two_generators_cannot_write_one_file() -> None:
    files = {"a.py": "A"}
    assembly.merge(files, {"a.py": "A", "b.py": "B"})
    assert files == {"a.py": "A", "b.py": "B"}
    with pytest.raises(ValueError, match=r"two generators write a\.py, and differently"):
        assembly.merge(files, {"a.py": "B"})


def test_a_product_without_its_document_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "find_specs", lambda: tmp_path)
    with pytest.raises(SpecError, match=r"manage: expected one document \*\.openapi\.json, got 0"):
        assembly.shipped("manage")
