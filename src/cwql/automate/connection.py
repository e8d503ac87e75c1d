"""The connection of a client to an Automate server: its address and its sign-in."""

from __future__ import annotations

import base64
import hmac
import struct
from typing import TYPE_CHECKING, Any

from cwql.client.auth import TokenSignIn
from cwql.client.client import Settings, open_line, require_known
from cwql.client.credentials import text_fault
from cwql.client.operations import Operations
from cwql.client.send import AUTO, ServerRelease
from cwql.client.settings import VARIABLES, read_settings, require_given
from cwql.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cwql.client.credentials import Secret
    from cwql.client.drivers import Clock

__all__ = ["PING", "open_automate"]

ROOT = "cwa/api/v1"
PING = "DatabaseServerTime_GetDatabaseServerDateTimeWithUtcOffset"


def _codes(
    code: Secret | Callable[[], str] | None, totp: Secret | None, clock: Clock
) -> Secret | Callable[[], str] | None:
    """Return a two-factor code, or a function that makes one: from the secret of an authenticator app."""
    if code is not None and totp is not None:
        raise ConfigError("give one of two_factor_code and totp_secret")
    if totp is None or text_fault(totp):
        return code if totp is None else totp
    key = _decode(totp)
    if key is None:
        raise ConfigError("totp_secret is not base32: give the text that the authenticator app is set up with")
    return _code_maker(key, clock)


def _decode(secret: Secret) -> bytes | None:
    """Return the key of an authenticator app, None for a text that is not base32."""
    text = secret.reveal().strip().replace(" ", "")
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8)) or None
    except ValueError:
        return None


def _code_maker(key: bytes, clock: Clock) -> Callable[[], str]:
    def code() -> str:
        # RFC 6238 with its usual numbers: SHA-1, 30 seconds, 6 digits.
        digest = hmac.digest(key, struct.pack(">Q", int(clock.wall()) // 30), "sha1")
        start = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"

    return code


def open_automate(given: Mapping[str, Any]) -> tuple[Operations, Settings]:
    """Return the operations of a client, and its settings.

    `given` are the arguments of the constructor, with their secrets hidden. If a credential is missing, the environment and
    a profile are read. Raises ConfigError, UntrustedURLError, TypeError for an unknown argument.
    """
    require_known(given, (*VARIABLES["automate"], "contract", "token_store"))
    if (given.get("server") or given.get("base_url")) is None or None in (given.get("username"), given.get("password")):
        given = read_settings("automate", given)
    require_given("automate", {**given, "server": given.get("server") or given.get("base_url")})
    rest = dict(given)
    server, base_url = rest.pop("server", None), rest.pop("base_url", None)
    code, totp = rest.pop("two_factor_code", None), rest.pop("totp_secret", None)
    username, password, client_id = (rest.pop(name, None) for name in ("username", "password", "client_id"))
    contract, token_store = rest.pop("contract", None) or "auto", rest.pop("token_store", None)
    settings = Settings.read(rest)
    if settings.release == AUTO:
        raise ConfigError("release='auto' asks servers of Manage only: give the release of Automate, such as 25.0")
    url = (base_url or server or "").strip().rstrip("/")
    url = url if "://" in url else f"https://{url}"
    # A server may be named by the API's root as well.
    url = url[: -len("/" + ROOT)] if url.lower().endswith("/" + ROOT) else url
    url = url[: -len("/cwa")] if url.lower().endswith("/cwa") else url
    authentication = TokenSignIn(
        f"{url}/{ROOT}",
        username,
        password,
        settings.clock,
        two_factor_code=_codes(code, totp, settings.clock),
        client_id=client_id,
        contract=contract,
        token_store=token_store,
    )
    # The catalog's paths begin with /api/v1, and a few with /api/v2.
    line = open_line("automate", f"{url}/cwa", authentication, settings, {"accept": "application/json"})
    return Operations(line, release=ServerRelease(settings.release)), settings
