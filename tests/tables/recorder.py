"""A transport that notes the requests that it passes on, without those for tokens."""

from __future__ import annotations

from typing import Any


class Recorder:
    """Targets of requests, and the bytes of their responses."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.targets: list[str] = []
        self.size = 0

    @classmethod
    def on(cls, client: Any) -> Recorder:
        """Return a recorder for all further requests of a client."""
        recorder = client._transport = cls(client._transport)
        return recorder

    def clear(self) -> None:
        self.targets.clear()
        self.size = 0

    def send(self, request: Any) -> Any:
        response = self.inner.send(request)
        if not request.url.endswith("/APICredentials"):
            self.targets.append(request.target)
            self.size += len(response.content)
        return response

    def close(self) -> None:
        self.inner.close()
