"""The settings page: the sources of client settings, their names, and their defaults."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from importlib import import_module
from inspect import Parameter, getdoc, signature
from typing import TYPE_CHECKING, Any

from cwql.client import call_options
from cwql.client.client import Settings
from cwql.client.retry import RetryPolicy
from cwql.client.settings import REQUIRED, VARIABLES
from cwql.language.dialects import find_dialect
from cwql.schema.loader import PRODUCTS
from scripts.docs.pages.markdown import code, fence, page, prose, table

if TYPE_CHECKING:
    from collections.abc import Iterable

INTRODUCTION = """`Client(…)` takes arguments. `Client.from_env()` takes the same arguments; it looks up each one that is not given in the
environment, and then in a profile. Secrets never appear in a repr, a log line or an error."""

PROFILES = """A profile is a table of a TOML file. The path of the file is the argument `profiles_file`, or the environment variable
`CWQL_PROFILES_FILE`, or `~/.config/cwql/profiles.toml` (on Windows and macOS, the folder of the system for such files). The name of the profile is the argument `profile`, or `CWQL_PROFILE`, or `default`. `cwql login` asks for the settings, tries them, stores the secrets in the keyring of the system (extra `keyring`), and writes a profile with
`keyring = true`, which contains no secret. On the command line, use
`--profile` and `--profiles-file`."""

EXAMPLE = """[manage.default]
company_id = "acme"
site = "na"

[automate.lab]
server = "automate.example.com"
timeout = 20"""

PER_CALL = """Every method takes the keyword arguments of its kind, which apply to that call only, and no others. Type checkers find a misspelled
keyword, and the call raises a `TypeError` that names the right one. Query parameters of the API without a keyword go into `params`, for
example `params={"includeNotes": True}`."""

KINDS = (
    ("Every call", "CallOptions"),
    ("Lists of Manage", "ManageListOptions"),
    ("Lists of Automate", "AutomateListOptions"),
    ("`get` of Manage", "ManageGetOptions"),
    ("`get` of Automate", "AutomateGetOptions"),
    ("`create`", "UploadOptions"),
    ("`call_operation`", "OperationOptions"),
)


def pages() -> dict[str, str]:
    """Return the page of the settings."""
    parts = ["# Settings", INTRODUCTION]
    for dialect in map(find_dialect, PRODUCTS):
        name = dialect.name
        parts += [f"## {dialect.title}", _credentials(name), _arguments(name)]
    parts += ["## Both products", _options(call_options.ClientOptions, _defaults(Settings))]
    parts += ["## Profiles", PROFILES, fence(EXAMPLE, "toml")]
    parts += ["## Options of a call", PER_CALL]
    base = call_options.CallOptions.__optional_keys__
    for title, kind_name in KINDS:
        kind = getattr(call_options, kind_name)
        parts += [f"### {title}", _options(kind, {}, frozenset() if kind is call_options.CallOptions else base)]
    parts += ["## Retries", prose((getdoc(RetryPolicy) or "").split("\n\n")[0]), _table(RetryPolicy)]
    return {"reference/settings.md": page(*parts)}


def _client(product: str) -> Any:
    return import_module(f"cwql.{product}").Client


def _credentials(product: str) -> str:
    rows = []
    for name, it in signature(_client(product)).parameters.items():
        if it.kind is Parameter.VAR_KEYWORD:
            continue
        variables = ", ".join(map(code, VARIABLES[product].get(name, ())))
        rows.append(
            (
                code(name),
                variables,
                "yes" if name in REQUIRED[product] else "",
                "" if it.default is None else code(repr(it.default)),
            )
        )
    settings = {it.name for it in fields(Settings)} & {*VARIABLES[product]}
    rows += [(code(name), ", ".join(map(code, VARIABLES[product][name])), "", "") for name in sorted(settings)]
    return table(("Argument", "Environment", "Required", "Default"), rows)


def _arguments(product: str) -> str:
    """Return the descriptions of a client's arguments."""
    return _list(_described(_client(product)), list(VARIABLES[product]))


def _options(kind: Any, defaults: dict[str, str], without: frozenset[str] = frozenset()) -> str:
    """Return the table of the keywords of a TypedDict, with the descriptions in its docstring and those of its bases."""
    found: dict[str, str] = {}
    for home in vars(call_options).values():
        if isinstance(home, type) and hasattr(home, "__optional_keys__"):
            found |= _described(home)
    names = [name for name in kind.__annotations__ if name not in without]
    rows = [(code(name), found.get(name, ""), code(defaults[name]) if name in defaults else "") for name in names]
    if not defaults:
        return table(("Name", "Meaning"), [row[:2] for row in rows])
    return table(("Name", "Meaning", "Default"), rows)


def _list(found: dict[str, str], names: Iterable[str]) -> str:
    return table(("Argument", "Meaning"), [(code(name), found.get(name, "")) for name in names])


def _described(value: Any) -> dict[str, str]:
    """Return the descriptions in the section of a docstring that is called Args or Attributes, by name."""
    found: dict[str, str] = {}
    name = ""
    for line in re.split(r"\n(?:Args|Attributes):\n", getdoc(value) or "", maxsplit=1)[-1].split("\n"):
        entry = re.fullmatch(r"    (\w+): (.*)", line)
        if entry is not None:
            name = entry[1]
            found[name] = entry[2]
        elif line.startswith("        ") and name:
            found[name] += " " + line.strip()
        elif line.strip():
            name = ""
    return {key: prose(text) for key, text in found.items()}


def _table(record: Any) -> str:
    described, defaults = _described(record), _defaults(record)
    rows = [(code(name), described.get(name, ""), code(default)) for name, default in defaults.items()]
    return table(("Name", "Meaning", "Default"), rows)


def _defaults(record: Any) -> dict[str, str]:
    return {it.name: text for it in fields(record) if (text := _default(it)) not in ("None", "''", "()")}


def _default(it: Any) -> str:
    if it.default is not MISSING:
        return repr(it.default)
    return f"{it.default_factory.__name__}()" if it.default_factory is not MISSING else ""
