"""The settings of `cwql lint`: `Settings`, and which rules they select for which file.

Patterns are those of ``.gitignore`` (`cwql.lint.ignore`), relative to the folder of the file that contains them; those
of the command line are relative to the working directory.
"""

from __future__ import annotations

from functools import cache

from cwql.errors import ConfigError, UnknownNameError
from cwql.lint.ignore import Patterns
from cwql.value import Value, assign, field, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cwql.analysis.rule_config import RuleConfig, RuleLevel
    from cwql.lint.request_targets import RequestTarget

EXCLUDED = (
    *(".cwql_cache", ".direnv", ".eggs", ".git", ".hg", ".idea", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache"),
    *(".svn", ".terraform", ".tox", ".venv", ".vscode-test", "__pycache__", "bower_components", "build", "dist"),
    *("node_modules", "site-packages", "venv", "package-lock.json", "*.min.js"),
)
"""Default of ``exclude``."""


class ConfigurationError(ConfigError):
    """An invalid setting, or an invalid file next to the sources.

    The message names file, line and key, and the expected value.
    """

    def __init__(self, message: str) -> None:
        # Names of files and keys may contain anything, also line ends and escape sequences.
        from cwql.render.width import make_visible

        super().__init__(make_visible(message))


class Globs(Value):
    """Patterns and the folder that they are relative to."""

    root: str
    lines: tuple[str, ...]
    _patterns: Patterns = field(compare=False)

    def __init__(self, root: str, lines: Iterable[str]) -> None:
        assign(self, "root", root)
        assign(self, "lines", tuple(lines))
        assign(self, "_patterns", Patterns(self.lines))

    def _relative(self, path: str) -> str | None:
        start = self.root.rstrip("/") + "/"
        return path[len(start) :] if path.startswith(start) else None

    def names(self, path: str, folder: bool = False) -> bool:
        """Return whether the patterns match an absolute path itself."""
        relative = self._relative(path)
        if relative is None:
            # Of a path that is elsewhere only the name is known to the patterns.
            relative = path.rpartition("/")[2]
        return bool(relative and self._patterns.verdict(relative, folder))

    def covers(self, path: str) -> bool:
        """Return whether the patterns match an absolute path of a file, or a folder that contains it."""
        relative = self._relative(path)
        return relative is not None and self._patterns.covers(relative)


class Settings(Value):
    """The settings of the files of a folder.

    `origins` are the files that they came from, the nearest first. `select` and `ignore` are selectors: codes, prefixes
    of codes (``CW3``), names and ``ALL``; `per_file_ignores` pairs patterns with selectors. `max_file_size` is in
    megabytes.
    """

    origins: Sequence[str] = ()
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    per_file_ignores: Sequence[tuple[Globs, tuple[str, ...]]] = ()
    exclude: Sequence[Globs] = (Globs("", EXCLUDED),)
    respect_gitignore: bool = True
    force_exclude: bool = False
    dialect: str | None = None
    endpoint: str | None = None
    release: str | None = None
    strict: bool = False
    severity: Sequence[tuple[str, RuleLevel]] = ()
    baseline: str | None = None
    cache_dir: str | None = None
    output_format: str = "text"
    unsafe_fixes: bool = False
    show_fixes: bool = False
    max_file_size: float = 5.0
    language: str | None = None

    def __post_init__(self) -> None:
        for name in ("origins", "select", "ignore", "per_file_ignores", "exclude", "severity"):
            assign(self, name, tuple(getattr(self, name)))

    def layered(  # noqa: PLR0913  # the settings that do not simply replace those below them
        self,
        folder: str,
        *,
        select: Sequence[str] | None = None,
        extend_select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        exclude: Sequence[str] | None = None,
        extend_exclude: Sequence[str] = (),
        per_file_ignores: Iterable[tuple[str, Sequence[str]]] = (),
        severity: Mapping[str, RuleLevel] | None = None,
        **changes: object,
    ) -> Settings:
        """Return the settings with those of a file or of the command line on top; patterns are relative to `folder`."""
        # Another selection replaces the rules that are ignored as well.
        selected, ignored = (self.select, self.ignore) if select is None else (tuple(select), ())
        if extend_select:
            selected = (*(selected or ("ALL",)), *extend_select)
        excluded = self.exclude if exclude is None else (Globs(folder, exclude),)
        if extend_exclude:
            excluded = (*excluded, Globs(folder, extend_exclude))
        pairs = [(Globs(folder, (pattern,)), tuple(rules)) for pattern, rules in per_file_ignores]
        levels = dict(self.severity)
        if severity:
            from cwql.rules.registry import rule

            given = {rule(name).code for name in severity}
            levels = {name: level for name, level in levels.items() if rule(name).code not in given} | dict(severity)
        return replace(
            self,
            select=selected,
            ignore=(*ignored, *ignore),
            exclude=excluded,
            per_file_ignores=(*self.per_file_ignores, *pairs),
            severity=tuple(levels.items()),
            **changes,
        )

    def default_place(self) -> RequestTarget:
        """Return the target of conditions if nothing in their file names one."""
        from cwql.lint.request_targets import NOWHERE, RequestTarget

        if self.dialect is None and self.endpoint is None:
            return NOWHERE
        return RequestTarget(self.dialect, self.endpoint, sure=True)

    def read_rules(self) -> RuleConfig | None:
        """Return the severities of rules; an opt-in rule that is selected by its own name runs."""
        return _read_rules(self.strict, self.severity, self.select)

    def codes(self, path: str = "") -> frozenset[str] | None:
        """Return the codes of the rules that are enabled for the file with that absolute path; None if all are."""
        ignored = list(self.ignore)
        if path:
            for globs, selectors in self.per_file_ignores:
                if globs.covers(path):
                    ignored += selectors
            # The lists of many patterns that match the same file are the same few words.
            ignored = [*dict.fromkeys(ignored)]
        if not ignored and not self.select:
            return None
        return choose_codes(self.select or ("ALL",), tuple(ignored))

    def excludes(self, path: str, folder: bool = False) -> bool:
        """Return whether ``exclude`` matches an absolute path itself."""
        return any(globs.names(path, folder) for globs in self.exclude)


@cache
def _read_rules(strict: bool, severity: Sequence[tuple[str, RuleLevel]], select: Sequence[str]) -> RuleConfig | None:
    own = dict(severity)
    if select:
        from cwql.rules.registry import rule
        from cwql_grammar.rule_index import RULES

        named = {word.lower() for word in select}
        given = {word.lower() for word in own}
        for code, name, _, _ in RULES:
            own_names = {code.lower(), name}
            if named & own_names and not given & own_names and rule(code).strict:
                own[code] = rule(code).severity
    if not own and not strict:
        return None
    from cwql.analysis.rule_config import RuleConfig

    return RuleConfig(strict=strict, severity=own)


@cache
def choose_codes(select: tuple[str, ...], ignore: tuple[str, ...]) -> frozenset[str]:
    """Return the codes that are selected and not ignored; the longer selector wins, among equals the one that ignores."""
    from cwql_grammar.rule_index import RULES

    wanted, unwanted = {word.lower() for word in select}, {word.lower() for word in ignore}
    return frozenset(
        code
        for code, name, _, _ in RULES
        if max((_weight(word, code.lower(), name) for word in wanted), default=-1)
        > max((_weight(word, code.lower(), name) for word in unwanted), default=-1)
    )


def _weight(word: str, code: str, name: str) -> int:
    if word == "all":
        return 0
    if word in (code, name):
        return 99
    return len(word) if code.startswith(word) else -1


_SHOWN = 80


@cache
def check_selector(word: str) -> None:
    """Raise `UnknownNameError`, with the nearest names, for a selector that matches no rule."""
    # The index of rules: importing the modules of all rules takes 5 ms.
    from cwql_grammar.rule_index import RULES

    folded = word.lower()
    if folded == "all" or (len(folded) > 1 and any(row[0].lower().startswith(folded) for row in RULES)):
        return
    from cwql.rules.registry import rule

    try:
        rule(word)
    except UnknownNameError as error:
        raise UnknownNameError(
            f"{word[:_SHOWN]!r} selects no rule: expected a code, the beginning of one (CW3), a name or ALL",
            error.suggestions,
        ) from None
