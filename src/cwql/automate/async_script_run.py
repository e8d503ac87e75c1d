"""A script that was started, for tasks. `sync_script_run` is generated from this module: see `cwql_codegen.sync_code`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.automate.scripts import StartedScript, poll_script, wait_for_script

if TYPE_CHECKING:
    from cwql.client.resource import AsyncDriver
    from cwql_api.automate.models import ComputerScriptHistory

__all__ = ["AsyncScriptRun"]


class AsyncScriptRun:
    """A script that was started on a computer: `wait` returns its result."""

    __module__ = "cwql.automate"
    __slots__ = ("_driver", "_started")

    def __init__(self, driver: AsyncDriver, started: StartedScript) -> None:
        self._driver = driver
        self._started = started

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of script {self.script_id} on computer {self.computer_id}>"

    @property
    def computer_id(self) -> int | str:
        """The computer."""
        return self._started.computer_id

    @property
    def script_id(self) -> int:
        """The script."""
        return self._started.script_id

    @property
    def response(self) -> Any:
        """The server's response to the start; its form depends on the contract of the server."""
        return self._started.response

    async def poll(self) -> ComputerScriptHistory | None:
        """Return the result, None while the script waits or runs. Raises the errors of every call."""
        return await self._driver._drive(poll_script(self._driver._core, self._started))

    async def wait(self, timeout: float = 900.0, *, poll_interval: float = 5.0) -> ComputerScriptHistory:
        """Wait until the script has ended and return its result, the entry in the history of the computer.

        Its `State` is ``Success``, ``Failure`` or ``Information``, and `DiagnosticMessage` the text of the script. If the same
        script runs on the computer more than once at a time, the result may be that of another run.

        Args:
            timeout: Seconds to wait.
            poll_interval: Seconds between two reads of the history.

        Raises:
            APITimeoutError: The script has not ended in time. It goes on running, and `wait` can be called again.
        """
        return await self._driver._drive(wait_for_script(self._driver._core, self._started, timeout, poll_interval))
