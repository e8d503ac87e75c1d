"""The protocol: which handler answers which message, over the standard input and output."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from cwql.errors import CwqlError
from cwql.lint.collector import CollectorOff
from cwql.lsp import commands
from cwql.lsp.actions import KINDS, Actions
from cwql.lsp.completions import TRIGGERS, completions_at
from cwql.lsp.diagnostics import diagnostics_of
from cwql.lsp.navigation import (
    TOKEN_TYPES,
    definition_at,
    format_edits,
    hover_at,
    inlay_hints,
    semantic_tokens,
)
from cwql.lsp.project import WATCHED
from cwql.lsp.session import Session, path_of
from cwql.lsp.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

DEBOUNCE = 0.2
"""Seconds without a keystroke before the exact diagnostics are computed."""

_CELLS = [types.NotebookCellLanguage(language="python")]


class Server(LanguageServer):
    """A language server with one `Session`, which `initialize` creates."""

    def __init__(self) -> None:
        from cwql import __version__

        super().__init__(
            "cwql",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            notebook_document_sync=types.NotebookDocumentSyncOptions(
                [types.NotebookDocumentFilterWithCells(cells=_CELLS)]
            ),
        )
        self.session = Session({}, "utf-16")
        self._pending: dict[str, asyncio.TimerHandle] = {}

    @property
    def pulls(self) -> bool:
        """Return whether the editor asks for diagnostics itself, so that none are published."""
        documents = self.client_capabilities.text_document
        return documents is not None and documents.diagnostic is not None

    @property
    def takes_commit_characters(self) -> bool:
        """Return whether the editor accepts a candidate when one of its commit characters is typed."""
        documents = self.client_capabilities.text_document
        item = None if documents is None or documents.completion is None else documents.completion.completion_item
        return item is not None and bool(item.commit_characters_support)

    @property
    def refreshes(self) -> bool:
        """Return whether the editor pulls diagnostics again when the server asks it to."""
        workspace = self.client_capabilities.workspace
        return (
            self.pulls
            and workspace is not None
            and bool(workspace.diagnostics and workspace.diagnostics.refresh_support)
        )

    def publish(self, uri: str, *, quick: bool = False) -> None:
        """Publish the diagnostics of a document."""
        if self.pulls:
            return
        view = self.session.view(uri)
        with CollectorOff():
            found = [] if view is None else diagnostics_of(view, quick=quick)
        version = None if view is None else view.version
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))

    def publish_soon(self, uri: str) -> None:
        """Publish the diagnostics of a document that was changed: those of moved conditions now, the exact ones later."""
        view = self.session.view(uri)
        if not self.pulls:
            if view is not None and view.document.is_moved:
                self.publish(uri, quick=True)
            self._schedule(uri, self.publish)

    def pulled(self, uri: str) -> list[types.Diagnostic]:
        """Return the diagnostics of a document for an editor that asks for them.

        An editor that can be asked to pull again gets those of moved conditions, and is asked if the exact ones differ.
        """
        view = self.session.view(uri)
        if view is None:
            return []
        with CollectorOff():
            found = diagnostics_of(view, quick=self.refreshes)
        if not view.document.is_exact:
            self._schedule(uri, self._verify)
        return found

    def _verify(self, uri: str) -> None:
        view = self.session.view(uri)
        if view is not None and view.document.quick_diagnostics() != view.document.diagnostics():
            self.workspace_diagnostic_refresh(None)

    def _schedule(self, uri: str, work: Callable[[str], None]) -> None:
        """Run something after a pause in typing."""
        self._cancel(uri)

        def run() -> None:
            self._pending.pop(uri, None)
            work(uri)

        self._pending[uri] = asyncio.get_running_loop().call_later(DEBOUNCE, run)

    def _cancel(self, uri: str) -> None:
        waiting = self._pending.pop(uri, None)
        if waiting is not None:
            waiting.cancel()

    def forget(self, uri: str) -> None:
        """Withdraw the diagnostics of a document that was closed."""
        self._cancel(uri)
        if not self.pulls:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def refresh(self) -> None:
        """Check all open documents again, because a setting has changed."""
        self.session.reload()
        self._show_problem()
        for uri in self.session.uris():
            self.publish(uri)
        if self.refreshes:
            self.workspace_diagnostic_refresh(None)

    def _show_problem(self) -> None:
        problem = self.session.project.problem
        if problem is not None:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"cwql: {problem}"))


def build() -> Server:
    """Return a server with all handlers."""
    server = Server()
    _add_lifecycle(server)
    _add_documents(server)
    _add_diagnostics(server)
    _add_features(server)
    _add_actions(server)
    _add_commands(server)
    return server


def run() -> None:
    """Serve the editor that started the process, until it ends the session."""
    # The editor reads a copy of the standard output. Whatever else prints must not get between two messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    build().start_io(stdout=output)


def _add_lifecycle(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(ls: Server, params: types.InitializeParams) -> None:
        options = params.initialization_options
        folders = [folder.uri for folder in params.workspace_folders or []]
        if not folders and params.root_uri:
            folders = [params.root_uri]
        ls.session = Session(
            options if isinstance(options, dict) else {},
            str(getattr(ls.workspace.position_encoding, "value", ls.workspace.position_encoding)),
            [path_of(uri) for uri in folders],
        )

    @server.feature(types.INITIALIZED)
    def initialized(ls: Server, params: types.InitializedParams) -> None:
        ls._show_problem()
        workspace = ls.client_capabilities.workspace
        watched = None if workspace is None else workspace.did_change_watched_files
        if watched is not None and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(f"**/{name}") for name in WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            registration = types.Registration("cwql-settings", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            ls.client_register_capability(types.RegistrationParams([registration]))

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(ls: Server, params: types.DidChangeConfigurationParams) -> None:
        settings = params.settings
        if isinstance(settings, dict) and isinstance(settings.get("cwql"), dict):
            ls.session.configure(settings["cwql"])
        ls.refresh()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
        ls.refresh()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
        ls.session.folders = [path_of(folder.uri) for folder in ls.workspace.folders.values()]

    @server.feature(types.SHUTDOWN)
    def shutdown(ls: Server, params: None) -> None:
        ls.session.connection.close()


def _add_documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        ls.session.open(document.uri, path_of(document.uri), document.language_id, document.text, document.version)
        ls.publish(document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.session.change(uri, ls.workspace.get_text_document(uri).source, params.text_document.version)
        ls.publish_soon(uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
        ls.session.close(params.text_document.uri)
        ls.forget(params.text_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_did_open(ls: Server, params: types.DidOpenNotebookDocumentParams) -> None:
        _read_notebook(ls, params.notebook_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_did_change(ls: Server, params: types.DidChangeNotebookDocumentParams) -> None:
        _read_notebook(ls, params.notebook_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def notebook_did_close(ls: Server, params: types.DidCloseNotebookDocumentParams) -> None:
        for uri in ls.session.close_notebook(params.notebook_document.uri):
            ls.forget(uri)


def _read_notebook(ls: Server, uri: str) -> None:
    notebook = ls.workspace.get_notebook_document(notebook_uri=uri)
    if notebook is None:
        return
    cells = [
        (cell.document, ls.workspace.get_text_document(cell.document).source)
        for cell in notebook.cells
        if cell.kind is types.NotebookCellKind.Code
    ]
    ls.session.open_notebook(uri, path_of(uri), "python", cells)
    for cell_uri, _ in cells:
        ls.publish_soon(cell_uri)


def _add_diagnostics(server: Server) -> None:
    options = types.DiagnosticOptions(inter_file_dependencies=False, workspace_diagnostics=True, identifier="cwql")

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    def document_diagnostic(ls: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return types.RelatedFullDocumentDiagnosticReport(ls.pulled(params.text_document.uri))

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(
        ls: Server, params: types.WorkspaceDiagnosticParams
    ) -> types.WorkspaceDiagnosticReport:
        if not ls.session.options.get("workspaceDiagnostics"):
            return types.WorkspaceDiagnosticReport([])
        known = {previous.uri: previous.value for previous in params.previous_result_ids}
        try:
            items = await Workspace(ls.session).report(known)
        except CwqlError as error:
            ls.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"cwql: {error}"))
            items = []
        return types.WorkspaceDiagnosticReport(items)


def _add_features(server: Server) -> None:
    completion = types.CompletionOptions(trigger_characters=list(TRIGGERS))

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, completion)
    def complete(ls: Server, params: types.CompletionParams) -> types.CompletionList:
        view = ls.session.view(params.text_document.uri)
        with CollectorOff():
            items = [] if view is None else completions_at(view, params.position, ls.session.values.known_values)
        if ls.takes_commit_characters:
            for item in items:
                if item.kind is types.CompletionItemKind.Struct:
                    item.commit_characters = ["/", "."]
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
        view = ls.session.view(params.text_document.uri)
        return None if view is None else hover_at(view, params.position)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: Server, params: types.DefinitionParams) -> types.Location | None:
        view = ls.session.view(params.text_document.uri)
        return None if view is None else definition_at(view, params.position)

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def inlay_hint(ls: Server, params: types.InlayHintParams) -> list[types.InlayHint]:
        view = ls.session.view(params.text_document.uri)
        if view is None or ls.session.options.get("inlayHints") is False:
            return []
        return list(inlay_hints(view, params.range))

    legend = types.SemanticTokensLegend(list(TOKEN_TYPES), [])

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, legend)
    def tokens(ls: Server, params: types.SemanticTokensParams) -> types.SemanticTokens:
        view = ls.session.view(params.text_document.uri)
        return types.SemanticTokens([] if view is None else semantic_tokens(view))

    @server.feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)
    def format_range(ls: Server, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit]:
        view = ls.session.view(params.text_document.uri)
        return [] if view is None else format_edits(view, view.span(params.range))


def _add_actions(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(list(KINDS), resolve_provider=True))
    def code_action(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
        view = ls.session.view(params.text_document.uri)
        if view is None:
            return []
        with CollectorOff():
            return _actions(ls, view.uri, params.context.only).find(params.range)

    @server.feature(types.CODE_ACTION_RESOLVE)
    def resolve(ls: Server, params: types.CodeAction) -> types.CodeAction:
        data: Any = params.data
        uri = data.get("uri") if isinstance(data, dict) else None
        if isinstance(uri, str) and ls.session.view(uri) is not None:
            return _actions(ls, uri, None).resolve(params)
        return params


def _actions(ls: Server, uri: str, only: Any) -> Actions:
    view = ls.session.view(uri)
    assert view is not None, "an open document"
    documents, workspace = ls.client_capabilities.text_document, ls.client_capabilities.workspace
    support = None if documents is None or documents.code_action is None else documents.code_action.resolve_support
    edits = None if workspace is None else workspace.workspace_edit
    return Actions(
        view,
        only,
        lazy=support is not None and "edit" in support.properties,
        versioned=bool(edits is not None and edits.document_changes),
    )


def _add_commands(server: Server) -> None:
    def report(message: str, *, failed: bool = False) -> None:
        kind = types.MessageType.Error if failed else types.MessageType.Info
        server.window_show_message(types.ShowMessageParams(kind, f"cwql: {message}"))

    @server.command(commands.COUNT)
    async def count(ls: Server, uri: str, line: int, character: int) -> int | None:
        view = ls.session.view(uri)
        condition = None
        if view is not None:
            condition = view.document.condition_at(view.offset(types.Position(line, character)))
        if condition is None:
            report("there is no condition at the cursor", failed=True)
            return None
        try:
            number = await asyncio.to_thread(commands.count, condition, ls.session.connection)
        except Exception as error:  # whatever a server answers must not end the session
            report(commands.describe_error(error), failed=True)
            return None
        report(f"{number} records of {condition.endpoint}")
        return number

    @server.command(commands.EXPLAIN)
    def explain(ls: Server, rule: str) -> str | None:
        try:
            return commands.explain_rule(rule)
        except CwqlError as error:
            report(str(error), failed=True)
            return None

    @server.command(commands.LOAD)
    async def load_names(ls: Server) -> int | None:
        def load() -> int:
            with ls.session.connection.client("manage") as client:
                return ls.session.values.load(client)

        try:
            number = await asyncio.to_thread(load)
        except Exception as error:  # whatever a server answers must not end the session
            report(commands.describe_error(error), failed=True)
            return None
        report(f"read {number} names for completion")
        return number
