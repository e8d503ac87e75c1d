"""The sandbox inside a command. It is started on first use and shared by all commands of the process."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from cwql.sandbox.server import Size

_running: Mapping[str, Any] | None = None

# No one else uses this server, so the request rate of real servers would only be a delay.
_PER_MINUTE, _BURST = 1_000_000.0, 100_000


@contextmanager
def clients(size: Size = "small", seed: int = 1, *, odd_records: bool = False) -> Iterator[Mapping[str, Any]]:
    """Yield a client for each product, of the sandbox that is running in this process, or of a new one.

    Raises:
        CwqlError: The extra ``sandbox`` is not installed.
    """
    global _running
    if _running is not None:
        yield _running
        return
    from cwql.automate import Client as Automate
    from cwql.manage import Client as Manage
    from cwql.sandbox import Sandbox

    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(seed=seed, size=size, odd_records=odd_records))
        _running = {
            "manage": stack.enter_context(
                Manage.from_env(environ=sandbox.environment, requests_per_minute=_PER_MINUTE, burst=_BURST)
            ),
            "automate": stack.enter_context(
                Automate.from_env(environ=sandbox.environment, requests_per_minute=_PER_MINUTE, burst=_BURST)
            ),
        }
        try:
            yield _running
        finally:
            _running = None
