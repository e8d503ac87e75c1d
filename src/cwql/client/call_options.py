"""The keyword arguments of clients and of their verbs: one closed table for type checkers, the run time and the docs.

A verb takes no other keywords. Query parameters of the API that have no keyword here are given as ``params={...}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypedDict

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping
    from os import PathLike
    from typing import IO, Any

    from typing_extensions import TypeVar

    from cwql.client.credentials import Secret, TokenStore
    from cwql.client.drivers import Clock
    from cwql.client.events import EventHooks
    from cwql.client.limit import Bucket
    from cwql.client.retry import RetryPolicy
    from cwql.language.nodes import Condition
    from cwql.query.query import Names, Sorting

    R = TypeVar("R", default=Any)
else:
    # The default of a type variable is in `typing` from Python 3.13 on.
    from typing import TypeVar

    R = TypeVar("R")

__all__ = [
    "AutomateClientOptions",
    "AutomateCountOptions",
    "AutomateFirstOptions",
    "AutomateGetOptions",
    "AutomateListOptions",
    "CallOptions",
    "ClientOptions",
    "DefaultOptions",
    "ListOptions",
    "ManageClientOptions",
    "ManageCountOptions",
    "ManageFirstOptions",
    "ManageGetOptions",
    "ManageListOptions",
    "OperationOptions",
    "RequestOptions",
    "UploadOptions",
]

Invalid: TypeAlias = Literal["raise", "warn", "ignore"]
"""The effect of a condition or body with an error: the call raises, the error is logged, or no check is made."""

Mismatch: TypeAlias = Literal["null", "keep", "raise"]
"""The effect of a value of an unexpected type: it becomes None, it is kept unchanged, or the call raises."""

Pagination: TypeAlias = Literal["auto", "keyset", "forward-only", "page-number"]


class Timeout(Protocol):
    """The members of `httpx.Timeout`: the seconds for each phase of a request."""

    @property
    def connect(self) -> float | None: ...

    @property
    def read(self) -> float | None: ...

    @property
    def write(self) -> float | None: ...

    @property
    def pool(self) -> float | None: ...


class RequestOptions(TypedDict, total=False):
    """The keywords of every request; without one, the client's own setting applies.

    Attributes:
        timeout: Seconds for each phase of a request, or an `httpx.Timeout`.
        deadline: Seconds for the whole call, retries and waits included; None for no limit.
        max_retries: How often a failed request is sent again; 0 turns retries off.
        retry: The whole policy of retries.
        headers: Further headers.
    """

    timeout: float | Timeout
    deadline: float | None
    max_retries: int
    retry: RetryPolicy
    headers: Mapping[str, str]


class DefaultOptions(RequestOptions, total=False):
    """The keywords of every verb and of `with_options`.

    Attributes:
        on_invalid: The effect of a condition or a body with an error.
        on_mismatch: The effect of a value of an unexpected type in a response.
    """

    on_invalid: Invalid
    on_mismatch: Mismatch


class CallOptions(DefaultOptions, total=False):
    """The keywords of every verb.

    Attributes:
        params: Further query parameters. Those that have a keyword are refused.
    """

    params: Mapping[str, object]


class UploadOptions(CallOptions, Generic[R], total=False):
    """The keywords of `create`.

    Attributes:
        file: A path, bytes, an open binary file, or a tuple of a name, the content, and perhaps its media type.
        unless: A condition on the list that the record would be added to. If a record matches, nothing is created, and the
            first match is returned. Two programs at the same time may still create two records.
    """

    file: object
    unless: Condition[R] | str | None


class OperationOptions(CallOptions, total=False):
    """The keywords of `call_operation`.

    Attributes:
        file: The file of an upload, as for `create`.
        to: The file of a download: a path, or an open binary file.
    """

    file: object
    to: str | PathLike[str] | IO[bytes]


class ListOptions(CallOptions, total=False):
    """The keywords of lists of both products.

    Attributes:
        limit: The largest number of records; without it, all records are returned.
        page_size: Records of a page, 1 to 1000.
        pagination: How pages are requested; ``auto`` chooses the safest way that the endpoint has.
        parallel: How many pages are requested at the same time: in ranges of ids if possible, otherwise by page number.
        cursor: The `cursor` of a page, to continue its list; None to begin.
        on_progress: Called with the number of records so far and the number of all records (None if unknown).
    """

    limit: int
    page_size: int
    pagination: Pagination
    parallel: int
    cursor: str | None
    on_progress: Callable[[int, int | None], object]


class ManageFirstOptions(CallOptions, Generic[R], total=False):
    """The keywords of the first record of a list of Manage."""

    child_conditions: Condition | str | None
    custom_field_conditions: Condition | str | None
    order_by: Sorting[R] | None
    fields: Names[R] | None
    pagination: Pagination


class AutomateFirstOptions(CallOptions, Generic[R], total=False):
    """The keywords of the first record of a list of Automate."""

    order_by: Sorting[R] | None
    fields: Names[R] | None
    exclude_fields: Names[R] | None
    expand: Names[R] | None
    ids: Iterable[int | str] | int | str | None
    pagination: Pagination


class ManageListOptions(ListOptions, Generic[R], total=False):
    """The keywords of a list of Manage.

    Attributes:
        child_conditions: The condition on child records.
        custom_field_conditions: The condition on custom fields.
        order_by: The sort order.
        fields: The fields to request.
    """

    child_conditions: Condition | str | None
    custom_field_conditions: Condition | str | None
    order_by: Sorting[R] | None
    fields: Names[R] | None


class AutomateListOptions(ListOptions, Generic[R], total=False):
    """The keywords of a list of Automate.

    Attributes:
        exclude_fields: The fields to omit.
        expand: The related records to embed.
        ids: The ids of the records.
    """

    order_by: Sorting[R] | None
    fields: Names[R] | None
    exclude_fields: Names[R] | None
    expand: Names[R] | None
    ids: Iterable[int | str] | int | str | None


class ManageCountOptions(CallOptions, total=False):
    """The keywords of a count of Manage."""

    child_conditions: Condition | str | None
    custom_field_conditions: Condition | str | None


class AutomateCountOptions(CallOptions, total=False):
    """The keywords of a count of Automate."""

    ids: Iterable[int | str] | int | str | None


class ManageGetOptions(CallOptions, Generic[R], total=False):
    """The keywords of `get` of Manage."""

    fields: Names[R] | None


class AutomateGetOptions(CallOptions, Generic[R], total=False):
    """The keywords of `get` of Automate."""

    fields: Names[R] | None
    exclude_fields: Names[R] | None
    expand: Names[R] | None


class ClientOptions(TypedDict, total=False):
    """The keywords of both products' clients, except addresses and credentials.

    Attributes:
        timeout: Seconds for connecting, for each read and write and for a free connection, or an `httpx.Timeout`.
        deadline: Seconds for a whole call; None for no limit.
        max_retries: How often a failed request is sent again; 0 turns retries off.
        retry: The whole policy of retries.
        requests_per_minute: The rate of the client's own limiter.
        burst: How many requests the limiter admits at once.
        max_concurrency: The largest number of requests at the same time.
        rate_limiter: Another limiter, for example a `cwql.RedisRateLimiter` for several processes.
        reference_ttl: Seconds for which `reference` caches a table; 0 turns the cache off.
        headers: Further headers of every request.
        event_hooks: Functions for ``request``, ``response``, ``retry`` and ``wait``, each a list: see `cwql.EventHooks`.
        on_invalid: The effect of a condition or a body with an error.
        on_mismatch: The effect of a value of an unexpected type in a response.
        http_client: An `httpx.Client` (or `AsyncClient`) of your own, which stays open.
        transport: An httpx transport for the client's own connections.
        verify: An `ssl.SSLContext`; certificates are always verified.
        base_url: The URL of the API; replaces all other addresses.
        max_response_bytes: The largest size of one response in memory, after decompression.
        user_agent_suffix: Text after that of cwql in the User-Agent header.
        clock: The clock, for tests.
        release: The release of the server (``2025.1``): names that are newer are warnings, and Manage is asked for responses
            of that release. ``auto`` asks Manage for its release (``/system/info``) before the first request.
    """

    timeout: float | Timeout
    deadline: float | None
    max_retries: int
    retry: RetryPolicy
    requests_per_minute: float
    burst: int
    max_concurrency: int
    rate_limiter: Bucket
    reference_ttl: float
    headers: Mapping[str, str]
    on_invalid: Invalid
    on_mismatch: Mismatch
    http_client: object
    transport: object
    verify: ssl.SSLContext | Literal[True]
    base_url: str | None
    max_response_bytes: int
    user_agent_suffix: str
    clock: Clock
    event_hooks: EventHooks
    release: str | None


class SharedClientOptions(DefaultOptions, total=False):
    """The keywords of `with_options`, whose client shares the connections and the limits.

    Attributes:
        reference_ttl: Seconds for which `reference` caches a table; 0 turns the cache off.
        event_hooks: Functions in place of those of the client.
    """

    reference_ttl: float
    event_hooks: EventHooks


class ManageClientOptions(ClientOptions, total=False):
    """The keywords of `cwql.manage.Client`."""

    company_id: str
    public_key: str | Secret
    private_key: str | Secret
    client_id: str | Secret
    site: str
    codebase: str


class AutomateClientOptions(ClientOptions, total=False):
    """The keywords of `cwql.automate.Client`."""

    server: str
    username: str
    password: str | Secret
    two_factor_code: str | Secret | Callable[[], str]
    totp_secret: str | Secret
    client_id: str | Secret
    contract: Literal["auto", "documented", "observed"]
    token_store: TokenStore
