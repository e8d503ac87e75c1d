"""The only server that receives credentials: `Origin`, and the checks of addresses that a server names.

A Link header, a redirect and a key URL are untrusted input. An address is either plainly of the origin or refused: if
two parsers could read two different hosts (user names, backslashes, blanks, percent signs in the host, characters that
look like letters), it is never interpreted. From a Link only numbers are taken; the next URL is built by the client.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from cwql.client.errors import UntrustedURLError
from cwql.errors import ConfigError
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["API_PATH", "REGIONS", "Origin", "find_link", "site_url", "split_url"]

PORTS = {"https": 443, "http": 80}

# RFC 3986 in its plainest form; `[a-z]` only, so that no character that merely looks like a letter is accepted. No two
# neighbours match the same character: every pattern here takes time in proportion to the text.
_PATH = r"/[!$-;=@-\[\]-~]*"
_QUERY = r"\?[!$-;=?-\[\]-~]*"
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    rf"(?P<path>{_PATH})?(?P<query>{_QUERY})?",
    re.IGNORECASE | re.ASCII,
)
_RELATIVE = re.compile(rf"(?P<path>(?!/[/\\]){_PATH})?(?P<query>{_QUERY})?", re.ASCII)
_PARAMETER = r";\s*(?P<name>[\w*-]+)(?:\s*=\s*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<bare>[^\s;,\"]+)))?\s*"
_LINK = re.compile(
    rf"\s*<(?P<target>[^<>]*)>\s*(?P<parameters>(?:{re.sub('[?]P<[a-z]+>', '?:', _PARAMETER)})*)(?:,|\Z)"
)
_EACH_PARAMETER = re.compile(_PARAMETER)
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)

URL_LIMIT = 16_000
"""Characters of an address that a server names; a next link repeats a condition of up to 10,000."""


class Cursor(NamedTuple):
    """Start of the next page: a page number, or the id before it."""

    page: int | None
    page_id: int | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host (lower case) and port of a server; `hide` masks secrets in URLs that messages show."""

    scheme: str
    host: str
    port: int
    hide: Callable[[str], str] = field(default=str, compare=False, repr=False)

    def __str__(self) -> str:
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @classmethod
    def of(cls, url: str) -> Origin:
        """Return the origin of a base URL. Raises UntrustedURLError: no plain URL, or plain HTTP beyond loopback."""
        _check_length(url, "the address", URL_LIMIT)
        found = _URL.fullmatch(url)
        # An @ ends a password, even if a slash in that password makes it look like a path.
        if found is None or ".." in found["host"] or "@" in url:
            raise UntrustedURLError(f"{_shown(url)} is no plain http(s) URL: expected one like https://psa.example.com")
        origin = cls(*_parts(found, url))
        if origin.scheme == "http" and not origin.loopback:
            raise UntrustedURLError(
                f"{origin} would send credentials unencrypted: write https:// (http is for loopback only)"
            )
        return origin

    @property
    def loopback(self) -> bool:
        """Return whether the host is this machine."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    def join(self, base_url: str, path: str) -> str:
        """Return the URL of a path below `base_url`, or of a URL of this origin, for a request of the user's own.

        Raises:
            UntrustedURLError: The URL leads to another origin, or is not a plain path.
        """
        if not isinstance(path, str):
            raise TypeError(f"expected a path or a URL, got {type(path).__name__}")
        _check_length(path, "the path", URL_LIMIT)
        if "://" in path:
            target, query = self.resolve(path)
            url = f"{self}{target}"
        else:
            target, _, query = path.partition("?")
            url = f"{base_url}/{target.lstrip('/')}"
        steps = unquote(target).replace("\\", "/").split("/")
        if query or "#" in path or ".." in steps or "." in steps or not path.isprintable() or " " in path:
            raise UntrustedURLError(f"{self._show(path)} is no plain path: query parameters go into params=")
        return url

    def resolve(self, url: str) -> tuple[str, str]:
        """Return path and query of an address of this origin, absolute or from its root.

        Raises UntrustedURLError for every other one, and for one that could be read in two ways.
        """
        _check_length(url, "the server names an address", URL_LIMIT)
        relative = _RELATIVE.fullmatch(url)
        if relative is not None and url:
            return relative["path"] or "", (relative["query"] or "")[1:]
        found = _URL.fullmatch(url)
        if found is None or Origin(*_parts(found, url, self.hide)) != self:
            raise UntrustedURLError(f"the server names {self._show(url)}, which is not an address of {self}")
        return found["path"] or "/", (found["query"] or "")[1:]

    def redirected(self, location: str) -> str:
        """Return the URL of a redirect inside the origin, without its query's meaning checked. Raises UntrustedURLError."""
        path, query = self.resolve(location)
        if not path or "/../" in f"{unquote(path)}/" or "/./" in f"{unquote(path)}/":
            raise UntrustedURLError(f"the server redirects to {self._show(location)}, which is no plain path of {self}")
        return f"{self}{path}{f'?{query}' if query else ''}"

    def next_cursor(self, link: str) -> Cursor | None:
        """Return the cursor of a Link header's ``rel="next"``, or None.

        Raises UntrustedURLError if that link leads to another origin or has no plain numbers.
        """
        target = find_link(link, "next")
        if target is None:
            return None
        _, query = self.resolve(target)
        numbers: dict[str, int] = {}
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
        except ValueError:
            raise UntrustedURLError(f"the server names {self._show(target)}, whose query cannot be read") from None
        for name, value in pairs:
            key = name.lower()
            if key in ("page", "pageid"):
                if key in numbers or _NUMBER.fullmatch(value) is None:
                    raise UntrustedURLError(f"the server names {self._show(target)}, which has no valid {name}")
                numbers[key] = int(value)
        if not numbers:
            raise UntrustedURLError(f"the server names {self._show(target)}, which has neither page nor pageId")
        return Cursor(numbers.get("page"), numbers.get("pageid"))

    def _show(self, url: str) -> str:
        # Masked first, because half a secret, where a long URL is cut, is not recognized.
        return _shown(self.hide(url))


def find_link(header: str, relation: str) -> str | None:
    """Return the target of the first link of a relation in a Link header (RFC 8288), or None.

    Raises UntrustedURLError for a header longer than any server's.
    """
    at = 0
    _check_length(header, "the server sends a Link header", URL_LIMIT)
    while at < len(header):
        found = _LINK.match(header, at)
        if found is None:
            # A malformed link: the rest of the header cannot be separated from it.
            return None
        for parameter in _EACH_PARAMETER.finditer(found["parameters"]):
            said = parameter["quoted"] or parameter["bare"] or ""
            if parameter["name"].lower() == "rel" and relation in said.lower().split():
                return found["target"]
        at = found.end()
    return None


def split_url(url: str, limit: int = URL_LIMIT) -> tuple[Origin, str, str]:
    """Return origin, path and query of an absolute URL. Raises UntrustedURLError, also for one longer than `limit`."""
    _check_length(url, "the address", limit)
    found = _URL.fullmatch(url)
    if found is None or ".." in found["host"]:
        raise UntrustedURLError(f"{_shown(url)} is no plain http(s) URL")
    return Origin(*_parts(found, url)), found["path"] or "/", (found["query"] or "")[1:]


def _parts(found: re.Match[str], url: str, hide: Callable[[str], str] = str) -> tuple[str, str, int]:
    scheme = found["scheme"].lower()
    port = int(found["port"]) if found["port"] else PORTS[scheme]
    if not 0 < port < 65536:
        raise UntrustedURLError(f"{_shown(hide(url))} has no possible port")
    return scheme, found["host"].lower(), port


def _check_length(text: str, what: str, limit: int) -> None:
    """Refuse a long text before anything else reads it."""
    if len(text) > limit:
        raise UntrustedURLError(f"{what} of {len(text)} characters: at most {limit} are read")


def _shown(url: str) -> str:
    """Return an address for a message: without its query and user name, which may contain secrets, and shortened."""
    # A password may contain any character, so everything up to the last @ counts as one.
    secret, at, bare = url.rpartition("@")
    if "?" in secret or "#" in secret:
        return "an address with an @ in its query"
    bare = f"//{bare}" if at else bare
    bare = bare.partition("?")[0].partition("#")[0]
    return repr(bare if len(bare) <= 120 else f"{bare[:117]}...")


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
