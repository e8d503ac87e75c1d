"""The asynchronous client for ConnectWise Manage. `sync_client` is generated from it: see `cwql_codegen.sync_code`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.client.async_client import AsyncConnection
from cwql.client.credentials import hide_environment
from cwql.client.reference import Reference
from cwql.client.settings import hide_arguments, read_settings
from cwql.manage.connection import act_as, open_manage
from cwql_api.manage.async_resources import AsyncRoot

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import Self, Unpack

    from cwql.client.call_options import CallOptions, ClientOptions, ManageClientOptions
    from cwql.client.credentials import Secret
    from cwql.manage.async_callbacks import AsyncCallbacks
    from cwql.manage.models import Info

__all__ = ["AsyncClient"]


class AsyncClient(AsyncConnection, AsyncRoot):
    """A client for a Manage server, for tasks.

    Args:
        company_id: The company, as users give it when they log in.
        public_key: The public key of an API member.
        private_key: Its private key.
        client_id: The id of the integration, from the vendor's developer site.
        site: A region (``na``, ``eu``, ``au``), a host or a URL.
        codebase: The first part of the path, or ``auto`` to request it from the server; ``v4_6_release`` by default.
        options: Further settings: see `cwql.client.call_options.ClientOptions`.

    If one of the first four is not given, the missing ones are read from the environment and a profile, as by `from_env`.

    Raises:
        ConfigError: A setting is missing.
        UntrustedURLError: The address is no plain URL.

        async with AsyncClient() as psa:
            async for ticket in psa.service.tickets.list('status/name="New"'):
                print(ticket.id, ticket.summary)
    """

    __module__ = "cwql.manage"

    def __init__(
        self,
        *,
        company_id: str | None = None,
        public_key: str | Secret | None = None,
        private_key: str | Secret | None = None,
        client_id: str | Secret | None = None,
        site: str | None = None,
        codebase: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        # A traceback may show the variables of this frame: from here on none of them contains a key as plain text.
        given = hide_arguments(
            "manage",
            {
                "company_id": company_id,
                "public_key": public_key,
                "private_key": private_key,
                "client_id": client_id,
                "site": site,
                "codebase": codebase,
                **options,
            },
        )
        del public_key, private_key, client_id, options, site
        core, settings, self._company_id = open_manage(given)
        self._open(core, settings)

    @classmethod
    def from_env(
        cls,
        *,
        profile: str | None = None,
        profiles_file: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        **overrides: Unpack[ManageClientOptions],
    ) -> Self:
        """Return a client from arguments, the environment (``CONNECTWISE_…``), and a profile.

        Args:
            profile: The name of a profile; by default that of ``CWQL_PROFILE``, then ``default``.
            profiles_file: The TOML file of profiles; by default that of ``CWQL_PROFILES_FILE``, then
                ``~/.config/cwql/profiles.toml`` (or the folder of the operating system for such files).
            environ: The environment; that of the process by default.
            overrides: Arguments of the constructor, which take precedence.

        Raises:
            ConfigError: A setting is missing, or a profile cannot be read.
        """
        given, variables = hide_arguments("manage", overrides), hide_environment(environ)
        # The frame of a constructor that raises would show them.
        del overrides, environ
        return cls(**read_settings("manage", given, variables, profile, profiles_file))

    async def ping(self, **options: Unpack[CallOptions]) -> Info:
        """Return version, cloud flag and time zone of the server (``/system/info``): keys and address are right."""
        info: Info = await self.call_operation("getSystemInfo", **options)
        return info

    async def as_member(self, member: int | str, **options: Unpack[CallOptions]) -> Self:
        """Return a client that acts as a member, so that the server names the member as the author of changes.

        `member` is the identifier of the member. The server gives keys for the member, which are valid for some hours; the
        API member of this client needs the right to act as others. Both clients share their connections.
        """
        twin = self._with(await self._drive(act_as(self._core, self._company_id, member, options)))
        twin.reference = Reference(twin._core, twin._drive)
        return twin

    @property
    def callbacks(self) -> AsyncCallbacks:
        """Return the callbacks of the server: create, list and delete them, and make receivers for them."""
        # Most programs have no callbacks.
        from cwql.manage.async_callbacks import AsyncCallbacks

        return AsyncCallbacks(self.system.callbacks, self._company_id)
