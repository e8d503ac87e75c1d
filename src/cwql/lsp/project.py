"""The settings of the files that an editor has open: those of ``cwql lint``, read again when a file changes."""

from __future__ import annotations

import os

from cwql.errors import CwqlError
from cwql.lint.configuration import NAMES, read_file
from cwql.lint.discovery import Discovery, Target, make_absolute
from cwql.lint.frontends import LANGUAGES, TEXT, language_of
from cwql.lint.settings import Settings
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.lint.baseline import Baseline
    from cwql.lint.job import LintJob

WATCHED = (*NAMES, ".gitignore")
"""Names of files that change the result of other files."""

_EDITOR_LANGUAGES = {
    "cs": "csharp",
    "javascriptreact": "javascript",
    "jsonc": "json",
    "plaintext": "text",
    "ps1": "powershell",
    "sh": "shell",
    "shellscript": "shell",
    "typescriptreact": "typescript",
    "vb": "vbnet",
}
"""Names of languages in editors that the linter calls differently."""


class Project:
    """The settings of folders, and those of a file."""

    def __init__(self, config: str | None = None) -> None:
        """Use the file `config` for every folder; by default each folder has the settings that are nearest."""
        self._config = config
        self.problem: str | None = None
        self.reload()

    def reload(self) -> None:
        """Forget all settings, so that they are read again. An invalid file is described in `problem`."""
        self.problem = None
        base = Settings()
        fixed: Settings | None = None
        if self._config:
            try:
                fixed = read_file(self._config, base)
            except CwqlError as error:
                self.problem = str(error)
        # A file that is excluded has no problems in an editor, although the command line would lint it if it is named.
        self._discovery = Discovery(base, fixed, lambda settings: replace(settings, force_exclude=True))
        self._baselines: dict[str, Baseline | None] = {}

    def settings(self, path: str) -> Settings:
        """Return the settings of a file. An invalid file of settings is described in `problem`, and the defaults are used."""
        try:
            return self._discovery.settings_of(os.path.dirname(make_absolute(path)))
        except CwqlError as error:
            self.problem = str(error)
            return Settings()

    def job(self, path: str, editor_language: str, *, is_cell: bool = False) -> LintJob | None:
        """Return how a file is linted; None if it is excluded. `editor_language` is the editor's name for its language.

        The cells of a notebook are in their own language, not in that of the file.
        """
        path = make_absolute(path)
        settings = self.settings(path)
        try:
            if self._discovery.is_excluded(path):
                return None
        except CwqlError as error:
            self.problem = str(error)
        language = settings.language or find_language_of("" if is_cell else path, editor_language)
        return Target(path, path, language, settings).job()

    def find_files(self, folders: Iterable[str]) -> list[Target]:
        """Return the files of folders that ``cwql lint`` would lint. Raises `ConfigurationError`."""
        return Discovery(Settings(), self._discovery._fixed, lambda settings: settings).find(folders)


def find_language_of(path: str, editor_language: str) -> str:
    """Return the language that ``cwql lint`` uses for the name of a file; for an unknown name, that of the editor."""
    known = language_of(path)
    if known is not None:
        return known.name
    folded = _EDITOR_LANGUAGES.get(editor_language, editor_language)
    for language in LANGUAGES:
        if folded == language.name or folded in language.fences:
            return language.name
    return TEXT.name
