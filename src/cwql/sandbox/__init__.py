"""The sandbox: a local server that responds like ConnectWise Manage and Automate.

`Sandbox` serves over HTTP on this machine (extra ``sandbox``: starlette and uvicorn) or in process, as an httpx transport.
pytest finds its fixtures by itself: `cwql.sandbox.pytest_plugin`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.sandbox.auth import Credentials
    from cwql.sandbox.faults import Fault
    from cwql.sandbox.handler import Handler
    from cwql.sandbox.messages import RecordedRequest, Request, Response
    from cwql.sandbox.server import Sandbox
    from cwql.sandbox.store.store import Store

__all__ = ["Credentials", "Fault", "Handler", "RecordedRequest", "Request", "Response", "Sandbox", "Store"]

_HOMES: dict[str, str] = {
    "Credentials": "auth",
    "Fault": "faults",
    "Handler": "handler",
    "RecordedRequest": "messages",
    "Request": "messages",
    "Response": "messages",
    "Sandbox": "server",
    "Store": "store.store",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
    value.__module__ = __name__
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
