"""Manage's servers by the names that people have for them: `site_url`."""

from __future__ import annotations

import re

__all__ = ["site_url"]

_REGION = re.compile(r"[a-z]{2,3}", re.ASCII)
_CLOUD = ".myconnectwise.net"


def site_url(site: str) -> str:
    """Return scheme and host of a site: a region (``na``), a host of the cloud with or without ``api-``, or any server.

    >>> site_url("eu"), site_url("na.myconnectwise.net"), site_url("psa.example.com")
    ('https://api-eu.myconnectwise.net', 'https://api-na.myconnectwise.net', 'https://psa.example.com')
    """
    site = site.strip().rstrip("/")
    if "://" in site:
        return site
    if _REGION.fullmatch(site.lower()):
        site = f"api-{site.lower()}{_CLOUD}"
    elif site.lower().endswith(_CLOUD) and _REGION.fullmatch(site.lower().removesuffix(_CLOUD)):
        # The host that people sign in to; the API's host is called after it.
        site = f"api-{site.lower()}"
    return f"https://{site}"
