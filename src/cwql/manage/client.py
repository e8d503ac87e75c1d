"""The clients for ConnectWise Manage: `Client` and `AsyncClient`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cwql.client.auth.schemes import KeyPair
from cwql.client.callbacks import AsyncCallbacks, Callbacks
from cwql.client.client import SETTING_NAMES, AsyncConnection, Connection, Settings, open_line, system_clock
from cwql.client.compiled_query import require_checks
from cwql.client.credentials import hide, hide_environment, hide_settings, hide_user
from cwql.client.errors import APIError
from cwql.client.http_types import Headers, Request
from cwql.client.operations import Operations
from cwql.client.parsing import read
from cwql.client.send import ServerConnection, deliver
from cwql.client.settings import hide_arguments, read_settings
from cwql.client.site import API_PATH, REGIONS, site_url
from cwql.schema.catalog import catalog
from cwql.schema.path_id import path_id
from cwql_api.manage.async_resources import AsyncRoot
from cwql_api.manage.resources import Root

if TYPE_CHECKING:
    from typing import Self

    from cwql.client.auth.secret import Secret
    from cwql.client.drivers import Clock
    from cwql.client.effects import Flow

__all__ = ["AsyncClient", "Client", "site_url"]

CODEBASE = "v4_6_release"
ROOT = API_PATH

_UNKNOWN = "-"
"""Replaces an unknown codebase in the URL; no codebase has this name."""

_CODEBASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,80}", re.ASCII)


def _base_url(site: str | None, codebase: str | None, base_url: str | None) -> str:
    if base_url is not None:
        return base_url.rstrip("/")
    if not site:
        raise APIError(
            f"site missing: give site= or set CONNECTWISE_SITE, a region ({', '.join(REGIONS)}) or the host of your server"
        )
    url = site_url(site)
    if url.lower().endswith(f"/{ROOT}"):
        return url
    name = CODEBASE if codebase is None else _UNKNOWN if codebase == "auto" else codebase.strip("/")
    if name != _UNKNOWN and _CODEBASE.fullmatch(name) is None:
        raise APIError(f"{codebase!r} is no codebase: expected a name like {CODEBASE}, or 'auto'")
    return f"{url}/{name}/{ROOT}"


class _Codebase:
    """Ask the server once for the company's codebase, and put it into every URL (``/login/companyinfo/{company}``)."""

    def __init__(self, company: str) -> None:
        self._company = path_id(company, "the company id")
        self._found: str | None = None

    def locate(self, line: ServerConnection, request: Request, again: bool = False) -> Flow[Request]:
        """Return the request with its codebase; `again` asks for it once more, because it changes with an upgrade.

        Raises the errors of every call, and APIError for a response without one.
        """
        if self._found is None or again:
            from urllib.parse import quote

            url = f"{line.origin}/login/companyinfo/{quote(self._company, safe='')}"
            # No credentials, because this request comes before the sign-in.
            question = Request("GET", url, headers=Headers({"accept": "application/json"}), timeout=line.timeout)
            answer = yield from deliver(line, question, line.retry, lambda body: read("manage", None, body))
            value = answer.value if isinstance(answer.value, dict) else {}
            name = next((str(text) for key, text in value.items() if key.lower() == "codebase" and text), "")
            name = name.strip("/").removesuffix(f"/{ROOT}")
            if _CODEBASE.fullmatch(name) is None:
                raise APIError(f"{line.origin} names no codebase for this company: give codebase=, or check company=")
            self._found = name
        return replace(request, url=request.url.replace(f"/{_UNKNOWN}/{ROOT}", f"/{self._found}/{ROOT}", 1))


def _open(
    company: str | None,
    public_key: Secret | None,
    private_key: Secret | None,
    client_id: Secret | None,
    site: str | None,
    codebase: str | None,
    base_url: str | None,
    settings: Settings,
) -> tuple[Operations, Clock]:
    given = {"company": company, "public_key": public_key, "private_key": private_key, "client_id": client_id}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise APIError(f"{', '.join(missing)} missing: give them, or use from_env()")
    assert company
    assert public_key
    assert private_key
    assert client_id
    clock = system_clock(settings)
    locate = _Codebase(company).locate if codebase == "auto" and base_url is None else None
    line = open_line(
        "manage",
        _base_url(site, codebase, base_url),
        KeyPair(company, public_key, private_key, client_id),
        settings,
        clock,
        {
            "accept": f"application/vnd.connectwise.com+json; version={settings.release or catalog('manage').version}",
            "user-agent": "cwql",
        },
        locate,
    )
    return Operations(line, require_checks(settings.checks), release=settings.release), clock


class Client(Connection, Root):
    """A client for a Manage server, for threads.

    `site` is a region (``na``, ``eu``, ``au``), a host or a URL; `codebase` its first path segment (``v4_6_release``
    unless given), or ``auto`` to request the company's own from the server; `base_url` replaces both. Further arguments
    are those of `cwql.client.client.Settings`. Raises APIError, ValueError and UntrustedURLError for invalid arguments.

        with Client.from_env() as psa:
            for ticket in psa.service.tickets.list('status/name="New"'):
                print(ticket.id, ticket.summary)
    """

    def __init__(
        self,
        company: str | None = None,
        public_key: str | Secret | None = None,
        private_key: str | Secret | None = None,
        client_id: str | Secret | None = None,
        site: str | None = None,
        codebase: str | None = None,
        *,
        base_url: str | None = None,
        **settings: Any,
    ) -> None:
        # A traceback may show the variables of this frame: from here on none of them contains a key as plain text.
        public_key, private_key, client_id = hide(public_key), hide(private_key), hide(client_id)
        site, base_url, settings = hide_user(site), hide_user(base_url), hide_settings(settings, SETTING_NAMES)
        made = Settings(**settings)
        core, clock = _open(company, public_key, private_key, client_id, site, codebase, base_url, made)
        self._company_id = company or ""
        self._open(core, made, clock)

    @classmethod
    def from_env(
        cls,
        *,
        profile: str | None = None,
        file: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> Self:
        """Return a client from arguments, the environment (``CONNECTWISE_…``), and a profile. Raises SettingsError."""
        given, variables = hide_arguments("manage", arguments), hide_environment(environ)
        # The frame of a constructor that raises would show them.
        del arguments, environ
        return cls(**read_settings("manage", given, variables, profile, file))

    def ping(self, **options: Any) -> Any:
        """Return version, cloud flag and time zone of the server (``/system/info``): keys and address are right."""
        return self.call("getSystemInfo", **options)

    @property
    def callbacks(self) -> Callbacks:
        """Return the callbacks of the server: create, list and delete them, and make receivers for them."""
        return Callbacks(self.system.callbacks, self._company_id)


class AsyncClient(AsyncConnection, AsyncRoot):
    """Work with a Manage server from tasks; see `Client`."""

    def __init__(
        self,
        company: str | None = None,
        public_key: str | Secret | None = None,
        private_key: str | Secret | None = None,
        client_id: str | Secret | None = None,
        site: str | None = None,
        codebase: str | None = None,
        *,
        base_url: str | None = None,
        **settings: Any,
    ) -> None:
        # A traceback may show the variables of this frame: from here on none of them contains a key as plain text.
        public_key, private_key, client_id = hide(public_key), hide(private_key), hide(client_id)
        site, base_url, settings = hide_user(site), hide_user(base_url), hide_settings(settings, SETTING_NAMES)
        made = Settings(**settings)
        core, clock = _open(company, public_key, private_key, client_id, site, codebase, base_url, made)
        self._company_id = company or ""
        self._open(core, made, clock)

    @classmethod
    def from_env(
        cls,
        *,
        profile: str | None = None,
        file: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> Self:
        """Return a client from arguments, the environment (``CONNECTWISE_…``), and a profile. Raises SettingsError."""
        given, variables = hide_arguments("manage", arguments), hide_environment(environ)
        # The frame of a constructor that raises would show them.
        del arguments, environ
        return cls(**read_settings("manage", given, variables, profile, file))

    async def ping(self, **options: Any) -> Any:
        """Return version, cloud flag and time zone of the server (``/system/info``): keys and address are right."""
        return await self.call("getSystemInfo", **options)

    @property
    def callbacks(self) -> AsyncCallbacks:
        """Return the callbacks of the server: create, list and delete them, and make receivers for them."""
        return AsyncCallbacks(self.system.callbacks, self._company_id)
