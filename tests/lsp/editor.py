"""An editor for tests: `Editor` starts ``cwql server`` and talks to it over pipes, with the client of pytest-lsp."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pytest_lsp import client_capabilities
from pytest_lsp.client import LanguageClient, make_test_lsp_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence

WAIT = 60.0
"""Seconds after which an answer that does not come is a failure."""


class Editor:
    """An open session. Positions are given by the text: ``|`` marks the cursor."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self._version = 0

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    async def open(self, name: str, text: str, language: str = "python") -> str:
        """Open a document and return its URI."""
        uri = self.uri(name)
        self._version += 1
        item = types.TextDocumentItem(uri, language, self._version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    async def change(self, uri: str, text: str) -> None:
        self._version += 1
        self.client.diagnostics.pop(uri, None)
        change = types.TextDocumentContentChangeWholeDocument(text)
        document = types.VersionedTextDocumentIdentifier(version=self._version, uri=uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def published(self, uri: str) -> Sequence[types.Diagnostic]:
        """Return the diagnostics that the server publishes next, or has published."""
        async with asyncio.timeout(WAIT):
            while uri not in self.client.diagnostics:
                await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return self.client.diagnostics[uri]

    async def pulled(self, uri: str) -> Sequence[types.Diagnostic]:
        report = await self.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        )
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return report.items

    async def complete(self, marked: str, name: str = "a.py", language: str = "python") -> list[types.CompletionItem]:
        """Open a text with ``|`` and return the candidates there."""
        before, _, after = marked.partition("|")
        uri = await self.open(name, before + after, language)
        return await self.complete_at(uri, position(before))

    async def complete_at(self, uri: str, at: types.Position) -> list[types.CompletionItem]:
        found = await self.client.text_document_completion_async(
            types.CompletionParams(types.TextDocumentIdentifier(uri), at)
        )
        assert isinstance(found, types.CompletionList)
        return list(found.items)

    async def actions(
        self, uri: str, range: types.Range, only: Sequence[types.CodeActionKind | str] | None = None
    ) -> dict[str, types.CodeAction]:
        """Return the actions at a range by their titles, with their edits."""
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(uri), range, types.CodeActionContext([], only=only)
        )
        found = await self.client.text_document_code_action_async(params) or []
        actions = [action for action in found if isinstance(action, types.CodeAction)]
        return {
            action.title: action if action.edit is not None else await self.client.code_action_resolve_async(action)
            for action in actions
        }


@asynccontextmanager
async def editor(
    root: Path,
    *,
    editor_name: str = "neovim",
    encodings: Sequence[types.PositionEncodingKind] | None = None,
    options: dict[str, object] | None = None,
    pull: bool = False,
    refresh: bool = False,
) -> AsyncIterator[Editor]:
    """Start a server for a folder, with the capabilities of a real editor."""
    client = make_test_lsp_client()
    await client.start_io(sys.executable, "-m", "cwql", "server", "--stdio", cwd=str(root))
    capabilities = client_capabilities(editor_name)
    assert capabilities.text_document is not None
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities() if pull else None
    if refresh:
        assert capabilities.workspace is not None
        capabilities.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    if encodings is not None:
        capabilities.general = types.GeneralClientCapabilities(position_encodings=list(encodings))
    params = types.InitializeParams(
        capabilities,
        root_uri=root.as_uri(),
        workspace_folders=[types.WorkspaceFolder(root.as_uri(), root.name)],
        initialization_options=options,
    )
    try:
        async with asyncio.timeout(WAIT):
            await client.initialize_session(params)
        yield Editor(client, root)
    finally:
        try:
            await client.shutdown_session()
        finally:
            await client.stop()  # type: ignore[no-untyped-call]  # of pytest-lsp


def position(before: str, encoding: str = "utf-16") -> types.Position:
    """Return the position after a text, for lines that end with a line feed."""
    line = before.rpartition("\n")[2]
    width = {"utf-8": len(line.encode()), "utf-16": len(line.encode("utf-16-le")) // 2, "utf-32": len(line)}
    return types.Position(before.count("\n"), width[encoding])


def range_of(text: str, part: str) -> types.Range:
    """Return the range of the first occurrence of a part of a text."""
    at = text.index(part)
    return types.Range(position(text[:at]), position(text[: at + len(part)]))


def apply(text: str, action: types.CodeAction) -> str:
    """Return a text after the edits of an action."""
    assert action.edit is not None
    if action.edit.document_changes:
        (change,) = action.edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        return apply_edits(text, change.edits)
    assert action.edit.changes is not None
    (edits,) = action.edit.changes.values()
    return apply_edits(text, edits)


def apply_edits(text: str, edits: Sequence[Any]) -> str:
    """Return an ASCII text after edits."""
    assert text.isascii()
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for edit in sorted(edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True):
        start = starts[edit.range.start.line] + edit.range.start.character
        end = starts[edit.range.end.line] + edit.range.end.character
        text = text[:start] + edit.new_text + text[end:]
    return text


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a test, and fail if it takes longer than any answer may."""

    async def limited() -> None:
        async with asyncio.timeout(WAIT * 2):
            await coroutine

    asyncio.run(limited())
