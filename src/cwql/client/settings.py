"""Where a client's settings come from: arguments, then the environment, then a profile of a TOML file.

The file holds a table for each product and profile, with the names of the constructor's arguments::

    [manage.default]
    company = "acme"
    site = "na"

    [automate.lab]
    server = "automate.example.com"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cwql.client.errors import ClientError
from cwql.schema.near import near

__all__ = ["VARIABLES", "SettingsError", "read_settings"]

VARIABLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "manage": {
        "company": ("CONNECTWISE_COMPANY_ID",),
        "public_key": ("CONNECTWISE_PUBLIC_KEY",),
        "private_key": ("CONNECTWISE_PRIVATE_KEY",),
        "client_id": ("CONNECTWISE_CLIENT_ID",),
        "site": ("CONNECTWISE_SITE",),
        "codebase": ("CONNECTWISE_CODEBASE",),
    },
    "automate": {
        "server": ("CONNECTWISE_AUTOMATE_SERVER",),
        "username": ("CONNECTWISE_AUTOMATE_USERNAME", "CONNECTWISE_AUTOMATE_USER"),
        "password": ("CONNECTWISE_AUTOMATE_PASSWORD", "CONNECTWISE_AUTOMATE_PASS"),
        "two_factor": ("CONNECTWISE_AUTOMATE_2FA",),
        "client_id": ("CONNECTWISE_AUTOMATE_CLIENT_ID", "CONNECTWISE_CLIENT_ID"),
    },
}
"""The environment variables of each argument; the first one that is set counts."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "manage": ("company", "public_key", "private_key", "client_id"),
    "automate": ("server", "username", "password"),
}

SETTINGS = ("base_url", "burst", "checks", "concurrency", "max_response_bytes", "per_minute", "timeout")
"""What a profile may set for both products."""

CONFIG_VARIABLE = "CWQL_CONFIG"
PROFILE_VARIABLE = "CWQL_PROFILE"


class SettingsError(ClientError, ValueError):
    """Settings are missing, or a profile cannot be read; no value is shown."""


def read_settings(
    product: str,
    arguments: Mapping[str, Any],
    environ: Mapping[str, str] | None = None,
    profile: str | None = None,
    file: str | os.PathLike[str] | None = None,
) -> dict[str, Any]:
    """Return the arguments of a client's constructor.

    `file` defaults to the one that ``CWQL_CONFIG`` names, `profile` to ``CWQL_PROFILE``, then ``default``; without a file
    there is no profile. Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    found = dict(_read_profile(product, profile, file, environ))
    for name, variables in VARIABLES[product].items():
        value = next((environ[variable] for variable in variables if environ.get(variable)), None)
        if value is not None:
            found[name] = value
    found.update({name: value for name, value in arguments.items() if value is not None})
    missing = [name for name in REQUIRED[product] if not found.get(name)]
    if missing:
        wanted = ", ".join([f"{name} ({' or '.join(VARIABLES[product][name])})" for name in missing])
        raise SettingsError(f"settings of {product} are missing: {wanted}")
    return found


def _read_profile(
    product: str, profile: str | None, file: str | os.PathLike[str] | None, environ: Mapping[str, str]
) -> Mapping[str, Any]:
    source = file if file is not None else environ.get(CONFIG_VARIABLE)
    name = profile or environ.get(PROFILE_VARIABLE) or "default"
    if not source:
        if profile is not None:
            raise SettingsError(f"profile {profile!r} is asked for, but no file: give file=, or set {CONFIG_VARIABLE}")
        return {}
    fault = ""
    data: dict[str, Any] = {}
    try:
        data = tomllib.loads(Path(source).expanduser().read_text("utf-8"))
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        fault = "is not UTF-8"
    except tomllib.TOMLDecodeError:
        # The parser's message quotes the text, which may be a key.
        fault = "is not TOML"
    if fault:
        raise SettingsError(f"{os.fspath(source)} {fault}")
    profiles = data.get(product, {})
    if name not in profiles:
        if profile is None and not profiles:
            return {}
        close = near(name, list(profiles)) or list(profiles)
        raise SettingsError(f"{os.fspath(source)} has no [{product}.{name}]; there is {', '.join(close) or 'none'}")
    chosen: Mapping[str, Any] = profiles[name]
    for key in chosen:
        if key not in (*VARIABLES[product], *SETTINGS):
            raise SettingsError(f"[{product}.{name}] has an unknown setting {key!r}")
    return chosen
