"""The settings page: the sources of client settings, their names, and their defaults."""

from __future__ import annotations

from dataclasses import MISSING, fields
from importlib import import_module
from inspect import Parameter, getdoc, signature
from typing import TYPE_CHECKING, Any

from cwql.client.client import Settings
from cwql.client.options import OPTIONS, Options
from cwql.client.retry import RetryPolicy
from cwql.client.settings import REQUIRED, VARIABLES
from cwql.language.dialects import find_dialect
from cwql.schema.loader import PRODUCTS
from scripts.docs.pages.markdown import code, fence, page, prose, table

if TYPE_CHECKING:
    from collections.abc import Iterable

INTRODUCTION = """`Client(…)` takes arguments. `Client.from_env()` takes the same arguments; it looks up each one that is not given in the
environment, and then in a profile. Secrets never appear in a repr, a log line or an error."""

PROFILES = """A profile is a table of a TOML file. The path of the file is the argument `file`, or the environment variable
`CWQL_CONFIG`. The name of the profile is the argument `profile`, or `CWQL_PROFILE`, or `default`. On the command line, use
`--profile`."""

EXAMPLE = """[manage.default]
company = "acme"
site = "na"

[automate.lab]
server = "automate.example.com"
timeout = 20"""

PER_CALL = """Every method takes these keyword arguments; they apply to that call only. Any other keyword is sent as a query parameter if the
operation has a parameter of that name. Otherwise the call raises a `TypeError` that suggests similar names."""


def pages() -> dict[str, str]:
    """Return the page of the settings."""
    parts = ["# Settings", INTRODUCTION]
    for dialect in map(find_dialect, PRODUCTS):
        name = dialect.name
        parts += [f"## {dialect.title}", _credentials(name), prose(_documented(f"cwql.{name}.client"))]
    parts += ["## Both products", _table(Settings), prose(getdoc(Settings) or "")]
    parts += ["## Profiles", PROFILES, fence(EXAMPLE, "toml")]
    parts += ["## Options of a call", PER_CALL, _table(Options, OPTIONS), prose(getdoc(Options) or "")]
    parts += ["## Retries", _table(RetryPolicy), prose(getdoc(RetryPolicy) or "")]
    return {"reference/settings.md": page(*parts)}


def _client(product: str) -> Any:
    return import_module(f"cwql.{product}.client").Client


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


def _documented(module: str) -> str:
    """Return the second paragraph of a client's docstring, which describes the arguments."""
    return (getdoc(import_module(module).Client) or "").split("\n\n")[1]


def _table(record: Any, names: Iterable[str] | None = None) -> str:
    wanted = None if names is None else set(names)
    return table(
        ("Name", "Type", "Default"),
        [
            (code(it.name), code(str(it.type)), code(_default(it)))
            for it in fields(record)
            if wanted is None or it.name in wanted
        ],
    )


def _default(it: Any) -> str:
    if it.default is not MISSING:
        return repr(it.default)
    return f"{it.default_factory.__name__}()" if it.default_factory is not MISSING else ""
