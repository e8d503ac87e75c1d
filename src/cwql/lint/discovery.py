"""Select the files to lint: `discover` walks the given paths.

Files are selected by name (`cwql.lint.frontends.LANGUAGES`); files that ``exclude`` or a ``.gitignore`` matches are
skipped. A file that is passed explicitly is always linted, whatever its name, unless ``force-exclude`` is set. Links to
files are followed, links to folders are not (as in git), so that nothing is walked twice; a file that several paths
lead to is linted once.
"""

from __future__ import annotations

import errno
import os
import stat

from cwql.errors import CwqlError
from cwql.lint.configuration import NAMES, find_settings, settings_in
from cwql.lint.files import kind_of, parents_of, read_regular
from cwql.lint.frontends import TEXT, language_of, language_or_text
from cwql.lint.ignore import Patterns, read_patterns
from cwql.lint.job import LintJob
from cwql.lint.record import Record, later
from cwql.lint.settings import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cwql.lint.settings import Settings

LARGEST = 500_000
"""Bytes of a ``.gitignore``: each of its patterns costs time for every file."""


class MissingPathError(CwqlError, ValueError):
    """A path on the command line does not exist."""


class Target(Record):
    """A file to lint: path, display name, language, settings, size and modification time.

    `shown` is the name that people see. `trouble` is why it cannot be read, if that is known before reading; `note`
    is why it is skipped.
    """

    path: str
    shown: str
    language: str
    settings: Settings
    size: int = later(0)
    changed: int = later(0)
    trouble: str | None = later(None)
    note: str | None = later(None)

    def job(self) -> LintJob:
        """Return how the file is linted."""
        settings = self.settings
        return LintJob(
            self.path,
            self.shown,
            self.language,
            settings.default_place(),
            settings.read_rules(),
            settings.codes(self.path),
            settings.max_file_size * 1e6,
            settings.release,
        )

    def measure(self, status: os.stat_result) -> None:
        """Set size and time from a stat result."""
        self.size, self.changed = status.st_size, status.st_mtime_ns
        if not stat.S_ISREG(status.st_mode):
            self.trouble = f"{kind_of(status.st_mode)}, not a file"
        elif status.st_size > self.settings.max_file_size * 1_000_000:
            self.note = (
                f"{status.st_size / 1e6:.1f} MB: passed over, since max-file-size is {self.settings.max_file_size:g}"
            )


class Discovery:
    """Walk paths. `settings_of` returns the settings of a folder's own file, or None."""

    def __init__(self, base: Settings, fixed: Settings | None, override: Callable[[Settings], Settings]) -> None:
        self._base = base
        self._fixed = None if fixed is None else override(fixed)
        self._override = override
        self._known: dict[str, Settings] = {}
        self._seen: set[str] = set()
        self._links: list[Target] = []
        self._start = self._real = ""

    def settings_of(self, folder: str) -> Settings:
        """Return the settings of the files in a folder."""
        if self._fixed is not None:
            return self._fixed
        if folder not in self._known:
            self._known[folder] = self._override(find_settings(folder, self._base))
        return self._known[folder]

    def find(self, paths: Iterable[str]) -> list[Target]:
        """Return the files of the paths, ordered by name. Raises `MissingPathError` and `ConfigurationError`."""
        found: list[Target] = []
        for given in paths:
            path = make_absolute(given)
            try:
                status = os.stat(path)
            except OSError as error:
                if not os.path.islink(path):
                    from cwql.render.width import make_visible

                    shown = make_visible(given)
                    # A path rarely has one of these.
                    advice = (
                        f"; `cwql check {shown!r}` checks a condition" if any(sign in given for sign in "=<>") else ""
                    )
                    raise MissingPathError(f"{shown}: {error.strerror or error}{advice}") from None
                found += self._take(path, given, None)
                continue
            if stat.S_ISDIR(status.st_mode):
                if not self.is_excluded(path, folder=True):
                    found += self._walk_from(path, given)
            else:
                found += self._take(path, given, status)
        # A link to a file that was already found under its own name adds nothing.
        found += [target for target in self._links if self._claim(os.path.realpath(target.path))]
        return sorted(found, key=lambda target: target.shown.split("/"))

    def _claim(self, path: str) -> bool:
        if path in self._seen:
            return False
        self._seen.add(path)
        return True

    def _take(self, path: str, given: str, status: os.stat_result | None) -> Iterator[Target]:
        """Yield a file that was named itself."""
        settings = self.settings_of(os.path.dirname(path))
        if self.is_excluded(path) or not self._claim(os.path.realpath(path)):
            return
        language = settings.language or language_or_text(path).name
        target = Target(path, _show(given), language, settings)
        if status is None:
            target.trouble = "a link to nothing"
        else:
            target.measure(status)
        yield target

    def is_excluded(self, path: str, folder: bool = False) -> bool:
        """Return whether an absolute path is excluded, if ``force-exclude`` is set."""
        settings = self.settings_of(path if folder else os.path.dirname(path))
        return settings.force_exclude and (
            settings.excludes(path, folder)
            or any(settings.excludes(parent, True) for parent in parents_of(path))
            or (settings.respect_gitignore and _is_ignored(path, folder))
        )

    def _walk_from(self, path: str, given: str) -> Iterator[Target]:
        settings = self.settings_of(path)
        rules = list(_rules_above(path)) if settings.respect_gitignore else []
        shown = "" if given in (".", "./", "") else f"{_show(given).rstrip('/')}/"
        # Links to files are recognized by the real path of both; links to folders occur only at the start.
        self._start, self._real = path.rstrip("/"), os.path.realpath(path).rstrip("/")
        yield from self._walk(self._start, shown, settings, rules)

    def _walk(self, folder: str, shown: str, settings: Settings, rules: list[tuple[str, Patterns]]) -> Iterator[Target]:
        # A stack instead of recursion: folders can be nested deeper than Python's calls.
        stack = [(folder, shown, settings, rules)]
        while stack:
            folder, shown, settings, rules = stack.pop()
            try:
                with os.scandir(folder or "/") as listing:
                    entries = {entry.name: entry for entry in listing}
            except OSError as error:
                target = Target(folder or "/", shown.rstrip("/") or ".", TEXT.name, settings)
                target.trouble = f"the folder cannot be read: {error.strerror}"
                yield target
                continue
            if self._fixed is None and folder not in self._known and not entries.keys().isdisjoint(NAMES):
                own = settings_in(folder, self._base)
                if own is not None:
                    settings = self._override(own)
            self._known[folder] = settings
            if settings.respect_gitignore:
                rules = _rules_in(folder, entries, rules)
            excluded = settings.excludes
            for name, entry in entries.items():
                is_folder = entry.is_dir(follow_symlinks=False)
                language = language_of(name)
                if language is None and not is_folder:
                    continue
                path = f"{folder}/{name}"
                if excluded(path, is_folder) or (rules and _is_out(path, is_folder, rules)):
                    continue
                if is_folder:
                    stack.append((path, f"{shown}{name}/", settings, rules))
                elif language is not None:
                    entered = self._enter(entry, path, f"{shown}{name}", settings.language or language.name, settings)
                    if entered is not None:
                        yield entered

    def _enter(
        self, entry: os.DirEntry[str], path: str, shown: str, language: str, settings: Settings
    ) -> Target | None:
        target = Target(path, shown, language, settings)
        link = entry.is_symlink()
        try:
            status = entry.stat()
        except OSError as error:
            target.trouble = "a link to nothing" if link else str(error.strerror)
            return target if self._claim(self._really(path)) else None
        if stat.S_ISDIR(status.st_mode):
            return None
        target.measure(status)
        if target.trouble is not None and not link:
            # Pipes and sockets between the sources are not sources.
            return None
        if link:
            self._links.append(target)
            return None
        return target if self._claim(self._really(path)) else None

    def _really(self, path: str) -> str:
        return self._real + path[len(self._start) :]


def make_absolute(path: str) -> str:
    """Return the absolute path, with ``/`` on every system."""
    path = os.path.abspath(path)
    return path.replace("\\", "/") if os.sep == "\\" else path


def _show(given: str) -> str:
    shown = os.path.normpath(given)
    return shown.replace("\\", "/") if os.sep == "\\" else shown


def _rules_above(folder: str) -> Iterator[tuple[str, Patterns]]:
    """Yield the ignore patterns of the folders above a folder, from the top of its repository down."""
    chain: list[str] = []
    for at in (folder, *parents_of(folder)):
        if os.path.lexists(f"{at}/.git"):
            break
        chain.append(os.path.dirname(at))
    else:
        return
    if chain:
        yield from _read_rules(f"{at}/.git/info/exclude", at, follow=True)
    for above in reversed(chain):
        yield from _read_rules(f"{above}/.gitignore", above)


def _rules_in(
    folder: str, entries: Mapping[str, object], rules: list[tuple[str, Patterns]]
) -> list[tuple[str, Patterns]]:
    if ".git" in entries:
        # A nested repository: ignore files above it do not apply.
        rules = [*_read_rules(f"{folder}/.git/info/exclude", folder, follow=True)]
    if ".gitignore" in entries:
        rules = [*rules, *_read_rules(f"{folder}/.gitignore", folder)]
    return rules


def _read_rules(path: str, folder: str, follow: bool = False) -> Iterator[tuple[str, Patterns]]:
    """Yield the patterns of a file if there are any. Like git, it does not follow a link that is a ``.gitignore``."""
    try:
        patterns = read_patterns(read_regular(path, LARGEST, follow))
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.EFBIG):
            raise ConfigurationError(f"{path}: {error.strerror}; --no-respect-gitignore reads none") from None
        return
    if patterns:
        yield f"{folder.rstrip('/')}/", patterns


def _is_out(path: str, folder: bool, rules: list[tuple[str, Patterns]]) -> bool:
    for start, patterns in reversed(rules):
        verdict = patterns.verdict(path[len(start) :], folder)
        if verdict is not None:
            return verdict
    return False


def _is_ignored(path: str, folder: bool) -> bool:
    """Return whether git ignores a path, or a folder that contains it."""
    parent = os.path.dirname(path)
    try:
        entries = dict.fromkeys(os.listdir(parent))
    except OSError:
        # Standard input may have a name in a folder that does not exist yet.
        entries = {}
    rules = _rules_in(parent, entries, [*_rules_above(parent)])
    steps = [path, *parents_of(path)] if rules else []
    return any(
        _is_out(step, folder or step != path, [rule for rule in rules if step.startswith(rule[0])])
        for step in reversed(steps)
    )
