"""Manage's servers by the names that people have for them: `site_url`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from cwql.client.origin import Origin
from cwql.errors import ConfigError
from cwql.schema.suggest import suggest

__all__ = ["API_PATH", "REGIONS", "site_url"]

REGIONS = ("na", "eu", "au")
"""The regions of the cloud. A server of another region is given by its host."""

API_PATH = "apis/3.0"

_CLOUDS = (".myconnectwise.net", ".connectwisedev.com")
_STAGING = "staging"
_API = "api-"
_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
# The paths that a browser shows after the sign-in: the codebase, the page of the application, its services.
_BROWSER_PATH = re.compile(r"/(?:v\d[\w.]*|connectwise|services|login|psa)(?:/.*)?|/\w+\.(?:aspx|html?)", re.IGNORECASE)


def site_url(site: str) -> str:
    """Return scheme and host of a site: a region (``na``), a host, or the address that a browser shows.

    The API of the cloud is on another host, whose name begins with ``api-``; it is added if it is missing. The path of a
    browser's address is dropped, unless it is that of the API. Raises ConfigError for a name that is no region, and for
    a path that belongs to neither.

    >>> site_url("eu"), site_url("https://na.myconnectwise.net/v2025_1/ConnectWise.aspx"), site_url("psa.example.com")
    ('https://api-eu.myconnectwise.net', 'https://api-na.myconnectwise.net', 'https://psa.example.com')
    """
    site = site.strip()
    if not site:
        raise ConfigError(f"site is empty: expected a region ({', '.join(REGIONS)}) or the host of a server")
    name = site.lower().removeprefix(_API)
    if name in REGIONS:
        return f"https://{_API}{name}{_CLOUDS[0]}"
    if name == _STAGING:
        return f"https://{_API}{name}{_CLOUDS[1]}"
    if re.fullmatch(r"[a-z]{1,4}", name, re.ASCII):
        close = suggest(name, REGIONS) or list(REGIONS)
        raise ConfigError(
            f"site {site!r} is no known region: did you mean {' or '.join(close)}? Give any other server as https://HOST"
        )
    return _from_url(site if "://" in site else f"https://{site}", site)


def _from_url(url: str, site: str) -> str:
    if "@" in url:
        # Refused by the origin of the client, whose message shows no password.
        return url
    parts = urlsplit(url)
    scheme, host, path = parts.scheme, parts.netloc, parts.path.rstrip("/")
    label, dot, cloud = host.lower().partition(".")
    if f"{dot}{cloud}" in _CLOUDS and _LABEL.fullmatch(label):
        # The cloud answers plain HTTP with a redirect at best.
        scheme = "https"
        if not label.startswith(_API):
            host = f"{_API}{label}{dot}{cloud}"
    base = f"{scheme}://{host}"
    if path.lower().endswith(f"/{API_PATH}"):
        return f"{base}{path}"
    if path and not _BROWSER_PATH.fullmatch(path):
        raise ConfigError(
            f"site is a host, and {Origin.of(base)}{path} has a path: give base_url= for an API below a path, "
            f"as in {Origin.of(base)}{path}/v4_6_release/{API_PATH}"
        )
    return base
