"""The errors of the clients, all below `cwql.CwqlError`. Users import them from `cwql`.

::

    APIError                              the base of all errors of the clients; `.message`, `.hint`, `.request`
    ├── RequestBodyError (ValueError)     a body that the API would refuse; nothing was sent; `.problems`
    ├── URLTooLongError (ValueError)      a URL that servers would refuse; nothing was sent
    ├── LocalFileError (OSError)          a local file that cannot be read for an upload, or written for a download
    ├── ClientStateError (RuntimeError)   the client is closed, or belongs to another event loop or process
    ├── HeaderError (ValueError)          a credential or a header that cannot be sent; its value is not shown
    ├── UntrustedURLError                 a Link, a redirect or a key URL that leads to another origin
    ├── PaginationError                   pages that repeat, or end before all records came; `.page` is the number
    ├── SignatureVerificationError        a callback that was not signed with the key
    │   └── SigningKeyUnavailableError    the key cannot be read at present; the callback may be genuine
    ├── DuplicateCallbackError            a callback that was received before, inside the replay window
    ├── APIConnectionError                no response; `.request_sent` is True if the request may have arrived
    │   ├── APITimeoutError               no response in time, or the deadline of the call passed
    │   └── ResponseTooLargeError         a response with more bytes than `max_response_bytes`
    └── APIStatusError                    a response; `.status_code`, `.code`, `.field_errors`, `.body`, `.response`
        ├── InvalidResponseError          a success by its status, but no JSON (a login page, a proxy's page)
        │   └── WrongRecordError          another record than the requested one
        ├── BadRequestError               400, 422: the server refused the condition or the body
        ├── AuthenticationError           401: keys, password or token
        │   └── TwoFactorRequiredError    a sign-in that lacks the two-factor code
        ├── PermissionDeniedError         403: the rights of the API member or user
        ├── NotFoundError                 404
        ├── ConflictError                 409: changed by another request in the meantime
        │   └── LockedError               409, 423: being edited by someone else
        ├── RateLimitError                429, or no turn before the deadline; `.retry_after` in seconds
        ├── ScriptNotStartedError         a success by its status, but the script was not started (Automate)
        └── ServerError                   408, 5xx
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict

from cwql.errors import CwqlError

if TYPE_CHECKING:
    from typing import Unpack

    from cwql.client.error_body import Refusal
    from cwql.client.http_types import Request, Response
    from cwql.client.request_body import Fault
    from cwql.source import Span

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ClientStateError",
    "ConflictError",
    "DuplicateCallbackError",
    "HeaderError",
    "InvalidResponseError",
    "LocalFileError",
    "LockedError",
    "NotFoundError",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestBodyError",
    "ResponseTooLargeError",
    "ScriptNotStartedError",
    "SecretError",
    "ServerError",
    "SignatureVerificationError",
    "SigningKeyUnavailableError",
    "TwoFactorRequiredError",
    "URLTooLongError",
    "UntrustedURLError",
    "WrongRecordError",
    "reply_error",
]

_WIDTH = 100


class APIError(CwqlError):
    """The base class of the errors of the clients.

    Attributes:
        message: The problem, without the request.
        hint: Advice, or None.
        request: The method and the URL of the call, or None if the error belongs to no request.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, request: Request | None = None, title: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.request = request
        self._title = title

    def __str__(self) -> str:
        return f"{f'{self._title}: ' if self._title else ''}{self.message}{self._advice()}"

    def _advice(self) -> str:
        return f"\n  hint: {self.hint}" if self.hint else ""


class RequestBodyError(APIError, ValueError):
    """The API would refuse the body; nothing was sent. `problems` lists all problems, member by member."""

    def __init__(self, title: str, problems: tuple[Fault, ...]) -> None:
        message = "\n".join(["the body was not sent", *[f"  {problem}" for problem in problems]])
        super().__init__(message, title=title)
        self.args = (title, problems)
        self.problems = problems


class URLTooLongError(APIError, ValueError):
    """Servers would refuse the URL because of its length; nothing was sent. `length` and `limit` are in characters.

    The rule `long-url` reports the same for a condition alone; here the whole URL is known, with all its parameters.
    """

    def __init__(self, title: str, length: int, limit: int, hint: str) -> None:
        message = f"the URL would have {length} characters, {length - limit} more than servers are known to take"
        super().__init__(message, hint=hint, title=title)
        self.args = (title, length, limit, hint)
        self.length = length
        self.limit = limit


class LocalFileError(APIError, OSError):
    """A local file cannot be read for an upload, or written for a download."""

    def __init__(self, number: int | None, reason: str | None, path: str | None = None) -> None:
        OSError.__init__(self, number, reason, path)
        self.message = f"{path}: {reason}"
        self.hint = None
        self.request = None
        self._title = ""

    def __str__(self) -> str:
        return self.message


class ClientStateError(APIError, RuntimeError):
    """The client is closed, or its connections belong to another event loop or another process; nothing was sent."""


class HeaderError(APIError, ValueError):
    """A credential or a header that cannot be sent, or a header that the client sets itself. Its value is not shown."""


class SecretError(APIError):
    """A secret that was used although its text is lost."""


class UntrustedURLError(APIError):
    """A server named an address of another origin; nothing was sent there."""


class SignatureVerificationError(APIError):
    """A callback cannot be trusted: no signature, a wrong one, or no key to check it with."""


class SigningKeyUnavailableError(SignatureVerificationError):
    """The key of a callback cannot be read at present: no connection, or the server fails. The callback may be genuine."""


class DuplicateCallbackError(APIError):
    """A callback with a good signature that was received before, inside the replay window."""


class APIConnectionError(APIError):
    """There is no complete response: the server was not reached, was not trusted, or closed the connection.

    `request_sent` is True if the request may have reached the server, `attempts` is the number of attempts.
    """

    def __init__(
        self,
        message: str,
        *,
        request_sent: bool = True,
        attempts: int = 1,
        hint: str | None = None,
        request: Request | None = None,
        title: str = "",
    ) -> None:
        super().__init__(message, hint=hint, request=request, title=title)
        self.request_sent = request_sent
        self.attempts = attempts

    def __str__(self) -> str:
        tried = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{f'{self._title}: ' if self._title else ''}{self.message}{tried}{self._advice()}"


class APITimeoutError(APIConnectionError):
    """There was no response in time, or the deadline of the call passed."""


class ResponseTooLargeError(APIConnectionError):
    """The response has more bytes, after decompression, than `max_response_bytes` allows; it was discarded."""


class PaginationError(APIError):
    """The pages of a list cannot be trusted. The records that came before are right, and none of them came twice.

    `message` describes the page, `page` is its number, from 1.
    """

    def __init__(self, message: str, page: int, title: str = "") -> None:
        super().__init__(message, title=title)
        self.args = (message, page, title)
        self.page = page

    def __str__(self) -> str:
        return f"{f'{self._title}: ' if self._title else ''}page {self.page} {self.message}"


class APIStatusError(APIError):
    """The server responded, but did not perform the call.

    Attributes:
        status_code: The HTTP status.
        code: The server's error code, or None.
        message: The server's message.
        field_errors: The server's errors about members.
        request_id: The id of the call in the logs of the server (or of a gateway), or None.
        retry_after: The seconds after which the server asks to try again, or None.
        response: The whole response, without secrets; None if there is none, as for a script that was not started.
        body: The body of the response as JSON, otherwise as text; None if it is empty.
        condition: The condition that was sent, or None.
        span: The name in the condition that the server reports, or None.
        attempts: The number of attempts.
    """

    def __init__(  # noqa: PLR0913 - the facts of an error, by keyword
        self,
        refusal: Refusal,
        *,
        conditions: tuple[str, ...] = (),
        hint: str | None = None,
        attempts: int = 1,
        request: Request | None = None,
        response: Response | None = None,
        title: str = "",
    ) -> None:
        super().__init__(refusal.message, hint=hint, request=request, title=title)
        self.args = (refusal,)
        self.status_code = refusal.status
        self.code = refusal.code or None
        self.field_errors = refusal.fields
        self.request_id = refusal.request_id or None
        self.retry_after = refusal.retry_after
        self.response = response
        self.attempts = attempts
        self.condition, self.span = _locate(refusal, conditions)

    @property
    def body(self) -> object | None:
        """Return the body of the response as JSON, otherwise as text; None if it is empty."""
        if self.response is None or not self.response.content:
            return None
        try:
            body: object = self.response.json()
        except (ValueError, RecursionError):
            return self.response.text
        return body

    def __str__(self) -> str:
        from cwql.render.text import show_line
        from cwql.render.width import make_visible

        code = f" {make_visible(self.code)}" if self.code else ""
        call = f"{make_visible(self._title)}: " if self._title else ""
        lines = [f"{call}{self.status_code}{code}: {make_visible(self.message)}"]
        lines += [f"  {make_visible(text)}" for text in map(str, self.field_errors) if text not in self.message]
        if self.condition and self.span is not None:
            shown, carets = show_line(self.condition, self.span.start, self.span.end, _WIDTH)
            lines += [f"  | {shown}", f"  | {carets}"]
        elif self.condition:
            lines.append(f"  | {show_line(self.condition, 0, 0, _WIDTH)[0]}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        if self.attempts > 1:
            lines.append(f"  after {self.attempts} attempts")
        if self.request_id:
            lines.append(f"  request id: {make_visible(self.request_id)}")
        return "\n".join(lines)


class InvalidResponseError(APIStatusError):
    """The status is a success, but the body is not a result of the operation."""


class WrongRecordError(InvalidResponseError):
    """The response has the id of another record than the requested one, as if it belonged to another request."""


class BadRequestError(APIStatusError):
    """HTTP 400, 422: the server refused the condition or the body."""


class AuthenticationError(APIStatusError):
    """HTTP 401: the server does not accept the keys, the password or the token."""


class TwoFactorRequiredError(AuthenticationError):
    """The account signs in with a two-factor code, and none (or an old one) was given."""


class PermissionDeniedError(APIStatusError):
    """HTTP 403: the keys are good, the rights are not."""


class NotFoundError(APIStatusError):
    """HTTP 404: the path or the record does not exist."""


class ConflictError(APIStatusError):
    """HTTP 409: the record was changed in the meantime, or conflicts with another one."""


class LockedError(ConflictError):
    """Another user edits the record."""


class RateLimitError(APIStatusError):
    """Too many requests: the server refused one, or the client's own rate limit allows none before the deadline of the call."""


class ServerError(APIStatusError):
    """HTTP 408, 5xx: the server failed."""


class ScriptNotStartedError(APIStatusError):
    """The server accepted the call, and reports that the script was not started (Automate)."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: ServerError,
    409: ConflictError,
    410: NotFoundError,
    422: BadRequestError,
    423: LockedError,
    429: RateLimitError,
}

# Codes of the reference document, which servers send under more than one status.
_BY_CODE: dict[str, type[APIStatusError]] = {
    "invalidcredentials": AuthenticationError,
    "missingclientid": AuthenticationError,
    "unauthorized": AuthenticationError,
    "ratelimitexceeded": RateLimitError,
    "ratelimited": RateLimitError,
    "recordlocked": LockedError,
    "recordnotfound": NotFoundError,
    "invalidargument": BadRequestError,
    "requiredfieldmissing": BadRequestError,
}

_HINTS: dict[tuple[str, type[APIStatusError]], str] = {
    ("manage", AuthenticationError): "check the company id, the public and private key, and the clientId",
    ("manage", PermissionDeniedError): "check the security role of the API member",
    ("manage", NotFoundError): "no such record, or (on the cloud) wrong keys, company or codebase: try ping()",
    ("manage", LockedError): "someone edits the record: try again later",
    ("manage", RateLimitError): "lower requests_per_minute, or share one rate_limiter between the processes",
    ("automate", AuthenticationError): "check the user name, the password and the two-factor code",
    ("automate", TwoFactorRequiredError): "give the six digits as two_factor_code=, or use an integrator account",
    ("automate", PermissionDeniedError): "check the rights of the user, and the ClientId header",
    ("automate", RateLimitError): "lower requests_per_minute, or share one rate_limiter between the processes",
}


class _Members(TypedDict, total=False):
    """The members of an error that are known where it is made."""

    conditions: tuple[str, ...]
    attempts: int
    request: Request | None
    response: Response | None
    title: str


def reply_error(
    refusal: Refusal, product: str, kind: type[APIStatusError] | None = None, **members: Unpack[_Members]
) -> APIStatusError:
    """Return the error for a refusal: of `kind`, else by the server's code, else by the status.

    Args:
        refusal: The parsed body.
        product: ``manage`` or ``automate``.
        kind: The class of the error, if it does not follow from the refusal.
        members: The title (method and path), the request, the response, the conditions that were sent, the attempts.
    """
    if kind is None:
        kind = _kind(refusal)
    from cwql.client.error_body import find_hint

    hint = find_hint(product, refusal, members.get("title", "")) or _HINTS.get((product, kind))
    return kind(refusal, hint=hint, **members)


def _kind(refusal: Refusal) -> type[APIStatusError]:
    if refusal.status >= 500:
        return ServerError
    kind = _BY_CODE.get(refusal.code.lower()) or _BY_STATUS.get(refusal.status, APIStatusError)
    if kind is ConflictError and "lock" in f"{refusal.code} {refusal.message}".lower():
        return LockedError
    return kind


_NAME = re.compile(
    r"""^['"]?([A-Za-z_][\w./]*)['"]? is not a (?:recognized|valid) (?:name|field|property)""", re.IGNORECASE
)
# Unclosed brackets extend to the end: searching for the end again from every bracket would take quadratic time.
_QUOTED = re.compile(r"\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|\[[^\]]*(?:\]|\Z)")


def _locate(refusal: Refusal, conditions: tuple[str, ...]) -> tuple[str | None, Span | None]:
    """Find the name that the server reports: its condition, and its position."""
    from cwql.source import Span

    names = [found.group(1) for text in _complaints(refusal) if (found := _NAME.match(text.strip()))]
    names += [complaint.field for complaint in refusal.fields if complaint.field]
    for condition in conditions:
        # Text in quotes is a value, not a name.
        bare = _QUOTED.sub(lambda found: " " * len(found.group()), condition)
        for name in names:
            found = re.search(rf"(?<![\w./]){re.escape(name)}(?![\w/]|\.\w)", bare, re.IGNORECASE)
            if found is not None:
                return condition, Span(found.start(), found.end())
    return (conditions[0] if conditions else None), None


def _complaints(refusal: Refusal) -> list[str]:
    return [refusal.message, *[complaint.message for complaint in refusal.fields]]


# Users know them as names of `cwql`, and so do tracebacks and pickles.
for _name in __all__:
    globals()[_name].__module__ = "cwql"
