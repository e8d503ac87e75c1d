"""The page of the settings: where clients take them from, what they are called there, and what they are by default."""

from __future__ import annotations

from dataclasses import MISSING, fields
from importlib import import_module
from inspect import Parameter, getdoc, signature
from typing import TYPE_CHECKING, Any

from cwql.client.client import Settings
from cwql.client.options import OPTIONS, Options
from cwql.client.retry import RetryPolicy
from cwql.client.settings import REQUIRED, VARIABLES
from cwql.language.dialects import dialect as find_dialect
from cwql.schema.door import PRODUCTS
from scripts.docs.pages.markdown import code, fence, page, prose, table

if TYPE_CHECKING:
    from collections.abc import Iterable

INTRODUCTION = """`Client(…)` takes arguments. `Client.from_env()` looks for each of them first among its own arguments, then in the
environment, then in a profile; it takes every argument of the constructor. No secret is shown in a repr, a log line or an
error."""

PROFILES = """A profile is a table of a TOML file. The file is the argument `file`, or the one that the environment variable `CWQL_CONFIG`
names; the profile is the argument `profile`, or `CWQL_PROFILE`, or `default`. On the command line `--profile` chooses it."""

EXAMPLE = """[manage.default]
company = "acme"
site = "na"

[automate.lab]
server = "automate.example.com"
timeout = 20"""

PER_CALL = """Every verb takes these as keyword arguments, for itself alone. A keyword that is none of them and names a query parameter of
the operation is sent as that parameter; any other is a `TypeError` that names what is near."""


def pages() -> dict[str, str]:
    """Return the page of the settings."""
    parts = ["# Settings", INTRODUCTION]
    for dialect in map(find_dialect, PRODUCTS):
        name = dialect.name
        parts += [f"## {dialect.title}", _credentials(name), prose(_documented(f"cwql.{name}.client"))]
    parts += ["## Both products", _table(Settings), prose(getdoc(Settings) or "")]
    parts += ["## Profiles", PROFILES, fence(EXAMPLE, "toml")]
    parts += ["## One call", PER_CALL, _table(Options, OPTIONS), prose(getdoc(Options) or "")]
    parts += ["## Trying again", _table(RetryPolicy), prose(getdoc(RetryPolicy) or "")]
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
    return table(("Argument", "Environment", "Required", "Default"), rows)


def _documented(module: str) -> str:
    """Return what a client's docstring says of its arguments: its second paragraph."""
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
