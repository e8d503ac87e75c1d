"""The clients: what they do, written once as flows; the two drivers; records in and out.

The clients themselves are `cwql.manage.Client` and `cwql.automate.Client`. What users need beside them is here, imported
when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.client.customfields import CustomFields, custom_fields
    from cwql.client.errors import (
        AuthenticationError,
        ClientError,
        ClientStateError,
        ConflictError,
        ConnectionFailedError,
        DuplicateCallbackError,
        FileError,
        HeaderError,
        LockedError,
        NotFoundError,
        PaginationError,
        PermissionDeniedError,
        RateLimitedError,
        ReplyError,
        ResponseTooLargeError,
        SecretError,
        ServerError,
        SignatureError,
        SigningKeyUnavailableError,
        TimedOutError,
        TransportError,
        TwoFactorRequiredError,
        UnreadableReplyError,
        UntrustedLinkError,
        ValidationError,
        WrongRecordError,
    )
    from cwql.client.keystore import Keyring
    from cwql.client.limit import TokenBucket
    from cwql.client.patch import difference
    from cwql.client.retry import RetryPolicy
    from cwql.client.route import TooLongError
    from cwql.client.scripts import ScriptRefusedError
    from cwql.client.secret import Secret
    from cwql.client.settings import SettingsError
    from cwql.client.shared_bucket import SharedBucket
    from cwql.client.writing import BodyError

__all__ = [
    "AuthenticationError",
    "BodyError",
    "ClientError",
    "ClientStateError",
    "ConflictError",
    "ConnectionFailedError",
    "CustomFields",
    "DuplicateCallbackError",
    "FileError",
    "HeaderError",
    "Keyring",
    "LockedError",
    "NotFoundError",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitedError",
    "ReplyError",
    "ResponseTooLargeError",
    "RetryPolicy",
    "ScriptRefusedError",
    "Secret",
    "SecretError",
    "ServerError",
    "SettingsError",
    "SharedBucket",
    "SignatureError",
    "SigningKeyUnavailableError",
    "TimedOutError",
    "TokenBucket",
    "TooLongError",
    "TransportError",
    "TwoFactorRequiredError",
    "UnreadableReplyError",
    "UntrustedLinkError",
    "ValidationError",
    "WrongRecordError",
    "custom_fields",
    "difference",
]

_HOMES = {
    "BodyError": "writing",
    "CustomFields": "customfields",
    "Keyring": "keystore",
    "RetryPolicy": "retry",
    "ScriptRefusedError": "scripts",
    "Secret": "secret",
    "SettingsError": "settings",
    "SharedBucket": "shared_bucket",
    "TokenBucket": "limit",
    "TooLongError": "route",
    "custom_fields": "customfields",
    "difference": "patch",
}
"""Where the names live that do not live in `errors`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = f"{__name__}.{_HOMES.get(name, 'errors')}"
    value: object = getattr(__import__(home, fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
