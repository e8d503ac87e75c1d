"""Typed handles of every record: ``from cwql.manage.fields import Ticket``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql_api.manage.fields import *  # noqa: F403
else:
    from cwql.schema import loader

    def __getattr__(name):
        # A module with a `__path__` would pass for a package, whose modules could be imported a second time.
        if name[:2] == "__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(loader.load("manage", "fields"), name)

    def __dir__():
        return dir(loader.load("manage", "fields"))
