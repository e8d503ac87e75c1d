"""The languages that conditions are found in: one module each, and the registry `LANGUAGES`.

A language is a module ``cwql.lint.extractors.NAME`` with ``extract(source, context) -> Iterator[Found | Diagnostic]``: it yields
the conditions of a text, in any order, and what it can say by itself. It raises `UnreadableSource` for a text that is not of its
language; the text is then searched for URLs only. It is imported when a file of the language comes up.
"""

from __future__ import annotations

from cwql.frozen import Frozen, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from cwql.diagnostics import Diagnostic
    from cwql.lint.found import Found
    from cwql.lint.places import Context
    from cwql.source import Source

    class Extractor(Protocol):
        """Look like a module of this package."""

        def extract(self, source: Source, context: Context, /) -> Iterator[Found | Diagnostic]:
            """Yield the conditions of a text."""
            ...


class UnreadableSource(Exception):
    """Say that a text is not of the language that its name promises; `offset` is the place where reading stopped."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


class Language(Frozen):
    """Name a language, its module and the files that hold it: by suffix (``.py``) or whole name (``Dockerfile``)."""

    __slots__ = ("module", "name", "names", "suffixes")
    __match_args__ = ("name", "module", "suffixes", "names")
    name: str
    module: str
    suffixes: tuple[str, ...]
    names: tuple[str, ...]

    def __init__(self, name: str, module: str, suffixes: Iterable[str], names: Iterable[str] = ()) -> None:
        assign(self, "name", name)
        assign(self, "module", module)
        assign(self, "suffixes", tuple(suffixes))
        assign(self, "names", tuple(names))


LANGUAGES: tuple[Language, ...] = (
    Language("python", "python", (".py", ".pyi", ".pyw")),
    Language("powershell", "powershell", (".ps1", ".psm1", ".psd1")),
    Language("javascript", "javascript", (".js", ".mjs", ".cjs", ".jsx")),
    Language("typescript", "javascript", (".ts", ".mts", ".cts", ".tsx")),
    Language("csharp", "csharp", (".cs", ".csx")),
    Language("go", "go", (".go",)),
    Language("php", "php", (".php",)),
    Language("ruby", "ruby", (".rb", ".rake"), ("Rakefile",)),
    Language("json", "json", (".json", ".jsonc", ".ipynb", ".har")),
    Language("yaml", "yaml", (".yaml", ".yml")),
    Language("toml", "toml", (".toml",)),
    Language("http", "http", (".http", ".rest")),
    Language("markdown", "markdown", (".md", ".markdown")),
    Language(
        "text",
        "text",
        (
            ".txt",
            ".rst",
            ".sh",
            ".bash",
            ".zsh",
            ".bat",
            ".cmd",
            ".html",
            ".csv",
            ".xml",
            ".cfg",
            ".ini",
            ".env",
            ".java",
            ".kt",
            ".vb",
        ),
    ),
)
"""Every language, in the order of the docs."""


def language_of(path: str) -> Language | None:
    """Return the language of a file by its name; None for one that is passed over."""
    name = path.replace("\\", "/").rpartition("/")[2]
    suffix = f".{name.rpartition('.')[2].lower()}"
    for language in LANGUAGES:
        if suffix in language.suffixes or name in language.names:
            return language
    return None


def find_language(name: str) -> Language:
    """Return the language of that name. Raises `UnknownNameError` for any other."""
    from cwql.errors import UnknownNameError

    for language in LANGUAGES:
        if language.name == name.lower():
            return language
    raise UnknownNameError(f"unknown language {name!r}: expected one of {', '.join(known.name for known in LANGUAGES)}")


def load(language: Language) -> Extractor:
    """Return the module of a language."""
    module: Extractor = __import__(f"{__name__}.{language.module}", fromlist=["extract"])
    return module
