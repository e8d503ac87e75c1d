"""The Python blocks of all pages under mypy and basedpyright: what a page shows, a type checker accepts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.docs.blocks import DOCS, RESULT, ROOT, blocks

PAGES = [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "rules")]

SHOWN_MISTAKES = {
    ("docs/tutorial.md", "for mistake in (lambda: Ticket.sumary"),
    ("docs/guides/migrating-pyconnectwise.md", "for old in (lambda: psa.service.tickets.id(5)"),
}
"""Lines that are wrong on purpose, because the page shows the error."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the blocks of each page into a file of the page's name, each line at its place."""
    folder = tmp_path_factory.mktemp("pages")
    written = 0
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [""] * (text.count("\n") + 1)
        for block in blocks(text):
            if block.language == "python":
                first = text.count("\n", 0, block.start)
                for place, line in enumerate(block.body.splitlines()):
                    lines[first + place] = "" if line.startswith(RESULT) else line
        if any(lines):
            (folder / f"{module_name(page)}.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
            written += 1
    assert written > 20
    return folder


def module_name(page: Path) -> str:
    return re.sub(r"\W", "_", page.relative_to(ROOT).as_posix())


def shown(found: set[tuple[str, int]]) -> set[tuple[str, str]]:
    """Return page and line of each error, shortened as in `SHOWN_MISTAKES` where it is listed there."""
    pages = {module_name(page): page for page in PAGES}
    errors = set()
    for module, number in found:
        line = pages[module].read_text(encoding="utf-8").splitlines()[number - 1]
        name = pages[module].relative_to(ROOT).as_posix()
        listed = next((start for at, start in SHOWN_MISTAKES if at == name and line.startswith(start)), line)
        errors.add((name, listed))
    return errors


def test_mypy_accepts_the_pages(folder: Path) -> None:
    """A page may use a name for two things, leave out annotations, and read optional members that its records have."""
    disabled = [f"--disable-error-code={code}" for code in ("union-attr", "no-untyped-def", "no-untyped-call")]
    run = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml")),
            *("--allow-redefinition-new", "--local-partial-types", *disabled),
            *("--cache-dir", str(folder / "cache"), *sorted(map(str, folder.glob("*.py")))),
        ],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    found = re.findall(r"(\w+)\.py:(\d+): error", run.stdout)
    assert run.stdout.startswith(("Found", "Success")) or found, run.stdout + run.stderr
    assert shown({(module, int(line)) for module, line in found}) == SHOWN_MISTAKES, run.stdout


def test_pyright_accepts_the_pages(folder: Path) -> None:
    """Names that are used for two things are no error there; optional members are as for mypy."""
    (folder / "pyrightconfig.json").write_text(
        json.dumps(
            {
                "include": ["."],
                "typeCheckingMode": "standard",
                "reportOptionalMemberAccess": False,
                "extraPaths": [str(ROOT / "src"), str(ROOT / "generated")],
            }
        ),
        encoding="utf-8",
    )
    run = subprocess.run(
        [
            *(sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable),
            *("--project", str(folder / "pyrightconfig.json")),
        ],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    report = json.loads(run.stdout)
    assert report["summary"]["filesAnalyzed"] > 20
    errors = [each for each in report["generalDiagnostics"] if each["severity"] == "error"]
    found = {(Path(each["file"]).stem, each["range"]["start"]["line"] + 1) for each in errors}
    assert shown(found) == SHOWN_MISTAKES, [(each["file"], each["message"]) for each in errors]
