"""What goes in and what comes out: `Request` and `Reply`, plain data without any web framework, and `Refusal`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cwql.sandbox.store.table import dump

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """Hold one request: `path` decoded, `query` in order, header names in small letters, `origin` scheme, host and port."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    origin: str = "http://sandbox"

    def parameter(self, *names: str) -> str | None:
        """Return the first value of a query parameter, in any letter case; None where it is missing."""
        wanted = {name.lower() for name in names}
        for name, value in self.query:
            if name.lower().removeprefix("options.") in wanted:
                return value
        return None

    def header(self, name: str) -> str:
        """Return a header, or an empty text."""
        return self.headers.get(name.lower(), "")


@dataclass(slots=True)
class Reply:
    """Hold one reply. `delay` is waited before it, `fault` tells how the connection is to break, `notices` are callbacks due."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    fault: str | None = None
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Notice:
    """Say what happened to a record, for callbacks."""

    product: str
    record: str
    key: int
    action: str
    text: str


class Refusal(Exception):
    """Refuse a request: `code` names the reason, `errors` holds (code, message, field) for each fault of a body."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        errors: tuple[tuple[str, str, str], ...] = (),
        details: tuple[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.details = details
        self.headers = headers or {}


JSON = "application/json; charset=utf-8"


def reply_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return a reply with a JSON body."""
    return reply_text(dump(value), status, headers)


def reply_text(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return a reply whose body is JSON text already."""
    return Reply(status, {"content-type": JSON, **(headers or {})}, text.encode(errors="replace"))


def read_json(body: bytes) -> Any:
    """Read a body. Raises Refusal for what is no JSON, or holds what no document can (half surrogates, NaN, null characters)."""
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
        text = dump(value)
        text.encode()
    except (ValueError, RecursionError):
        raise Refusal(400, "InvalidArgument", "The request body is not valid JSON.") from None
    if "\\u0000" in text:
        raise Refusal(400, "InvalidArgument", "The request body holds a null character.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
