"""The asynchronous client for ConnectWise Automate. `sync_client` is generated from it: see `cwql_codegen.sync_code`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cwql.automate.async_script_run import AsyncScriptRun
from cwql.automate.connection import PING, open_automate
from cwql.automate.scripts import start_script
from cwql.client.async_client import AsyncConnection
from cwql.client.credentials import hide_environment
from cwql.client.settings import hide_arguments, read_settings
from cwql_api.automate.async_resources import AsyncRoot

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from typing import Self, Unpack

    from cwql.client.call_options import AutomateClientOptions, CallOptions, ClientOptions
    from cwql.client.credentials import Secret, TokenStore

__all__ = ["AsyncClient"]


class AsyncClient(AsyncConnection, AsyncRoot):
    """A client for an Automate server, for tasks.

    Args:
        server: A host or a URL.
        username: The user; best one with rights to integrations only.
        password: Its password.
        two_factor_code: A two-factor code, or a function that returns one.
        totp_secret: The secret of an authenticator app, from which codes are made.
        client_id: The id of the integration, from the vendor's developer site.
        contract: The sign-in of the server: ``documented``, ``observed``, or ``auto`` to try both.
        token_store: Keeps the token between processes, for example a `cwql.automate.KeyringTokenStore`.
        options: Further settings: see `cwql.client.call_options.ClientOptions`.

    If one of the first three is not given, the missing ones are read from the environment and a profile, as by `from_env`.

    Raises:
        ConfigError: A setting is missing.
        UntrustedURLError: The address is no plain URL.
    """

    __module__ = "cwql.automate"

    def __init__(  # noqa: PLR0913 - the settings of a connection, by keyword
        self,
        *,
        server: str | None = None,
        username: str | None = None,
        password: str | Secret | None = None,
        two_factor_code: str | Secret | Callable[[], str] | None = None,
        totp_secret: str | Secret | None = None,
        client_id: str | Secret | None = None,
        contract: Literal["auto", "documented", "observed"] = "auto",
        token_store: TokenStore | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        # A traceback may show the variables of this frame: from here on none of them contains a secret as plain text.
        given = hide_arguments(
            "automate",
            {
                "server": server,
                "username": username,
                "password": password,
                "two_factor_code": two_factor_code,
                "totp_secret": totp_secret,
                "client_id": client_id,
                "contract": contract,
                "token_store": token_store,
                **options,
            },
        )
        del server, password, two_factor_code, totp_secret, client_id, options
        self._open(*open_automate(given))

    @classmethod
    def from_env(
        cls,
        *,
        profile: str | None = None,
        profiles_file: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        **overrides: Unpack[AutomateClientOptions],
    ) -> Self:
        """Return a client from arguments, the environment (``CONNECTWISE_AUTOMATE_…``), and a profile.

        Args:
            profile: The name of a profile; by default that of ``CWQL_PROFILE``, then ``default``.
            profiles_file: The TOML file of profiles; by default that of ``CWQL_PROFILES_FILE``, then
                ``~/.config/cwql/profiles.toml`` (or the folder of the operating system for such files).
            environ: The environment; that of the process by default.
            overrides: Arguments of the constructor, which take precedence.

        Raises:
            ConfigError: A setting is missing, or a profile cannot be read.
        """
        given, variables = hide_arguments("automate", overrides), hide_environment(environ)
        # The frame of a constructor that raises would show them.
        del overrides, environ
        return cls(**read_settings("automate", given, variables, profile, profiles_file))

    async def ping(self, **options: Unpack[CallOptions]) -> Any:
        """Return the time of the server's database: address and credentials are right."""
        return await self.call_operation(PING, **options)

    async def run_script(
        self,
        computer_id: int | str,
        script_id: int | str,
        parameters: Mapping[str, object] | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncScriptRun:
        """Start a script on a computer, with its parameters. `AsyncScriptRun.wait` returns its result.

        The contract is that of the sign-in (see `cwql.automate.scripts`). Not repeated after a failure in which it may have
        started, unless ``retry=RetryPolicy(retry_non_idempotent=True)`` is given. Raises ScriptNotStartedError, and the
        errors of every call.
        """
        started = await self._drive(start_script(self._core, computer_id, script_id, parameters, options))
        return AsyncScriptRun(self, started)
