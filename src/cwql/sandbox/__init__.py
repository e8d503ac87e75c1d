"""The sandbox: a local server that responds like ConnectWise Manage and Automate.

`Sandbox` serves over HTTP on this machine (extra ``sandbox``: starlette and uvicorn) or in process, as an httpx transport.
pytest finds its fixtures by itself: `cwql.sandbox.pytest_plugin`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.sandbox.faults import Fault
    from cwql.sandbox.messages import RecordedRequest
    from cwql.sandbox.server import Sandbox

__all__ = ["Fault", "RecordedRequest", "Sandbox"]

_HOMES: dict[str, str] = {"Fault": "faults", "RecordedRequest": "messages", "Sandbox": "server"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
    value.__module__ = __name__
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
