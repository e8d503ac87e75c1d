"""The connection of a client to a Manage server: its address, its code base, its credentials."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cwql.client.auth import KeyPair
from cwql.client.client import Settings, open_line, require_known
from cwql.client.credentials import Secret
from cwql.client.http_types import Headers, Request
from cwql.client.operations import Operations
from cwql.client.origin import API_PATH, REGIONS, site_url
from cwql.client.parsing import read
from cwql.client.send import AUTO, ServerConnection, ServerRelease, deliver
from cwql.client.settings import REQUIRED, VARIABLES, read_settings, require_given
from cwql.errors import ConfigError
from cwql.schema.catalog import catalog
from cwql.schema.path_id import path_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.client.effects import Flow

__all__ = ["act_as", "open_manage"]

CODEBASE = "v4_6_release"
ROOT = API_PATH

_UNKNOWN = "-"
"""Replaces an unknown codebase in the URL; no codebase has this name."""

_CODEBASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,80}", re.ASCII)


def _base_url(site: str | None, codebase: str | None, base_url: str | None) -> str:
    if base_url is not None:
        return base_url.rstrip("/")
    if not site:
        raise ConfigError(
            f"site missing: give site= or set CONNECTWISE_SITE, a region ({', '.join(REGIONS)}) or the host of your server"
        )
    url = site_url(site)
    if url.lower().endswith(f"/{ROOT}"):
        return url
    name = CODEBASE if codebase is None else _UNKNOWN if codebase == "auto" else codebase.strip("/")
    if name != _UNKNOWN and _CODEBASE.fullmatch(name) is None:
        raise ConfigError(f"{codebase!r} is no codebase: expected a name like {CODEBASE}, or 'auto'")
    return f"{url}/{name}/{ROOT}"


class _Codebase:
    """Ask the server once for the company's codebase, and put it into every URL (``/login/companyinfo/{company}``)."""

    def __init__(self, company: str) -> None:
        self._company = path_id(company, "the company id")
        self._found: str | None = None

    def locate(self, line: ServerConnection, request: Request, again: bool = False) -> Flow[Request]:
        """Return the request with its codebase.

        Raises the errors of every call, and ConfigError for a response without a codebase.
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
                raise ConfigError(
                    f"{line.origin} names no codebase for this company: give codebase=, or check company_id="
                )
            self._found = name
        return replace(request, url=request.url.replace(f"/{_UNKNOWN}/{ROOT}", f"/{self._found}/{ROOT}", 1))


def open_manage(given: Mapping[str, Any]) -> tuple[Operations, Settings, str]:
    """Return the operations of a client, its settings, and the company.

    `given` are the arguments of the constructor, with their secrets hidden. If a credential is missing, the environment and
    a profile are read. Raises ConfigError, UntrustedURLError, TypeError for an unknown argument.
    """
    require_known(given, tuple(VARIABLES["manage"]))
    if any(given.get(name) is None for name in REQUIRED["manage"]):
        given = read_settings("manage", given)
    require_given("manage", given)
    rest = dict(given)
    company, public_key, private_key, client_id = (rest.pop(name) for name in REQUIRED["manage"])
    site, codebase, base_url = (rest.pop(name, None) for name in ("site", "codebase", "base_url"))
    settings = Settings.read(rest)
    address = _Codebase(company).locate if codebase == "auto" and base_url is None else None
    release = ServerRelease(settings.release, _accept, address)
    line = open_line(
        "manage",
        _base_url(site, codebase, base_url),
        KeyPair(company, public_key, private_key, client_id),
        settings,
        {"accept": _accept(release.known or catalog("manage").version)},
        release.learn if settings.release == AUTO else address,
    )
    return Operations(line, release=release), settings, company


def _accept(release: str) -> str:
    return f"application/vnd.connectwise.com+json; version={release}"


TOKENS = "postSystemMembersByMemberIdentifierTokens"


def act_as(core: Operations, company: str, member: int | str, options: Mapping[str, Any]) -> Flow[Operations]:
    """Ask the server for keys of a member, and return the same operations with them."""
    answer = yield from core.call(TOKENS, (member,), {}, options)
    keys = [getattr(answer.value, name, None) for name in ("publicKey", "privateKey")]
    public_key, private_key = [Secret(key) if isinstance(key, str) and key else None for key in keys]
    del keys
    own = core.line.authentication
    if public_key is None or private_key is None or not isinstance(own, KeyPair):
        raise ConfigError(f"{core.line.origin} gives no keys for this member: may the API member act as others?")
    line = replace(core.line, authentication=own.with_keys(company, public_key, private_key))
    return replace(core, line=line, memory={}, on_write=[])
