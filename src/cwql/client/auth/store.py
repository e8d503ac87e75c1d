"""Storage of tokens between processes: `TokenStore`, and the system's keyring as one (extra ``keyring``)."""

from __future__ import annotations

import logging
from typing import Protocol

from cwql.client.auth.secret import Secret

logger = logging.getLogger("cwql.client")


class TokenStore(Protocol):
    """Keep secrets by name. Both methods may block; they are called off the event loop."""

    def load(self, entry: str) -> Secret | None:
        """Return the text stored under a name, or None."""
        ...

    def save(self, entry: str, text: Secret) -> None:
        """Keep a secret under a name."""
        ...


class KeyringTokenStore:
    """Keep tokens in the system's keyring. A keyring that is locked or missing counts as an empty one.

    Raises ImportError if the extra is not installed.
    """

    __module__ = "cwql.automate"

    __slots__ = ("_service",)

    def __init__(self, service: str = "cwql") -> None:
        try:
            import keyring  # noqa: F401 - said here, not at the first sign-in
        except ImportError:
            raise ImportError("keeping tokens in the keyring needs: pip install 'cwql[keyring]'") from None
        self._service = service

    def load(self, entry: str) -> Secret | None:
        """Return the text stored under a name, or None."""
        import keyring
        from keyring.errors import KeyringError

        try:
            found = keyring.get_password(self._service, entry)
        except KeyringError as error:
            logger.warning("the keyring gives no token: %s", type(error).__name__)
            return None
        return None if found is None else Secret(found)

    def save(self, entry: str, text: Secret) -> None:
        """Keep a secret under a name."""
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(self._service, entry, text.reveal())
        except KeyringError as error:
            logger.warning("the keyring takes no token: %s", type(error).__name__)


# A line in its body would be a member of the protocol.
TokenStore.__module__ = "cwql.automate"
