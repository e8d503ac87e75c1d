"""The server reports the same as ``cwql lint``: for every snippet, and after random edits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cwql.cli import main
from cwql.lint.frontends import find_language
from scripts.fuzz.server_edits import EDITS, edit_document
from tests.lint.labels import read_all
from tests.lsp.editor import editor, run

if TYPE_CHECKING:
    from pathlib import Path

    from lsprotocol import types


def lint(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, list[object]]:
    """Return the problems that the command reports in a folder: code, line and column, by name."""
    monkeypatch.chdir(root)
    main(["lint", "--no-cache", "--format", "json", "."])
    found: dict[str, list[object]] = {}
    for each in json.loads(capsys.readouterr().out):
        source = each["filename"]
        found.setdefault(source, []).append((each["code"], each["line"], each["column"], each["message"]))
    return found


def key(diagnostic: types.Diagnostic) -> tuple[object, ...]:
    start = diagnostic.range.start
    return diagnostic.code, start.line + 1, start.character + 1, diagnostic.message.partition("\n")[0]


def test_every_snippet_has_the_findings_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lsprotocol.types import PositionEncodingKind

    names: dict[str, str] = {}
    for number, snippet in enumerate(read_all()):
        language = find_language(snippet.language)
        name = f"snippet{number}{language.suffixes[0]}"
        (tmp_path / name).write_text(snippet.source, encoding="utf-8", newline="")
        names[name] = language.name
    expected = lint(tmp_path, capsys, monkeypatch)
    assert len(expected) > 50

    async def compare() -> None:
        # The command counts columns in characters.
        async with editor(tmp_path, pull=True, encodings=[PositionEncodingKind.Utf32]) as each:
            for name, language in names.items():
                text = (tmp_path / name).read_bytes().decode()
                uri = await each.open(name, text, language)
                found = [key(diagnostic) for diagnostic in await each.pulled(uri)]
                assert found == expected.get(name, []), name

    run(compare())


@pytest.mark.parametrize("first", range(1, 51, 10))
def test_random_edits(first: int) -> None:
    """1,000 edits in 50 documents: the same diagnostics as a fresh run, and no exception."""
    assert EDITS * 50 == 1000
    for seed in range(first, first + 10):
        assert edit_document(seed) is None
