"""A call of `cwql lint`: `Session` has its options, the resulting settings, and its output."""

from __future__ import annotations

import os
import sys

from cwql.lint.configuration import check_endpoint, read_file
from cwql.lint.discovery import Discovery, Target, make_absolute
from cwql.lint.files import Boundary
from cwql.lint.run import Results, examine_all
from cwql.lint.settings import ConfigurationError, Settings, check_selector
from cwql.schema.releases import read_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

FEW = 4
"""So many files are examined faster than a cache is opened."""


class Session:
    """The options of a call, and the values that are derived from them."""

    def __init__(self, options: Any) -> None:
        self.options = options
        self.here = make_absolute(".")
        self._changes = _read_options(options)
        base = Settings()
        fixed = base if options.isolated else None
        if options.config is not None:
            fixed = read_file(options.config, base)
        self.discovery = Discovery(base, fixed, self._override)
        self.settings = self.discovery.settings_of(self.here)
        self.format: str = options.output_format or self.settings.output_format
        # The options' own words come before those of any file, in whatever folder.
        self.baseline: str | None = options.baseline or self.settings.baseline
        self.unsafe = options.unsafe_fixes or self.settings.unsafe_fixes

    def _override(self, settings: Settings) -> Settings:
        """Return settings with the options of the command line applied."""
        return settings.layered(self.here, **self._changes) if self._changes else settings

    @property
    def paths(self) -> list[str]:
        """Return the paths of the command line."""
        paths = self.options.paths
        return [paths] if isinstance(paths, str) else [*paths] or ["."]

    @property
    def folders(self) -> list[str]:
        """Return the folders whose files may be changed: those of the command line, and those of the files that it names."""
        return [path if os.path.isdir(path) else os.path.dirname(path) for path in map(make_absolute, self.paths)]

    def targets(self) -> list[Target]:
        """Return the files to lint."""
        found = self.discovery.find(self.paths)
        known = {make_absolute(path) for path in (self.baseline, self.options.write_baseline) if path is not None}
        return [target for target in found if target.path not in known] if known else found

    def examine(self, targets: Sequence[Target]) -> Results:
        """Return the results, using the cache if that pays."""
        cache = None
        if not self.options.no_cache and len(targets) > FEW:
            from cwql.lint.cache import FOLDER, Cache

            chosen = self.options.cache_dir or os.environ.get("CWQL_CACHE_DIR") or self.settings.cache_dir
            if not chosen:
                origin = os.path.dirname(self.settings.origins[0]) if self.settings.origins else self.here
                chosen = os.path.join(origin, FOLDER)
                if Boundary((origin,)).is_left_by(chosen):
                    self.report(f"{chosen} leads out of {origin}: results are not kept")
                    return examine_all(targets, self.options.jobs)
            cache = Cache(chosen)
        return examine_all(targets, self.options.jobs, cache)

    def report(self, line: str) -> None:
        """Print a line about the run on the standard error; names in it may contain anything."""
        if not self.options.quiet:
            from cwql.render.width import make_visible

            print(f"cwql lint: {make_visible(line)}", file=sys.stderr)

    def check_output(self, path: str) -> None:
        """Raise `ConfigurationError` for a file to write that is in the linted tree, but really elsewhere because of a link."""
        if Boundary((self.here, *self.folders)).is_left_by(path):
            raise ConfigurationError(
                f"{path}: not written: a link leads to {os.path.realpath(path)}, outside the linted folders"
            )

    def publish(self, text: str) -> None:
        """Write diagnostics to the file of ``--output-file`` or to the standard output."""
        path = self.options.output_file
        if path is None:
            if text:
                print(text)
            return
        self.check_output(path)
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(f"{text}\n" if text else "")


_SETTINGS = (
    *("select", "extend_select", "ignore", "exclude", "extend_exclude", "force_exclude", "strict"),
    *("respect_gitignore", "dialect", "endpoint", "language"),
)
"""Options that are settings as they are."""


def _read_options(options: Any) -> dict[str, Any]:
    """Return the settings that the options change. Raises `ConfigurationError` and `UnknownNameError` for invalid ones."""
    given = {name: getattr(options, name) for name in _SETTINGS}
    changes: dict[str, Any] = {
        name: value for name, value in given.items() if value or (name == "respect_gitignore" and value is False)
    }
    for word in (*options.select, *options.extend_select, *options.ignore):
        check_selector(word)
    for word in options.per_file_ignores:
        pattern, _, selector = word.rpartition(":")
        if not pattern:
            raise ConfigurationError(f"--per-file-ignores {word}: expected PATTERN:RULE")
        check_selector(selector)
        changes.setdefault("per_file_ignores", []).append((pattern, (selector,)))
    if options.severity:
        from cwql.analysis.rule_config import RuleConfig, read_severities

        changes["severity"] = RuleConfig(severity=read_severities(options.severity)).severity
    if options.endpoint is not None:
        check_endpoint(options.endpoint, options.dialect)
    if options.release is not None:
        changes["release"] = read_release(options.release)
    return changes
