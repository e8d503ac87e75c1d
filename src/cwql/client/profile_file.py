"""Write a profile: its settings into the TOML file of profiles, its secrets into the keyring of the system.

A profile with ``keyring = true`` has its secrets there, each under a name such as ``manage.default.private_key`` of the service ``cwql``.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from cwql.client.credentials import Secret
from cwql.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["load_secrets", "require_name", "save_secrets", "write_profile"]

SERVICE = "cwql"

_TABLE = re.compile(r"^\[([^\]\n]{1,80})\][^\n]*(?:\n(?!\[)[^\n]*)*\n?", re.MULTILINE)
"""A table of TOML: its name, and everything up to the next one."""

NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
"""The names of profiles that TOML takes without quotes."""


def load_secrets(product: str, profile: str, names: Iterable[str]) -> dict[str, Secret]:
    """Return the secrets of a profile that the keyring has. Raises ConfigError if it cannot be read."""
    keyring = _keyring()
    found: dict[str, Secret] = {}
    failure = ""
    for name in names:
        try:
            value = keyring.get_password(SERVICE, _entry(product, profile, name))
        except keyring.errors.KeyringError as error:
            # Raised below, because the frames of the keyring may have the secret.
            failure = type(error).__name__
            break
        if value is not None:
            found[name] = Secret(value)
    if failure:
        raise ConfigError(f"the keyring with the secrets of [{product}.{profile}] cannot be read: {failure}")
    return found


def save_secrets(product: str, profile: str, secrets: Mapping[str, Secret]) -> None:
    """Store the secrets of a profile in the keyring. Raises ConfigError if it takes none."""
    keyring = _keyring()
    failure = ""
    for name, secret in secrets.items():
        try:
            keyring.set_password(SERVICE, _entry(product, profile, name), secret.reveal())
        except keyring.errors.KeyringError as error:
            failure = type(error).__name__
            break
    if failure:
        raise ConfigError(
            f"the keyring takes no secrets: {failure}; set the environment variables of the product instead"
        )


def _keyring() -> Any:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise ConfigError("secrets in the keyring need: pip install 'cwql[keyring]'") from None
    return keyring


def _entry(product: str, profile: str, name: str) -> str:
    return f"{product}.{profile}.{name}"


def require_name(profile: str) -> None:
    """Raise ConfigError for the name of a profile that cannot be written."""
    if NAME.fullmatch(profile) is None:
        raise ConfigError(f"the name of a profile has letters, digits, - and _ only: got {profile[:60]!r}")


def write_profile(file: Path, product: str, profile: str, settings: Mapping[str, str | float | bool]) -> None:
    """Replace the table of a profile in a file, or add it. Everything else in the file is kept, also comments.

    The file is created if necessary, with access for its owner only.

    Raises:
        ConfigError: The file cannot be read or written, is not TOML, or has the profile in another form than a table.
    """
    require_name(profile)
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        table = f"[{product}.{profile}]\n" + "".join(
            [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in settings.items()]
        )
        found = next((each for each in _TABLE.finditer(text) if each[1] == f"{product}.{profile}"), None)
        if found is not None:
            blank = "\n" if found.group().endswith("\n\n") else ""
            changed = f"{text[: found.start()]}{table}{blank}{text[found.end() :]}"
        else:
            changed = f"{text.rstrip()}\n\n{table}" if text.strip() else table
        if _read(changed).get(product, {}).get(profile) != dict(settings):
            raise ConfigError(f"{file} has [{product}.{profile}] in a form that cannot be replaced: edit it by hand")
        _replace(file, changed)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}") from None


def _read(text: str) -> dict[str, Any]:
    fault = False
    try:
        return tomllib.loads(text)
    except ValueError:
        fault = True
    # Raised out here: the frames of the parser contain the text, which may have keys in it.
    assert fault
    raise ConfigError("the file of profiles is not TOML")


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = file.resolve()
    other = target.with_name(f".{target.name}.{token_hex(8)}")
    descriptor = os.open(other, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.replace(other, target)
    except BaseException:
        other.unlink(missing_ok=True)
        raise
