"""The sandbox inside a command: started when it is asked for, shared by the commands of one process."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_running: Mapping[str, Any] | None = None

# Nobody else asks this server: the pace that real ones call for would only be waiting.
_PER_MINUTE, _BURST = 1_000_000.0, 100_000


@contextmanager
def clients(size: str = "small", seed: int = 1) -> Iterator[Mapping[str, Any]]:
    """Yield a client of each product for a sandbox; where one is running in this process already, for that one.

    Raises CwqlError where the extra is not installed.
    """
    global _running
    if _running is not None:
        yield _running
        return
    from cwql.automate.client import Client as Automate
    from cwql.manage.client import Client as Manage
    from cwql.sandbox import Sandbox

    with ExitStack() as open_things:
        box = open_things.enter_context(Sandbox(seed=seed, size=size))
        _running = {
            "manage": open_things.enter_context(
                Manage.from_env(environ=box.environment, per_minute=_PER_MINUTE, burst=_BURST)
            ),
            "automate": open_things.enter_context(
                Automate.from_env(environ=box.environment, per_minute=_PER_MINUTE, burst=_BURST)
            ),
        }
        try:
            yield _running
        finally:
            _running = None
