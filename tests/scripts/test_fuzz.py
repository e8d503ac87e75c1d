"""The parts of the fuzzer: each is there, takes the same options, and its failure is the failure of the run."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.fuzz import __main__ as command

ROOT = Path(command.__file__).parents[2]


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Replace the parts by two, one of which always fails."""
    package = tmp_path / "scripts" / "fuzz"
    package.mkdir(parents=True)
    for name, status in (("good", 0), ("bad", 3)):
        code = f"import pathlib, sys\npathlib.Path({name!r}).write_text(' '.join(sys.argv[1:]))\nsys.exit({status})\n"
        (package / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "PARTS", {"good": "", "bad": ""})
    return tmp_path


def test_options_are_passed_on(parts: Path) -> None:
    assert command.main(["good", "--count", "5", "--seed", "7"]) == 0
    assert (parts / "good").read_text(encoding="utf-8") == "--count 5 --seed 7"
    assert not (parts / "bad").exists()


def test_every_part_runs_although_one_fails(parts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["bad", "good"]) == 1
    assert (parts / "good").read_text(encoding="utf-8") == ""
    assert "failed: bad" in capsys.readouterr().out


def test_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["languages"])
    assert "unknown part 'languages'" in capsys.readouterr().err


def test_every_module_with_a_command_line_is_a_part() -> None:
    folder = Path(command.__file__).parent
    runnable = [
        name
        for _, name, _ in pkgutil.iter_modules([str(folder)])
        if name != "__main__" and "__main__" in (folder / f"{name}.py").read_text(encoding="utf-8")
    ]
    assert set(runnable) == set(command.PARTS)


@pytest.mark.parametrize("name", command.PARTS)
def test_part_takes_a_count_and_a_seed(name: str) -> None:
    if name == "sandbox":
        pytest.importorskip("schemathesis", exc_type=ModuleNotFoundError)
    words = [sys.executable, "-m", f"scripts.fuzz.{name}", "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"--count", "--seed"} <= set(re.findall(r"--[a-z]+", done.stdout))
