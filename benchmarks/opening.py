"""Clients for the page server. The module is separate, so that measured processes import nothing else."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cwql.manage import Client

ROOT = "v4_6_release/apis/3.0"


def open_client(port: int) -> Client:
    """Return a client without a rate limit."""
    from cwql.manage import Client

    return Client(
        company_id="acme",
        public_key="public",
        private_key="private",
        client_id="client",
        base_url=f"http://127.0.0.1:{port}/{ROOT}",
        requests_per_minute=1e6,
        burst=1_000_000,
    )


def open_pyconnectwise(port: int) -> Any:
    """Return a client of pyconnectwise for the same server."""
    from pyconnectwise import ConnectWiseManageAPIClient  # pyright: ignore[reportMissingImports]

    class Local(ConnectWiseManageAPIClient):
        def _get_url(self) -> str:
            return f"http://127.0.0.1:{port}/{ROOT}"

    return Local("acme", "127.0.0.1", "client", "public", "private", codebase="v4_6_release")
