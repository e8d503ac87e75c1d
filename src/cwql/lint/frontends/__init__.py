"""The supported source languages: one module each, and the registry `LANGUAGES`.

A language is a module ``cwql.lint.frontends.NAME`` with ``extract(source, context) -> Iterator[ConditionTemplate | Diagnostic]``:
it yields the conditions of a text, in any order, and its own diagnostics. It raises `UnreadableSource` for a text that
is not in its language; the text is then searched for URLs only. The module is imported when the first file of the
language is read.
"""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from dataclasses import KW_ONLY
    from typing import Protocol

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

    class Extractor(Protocol):
        """Look like a module of this package."""

        def extract(self, source: Source, context: Context, /) -> Iterator[ConditionTemplate | Diagnostic]:
            """Yield the conditions of a text."""
            ...

        def find_fences(self, source: Source, /) -> Iterable[Fence]:
            """Return the code in other languages in a text, in order, if the language `embeds` any."""
            ...


class UnreadableSource(Exception):
    """A text is not in the language that its name promises; `offset` is the position of the error."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


class Phrases(Value):
    """Code of a language with ``%s`` for a value, ``%q`` for a quote and ``%d`` for two of them; None if unknown.

    `cast` converts a value to a number, or fails; `moment` formats a moment; `holds` tests whether a value contains a
    quote, and `doubles` doubles its quotes. `placeholder` is how a value is put into a text, and `subexpression` how one is
    that is more than a variable, if that is different. `escapes` is True if a double
    quote in a text can only be written with a backslash, because single quotes cannot contain one.
    """

    cast: str | None = None
    moment: str | None = None
    holds: str | None = None
    doubles: str | None = None
    placeholder: str = "%s"
    subexpression: str | None = None
    escapes: bool = False

    def quote(self, text: str) -> str:
        """Return a text of quotes as a literal."""
        if '"' not in text:
            return f'"{text}"'
        return '"' + text.replace('"', '\\"') + '"' if self.escapes else f"'{text}'"


_UNKNOWN = Phrases()
"""For languages that are not programmed in."""


class Language(Value):
    """A language, its module and its files: by suffix (``.py``) or whole name (``Dockerfile``).

    `fences` are its other names in Markdown; `comment` begins and ends a comment (None if it has none), `phrases` are
    the code fragments of hints. `native` is True for Python: its own tokenizer and parser find comments, and hints
    suggest the builder of cwql. `prose` is True if people fill its placeholders instead of a program, and `embeds` if its module has
    ``find_fences(source)``, which finds the code in other languages. `cells` is True for notebooks, and `data` for files that
    may be exports and recorded responses, which are full of URLs.
    """

    name: str
    module: str
    suffixes: tuple[str, ...]
    names: tuple[str, ...] = ()
    _: KW_ONLY
    fences: tuple[str, ...] = ()
    comment: tuple[str, str] | None = None
    phrases: Phrases = _UNKNOWN
    native: bool = False
    prose: bool = False
    embeds: bool = False
    cells: bool = False
    data: bool = False


class Fence(Value):
    """Code in another text: it starts with the line at `start`; ``text[body:end]`` is its code, and its last line ends at `after`.

    `language` is None if its name is unknown, or if there is no name and the code is not known; `margin` is the width of the
    indentation that belongs to the block.
    """

    start: int
    body: int
    end: int
    after: int
    language: Language | None
    margin: int = 0


_HASH, _SLASHES, _ANGLES = ("# ", ""), ("// ", ""), ("<!-- ", " -->")
_JAVASCRIPT = Phrases("Number(%s)", "%s.toISOString()", "%s.includes(%q)", "%s.replaceAll(%q, %d)", "${%s}")
_DOTNET = 'ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ")'

# fmt: off
LANGUAGES: tuple[Language, ...] = (
    Language("python", "python", (".py", ".pyi", ".pyw"), fences=("py", "python3", "pycon"), comment=_HASH, native=True,
        phrases=Phrases("int(%s)", placeholder="{%s}")),
    Language("powershell", "powershell", (".ps1", ".psm1", ".psd1"), fences=("ps1", "ps", "pwsh", "posh"), comment=_HASH,
        phrases=Phrases("[int]%s", f"%s.{_DOTNET}", "%s.Contains(%q)", "%s.Replace(%q, %d)", subexpression="$(%s)")),
    Language("javascript", "javascript", (".js", ".mjs", ".cjs", ".jsx", ".gs"), fences=("js", "jsx", "mjs", "node"), comment=_SLASHES,
        phrases=_JAVASCRIPT),
    Language("typescript", "javascript", (".ts", ".mts", ".cts", ".tsx"), fences=("ts", "tsx"), comment=_SLASHES, phrases=_JAVASCRIPT),
    Language("csharp", "csharp", (".cs", ".csx"), fences=("cs", "c#"), comment=_SLASHES,
        phrases=Phrases("int.Parse(%s)", "%s.ToUniversalTime().ToString(\"yyyy-MM-dd'T'HH:mm:ss'Z'\")", "%s.Contains(%q)", "%s.Replace(%q, %d)", "{%s}", escapes=True)),
    Language("go", "go", (".go",), fences=("golang",), comment=_SLASHES,
        phrases=Phrases("strconv.Atoi(%s)", "%s.UTC().Format(time.RFC3339)", "strings.Contains(%s, %q)", "strings.ReplaceAll(%s, %q, %d)", escapes=True)),
    Language("php", "php", (".php",), comment=_SLASHES,
        phrases=Phrases("(int)%s", "gmdate('Y-m-d\\TH:i:s\\Z', %s)", "str_contains(%s, %q)", "str_replace(%q, %d, %s)")),
    Language("ruby", "ruby", (".rb", ".rake"), ("Rakefile",), fences=("rb",), comment=_HASH,
        phrases=Phrases("Integer(%s)", "%s.utc.iso8601", "%s.include?(%q)", "%s.gsub(%q, %d)", "#{%s}")),
    Language("java", "java", (".java",), comment=_SLASHES,
        phrases=Phrases("Long.parseLong(%s)", "DateTimeFormatter.ISO_INSTANT.format(%s)", "%s.contains(%q)", "%s.replace(%q, %d)", escapes=True)),
    Language("kotlin", "kotlin", (".kt", ".kts"), comment=_SLASHES,
        phrases=Phrases("%s.toLong()", None, "%s.contains(%q)", "%s.replace(%q, %d)", escapes=True)),
    Language("vbnet", "vbnet", (".vb",), fences=("vb", "vb.net", "visualbasic"), comment=("' ", ""),
        phrases=Phrases("CLng(%s)", f"%s.{_DOTNET}", placeholder="{%s}")),
    Language("rust", "rust", (".rs",), fences=("rs",), comment=_SLASHES,
        phrases=Phrases("%s.parse::<i64>()", None, "%s.contains(%q)", "%s.replace(%q, %d)", "{%s}", escapes=True)),
    Language("swift", "swift", (".swift",), comment=_SLASHES,
        phrases=Phrases("Int(%s)", None, "%s.contains(%q)", placeholder="\\(%s)", escapes=True)),
    Language("elixir", "elixir", (".ex", ".exs"), fences=("ex",), comment=_HASH,
        phrases=Phrases("String.to_integer(%s)", "DateTime.to_iso8601(%s)", "String.contains?(%s, %q)", placeholder="#{%s}", escapes=True)),
    Language("perl", "perl", (".pl", ".pm"), fences=("pl",), comment=_HASH, phrases=Phrases("int(%s)")),
    Language("clojure", "clojure", (".clj", ".cljs", ".cljc"), fences=("clj",), comment=("; ", "")),
    Language("powerquery", "powerquery", (".pq", ".pqm", ".m"), fences=("pq", "m", "powerquery-m"), comment=_SLASHES,
        phrases=Phrases("Number.FromText(%s)", 'DateTimeZone.ToText(%s, "yyyy-MM-ddTHH:mm:ssZ")')),
    Language("shell", "shell", (".sh", ".bash", ".zsh", ".ksh"), fences=("bash", "sh", "zsh", "ksh", "dash", "console", "shell-session"), comment=_HASH),
    Language("batch", "batch", (".bat", ".cmd"), fences=("bat", "cmd"), comment=("rem ", "")),
    Language("notebook", "notebook", (".ipynb",), phrases=Phrases("int(%s)", placeholder="{%s}"), cells=True),
    Language("json", "json", (".json", ".jsonc", ".har"), fences=("jsonc", "json5"), data=True),
    Language("yaml", "yaml", (".yaml", ".yml"), fences=("yml",), comment=_HASH),
    Language("toml", "toml", (".toml",), comment=_HASH),
    Language("http", "http", (".http", ".rest"), fences=("rest",), comment=_HASH),
    Language("markdown", "markdown", (".md", ".markdown", ".mdx"), comment=_ANGLES, prose=True, embeds=True),
    Language("html", "html", (".html", ".htm", ".vue", ".svelte", ".astro", ".cshtml", ".razor"),
        fences=("vue", "svelte", "astro", "razor", "cshtml"), comment=_ANGLES, embeds=True),
    Language("text", "text", (".txt", ".rst", ".csv", ".xml", ".cfg", ".ini", ".env"), data=True),
)
# fmt: on
"""Every language, in the order of the docs."""

TEXT = LANGUAGES[-1]
"""The language of a text whose name has no known suffix: searched for URLs only."""


_BY_NAME = {language.name: language for language in LANGUAGES}
BY_FENCE = {name: language for language in LANGUAGES for name in (language.name, *language.fences)}
"""The languages by all of their names, as code blocks of Markdown and the first lines of scripts have them."""

_BY_FILE = {name: language for language in LANGUAGES for name in language.names}
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}


def language_of(path: str) -> Language | None:
    """Return the language of a file by its name; None for one that is passed over."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return _BY_FILE.get(name) or _BY_SUFFIX.get(f".{name.rpartition('.')[2].lower()}")


def language_or_text(path: str) -> Language:
    """Return the language of a file by its name, that of a text for any other name."""
    return language_of(path) or TEXT


def find_language(name: str) -> Language:
    """Return the language of that name. Raises `UnknownNameError` for any other."""
    language = _BY_NAME.get(name.lower())
    if language is None:
        from cwql.errors import UnknownNameError

        raise UnknownNameError(f"unknown language {name!r}: expected one of {', '.join(_BY_NAME)}")
    return language


def load(language: Language) -> Extractor:
    """Return the module of a language."""
    module: Extractor = __import__(f"{__name__}.{language.module}", fromlist=["extract"])
    return module
