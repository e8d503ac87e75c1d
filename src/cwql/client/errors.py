"""The errors of the clients, all below `cwql.CwqlError`.

::

    APIError                              the base of all errors of the clients
    ├── SettingsError                     settings are missing, or a profile cannot be read
    ├── RequestBodyError                  a body that the API would refuse; nothing was sent
    ├── URLTooLongError                   a URL that servers would refuse; nothing was sent
    ├── LocalFileError (OSError)          a local file that cannot be read for an upload, or written for a download
    ├── ClientStateError (RuntimeError)   the client is closed, or belongs to another event loop or process
    ├── HeaderError                       a credential or a header that cannot be sent; its value is not shown
    ├── SecretError                       a secret that was lost by pickling
    ├── UntrustedURLError                 a Link, a redirect or a key URL that leads to another origin
    ├── PaginationError                   pages that repeat, or end before all records came; `.page` is the number
    ├── SignatureVerificationError        a callback that was not signed with the key
    │   └── SigningKeyUnavailableError    the key cannot be read at present; the callback may be genuine
    ├── DuplicateCallbackError            a callback that was received before, inside the replay window
    ├── APIConnectionError                no response; `.sent` is True if the request may have arrived
    │   ├── APITimeoutError               no response in time, or the deadline of the call passed
    │   └── ResponseTooLargeError         a response with more bytes than `max_response_bytes`
    └── APIStatusError                    a response; `.status`, `.code`, `.message`, `.fields`, `.request_id`
        ├── InvalidResponseError          a success by its status, but no JSON (a login page, a proxy's page)
        │   └── WrongRecordError          another record than the requested one
        ├── AuthenticationError           401: keys, password or token
        │   └── TwoFactorRequiredError    a sign-in that lacks the two-factor code
        ├── PermissionDeniedError         403: the rights of the API member or user
        ├── NotFoundError                 404
        ├── ConflictError                 409: changed by another request in the meantime
        │   └── LockedError               409, 423: being edited by someone else
        ├── RateLimitError                429, or no turn before the deadline; `.retry_after` as the server sent it
        ├── ValidationError               400, 422: the server refused the condition or the body
        ├── ScriptNotStartedError         a success by its status, but the script was not started (Automate)
        └── ServerError                   408, 5xx
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cwql.errors import CwqlError

if TYPE_CHECKING:
    from cwql.client.error_body import Complaint, Refusal
    from cwql.source import Span

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
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
    "ResponseTooLargeError",
    "SecretError",
    "ServerError",
    "SignatureVerificationError",
    "SigningKeyUnavailableError",
    "TwoFactorRequiredError",
    "UntrustedURLError",
    "ValidationError",
    "WrongRecordError",
    "reply_error",
]

_WIDTH = 100


class APIError(CwqlError):
    """The base class of the clients' errors."""


class LocalFileError(APIError, OSError):
    """A file on this side that cannot be read for an upload, or written for a download."""

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


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

    `sent` is True if the request may have reached the server, `attempts` is the number of attempts, `call` the method and
    path, `server` scheme, host and port, `hint` advice.
    """

    def __init__(
        self, message: str, sent: bool = True, attempts: int = 1, call: str = "", server: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, sent, attempts, call, server, hint)
        self.message = message
        self.sent = sent
        self.attempts = attempts
        self.call = call
        self.server = server
        self.hint = hint

    def __str__(self) -> str:
        asked = " at ".join([text for text in (self.call, self.server) if text])
        tried = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{f'{asked}: ' if asked else ''}{self.message}{tried}{hint}"


class APITimeoutError(APIConnectionError):
    """There was no response in time, or the deadline of the call passed."""


class ResponseTooLargeError(APIConnectionError):
    """The response has more bytes, after decompression, than `max_response_bytes` allows; it was discarded."""


class PaginationError(APIError):
    """The pages of a list cannot be trusted. The records that came before are right, and none of them came twice.

    `message` describes the page, `page` is its number, from 1, `call` the method and path.
    """

    def __init__(self, message: str, page: int, call: str = "") -> None:
        super().__init__(message, page, call)
        self.message = message
        self.page = page
        self.call = call

    def __str__(self) -> str:
        return f"{f'{self.call}: ' if self.call else ''}page {self.page} {self.message}"


class APIStatusError(APIError):
    """The server responded, but did not perform the call.

    `status`, `code`, `message`, `fields` (errors about members), `request_id` come from the server; `call` is the
    method and path, `condition` the condition that was sent, `span` the name in it that the server reports, `hint`
    advice, `attempts` the number of attempts.
    """

    def __init__(
        self, refusal: Refusal, call: str = "", conditions: tuple[str, ...] = (), hint: str = "", attempts: int = 1
    ) -> None:
        super().__init__(refusal, call, conditions, hint, attempts)
        self.refusal = refusal
        self.call = call
        self.hint = hint
        self.attempts = attempts
        self.condition, self.span = _locate(refusal, conditions)

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.refusal.status

    @property
    def code(self) -> str:
        """Return the server's error code, empty if there is none."""
        return self.refusal.code

    @property
    def message(self) -> str:
        """Return the server's message."""
        return self.refusal.message

    @property
    def fields(self) -> tuple[Complaint, ...]:
        """Return the server's errors about members."""
        return self.refusal.fields

    @property
    def request_id(self) -> str:
        """Return the id of the call in the logs of the server (or of a gateway)."""
        return self.refusal.request_id

    @property
    def retry_after(self) -> str:
        """Return the header of that name, as it was sent."""
        return self.refusal.retry_after

    def __str__(self) -> str:
        from cwql.render.text import show_line
        from cwql.render.width import make_visible

        code = f" {make_visible(self.code)}" if self.code else ""
        call = f"{make_visible(self.call)}: " if self.call else ""
        lines = [f"{call}{self.status}{code}: {make_visible(self.message)}"]
        lines += [f"  {make_visible(text)}" for text in map(str, self.fields) if text not in self.message]
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


class AuthenticationError(APIStatusError):
    """The server does not accept the keys, the password or the token."""


class TwoFactorRequiredError(AuthenticationError):
    """The account signs in with a two-factor code, and none (or an old one) was given."""


class PermissionDeniedError(APIStatusError):
    """The keys are good, the rights are not."""


class NotFoundError(APIStatusError):
    """HTTP 404: the path or the record does not exist."""


class ConflictError(APIStatusError):
    """The record was changed in the meantime, or conflicts with another one."""


class LockedError(ConflictError):
    """Another user edits the record."""


class RateLimitError(APIStatusError):
    """Too many requests: the server refused one, or the client's own rate limit allows none before the deadline of the call."""


class ValidationError(APIStatusError):
    """The server refused the condition or the body."""


class ServerError(APIStatusError):
    """The server failed."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: ServerError,
    409: ConflictError,
    410: NotFoundError,
    422: ValidationError,
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
    "invalidargument": ValidationError,
    "requiredfieldmissing": ValidationError,
}

_HINTS: dict[tuple[str, type[APIStatusError]], str] = {
    ("manage", AuthenticationError): "check the company id, the public and private key, and the clientId",
    ("manage", PermissionDeniedError): "check the security role of the API member",
    ("manage", NotFoundError): "no such record, or (on the cloud) wrong keys, company or codebase: try ping()",
    ("manage", LockedError): "someone edits the record: try again later",
    ("manage", RateLimitError): "lower the rate of this client, or share one bucket between the processes",
    ("automate", AuthenticationError): "check the user name, the password and the two-factor code",
    ("automate", TwoFactorRequiredError): "give the six digits as two_factor=, or use an integrator account",
    ("automate", PermissionDeniedError): "check the rights of the user, and the ClientId header",
    ("automate", RateLimitError): "lower the rate of this client, or share one bucket between the processes",
}


def reply_error(
    refusal: Refusal,
    product: str,
    call: str = "",
    conditions: tuple[str, ...] = (),
    attempts: int = 1,
    kind: type[APIStatusError] | None = None,
) -> APIStatusError:
    """Return the error for a refusal: of `kind`, else by the server's code, else by the status.

    `product` is ``manage`` or ``automate``, `call` the method and path, `conditions` the conditions that were sent.
    """
    from cwql.client.hints import find_hint

    if kind is None:
        kind = _kind(refusal)
    hint = find_hint(product, refusal, call) or _HINTS.get((product, kind), "")
    return kind(refusal, call, conditions, hint, attempts)


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


def _locate(refusal: Refusal, conditions: tuple[str, ...]) -> tuple[str, Span | None]:
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
    return (conditions[0] if conditions else ""), None


def _complaints(refusal: Refusal) -> list[str]:
    return [refusal.message, *[complaint.message for complaint in refusal.fields]]
