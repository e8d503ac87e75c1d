"""``cwql server`` over pipes, with the capabilities of real editors."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from lsprotocol import types

from tests.lsp.editor import apply, apply_edits, editor, position, range_of, run

PYTHON = """\
import requests

URL = "https://api.example/v4_6_release/apis/3.0/service/tickets"
requests.get(URL, params={"conditions": "sumary contains 'x' and impact == 'Low'"})
"""
MARKDOWN = """\
```js
const { data } = await axios.get(`${base}/service/tickets`, { params: { conditions: 'sumary contains "vpn"' } });
```
"""
POWERSHELL = """\
$url = "https://api.example/v4_6_release/apis/3.0/service/tickets?conditions=closedFlag='false'"
"""


def line_of(place: types.Location) -> str:
    text = Path(place.uri.removeprefix("file://")).read_text(encoding="utf-8")
    return text.splitlines()[place.range.start.line]


def test_diagnostics_are_published_with_links(tmp_path: Path) -> None:
    async def main() -> None:
        async with editor(tmp_path) as each:
            uri = await each.open("a.py", PYTHON)
            found = await each.published(uri)
            assert [(diagnostic.code, diagnostic.severity) for diagnostic in found] == [
                ("CW203", types.DiagnosticSeverity.Error),
                ("CW112", types.DiagnosticSeverity.Warning),
            ]
            assert found[0].range == range_of(PYTHON, "sumary")
            assert "did you mean" in found[0].message
            assert found[0].code_description is not None
            assert found[0].code_description.href == "https://cwql.readthedocs.io/rules/unknown-field/"
            await each.change(uri, PYTHON.replace("sumary", "summary").replace("==", "="))
            assert list(await each.published(uri)) == []

    run(main())


def test_editors_that_pull_diagnostics_get_none_published(tmp_path: Path) -> None:
    async def main() -> None:
        async with editor(tmp_path, pull=True) as each:
            uri = await each.open("a.ps1", POWERSHELL, "powershell")
            assert [diagnostic.code for diagnostic in await each.pulled(uri)] == ["CW304"]
            assert uri not in each.client.diagnostics

    run(main())


def test_workspace_diagnostics(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(PYTHON)
    (tmp_path / "b.py").write_text("print(1)\n")
    (tmp_path / "cwql.toml").write_text('lint.extend-exclude = ["c.py"]\n')
    (tmp_path / "c.py").write_text(PYTHON)

    async def main() -> None:
        async with editor(tmp_path, pull=True, options={"workspaceDiagnostics": True}) as each:
            report = await each.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
            full = {item.uri: item for item in report.items}
            assert set(full) == {each.uri("a.py"), each.uri("b.py"), each.uri("cwql.toml")}
            item = full[each.uri("a.py")]
            assert isinstance(item, types.WorkspaceFullDocumentDiagnosticReport)
            assert [diagnostic.code for diagnostic in item.items] == ["CW203", "CW112"]
            known = [types.PreviousResultId(item.uri, item.result_id or "") for item in report.items]
            again = await each.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(known))
            assert {item.kind for item in again.items} == {"unchanged"}

    run(main())


def test_a_changed_settings_file_applies_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with editor(tmp_path) as each:
            uri = await each.open("a.py", PYTHON)
            assert [diagnostic.code for diagnostic in await each.published(uri)] == ["CW203", "CW112"]
            for content, codes in (('lint.ignore = ["CW112"]\n', ["CW203"]), ('lint.exclude = ["a.py"]\n', [])):
                (tmp_path / "cwql.toml").write_text(content)
                each.client.diagnostics.clear()
                change = types.FileEvent(each.uri("cwql.toml"), types.FileChangeType.Changed)
                each.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
                assert [diagnostic.code for diagnostic in await each.published(uri)] == codes
            (tmp_path / "cwql.toml").write_text('lint.ignore = ["CW9999"]\n')
            each.client.diagnostics.clear()
            each.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
            await each.published(uri)
            assert any("CW9999" in message.message for message in each.client.messages)

    run(main())


def test_problems_of_the_baseline_are_not_reported(tmp_path: Path) -> None:
    (tmp_path / "cwql.toml").write_text('lint.baseline = "known.json"\n')
    (tmp_path / "a.py").write_text(PYTHON)
    command = [sys.executable, "-m", "cwql", "lint", "--write-baseline", "known.json", "."]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)

    async def main() -> None:
        async with editor(tmp_path) as each:
            uri = await each.open("a.py", PYTHON)
            assert list(await each.published(uri)) == []
            await each.change(uri, PYTHON.replace("impact", "impct"))
            assert [diagnostic.code for diagnostic in await each.published(uri)] == ["CW203", "CW203", "CW112"]

    run(main())


def test_an_edit_in_a_condition_is_reported_before_the_linter_reads_the_file(tmp_path: Path) -> None:
    async def main() -> None:
        async with editor(tmp_path, pull=True, refresh=True) as each:
            uri = await each.open("a.md", MARKDOWN, "markdown")
            assert [diagnostic.code for diagnostic in await each.pulled(uri)] == ["CW203"]
            # The linter takes this for a query string; the moved condition is still one, until it has looked.
            await each.change(uri, MARKDOWN.replace(' contains "vpn"', "=vpn&page=1"))
            await each.pulled(uri)
            for _ in range(600):
                if each.client.diagnostic_refresh_count:
                    break
                await asyncio.sleep(0.05)
            assert each.client.diagnostic_refresh_count == 1
            assert list(await each.pulled(uri)) == []

    run(main())


def test_an_edit_elsewhere_is_reported_before_the_linter_reads_the_file(tmp_path: Path) -> None:
    async def main() -> None:
        async with editor(tmp_path, pull=True, refresh=True) as each:
            uri = await each.open("a.py", PYTHON)
            before = await each.pulled(uri)
            assert before
            await each.change(uri, f"\n{PYTHON}")
            moved = await each.pulled(uri)
            assert [found.range.start.line - 1 for found in moved] == [found.range.start.line for found in before]
            # Another endpoint: the fields of tickets are not those of companies.
            await each.change(uri, f"\n{PYTHON.replace('/service/tickets', '/company/companies')}")
            assert await each.pulled(uri) == moved
            for _ in range(600):
                if each.client.diagnostic_refresh_count:
                    break
                await asyncio.sleep(0.05)
            assert each.client.diagnostic_refresh_count == 1
            assert await each.pulled(uri) != moved

    run(main())


def test_completion_in_python_while_the_file_is_broken(tmp_path: Path) -> None:
    async def main() -> None:
        start = PYTHON.partition("sumary")[0]
        async with editor(tmp_path) as each:
            found = await each.complete(f"{start}board/na|")
            assert [item.label for item in found] == ["name"]
            found = await each.complete(f'{start}|"}})\n')
            assert found[0].label == "id"
            found = await each.complete(f'{start}impact = |"}})\n')
            # The literal is in double quotes, so the value is in single quotes.
            assert [item.label for item in found][:3] == ["'Low'", "'Medium'", "'High'"]
            edits = [item.text_edit for item in found]
            assert [edit.new_text for edit in edits if isinstance(edit, types.TextEdit)][:1] == ["'Low'"]
            assert await each.complete("x = 'boa|'\n") == []

    run(main())


def test_completion_in_other_languages(tmp_path: Path) -> None:
    url = "https://api.example/v4_6_release/apis/3.0/service/tickets"

    async def main() -> None:
        async with editor(tmp_path) as each:
            found = await each.complete(f'$u = "{url}?conditions=closedFlag = |"', "a.ps1", "powershell")
            assert [item.label for item in found] == ["true", "false"]
            found = await each.complete(f"fetch(`{url}?conditions=id=${{x}} and imp|`)", "a.ts", "typescript")
            assert [item.label for item in found] == ["impact"]
            found = await each.complete(
                f'{{"url": "{url}", "params": {{"orderBy": "priority/na|"}}}}', "a.json", "json"
            )
            assert [item.label for item in found] == ["name"]
            found = await each.complete("u = 'https://api.example/v4_6_release/apis/3.0/service/tick|'", "b.py")
            assert [item.label for item in found] == ["ticketLinks", "tickets", "ticketSyncs"]
            found = await each.complete("# cwql: manage /service/tickets/5/no|\n", "c.py")
            assert [item.label for item in found] == ["notes"]
            found = await each.complete("# cwql: au|\n", "d.py")
            assert "automate" in [item.label for item in found]

    run(main())


def test_positions_in_every_encoding(tmp_path: Path) -> None:
    kinds = types.PositionEncodingKind
    text = f'print("\N{GRINNING FACE}é"); {PYTHON.splitlines()[3]}\n'
    source = PYTHON.replace(PYTHON.splitlines()[3], text.rstrip("\n"))

    async def main() -> None:
        for kind in (kinds.Utf8, kinds.Utf16, kinds.Utf32):
            async with editor(tmp_path, encodings=[kind]) as each:
                uri = await each.open("a.py", source)
                found = await each.published(uri)
                before = source[: source.index("sumary")]
                assert found[0].range.start == position(before, kind.value)
                assert found[0].range.end == position(before + "sumary", kind.value)
                items = await each.complete_at(uri, position(source[: source.index("impact ==") + 4], kind.value))
                assert [item.label for item in items] == ["impact"]

    run(main())


def test_hover_definition_inlay_and_tokens(tmp_path: Path) -> None:
    text = PYTHON.replace("sumary", "summary")

    async def main() -> None:
        async with editor(tmp_path) as each:
            uri = await each.open("a.py", text)
            document = types.TextDocumentIdentifier(uri)
            at = range_of(text, "impact").start
            hover = await each.client.text_document_hover_async(types.HoverParams(document, at))
            assert hover is not None
            assert isinstance(hover.contents, types.MarkupContent)
            assert "Members: Low, Medium, High." in hover.contents.value
            assert hover.range == range_of(text, "impact")
            place = await each.client.text_document_definition_async(types.DefinitionParams(document, at))
            assert isinstance(place, types.Location)
            assert place.uri.endswith("cwql_api/manage/fields/ticket.pyi")
            assert line_of(place).startswith("    impact: ")
            whole = types.Range(types.Position(0, 0), types.Position(9, 0))
            hints = await each.client.text_document_inlay_hint_async(types.InlayHintParams(document, whole)) or []
            assert [(hint.label, hint.tooltip) for hint in hints] == [("Ticket", "conditions of /service/tickets")]
            tokens = await each.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
            assert tokens is not None
            # summary contains 'x' and impact == 'Low'
            assert list(tokens.data[2::5]) == [7, 8, 3, 3, 6, 2, 5]
            assert list(tokens.data[3::5]) == [0, 1, 3, 2, 0, 1, 3]
            assert list(tokens.data[:2]) == [3, range_of(text, "summary").start.character]

    run(main())


def test_fixes_and_suppressions(tmp_path: Path) -> None:
    async def main() -> None:
        async with editor(tmp_path, editor_name="visual_studio_code") as each:
            uri = await each.open("a.py", PYTHON)
            actions = await each.actions(uri, range_of(PYTHON, "=="))
            fixed = apply(PYTHON, next(action for title, action in actions.items() if title.startswith("Write")))
            assert fixed == PYTHON.replace("==", "=")
            ignored = apply(PYTHON, actions["Ignore CW112 on this line"])
            assert "  # cwql: ignore[double-equals]\n" in ignored
            actions = await each.actions(uri, range_of(PYTHON, "sumary"))
            fixed = apply(PYTHON, next(action for title, action in actions.items() if "may change" in title))
            assert fixed == PYTHON.replace("sumary", "summary")
            every = apply(PYTHON, actions["Apply all fixes, also unsafe ones"])
            assert every == PYTHON.replace("sumary", "summary").replace("==", "=")
            actions = await each.actions(uri, range_of(PYTHON, "URL"), ["source.fixAll"])
            assert list(actions) == ["Fix all problems that have safe fixes"]
            assert apply(PYTHON, actions["Fix all problems that have safe fixes"]) == PYTHON.replace("==", "=")

    run(main())


def test_editors_that_cannot_resolve_get_edits_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with editor(tmp_path) as each:
            capabilities = each.client.capabilities
            assert capabilities is not None
            uri = await each.open("a.py", PYTHON)
            actions = await each.actions(uri, range_of(PYTHON, "=="))
            assert all(action.edit is not None for action in actions.values())

    run(main())


def test_conditions_become_code(tmp_path: Path) -> None:
    text = PYTHON.replace(
        "\"sumary contains 'x' and impact == 'Low'\"", "f\"board/id = {number} and summary = '{name}'\""
    )

    async def main() -> None:
        async with editor(tmp_path, editor_name="visual_studio_code") as each:
            uri = await each.open("a.py", text)
            actions = await each.actions(uri, range_of(text, "board"), [types.CodeActionKind.Refactor])
            template = apply(text, actions["Build this condition with cwql.cond"])
            assert 'cwql.emit(cwql.cond("board/id = {} and summary = {}", number, str(name)))' in template
            assert template.startswith("import cwql\nimport requests\n")
            plain = PYTHON.replace("sumary", "summary").replace("==", "=")
            uri = await each.open("b.py", plain)
            actions = await each.actions(uri, range_of(plain, "impact"), [types.CodeActionKind.RefactorRewrite])
            handles = apply(plain, actions["Build this condition with the typed fields of Ticket"])
            assert 'cwql.emit((Ticket.summary.contains("x")) & (Ticket.impact == "Low"))' in handles
            assert "from cwql.manage.fields import Ticket\n" in handles
            assert "Write this condition in canonical form" in actions
            compile(handles, "b.py", "exec")
            compile(template, "a.py", "exec")

    run(main())


def test_one_condition_is_formatted(tmp_path: Path) -> None:
    text = PYTHON.replace("sumary contains 'x' and impact == 'Low'", "closedFlag=False AND id   IN (1,2)")

    async def main() -> None:
        async with editor(tmp_path) as each:
            uri = await each.open("a.py", text)
            options = types.FormattingOptions(4, True)
            document = types.TextDocumentIdentifier(uri)
            params = types.DocumentRangeFormattingParams(document, range_of(text, "closedFlag"), options)
            edits = await each.client.text_document_range_formatting_async(params)
            assert apply_edits(text, edits or []) == text.replace(
                "closedFlag=False AND id   IN (1,2)", "closedFlag = false and id in (1, 2)"
            )
            params = types.DocumentRangeFormattingParams(document, range_of(text, "import"), options)
            assert not await each.client.text_document_range_formatting_async(params)

    run(main())


def test_commands_with_the_sandbox(tmp_path: Path) -> None:
    text = PYTHON.replace("sumary contains 'x' and impact == 'Low'", "closedFlag = false")

    async def main() -> None:
        async with editor(tmp_path, options={"sandbox": True}) as each:
            uri = await each.open("a.py", text)
            at = range_of(text, "closedFlag").start

            async def execute(command: str, *arguments: object) -> object:
                return await each.client.workspace_execute_command_async(
                    types.ExecuteCommandParams(command, arguments=list(arguments))
                )

            number = await execute("cwql.count", uri, at.line, at.character)
            assert isinstance(number, int)
            assert number > 0
            assert await execute("cwql.count", uri, 0, 0) is None
            explanation = await execute("cwql.explainRule", "CW203")
            assert str(explanation).startswith("# CW203 unknown-field")
            assert await execute("cwql.explainRule", "CW000") is None
            names = await execute("cwql.loadNames")
            assert isinstance(names, int)
            assert names > 10
            found = await each.complete(text.replace("closedFlag = false", "board/name = |"))
            assert "'Help Desk'" in [
                item.text_edit.new_text for item in found if isinstance(item.text_edit, types.TextEdit)
            ]

    run(main())


def test_a_notebook_is_one_program(tmp_path: Path) -> None:
    cells = ["%pip install requests\nimport requests", PYTHON.splitlines()[2], PYTHON.splitlines()[3]]

    async def main() -> None:
        async with editor(tmp_path, editor_name="visual_studio_code") as each:
            uris = [f"vscode-notebook-cell:/a.ipynb#{number}" for number in range(3)]
            notebook = types.NotebookDocument(
                each.uri("a.ipynb"),
                "jupyter-notebook",
                1,
                [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri in uris],
            )
            items = [types.TextDocumentItem(uri, "python", 1, text) for uri, text in zip(uris, cells, strict=True)]
            each.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))
            found = await each.published(uris[2])
            assert [diagnostic.code for diagnostic in found] == ["CW203", "CW112"]
            assert found[0].range == range_of(cells[2], "sumary")
            assert list(await each.published(uris[0])) == []
            names = await each.complete_at(uris[2], range_of(cells[2], "contains").end)
            assert "contains" in [item.label for item in names]

    run(main())


def test_the_command_explains_a_missing_extra(tmp_path: Path) -> None:
    program = "import sys; sys.modules['pygls'] = None; from cwql.cli import main; sys.exit(main(['server']))"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path, input=""
    )
    assert found.returncode == 2
    assert "pip install 'cwql[lsp]'" in found.stderr
