"""Requests and responses as plain data, without a web framework: `Request`, `Response`, and `HTTPProblem` for refusals."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cwql.sandbox.store.table import dump

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """One request: a decoded `path`, `query` in order, header names in small letters, and scheme, host and port in `origin`."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    origin: str = "http://sandbox"

    def parameter(self, *names: str) -> str | None:
        """Return the first value of a query parameter, in any letter case; None if it is missing."""
        wanted = {name.lower() for name in names}
        for name, value in self.query:
            if name.lower().removeprefix("options.") in wanted:
                return value
        return None

    def header(self, name: str) -> str:
        """Return a header, or an empty text."""
        return self.headers.get(name.lower(), "")


@dataclass(slots=True)
class Response:
    """One response.

    The server waits `delay` seconds before it sends the response. `fault` says how the connection breaks, and `events` are the
    changes that callbacks are sent for.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    fault: str | None = None
    events: list[RecordEvent] = field(default_factory=list)


RECORDED_BYTES = 8_192
"""A longer body, such as that of a document, is not kept with the recorded request."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request that the sandbox has handled, and the status of its response.

    Attributes:
        path: The path on the server, for example ``/v4_6_release/apis/3.0/service/tickets``.
        params: The query parameters by name; of a name that is sent twice, the last one.
        headers: The headers by name, in small letters. They contain credentials.
        status_code: None if the connection was broken on purpose.
    """

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    status_code: int | None

    @classmethod
    def of(cls, request: Request, response: Response) -> RecordedRequest:
        """Return the record of a request."""
        status = None if response.fault else response.status
        body = request.body if len(request.body) <= RECORDED_BYTES else b""
        return cls(request.method, request.path, dict(request.query), dict(request.headers), body, status)

    def json(self) -> Any:
        """Return the body, parsed as JSON; None if there is none."""
        return json.loads(self.content) if self.content else None


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """A change of a record, for callbacks; `text` is the JSON text of the record."""

    product: str
    record: str
    key: int
    action: str
    text: str


@dataclass(frozen=True, slots=True)
class BodyProblem:
    """One problem of a request body, or of a parameter, in the member `field`.

    `code` and `message` are those of recorded servers; the reference documents may have other ones.
    """

    code: str
    message: str
    field: str
    _documented_code: str | None = None
    _documented_message: str | None = None

    @property
    def documented_code(self) -> str:
        """Return the code in the reference documents."""
        return self._documented_code or self.code

    @property
    def documented_message(self) -> str:
        """Return the message in the reference documents."""
        return self._documented_message or self.message


class HTTPProblem(Exception):
    """A request is refused with a status of 400 to 599.

    `code` names the reason, `problems` lists each problem of a body, and `details` is the parameter and its value, or the reason.
    `documented` is the code and the message of the reference documents if they differ, and `resource` the recorded name of the
    record that the problems are about.
    """

    def __init__(  # noqa: PLR0913  # the parts of an error response, by name only
        self,
        status: int,
        code: str,
        message: str,
        *,
        problems: tuple[BodyProblem, ...] = (),
        details: tuple[str, str] | None = None,
        headers: dict[str, str] | None = None,
        documented: tuple[str, str] | None = None,
        resource: str | None = None,
        has_null_errors: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.problems = problems
        self.details = details
        self.headers = headers or {}
        self.documented = documented
        self.resource = resource
        self.has_null_errors = has_null_errors


JSON = "application/json; charset=utf-8"


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a response with a JSON body."""
    return text_response(dump(value), status, headers)


def text_response(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a response whose body is JSON text already."""
    return Response(status, {"content-type": JSON, **(headers or {})}, text.encode(errors="replace"))


def parse_json(body: bytes) -> Any:
    """Parse a body.

    Raises HTTPProblem (400) if it is no JSON, or contains values that no document can: half of a surrogate pair, NaN, a null
    character.
    """
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
        text = dump(value)
        # Half of a surrogate pair is JSON, but no text that can be stored.
        text.encode()
    except (ValueError, RecursionError):
        raise HTTPProblem(400, "InvalidArgument", "The request body is not valid JSON.") from None
    if "\\u0000" in text:
        raise HTTPProblem(400, "InvalidArgument", "The request body contains a null character.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
