"""Requests with the credentials of a sandbox."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from cwql.sandbox import Sandbox


class ApiClient:
    """Send requests to a sandbox over HTTP, or in process if it does not listen."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        known = sandbox._credentials
        listens = sandbox.url.rpartition(":")[2].isdigit()
        self.http = httpx.Client(timeout=60) if listens else httpx.Client(timeout=60, transport=sandbox.transport())
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
        return self.http.request(method, f"{self.sandbox.manage_url}{path}", headers=headers, **options)

    def sign_in(self, place: str = "APICredentials", **more: str) -> httpx.Response:
        known = self.sandbox._credentials
        body = {"Username": known.username, "Password": known.password, **more}
        return self.http.post(f"{self.sandbox.automate_url}/{place}", json=body)

    def automate(self, method: str, path: str, **options: Any) -> httpx.Response:
        if self._token is None:
            self._token = self.sign_in().json()["AccessToken"]
        headers = {"authorization": f"Bearer {self._token}", "clientId": "x", **options.pop("headers", {})}
        # The paths of a few operations contain another version, so they start below the root.
        root = f"{self.sandbox.url}/cwa" if path.startswith("/api/") else self.sandbox.automate_url
        return self.http.request(method, f"{root}{path}", headers=headers, **options)

    def get(self, path: str, **parameters: object) -> Any:
        """Return the JSON body of a response from Manage with status 200."""
        response = self.manage("GET", path, params={name: str(value) for name, value in parameters.items()})
        assert response.status_code == 200, response.text
        return response.json()
