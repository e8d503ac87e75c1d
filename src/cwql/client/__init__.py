"""The clients: their operations, written once as flows; the two drivers; parsing of records and bodies.

The clients themselves are `cwql.manage.Client` and `cwql.automate.Client`. Other names for users are here, imported on
first use.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.client.auth.secret import Secret
    from cwql.client.auth.store import Keyring
    from cwql.client.custom_field_mapping import CustomFields, custom_fields
    from cwql.client.errors import (
        APIConnectionError,
        APIError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        ClientStateError,
        ConflictError,
        DuplicateCallbackError,
        HeaderError,
        InvalidResponseError,
        LocalFileError,
        LockedError,
        NotFoundError,
        PaginationError,
        PermissionDeniedError,
        RateLimitError,
        ResponseTooLargeError,
        SecretError,
        ServerError,
        SignatureVerificationError,
        SigningKeyUnavailableError,
        TwoFactorRequiredError,
        UntrustedURLError,
        ValidationError,
        WrongRecordError,
    )
    from cwql.client.limit.bucket import TokenBucket
    from cwql.client.limit.shared import SharedBucket
    from cwql.client.patch import difference
    from cwql.client.request_body import RequestBodyError
    from cwql.client.retry import RetryPolicy
    from cwql.client.scripts import ScriptNotStartedError
    from cwql.client.settings import SettingsError
    from cwql.client.url_limit import URLTooLongError

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "ClientStateError",
    "ConflictError",
    "CustomFields",
    "DuplicateCallbackError",
    "HeaderError",
    "InvalidResponseError",
    "Keyring",
    "LocalFileError",
    "LockedError",
    "NotFoundError",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestBodyError",
    "ResponseTooLargeError",
    "RetryPolicy",
    "ScriptNotStartedError",
    "Secret",
    "SecretError",
    "ServerError",
    "SettingsError",
    "SharedBucket",
    "SignatureVerificationError",
    "SigningKeyUnavailableError",
    "TokenBucket",
    "TwoFactorRequiredError",
    "URLTooLongError",
    "UntrustedURLError",
    "ValidationError",
    "WrongRecordError",
    "custom_fields",
    "difference",
]

_HOMES = {
    "RequestBodyError": "request_body",
    "CustomFields": "custom_field_mapping",
    "Keyring": "auth.store",
    "RetryPolicy": "retry",
    "ScriptNotStartedError": "scripts",
    "Secret": "auth.secret",
    "SettingsError": "settings",
    "SharedBucket": "limit.shared",
    "TokenBucket": "limit.bucket",
    "URLTooLongError": "url_limit",
    "custom_fields": "custom_field_mapping",
    "difference": "patch",
}
"""The modules of the names that are not in `errors`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = f"{__name__}.{_HOMES.get(name, 'errors')}"
    value: object = getattr(__import__(home, fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
