"""Settings from ``[tool.cwql]`` of pyproject.toml or from cwql.toml: the nearest file above the sources.

Files are not merged: only the nearest one is used, on top of the file that its ``extend`` names. `COMMON_KEYS` and
`LINT_KEYS` are the registries of settings, from which tests, `schema` and the messages are derived.
"""

from __future__ import annotations

import os

from cwql.errors import UnknownNameError
from cwql.lint import lazy_patterns as re
from cwql.lint.files import Boundary, is_inside, parents_of, read_regular
from cwql.lint.ignore import LONGEST
from cwql.lint.settings import ConfigurationError, Settings, check_selector
from cwql.schema.releases import read_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAMES = ("cwql.toml", "pyproject.toml")
"""Names of configuration files; the first one in a folder that has settings is used."""

COMMON_KEYS: dict[str, tuple[str, str]] = {
    "extend": ("path", "another configuration file, read before this one"),
    "cache-dir": ("folder", "the folder, inside that of this file, where results are kept between runs"),
    "output-format": ("format", "the output format of diagnostics"),
}
"""The settings of ``[tool.cwql]``, or the top of cwql.toml, with their kinds and one-line descriptions."""

LINT_KEYS: dict[str, tuple[str, str]] = {
    "select": ("selectors", "the rules that count: codes, beginnings of codes, names, ALL"),
    "extend-select": ("selectors", "further rules that count"),
    "ignore": ("selectors", "rules that do not count"),
    "per-file-ignores": ("selector table", "patterns of files, each with the rules that do not count there"),
    "exclude": ("patterns", "files and folders that are passed over, in place of the usual ones"),
    "extend-exclude": ("patterns", "further files and folders that are passed over"),
    "respect-gitignore": ("switch", "whether what .gitignore names is passed over"),
    "force-exclude": ("switch", "whether exclude also applies to files that the command line names"),
    "dialect": ("dialect", "manage or automate: the product of conditions for which the code does not show one"),
    "endpoint": ("text", "the list that such conditions filter, such as /service/tickets"),
    "release": ("release", "the release of the servers, such as 2025.1: newer names are reported"),
    "language": ("language", "the language of every file, whatever its name"),
    "strict": ("switch", "whether warnings count as errors, and rules that are off by default run"),
    "severity": ("severity table", "rules, each with error, warning, info or off"),
    "baseline": ("path", "a file of known problems, which are not reported"),
    "unsafe-fixes": ("switch", "whether --fix applies fixes that may change what a condition means"),
    "show-fixes": ("switch", "whether --fix lists what it changed"),
    "max-file-size": ("number", "megabytes; larger files are passed over"),
}
"""The settings of ``[tool.cwql.lint]``, or ``[lint]`` in cwql.toml."""

LARGEST = 1_000_000
"""Bytes. A file with settings may have less (`cwql.lint.toml`); a `pyproject.toml` may also be large because of other tools."""

MOST = 1000
"""Entries of a list or a table: each pattern and selector costs time for every file."""

LONGEST_CHAIN = 8
"""Files that extend each other."""

_SHOWN = 80
"""Characters of a value or a name that a message shows."""

_MENTIONS = re.compile(rb"tool[ \t]*\.[ \t]*[\"']?cwql|^[ \t]*\[[ \t]*[\"']?tool[\"']?[ \t]*\]", re.MULTILINE)
"""Every pyproject.toml with settings contains this; others need not be parsed."""


def find_settings(folder: str, base: Settings) -> Settings:
    """Return the settings of a folder: those of the nearest configuration file above it, otherwise `base`.

    Raises `ConfigurationError` for a file that cannot be read or has invalid settings.
    """
    found = (settings_in(at, base) for at in (folder, *parents_of(folder)))
    return next((settings for settings in found if settings is not None), base)


def settings_in(folder: str, base: Settings) -> Settings | None:
    """Return the settings of a folder's own file; None if it has none."""
    for name in NAMES:
        path = os.path.join(folder, name)
        try:
            data = read_regular(path, LARGEST)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
        except OSError as error:
            raise ConfigurationError(f"{path}: {error.strerror}") from None
        # Most files with settings spell the table like this, so that the pattern need not be compiled.
        if name == NAMES[0] or b"[tool.cwql" in data or _MENTIONS.search(data):
            table = _parse(path, data)
            if table is not None:
                return _read_table(path, data, table, base, ())
    return None


def read_file(path: str, base: Settings, chain: tuple[str, ...] = ()) -> Settings:
    """Return the settings of a file. Raises `ConfigurationError`, also for one without settings."""
    path = os.path.abspath(path)
    if path in chain:
        raise ConfigurationError(f"{chain[0]}: extend goes in a circle: {' -> '.join((*chain, path))}")
    if len(chain) >= LONGEST_CHAIN:
        raise ConfigurationError(f"{chain[0]}: extend leads through more than {LONGEST_CHAIN} files")
    try:
        data = read_regular(path, LARGEST)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    table = _parse(path, data)
    if table is None:
        raise ConfigurationError(f"{path}: there is no table [tool.cwql] in it")
    return _read_table(path, data, table, base, chain)


def _parse(path: str, data: bytes) -> dict[str, Any] | None:
    from cwql.lint.toml import parse_toml

    shared = os.path.basename(path) == "pyproject.toml"
    try:
        table: Any = parse_toml(data, "cwql" if shared else None)
    except ValueError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    if shared:
        tool = table.get("tool", {})
        table = tool.get("cwql") if isinstance(tool, dict) else None
        if table is not None and not isinstance(table, dict):
            raise ConfigurationError(f"{path}: tool.cwql: expected a table, got {_kind(table)}")
    return table  # type: ignore[no-any-return]


def _read_table(path: str, data: bytes, table: dict[str, Any], base: Settings, chain: tuple[str, ...]) -> Settings:
    folder = os.path.dirname(path)

    def refuse(key: str, message: str, inner: str | None = None) -> ConfigurationError:
        return ConfigurationError(f"{path}{_line_of(data, key, inner)}: {shorten(key)}: {shorten(message, 8 * _SHOWN)}")

    lint = table.get("lint", {})
    if not isinstance(lint, dict):
        raise refuse("lint", f"expected a table, got {_show(lint)}")
    values: dict[str, Any] = {}
    entries = [(key, value, COMMON_KEYS) for key, value in table.items() if key != "lint"]
    for key, value, known in [*entries, *[(key, value, LINT_KEYS) for key, value in lint.items()]]:
        if key not in known:
            raise refuse(key, f"no such setting; {_advise(key, known, path)}")
        try:
            values[key] = _read_value(known[key][0], value, folder)
        except _Refusal as refusal:
            raise refuse(key, str(refusal), refusal.inner) from None
        except UnknownNameError as error:
            raise refuse(key, str(error)) from None
    try:
        if "endpoint" in values:
            check_endpoint(values["endpoint"], values.get("dialect"))
    except UnknownNameError as error:
        raise refuse("endpoint", str(error)) from None
    ground = read_file(values.pop("extend"), base, (*chain, path)) if "extend" in values else base
    changes = {key.replace("-", "_"): value for key, value in values.items()}
    if "per_file_ignores" in changes:
        changes["per_file_ignores"] = changes["per_file_ignores"].items()
    return ground.layered(folder, origins=(path, *ground.origins), **changes)


def _advise(key: str, known: dict[str, tuple[str, str]], path: str) -> str:
    """Return the key to write instead of one that its table does not have."""
    from cwql.schema.suggest import suggest

    prefix = "tool.cwql." if os.path.basename(path) == "pyproject.toml" else ""
    if known is COMMON_KEYS and key in LINT_KEYS:
        return f"it belongs to the table [{prefix}lint]"
    if known is LINT_KEYS and key in COMMON_KEYS:
        return f"it belongs {'to the table [tool.cwql]' if prefix else 'to the top of the file, before any table'}"
    guesses = suggest(key, [*known, "lint"] if known is COMMON_KEYS else known)
    if guesses:
        return f"did you mean {' or '.join(guesses)}?"
    return f"expected one of {', '.join([*known, 'lint'] if known is COMMON_KEYS else known)}"


class _Refusal(Exception):
    def __init__(self, message: str, inner: str | None = None) -> None:
        super().__init__(message)
        self.inner = inner


def _read_value(kind: str, value: Any, folder: str) -> Any:
    if kind == "switch":
        return _expect(value, bool, "true or false")
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
            raise _Refusal(f"expected a number above 0 and below 1e9, got {_show(value)}")
        return float(value)
    if kind in ("path", "folder"):
        return _read_path(kind, _expect(value, str, "a text"), folder)
    if kind == "release":
        return read_release(_expect(value, str, "a text"))
    if kind in ("text", *CHOICES):
        text = _expect(value, str, "a text")
        if kind in CHOICES:
            _expect_one_of(text, CHOICES[kind]())
        return text
    if kind in ("patterns", "selectors"):
        return _read_list(kind, value)
    pairs: dict[str, Any] = _expect(value, dict, "a table")
    _check_length(pairs)
    for inner, entry in pairs.items():
        try:
            if kind == "selector table":
                _check_pattern(inner)
                _read_list("selectors", entry)
            else:
                from cwql.analysis.rule_config import RULE_LEVELS
                from cwql.rules.registry import rule

                rule(inner)
                _expect_one_of(_expect(entry, str, "a text"), RULE_LEVELS)
        except (_Refusal, UnknownNameError) as error:
            raise _Refusal(f"{shorten(inner)}: {error}", inner) from None
    return pairs


def _read_path(kind: str, text: str, folder: str) -> str:
    if "\0" in text:
        raise _Refusal("a path cannot contain a NUL character")
    path = os.path.normpath(os.path.join(folder, text))
    # Checking out a project must not make cwql write files to other places.
    if kind == "folder" and (not is_inside(path, folder) or Boundary((folder,)).is_left_by(path)):
        raise _Refusal(
            f"expected a folder inside that of this file, got {_show(text)}; the option --cache-dir takes others"
        )
    return path


def _read_list(kind: str, value: Any) -> list[str]:
    words: list[str] = []
    for word in _expect(value, list, "a list of texts"):
        words.append(_expect(word, str, "a list of texts"))
        if kind == "selectors":
            check_selector(word)
        else:
            _check_pattern(word)
    _check_length(words)
    return words


def _check_length(entries: list[str] | dict[str, Any]) -> None:
    if len(entries) > MOST:
        raise _Refusal(f"expected at most {MOST} entries, got {len(entries)}")


def _check_pattern(pattern: str) -> None:
    if len(pattern) > LONGEST:
        raise _Refusal(f"expected a pattern of at most {LONGEST} characters, got {len(pattern)}")


def _expect(value: Any, type_: type, what: str) -> Any:
    if not isinstance(value, type_):
        raise _Refusal(f"expected {what}, got {_show(value)}")
    return value


def _expect_one_of(word: str, choices: tuple[str, ...]) -> None:
    if word not in choices:
        from cwql.schema.suggest import suggest

        guesses = suggest(word, choices)
        raise _Refusal(
            f"got {shorten(word)!r}, expected one of {', '.join(choices)}"
            + (f"; did you mean {' or '.join(guesses)}?" if guesses else "")
        )


def _dialects() -> tuple[str, ...]:
    from cwql.language.dialects import DIALECTS

    return tuple([record.name for record in DIALECTS])


def _formats() -> tuple[str, ...]:
    from cwql.render import FORMATS

    return tuple(FORMATS)


def _languages() -> tuple[str, ...]:
    from cwql.lint.frontends import LANGUAGES

    return tuple([language.name for language in LANGUAGES])


CHOICES = {"dialect": _dialects, "format": _formats, "language": _languages}
"""The values that settings of each kind accept."""


def check_endpoint(endpoint: str, dialect: str | None) -> None:
    """Raise `UnknownNameError` for an endpoint that no product has, or not that of the dialect."""
    from cwql.schema.catalog import catalog
    from cwql.schema.loader import PRODUCTS

    products = (dialect,) if dialect is not None else PRODUCTS
    if any(catalog(product).find_endpoint(endpoint) is not None for product in products):
        return
    from cwql.schema.suggest import suggest

    titles = [catalog(product).title(known) for product in products for known in catalog(product).endpoints()]
    raise UnknownNameError(
        f"no endpoint {endpoint!r}{f' in {dialect}' if dialect is not None else ''}", suggest(endpoint, titles)
    )


def _kind(value: object) -> str:
    names = {bool: "true or false", str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return next((name for type_, name in names.items() if isinstance(value, type_)), "a date")


def _show(value: object) -> str:
    from json import dumps

    plain = isinstance(value, bool | str | int | float)
    return shorten(dumps(value, ensure_ascii=False)) if plain else _kind(value)


def shorten(text: str, limit: int = _SHOWN) -> str:
    """Return a text as a message shows it: not more than its beginning."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def _line_of(data: bytes, key: str, inner: str | None) -> str:
    """Return the line of a key as ``:12``, or an empty text if it is not found; `tomllib` does not report positions."""
    for word in (inner, key):
        used = None if word is None else re.search(_KEY % re.escape(word.encode()), data, re.MULTILINE)
        if used is not None:
            line = data.count(b"\n", 0, used.end()) + 1
            return f":{line}"
    return ""


_KEY = rb"^[ \t]*+(?:\[(?:[^\]\n]*?[.\[\"' \t])?|(?:[\w.\"'-]*?\.)?[\"']?)%s[\"']?+[ \t]*+[]=.]"
"""The first use of a key, in a header or before a value."""


def describe(settings: Settings) -> str:
    """Return settings as TOML, with the names that a configuration file has for them."""
    from cwql.render.width import make_visible

    lines = [f"# from {make_visible(origin)}" for origin in settings.origins] or ["# no configuration file"]
    for keys in (COMMON_KEYS, LINT_KEYS):
        lines += ["", "[lint]"] if keys is LINT_KEYS else []
        for key, (kind, _) in keys.items():
            if key.startswith("extend") or kind.endswith("table"):
                continue
            value = getattr(settings, key.replace("-", "_"))
            if key == "exclude":
                value = [line for globs in value for line in globs.lines]
            elif kind == "selectors":
                value = list(value or (("ALL",) if key == "select" else ()))
            lines.append(f"# {key} is not set" if value is None else f"{key} = {_as_toml(value)}")
    if settings.severity:
        lines += ["", "[lint.severity]", *[f"{rule} = {_as_toml(level)}" for rule, level in settings.severity]]
    if settings.per_file_ignores:
        lines += ["", "[lint.per-file-ignores]"]
        for globs, selectors in settings.per_file_ignores:
            lines += [f"{_as_toml(line)} = {_as_toml(list(selectors))}" for line in globs.lines]
    return "\n".join(lines)


def _as_toml(value: object) -> str:
    """Return a value as TOML writes it; characters that a terminal would not show are escaped."""
    from json import dumps

    text = dumps(value, ensure_ascii=False)
    return "".join([character if character.isprintable() else f"\\U{ord(character):08x}" for character in text])


def schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a cwql.toml, for editors."""
    words = {"type": "array", "items": {"type": "string"}, "maxItems": MOST}
    from cwql.analysis.rule_config import RULE_LEVELS

    kinds: dict[str, dict[str, Any]] = {
        "switch": {"type": "boolean"},
        "number": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e9},
        "text": {"type": "string"},
        "release": {"type": "string", "pattern": r"^[vV]?\d{1,4}\.\d{1,4}"},
        "path": {"type": "string"},
        "folder": {"type": "string"},
        "patterns": words,
        "selectors": words,
        "selector table": {"type": "object", "additionalProperties": words, "maxProperties": MOST},
        "severity table": {"type": "object", "additionalProperties": {"enum": list(RULE_LEVELS)}},
        **{kind: {"enum": list(choices())} for kind, choices in CHOICES.items()},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cwql.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{key: {**kinds[kind], "description": line} for key, (kind, line) in COMMON_KEYS.items()},
            "lint": {
                "type": "object",
                "description": "the settings of `cwql lint` and of the language server",
                "additionalProperties": False,
                "properties": {key: {**kinds[kind], "description": line} for key, (kind, line) in LINT_KEYS.items()},
            },
        },
    }
