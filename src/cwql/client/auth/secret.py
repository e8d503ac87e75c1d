"""Keys, passwords and tokens that no text shows: `Secret`. `cwql.client.redaction` masks them in texts of servers."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, NoReturn

from cwql.client.errors import SecretError
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
    raise SecretError("this secret was left behind when its holder was pickled: give it anew")


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
