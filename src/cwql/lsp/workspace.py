"""Diagnostics of all files of the folders that an editor has open, for editors that ask for them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types

from cwql.lint.examine import examine
from cwql.lsp.diagnostics import diagnostics_of
from cwql.lsp.document import Document
from cwql.lsp.session import path_of
from cwql.lsp.views import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from cwql.lint.discovery import Target
    from cwql.lsp.session import Session

    Report: TypeAlias = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


class Workspace:
    """The files that ``cwql lint`` would lint in the folders of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def report(self, known: Mapping[str, str]) -> list[Report]:
        """Return a report for each file that is not open; `known` has the results that the editor has already.

        Other messages are answered between two files. Raises `ConfigurationError`.
        """
        reports: list[Report] = []
        opened = {path_of(uri) for uri in self._session.uris()}
        for target in self._session.project.find_files(self._session.folders):
            if target.path in opened or target.note is not None or target.trouble is not None:
                continue
            uri = Path(target.path).as_uri()
            result = f"{target.size}-{target.changed}-{hash(target.settings.origins)}"
            if known.get(uri) == result:
                reports.append(types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=result))
            else:
                reports.append(self._examine(target, uri, result))
                await asyncio.sleep(0)
        return reports

    def _examine(self, target: Target, uri: str, result: str) -> Report:
        job = target.job()
        outcome = examine(job)
        items: list[types.Diagnostic] = []
        if outcome is not None and outcome.findings:
            document = Document(outcome.text or "", job, self._session.encoding)
            document.adopt(outcome.findings)
            items = diagnostics_of(View(uri, document))
        return types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=items, result_id=result)
