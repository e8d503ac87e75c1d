"""The sources of a client's settings: arguments, then the environment, then a profile of a TOML file.

The file has a table for each product and profile, with the names of the constructor's arguments::

    [manage.default]
    company_id = "acme"
    site = "na"

    [automate.lab]
    server = "automate.example.com"
    keyring = true              # the secrets are in the keyring: `cwql login` stores them there
"""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cwql.client.credentials import (
    FROM_PROCESS,
    SECRET_NAMES,
    Secret,
    hide_environment,
    hide_settings,
    hide_user,
    reveal,
)
from cwql.errors import ConfigError
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["VARIABLES", "hide_arguments", "read_settings"]

VARIABLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "manage": {
        "company_id": ("CONNECTWISE_COMPANY_ID",),
        "public_key": ("CONNECTWISE_PUBLIC_KEY",),
        "private_key": ("CONNECTWISE_PRIVATE_KEY",),
        "client_id": ("CONNECTWISE_CLIENT_ID",),
        "site": ("CONNECTWISE_SITE",),
        "codebase": ("CONNECTWISE_CODEBASE",),
        "release": ("CONNECTWISE_RELEASE",),
    },
    "automate": {
        "server": ("CONNECTWISE_AUTOMATE_SERVER",),
        "username": ("CONNECTWISE_AUTOMATE_USERNAME", "CONNECTWISE_AUTOMATE_USER"),
        "password": ("CONNECTWISE_AUTOMATE_PASSWORD", "CONNECTWISE_AUTOMATE_PASS"),
        "two_factor_code": ("CONNECTWISE_AUTOMATE_2FA",),
        "totp_secret": ("CONNECTWISE_AUTOMATE_TOTP_SECRET",),
        "client_id": ("CONNECTWISE_AUTOMATE_CLIENT_ID", "CONNECTWISE_CLIENT_ID"),
    },
}
"""The environment variables of each argument; the first one that is set counts."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "manage": ("company_id", "public_key", "private_key", "client_id"),
    "automate": ("server", "username", "password"),
}

SETTINGS = (
    "base_url",
    "burst",
    "deadline",
    "max_concurrency",
    "max_response_bytes",
    "max_retries",
    "on_invalid",
    "on_mismatch",
    "requests_per_minute",
    "timeout",
    "user_agent_suffix",
)
"""Settings of a profile for both products."""

KEYRING = "keyring"
"""The setting of a profile whose secrets are in the keyring of the system."""

FILE_VARIABLE = "CWQL_PROFILES_FILE"
PROFILE_VARIABLE = "CWQL_PROFILE"

FILE_LIMIT = 1 << 16
"""Bytes of a file of profiles."""


def hide_arguments(product: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a constructor, with its secrets hidden."""
    from cwql.client.client import SETTING_NAMES

    return hide_settings(given, (*VARIABLES[product], "base_url", "contract", "token_store", *SETTING_NAMES))


def read_settings(
    product: str,
    arguments: Mapping[str, Any],
    environ: Mapping[str, Any] | None = None,
    profile: str | None = None,
    profiles_file: str | os.PathLike[str] | None = None,
) -> dict[str, Any]:
    """Return the arguments of a client's constructor; those that are secrets as `Secret`.

    Args:
        product: ``manage`` or ``automate``.
        arguments: The arguments that were given; they take precedence.
        environ: The environment; that of the process by default.
        profile: The name of a profile; by default that of ``CWQL_PROFILE``, then ``default``.
        profiles_file: The file of profiles; by default that of ``CWQL_PROFILES_FILE``, then `default_profiles_file`.

    Raises:
        ConfigError: A setting is missing or wrong.
    """
    # A traceback may show the variables of the frame that raises, so none of them contains a secret as plain text.
    environ, arguments = hide_environment(environ), hide_arguments(product, arguments)
    from cwql.client.client import require_known

    require_known(arguments, (*VARIABLES[product], "contract", "token_store"))
    found = dict(_read_profile(product, profile, profiles_file, environ))
    for name, variables in VARIABLES[product].items():
        value = next((environ[variable] for variable in variables if environ.get(variable)), None)
        if value is not None:
            found[name] = value if name in SECRET_NAMES else hide_user(value.reveal())
    optional = (*VARIABLES[product], "base_url", "token_store")
    found.update({name: value for name, value in arguments.items() if value is not None or name not in optional})
    require_given(product, found, is_complete=True)
    return found


def require_given(product: str, found: Mapping[str, Any], *, is_complete: bool = False) -> None:
    """Raise ConfigError if a credential is missing, or an address if there is no other place to find one."""
    missing = [name for name in REQUIRED[product] if not found.get(name)]
    if found.get("base_url") and "server" in missing:
        missing.remove("server")
    if is_complete and "site" in VARIABLES[product] and not found.get("site") and not found.get("base_url"):
        # No region is assumed, because the credentials would go to it.
        missing.append("site")
    if missing:
        wanted = ", ".join([f"{name} ({' or '.join(VARIABLES[product][name])})" for name in missing])
        raise ConfigError(f"settings of {product} are missing: {wanted}; give them as arguments, or in a profile")


def _read_profile(
    product: str, profile: str | None, file: str | os.PathLike[str] | None, environ: Mapping[str, Secret]
) -> Mapping[str, Any]:
    source = file if file is not None else reveal(environ.get(FILE_VARIABLE, "")) or _existing_file(environ)
    name = profile or reveal(environ.get(PROFILE_VARIABLE, "")) or "default"
    if not source:
        if profile is not None:
            raise ConfigError(
                f"profile {profile!r} needs a file: give profiles_file=, set {FILE_VARIABLE}, or write {default_profiles_file()}"
            )
        return {}
    profiles, fault = _load(source, product)
    if fault:
        raise ConfigError(f"{os.fspath(source)} {fault}")
    if name not in profiles:
        if profile is None and not profiles:
            return {}
        close = suggest(name, list(profiles)) or list(profiles)
        raise ConfigError(f"{os.fspath(source)} has no [{product}.{name}]; there is {', '.join(close) or 'none'}")
    chosen = profiles[name]
    for key in chosen:
        if key not in (*VARIABLES[product], *SETTINGS, KEYRING):
            raise ConfigError(f"[{product}.{name}] has an unknown setting {key!r}")
    if chosen.get(KEYRING) is True:
        from cwql.client.profile_file import load_secrets

        secret_names = [key for key in VARIABLES[product] if key in SECRET_NAMES and key not in chosen]
        chosen = {**load_secrets(product, name, secret_names), **chosen}
    return {key: value for key, value in chosen.items() if key != KEYRING}


def read_profile_table(file: Path, product: str, profile: str) -> Mapping[str, Any]:
    """Return the settings of a profile in a file, its secrets hidden; none if there is no such file or profile.

    Raises:
        ConfigError: The file cannot be read.
    """
    if not file.exists():
        return {}
    profiles, fault = _load(file, product)
    if fault:
        raise ConfigError(f"{file} {fault}")
    return profiles.get(profile, {})


def default_profiles_file(environ: Mapping[str, str] | None = None) -> Path:
    """Return the file of profiles that is read if no other is named: in the user's folder for configuration."""
    known = os.environ if environ is None else environ
    if sys.platform == "win32":
        folder = Path(known.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        folder = Path(known.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return folder / "cwql" / "profiles.toml"


def _existing_file(environ: Mapping[str, Secret]) -> str:
    """Return the default file of profiles if there is one, for the environment of the process only."""
    if FROM_PROCESS not in environ:
        return ""
    try:
        file = default_profiles_file()
        return str(file) if file.is_file() else ""
    except (OSError, RuntimeError):
        # There is no home directory.
        return ""


def _load(source: str | os.PathLike[str], product: str) -> tuple[dict[str, dict[str, Any]], str]:
    """Return the profiles of a product, their secrets hidden, and the problem of the file, if any.

    Nothing is raised from here, because the parser's message and its frames contain the text, which has keys in it.
    """
    try:
        path = Path(source).expanduser()
        if not stat.S_ISREG(path.stat().st_mode):
            return {}, "is not a regular file"
        with path.open("rb") as stream:
            content = stream.read(FILE_LIMIT + 1)
        if len(content) > FILE_LIMIT:
            return {}, f"has more than {FILE_LIMIT} bytes"
        data = tomllib.loads(content.decode())
    except OSError as error:
        return {}, f"cannot be read: {error.strerror}"
    except RecursionError:
        return {}, "is nested too deeply"
    except RuntimeError:
        return {}, "cannot be read: there is no such home directory"
    except UnicodeDecodeError:
        return {}, "is not UTF-8"
    except ValueError:
        return {}, "is not TOML"
    profiles = data.get(product, {})
    if not isinstance(profiles, dict) or not all(isinstance(profile, dict) for profile in profiles.values()):
        return {}, f"has something else than tables under [{product}]"
    return {name: hide_arguments(product, profile) for name, profile in profiles.items()}, ""
