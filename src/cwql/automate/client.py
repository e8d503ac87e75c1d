"""The clients for ConnectWise Automate: `Client` and `AsyncClient`."""

from __future__ import annotations

import base64
import hmac
import os
import struct
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cwql.client.auth.schemes import TokenSignIn
from cwql.client.auth.secret import Secret
from cwql.client.client import SETTING_NAMES, AsyncConnection, Connection, Settings, open_line, system_clock
from cwql.client.compiled_query import require_checks
from cwql.client.credentials import hide, hide_environment, hide_settings, hide_user, text_fault
from cwql.client.errors import APIError
from cwql.client.operations import Operations
from cwql.client.scripts import run_script
from cwql.client.settings import hide_arguments, read_settings
from cwql_api.automate.async_resources import AsyncRoot
from cwql_api.automate.resources import Root

if TYPE_CHECKING:
    from typing import Self, TypeAlias

    from cwql.client.auth.store import TokenStore
    from cwql.client.drivers import Clock

    TwoFactor: TypeAlias = str | Secret | Callable[[], str] | None

__all__ = ["AsyncClient", "Client"]

ROOT = "cwa/api/v1"
PING = "DatabaseServerTime_GetDatabaseServerDateTimeWithUtcOffset"


def _codes(two_factor: Secret | Callable[[], str] | None, clock: Clock) -> Secret | Callable[[], str] | None:
    """Return a code, or a function that makes one: from the key of an authenticator app, which is base32, not digits."""
    if two_factor is None or callable(two_factor) or _is_code(two_factor) or text_fault(two_factor):
        return two_factor
    key = _decode(two_factor)
    if key is None:
        raise APIError("two_factor is neither a code of digits nor the base32 key of an authenticator")
    return _code_maker(key, clock)


def _is_code(two_factor: Secret) -> bool:
    text = two_factor.reveal().strip().replace(" ", "")
    return not text or text.isdigit()


def _decode(two_factor: Secret) -> bytes | None:
    """Return the key of an authenticator app, None for a text that is not base32."""
    text = two_factor.reveal().strip().replace(" ", "")
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


def _open(
    server: str | None,
    username: str | None,
    password: Secret | None,
    two_factor: Secret | Callable[[], str] | None,
    client_id: Secret | None,
    contract: str,
    store: TokenStore | None,
    base_url: str | None,
    settings: Settings,
) -> tuple[Operations, Clock]:
    given = {"server": server or base_url, "username": username, "password": password}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise APIError(f"{', '.join(missing)} missing: give them, or use from_env()")
    assert username
    assert password
    url = (base_url or server or "").strip().rstrip("/")
    url = url if "://" in url else f"https://{url}"
    # A server may be named by the API's root as well.
    url = url[: -len("/" + ROOT)] if url.lower().endswith("/" + ROOT) else url
    url = url[: -len("/cwa")] if url.lower().endswith("/cwa") else url
    clock = system_clock(settings)
    authentication = TokenSignIn(
        f"{url}/{ROOT}",
        username,
        password,
        clock,
        two_factor=_codes(two_factor, clock),
        client_id=client_id,
        contract=contract,
        store=store,
    )
    headers = {"accept": "application/json", "user-agent": "cwql"}
    # The catalog's paths begin with /api/v1, and a few with /api/v2.
    line = open_line("automate", f"{url}/cwa", authentication, settings, clock, headers)
    return Operations(line, require_checks(settings.checks), release=settings.release), clock


class Client(Connection, Root):
    """A client for an Automate server, for threads.

    `server` is a host or a URL. `two_factor` is a code, the key of an authenticator app, or a function that returns a
    code. `contract` is ``auto``, ``documented`` or ``observed`` (see `cwql.client.auth.schemes.TokenSignIn`); `store`
    keeps the token between processes. Further arguments are those of `cwql.client.client.Settings`. Raises APIError,
    ValueError and UntrustedURLError for invalid arguments.
    """

    def __init__(
        self,
        server: str | None = None,
        username: str | None = None,
        password: str | Secret | None = None,
        two_factor: TwoFactor = None,
        client_id: str | Secret | None = None,
        *,
        contract: str = "auto",
        store: TokenStore | None = None,
        base_url: str | None = None,
        **settings: Any,
    ) -> None:
        # A traceback may show the variables of this frame: from here on none of them contains a secret as plain text.
        password, client_id = hide(password), hide(client_id)
        two_factor = two_factor if callable(two_factor) else hide(two_factor)
        server, base_url, settings = hide_user(server), hide_user(base_url), hide_settings(settings, SETTING_NAMES)
        made = Settings(**settings)
        core, clock = _open(server, username, password, two_factor, client_id, contract, store, base_url, made)
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
        """Return a client from arguments, the environment (``CONNECTWISE_AUTOMATE_…``), and a profile. Raises SettingsError."""
        given, variables = hide_arguments("automate", arguments), hide_environment(environ)
        # The frame of a constructor that raises would show them.
        del arguments, environ
        return cls(**read_settings("automate", given, variables, profile, file))

    def ping(self, **options: Any) -> Any:
        """Return the time of the server's database: address and credentials are right."""
        return self.call(PING, **options)

    def run_script(
        self, computer: int | str, script: int | str, parameters: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Run a script on a computer, with its parameters, and return the server's result.

        The contract is that of the sign-in (see `cwql.client.scripts`). Not repeated after a failure in which it may
        have started, unless `retry_unsafe` is given.
        """
        return self._drive(run_script(self._core, computer, script, parameters, options))


class AsyncClient(AsyncConnection, AsyncRoot):
    """Work with an Automate server from tasks; see `Client`."""

    def __init__(
        self,
        server: str | None = None,
        username: str | None = None,
        password: str | Secret | None = None,
        two_factor: TwoFactor = None,
        client_id: str | Secret | None = None,
        *,
        contract: str = "auto",
        store: TokenStore | None = None,
        base_url: str | None = None,
        **settings: Any,
    ) -> None:
        # A traceback may show the variables of this frame: from here on none of them contains a secret as plain text.
        password, client_id = hide(password), hide(client_id)
        two_factor = two_factor if callable(two_factor) else hide(two_factor)
        server, base_url, settings = hide_user(server), hide_user(base_url), hide_settings(settings, SETTING_NAMES)
        made = Settings(**settings)
        core, clock = _open(server, username, password, two_factor, client_id, contract, store, base_url, made)
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
        """Return a client from arguments, the environment (``CONNECTWISE_AUTOMATE_…``), and a profile. Raises SettingsError."""
        given, variables = hide_arguments("automate", arguments), hide_environment(environ)
        # The frame of a constructor that raises would show them.
        del arguments, environ
        return cls(**read_settings("automate", given, variables, profile, file))

    async def ping(self, **options: Any) -> Any:
        """Return the time of the server's database: address and credentials are right."""
        return await self.call(PING, **options)

    async def run_script(
        self, computer: int | str, script: int | str, parameters: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Run a script on a computer, with its parameters, and return the server's result; see `Client.run_script`."""
        return await self._drive(run_script(self._core, computer, script, parameters, options))
