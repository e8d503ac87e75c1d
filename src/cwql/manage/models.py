"""Every record as a pydantic model, imported on first use: ``from cwql.manage.models import Ticket``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql_api.manage.models import *  # noqa: F403
else:
    from cwql.schema import loader

    def __getattr__(name):
        # A module with a `__path__` would pass for a package, whose modules could be imported a second time.
        if name[:2] == "__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(loader.load("manage", "models"), name)

    def __dir__():
        return dir(loader.load("manage", "models"))
