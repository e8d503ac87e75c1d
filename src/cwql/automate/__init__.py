"""The public interface of ConnectWise Automate (RMM): `Client`, `AsyncClient`, `fields` (typed handles) and `models` (records).

Each is imported on first use.
"""

from __future__ import annotations

# With its type: jedi takes the names below for missing if the value is all that it sees.
TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from cwql.automate import fields, models
    from cwql.automate.async_client import AsyncClient
    from cwql.automate.async_script_run import AsyncScriptRun
    from cwql.automate.sync_client import Client
    from cwql.automate.sync_script_run import ScriptRun
    from cwql.client.credentials import KeyringTokenStore, TokenStore

__all__ = [
    "AsyncClient",
    "AsyncScriptRun",
    "Client",
    "KeyringTokenStore",
    "ScriptRun",
    "TokenStore",
    "fields",
    "models",
]

_HOMES = {
    "AsyncClient": ("cwql.automate.async_client", "AsyncClient"),
    "AsyncScriptRun": ("cwql.automate.async_script_run", "AsyncScriptRun"),
    "Client": ("cwql.automate.sync_client", "Client"),
    "KeyringTokenStore": ("cwql.client.credentials", "KeyringTokenStore"),
    "ScriptRun": ("cwql.automate.sync_script_run", "ScriptRun"),
    "TokenStore": ("cwql.client.credentials", "TokenStore"),
}
"""The modules of the names that are no module."""


def __getattr__(name: str) -> object:
    if name in __all__:
        from importlib import import_module

        if name in _HOMES:
            home, there = _HOMES[name]
            return getattr(import_module(home), there)
        return import_module(f"cwql.automate.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
