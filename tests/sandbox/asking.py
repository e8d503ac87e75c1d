"""Plain requests with the sandbox's credentials."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from cwql.sandbox import Sandbox


class Asker:
    """Ask a sandbox over HTTP, or in process where it does not listen."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        known = box.credentials
        listens = box.url.rpartition(":")[2].isdigit()
        self.http = httpx.Client(timeout=60) if listens else httpx.Client(timeout=60, transport=box.transport())
        pair = f"{known.company}+{known.public_key}:{known.private_key}"
        self.basic = {
            "authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "clientId": known.client_id,
        }
        self._token: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def manage(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.basic, **options.pop("headers", {})}
        return self.http.request(method, f"{self.box.manage_url}{path}", headers=headers, **options)

    def sign_in(self, place: str = "APICredentials", **more: str) -> httpx.Response:
        known = self.box.credentials
        body = {"Username": known.username, "Password": known.password, **more}
        return self.http.post(f"{self.box.automate_url}/{place}", json=body)

    def automate(self, method: str, path: str, **options: Any) -> httpx.Response:
        if self._token is None:
            self._token = self.sign_in().json()["AccessToken"]
        headers = {"authorization": f"Bearer {self._token}", "clientId": "x", **options.pop("headers", {})}
        # A few operations are of another version: their path starts again below the root.
        root = f"{self.box.url}/cwa" if path.startswith("/api/") else self.box.automate_url
        return self.http.request(method, f"{root}{path}", headers=headers, **options)

    def get(self, path: str, **parameters: object) -> Any:
        """Return what Manage answers with 200."""
        reply = self.manage("GET", path, params={name: str(value) for name, value in parameters.items()})
        assert reply.status_code == 200, reply.text
        return reply.json()
