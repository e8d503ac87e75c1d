"""The state of a session: its options, its project, and the documents that are open."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote, urlsplit

from cwql.lsp.commands import Connection
from cwql.lsp.document import Document
from cwql.lsp.project import Project
from cwql.lsp.server_values import ServerValues
from cwql.lsp.views import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MAGIC = re.compile(r"^([ \t]*)[%!]", re.MULTILINE)
"""A line of a notebook that is not Python; read as a comment of the same length."""


class Session:
    """The documents of an editor. `options` are its initialization options; the guide lists them."""

    def __init__(self, options: Mapping[str, object], encoding: str, folders: Sequence[str] = ()) -> None:
        self.encoding = encoding
        self.folders: Sequence[str] = folders
        self._views: dict[str, View] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._notebooks: dict[str, list[str]] = {}
        self._connection: Connection | None = None
        self.configure(options)

    @property
    def connection(self) -> Connection:
        """Return the server for commands."""
        assert self._connection is not None
        return self._connection

    def configure(self, options: Mapping[str, object]) -> None:
        """Use other options."""
        if self._connection is not None:
            self._connection.close()
        self.options = options
        config, profile = options.get("config"), options.get("profile")
        self.project = Project(config if isinstance(config, str) and config else None)
        self._connection = Connection(
            profile if isinstance(profile, str) and profile else None, sandbox=bool(options.get("sandbox"))
        )
        self.values = ServerValues("sandbox" if options.get("sandbox") else self.connection.profile)

    def uris(self) -> list[str]:
        """Return the URIs of all open documents."""
        return list(self._views)

    def view(self, uri: str) -> View | None:
        """Return an open document."""
        return self._views.get(uri)

    def open(self, uri: str, path: str, language: str, text: str, version: int) -> None:
        """Add a document."""
        self._places[uri] = (path, language)
        self._views[uri] = View(uri, self._read(path, language, text, version), version=version)

    def _read(self, path: str, language: str, text: str, version: int) -> Document:
        job = self.project.job(path, language)
        return Document(text, job, self.encoding, version, baseline=self.project.settings(path).baseline)

    def change(self, uri: str, text: str, version: int) -> None:
        """Replace the text of a document."""
        before = self._views.get(uri)
        if before is not None:
            earlier = before.document
            document = Document(text, earlier.job, self.encoding, version, earlier=earlier, baseline=earlier.baseline)
            self._views[uri] = View(uri, document, version=version)

    def close(self, uri: str) -> None:
        """Remove a document."""
        self._views.pop(uri, None)
        self._places.pop(uri, None)

    def open_notebook(self, uri: str, path: str, language: str, cells: Iterable[tuple[str, str]]) -> None:
        """Add a notebook, or replace its cells: the URI and the text of each."""
        self.close_notebook(uri)
        self._places[uri] = (path, language)
        listed = list(cells)
        text = "\n".join([cell for _, cell in listed])
        job = self.project.job(path, language, is_cell=True)
        document = Document(_MAGIC.sub(r"\1#", text), job, self.encoding)
        start = 0
        for cell_uri, cell in listed:
            self._views[cell_uri] = View(cell_uri, document, start, start + len(cell))
            start += len(cell) + 1
        self._notebooks[uri] = [cell_uri for cell_uri, _ in listed]

    def close_notebook(self, uri: str) -> list[str]:
        """Remove a notebook; return the URIs of its cells."""
        cells = self._notebooks.pop(uri, [])
        for cell in cells:
            self._views.pop(cell, None)
        self._places.pop(uri, None)
        return cells

    def reload(self) -> None:
        """Read all settings again, and apply them to all documents."""
        self.project.reload()
        for uri, view in list(self._views.items()):
            if uri in self._places:
                path, language = self._places[uri]
                document = self._read(path, language, view.document.text, view.document.version)
                self._views[uri] = View(uri, document, version=view.version)
        for uri, cells in list(self._notebooks.items()):
            path, language = self._places[uri]
            views = [(cell, self._views[cell]) for cell in cells]
            self.open_notebook(
                uri, path, language, [(cell, view.document.text[view.start : view.end]) for cell, view in views]
            )


def path_of(uri: str) -> str:
    """Return the path of a file; for other documents a path in the working directory, which has settings too."""
    parts = urlsplit(uri)
    path = unquote(parts.path)
    if parts.scheme == "file":
        if os.name == "nt" and path[2:3] == ":":
            path = path[1:]
        return path
    return os.path.abspath(path.rpartition("/")[2] or parts.path or "untitled")
