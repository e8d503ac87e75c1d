"""The release of a server: given to the client, or learned from the server before its first request."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cwql.client.errors import APIStatusError, InvalidResponseError
from cwql.client.http_types import Headers, Request
from cwql.client.parsing import read
from cwql.client.send import call
from cwql.errors import UnknownNameError
from cwql.schema.releases import read_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.client.effects import Flow
    from cwql.client.parsing import SchemaMismatch
    from cwql.client.send import Locate, ServerConnection

__all__ = ["AUTO", "ServerRelease"]

AUTO = "auto"
"""The setting that asks the server."""

PENDING_LIMIT = 100
"""How many queries are checked again if they were compiled before the release was known."""

logger = logging.getLogger("cwql.client")


class ServerRelease:
    """The release of a server, if it is `known`; `learn` completes requests after it was asked for.

    A server that does not answer the question is used as if no release was given.
    """

    def __init__(
        self, setting: str | None = None, accept: Callable[[str], str] = str, address: Locate | None = None
    ) -> None:
        """Initialize it. `accept` returns the Accept header for a release, `address` completes the URLs of requests."""
        self.known = None if setting == AUTO else setting
        self._is_asked = setting == AUTO
        self._accept = accept
        self._address = address
        self._pending: list[Callable[[], object]] = []

    def when_known(self, check: Callable[[], object]) -> None:
        """Call a function when the server has answered; never if the release is known, or not asked for."""
        if self._is_asked and len(self._pending) < PENDING_LIMIT:
            self._pending.append(check)

    def learn(self, line: ServerConnection, request: Request, again: bool = False) -> Flow[Request]:
        """Return the request with the Accept header of the server's release, and its complete URL."""
        if self._is_asked:
            # Requests that other threads make meanwhile are sent as if no release was given.
            self._is_asked = False
            question = Request("GET", f"{line.base_url}/system/info", headers=Headers({"accept": "application/json"}))
            try:
                answer = yield from call(replace(line, locate=self._address), question, _read_info)
                said = answer.value.get("version") if isinstance(answer.value, dict) else None
                self.known = read_release(str(said))
            except (APIStatusError, InvalidResponseError, UnknownNameError) as error:
                logger.warning("the release of the server is unknown: %s", error)
            except BaseException:
                self._is_asked = True
                raise
            for check in self._pending:
                check()
            self._pending.clear()
        if self._address is not None:
            request = yield from self._address(line, request, again)
        if self.known is None:
            return request
        accept = Headers({"accept": self._accept(self.known)})
        return replace(request, headers=accept.over(request.headers))


def _read_info(body: bytes) -> tuple[Any, list[SchemaMismatch]]:
    return read("manage", None, body)
