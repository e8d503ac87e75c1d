"""Typed handles of every record: ``from cwql.automate.fields import Computer``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql_api.automate.fields import *  # noqa: F403
else:
    from cwql.schema import loader

    def __getattr__(name):
        # A module with a `__path__` would pass for a package, whose modules could be imported a second time.
        if name[:2] == "__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(loader.load("automate", "fields"), name)

    def __dir__():
        return dir(loader.load("automate", "fields"))
