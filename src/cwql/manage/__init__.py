"""The public interface of ConnectWise Manage (PSA): `Client`, `AsyncClient`, `fields` (typed handles) and `models` (records).

Each is imported on first use.
"""

from __future__ import annotations

# With its type: jedi takes the names below for missing if the value is all that it sees.
TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from cwql.manage import fields, models
    from cwql.manage.async_client import AsyncClient
    from cwql.manage.sync_client import Client

__all__ = ["AsyncClient", "Client", "fields", "models"]

_HOMES = {
    "AsyncClient": ("cwql.manage.async_client", "AsyncClient"),
    "Client": ("cwql.manage.sync_client", "Client"),
}
"""The modules of the names that are no module."""


def __getattr__(name: str) -> object:
    if name in __all__:
        from importlib import import_module

        if name in _HOMES:
            home, there = _HOMES[name]
            return getattr(import_module(home), there)
        return import_module(f"cwql.manage.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
