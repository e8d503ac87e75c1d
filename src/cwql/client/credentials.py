"""Credentials: keys and passwords that no text shows (`Secret`), their checks, and the storage of tokens.

`cwql.client.redaction` masks them in texts of servers.

A traceback may be printed with the variables of its frames. Therefore a constructor turns its arguments into secrets in
its first statement, the checks here return error messages, and the frame that raises has no plain text.
"""

from __future__ import annotations

import hmac
import logging
import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from cwql.client.errors import HeaderError, SecretError
from cwql.client.http_types import HIDDEN, Headers, is_secret_header

if TYPE_CHECKING:
    from collections.abc import Callable


class Secret:
    """A text that must not be shown.

    ``repr()``, ``str()``, formatting and pickling give a mask; a pickled secret comes back empty. Only `reveal` returns
    the text, for the request. Compares in constant time, with other secrets only.
    """

    __slots__ = ("_text",)
    __module__ = "cwql"
    _text: Callable[[], str]

    def __init__(self, text: str | Secret) -> None:
        # The text is kept in a closure, so that tools which print the slots of an object (debuggers, `rich`, `pprint`)
        # do not find it.
        value = text.reveal() if isinstance(text, Secret) else text
        self._text = lambda: value

    def reveal(self) -> str:
        """Return the text itself. Raises SecretError if it was lost by pickling."""
        return self._text()

    def __repr__(self) -> str:
        return f"Secret({HIDDEN!r})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __bool__(self) -> bool:
        return bool(self._text())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text().encode(), other._text().encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text()))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _lost, ()


def _lost() -> Secret:
    secret = Secret("")
    secret._text = _refuse
    return secret


def _refuse() -> NoReturn:
    raise SecretError("this secret is empty, because it was pickled: give it again")


def reveal(value: str | Secret) -> str:
    """Return the text of either, for the wire."""
    return value.reveal() if isinstance(value, Secret) else value


def header_secrets(headers: Headers) -> list[Secret]:
    """Return the values of headers that are never shown, whole and without their scheme; of cookies, each value."""
    found: list[str] = []
    for name, value in headers.items():
        if is_secret_header(name):
            parts = value.split(";") if "cookie" in name else [value.partition(" ")[2]]
            found += [value, *[part.partition("=")[2] or part for part in parts]]
    return [Secret(text.strip()) for text in found]


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


SECRET_NAMES = frozenset({"public_key", "private_key", "client_id", "password", "two_factor_code", "totp_secret"})
"""The arguments of constructors and the settings of profiles that are secrets."""

_VARIABLES = ("CONNECTWISE_", "CWQL_")

FROM_PROCESS = "(environment of the process)"
"""A key of `hide_environment`, which no variable has: the variables are those of the process."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}", re.ASCII)

_OWN_HEADERS = {
    "authorization": "Authorization comes from the credentials that the client was made with",
    "clientid": "clientId comes from client_id=, which the client was made with",
    "host": "Host comes from the server's address",
    "content-length": "Content-Length comes from the body",
    "transfer-encoding": "Transfer-Encoding comes from the body",
}
"""Headers that no call and no setting may replace, and the reason."""


class _NotText(Secret):
    """Replaces a value of another type, which is not inspected."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        super().__init__("?")
        self.kind = kind


def hide(value: object) -> Secret | None:
    """Return a value as a secret, None as None. Never raises, so that no traceback shows the value."""
    if value is None or isinstance(value, Secret):
        return value
    return Secret(value) if isinstance(value, str) else _NotText(type(value).__name__)


def hide_user(url: str | None) -> str | None:
    """Return a URL whose user name and password, which every client refuses, are masked."""
    if not isinstance(url, str) or "@" not in url:
        return url
    scheme, separator, _ = url.partition("://")
    return f"{scheme}{separator}***@{url.rpartition('@')[2]}" if separator else f"***@{url.rpartition('@')[2]}"


def hide_settings(given: Mapping[str, Any], plain: Iterable[str]) -> dict[str, Any]:
    """Return keyword arguments in which only `plain` ones are readable, because a misspelled name may contain a key."""
    readable = frozenset(plain)
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name == "headers":
            found[name] = _hide_headers(value)
        elif name in ("site", "server", "base_url"):
            found[name] = hide_user(value)
        elif name in SECRET_NAMES:
            found[name] = value if callable(value) else hide(value)
        else:
            found[name] = value if name in readable or not isinstance(value, (str, bytes)) else hide(value)
    return found


def hide_environment(environ: Mapping[str, Any] | None) -> dict[str, Secret]:
    """Return the variables that clients read, the process's own if none are given, as secrets."""
    known = os.environ if environ is None else environ
    hidden = {name: hide(value) for name, value in known.items() if str(name).startswith(_VARIABLES)}
    if environ is None:
        hidden[FROM_PROCESS] = Secret("")
    return {name: value for name, value in hidden.items() if value is not None}


def header_fault(value: object) -> str:
    """Return why a text cannot be the value of a header, without the text; empty if it can."""
    text = value.reveal() if isinstance(value, Secret) else value
    if isinstance(value, _NotText) or not isinstance(text, str):
        return f"is not a text but {value.kind if isinstance(value, _NotText) else type(text).__name__}"
    if not text.isascii():
        return "holds a character that is not ASCII, which a header cannot carry"
    if any(char < " " or char == "\x7f" for char in text):
        return "holds a control character, which a header cannot carry (a line break at its end?)"
    if text != text.strip():
        return "begins or ends with a blank, which a header cannot carry"
    return ""


def text_fault(value: object, control: bool = False) -> str:
    """Return why a text cannot be sent as UTF-8, without the text; empty if it can. `control` allows control characters."""
    text = value.reveal() if isinstance(value, Secret) else value
    if isinstance(value, _NotText) or not isinstance(text, str):
        return f"is not a text but {value.kind if isinstance(value, _NotText) else type(text).__name__}"
    if any("\ud800" <= char <= "\udfff" for char in text):
        return "holds half of a surrogate pair, which has no encoding"
    if not control and any(char < " " or char == "\x7f" for char in text):
        return "holds a control character (a line break at its end?)"
    return ""


def require(faults: Mapping[str, str]) -> None:
    """Raise HeaderError for the first credential that has a fault."""
    for name, fault in faults.items():
        if fault:
            raise HeaderError(f"{name} {fault}")


def read_headers(given: object) -> Headers:
    """Return the user's headers. Raises HeaderError, without a value, for headers that cannot be sent or are reserved."""
    headers, fault = (Headers(), given.fault) if isinstance(given, FaultyHeaders) else _read_headers(given)
    del given
    if fault:
        raise HeaderError(fault)
    return headers


def _read_headers(given: object) -> tuple[Headers, str]:
    pairs: list[Any] = []
    try:
        pairs = list(given.items() if isinstance(given, Mapping) else given)  # type: ignore[call-overload]
    except TypeError:
        return Headers(), "headers is a mapping of names to texts"
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            return Headers(), "headers is a mapping of names to texts"
        name, value = pair
        if not isinstance(name, str) or _TOKEN.fullmatch(name) is None:
            return Headers(), "the name of a header is not a word of ASCII letters, digits and hyphens"
        if name.lower() in _OWN_HEADERS:
            return Headers(), f"{name} cannot be given in headers=: {_OWN_HEADERS[name.lower()]}"
        fault = header_fault(value)
        if fault:
            return Headers(), f"the header {name} {fault}"
    return Headers([(name, reveal(value)) for name, value in pairs]), ""


def _hide_headers(given: object) -> object:
    """Return headers, which show no secret, or the fault that they have."""
    if isinstance(given, FaultyHeaders):
        return given
    headers, fault = _read_headers(given)
    return FaultyHeaders(fault) if fault else headers


class FaultyHeaders:
    """Headers that cannot be sent: only the reason is kept."""

    __slots__ = ("fault",)

    def __init__(self, fault: str) -> None:
        self.fault = fault
