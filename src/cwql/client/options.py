"""The options of one call: `Options`, read from the keyword arguments of a verb."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from cwql.client import call_options
from cwql.client.compiled_query import require_invalid
from cwql.client.credentials import read_headers
from cwql.client.http_types import Headers
from cwql.client.request_body import plain, show_surrogate
from cwql.client.retry import RetryPolicy, require_timeout, with_limits
from cwql.schema.loader import PRODUCTS
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from cwql.client.call_options import Invalid, Mismatch, Timeout

__all__ = ["KEYWORDS", "MISMATCHES", "Options", "Verb", "read_options"]

Verb: TypeAlias = str
"""A kind of verb: ``list``, ``count``, ``get``, ``download``, ``upload`` or ``call``."""

KEYWORDS: Mapping[str, Mapping[Verb, frozenset[str]]] = {
    name: {
        "call": call_options.CallOptions.__optional_keys__,
        "upload": call_options.UploadOptions.__optional_keys__,
        "list": getattr(call_options, f"{name.title()}ListOptions").__optional_keys__,
        "first": getattr(call_options, f"{name.title()}FirstOptions").__optional_keys__,
        "count": getattr(call_options, f"{name.title()}CountOptions").__optional_keys__,
        "defaults": call_options.SharedClientOptions.__optional_keys__,
        "request": call_options.RequestOptions.__optional_keys__,
        "operation": call_options.OperationOptions.__optional_keys__,
        "get": getattr(call_options, f"{name.title()}GetOptions").__optional_keys__ | {"to"},
    }
    for name in PRODUCTS
}
"""The keywords of each kind of verb, for each product."""

QUERY_PARTS = ("child_conditions", "custom_field_conditions", "order_by", "fields", "exclude_fields", "expand")
"""The keywords that are parts of a `cwql.Query`, as `where` is."""

MISMATCHES: tuple[Mismatch, ...] = ("null", "keep", "raise")

_PAGINATION = ("auto", "keyset", "forward-only", "page-number")

_LIMITS = ("burst", "max_concurrency", "rate_limiter", "requests_per_minute")

_OWN_PARAMETERS = {
    "condition": "where",
    "conditions": "where",
    "childconditions": "child_conditions",
    "customfieldconditions": "custom_field_conditions",
    "orderby": "order_by",
    "fields": "fields",
    "includefields": "fields",
    "excludefields": "exclude_fields",
    "expand": "expand",
    "ids": "ids",
    "page": "limit",
    "pageid": "limit",
    "pagesize": "page_size",
}
"""Query parameters that cwql writes itself, in lower case, and the keyword for each."""

_SYNONYMS = {
    **_OWN_PARAMETERS,
    "attempts": "max_retries",
    "max_attempts": "max_retries",
    "max_tries": "max_retries",
    "checks": "on_invalid",
    "child": "child_conditions",
    "columns": "fields",
    "concurrency": "parallel",
    "custom": "custom_field_conditions",
    "custom_fields": "custom_field_conditions",
    "continuation_token": "cursor",
    "exclude": "exclude_fields",
    "extra_headers": "headers",
    "extra_query": "params",
    "filename": "file",
    "files": "file",
    "filter": "where",
    "filters": "where",
    "include": "fields",
    "include_fields": "fields",
    "max_records": "limit",
    "max_results": "limit",
    "max_concurrency": "parallel",
    "max_workers": "parallel",
    "next_token": "cursor",
    "only": "fields",
    "order": "order_by",
    "ordering": "order_by",
    "paging": "pagination",
    "parameters": "params",
    "per_page": "page_size",
    "progress": "on_progress",
    "query": "params",
    "resume": "cursor",
    "retries": "max_retries",
    "retry_unsafe": "retry",
    "select": "fields",
    "sort": "order_by",
    "sort_by": "order_by",
    "starting_after": "cursor",
    "top": "limit",
    "validate": "on_invalid",
    "workers": "parallel",
}
"""Names of keywords in the API and in other libraries, in lower case."""


@dataclass(frozen=True)
class Options:
    """The options of one call; None means the client's own. See `cwql.client.call_options` for each of them."""

    on_invalid: Invalid | None = None
    on_mismatch: Mismatch | None = None
    timeout: float | Timeout | None = None
    headers: Headers = field(default_factory=Headers)
    retry: RetryPolicy | None = None
    max_retries: int | None = None
    deadline: float | None = 0.0
    limit: int | None = None
    page_size: int | None = None
    parallel: int = 1
    pagination: str | None = None
    cursor: Any = None
    on_progress: Callable[[int, int | None], object] | None = None
    to: Any = None
    file: Any = None
    unless: Any = None
    ids: Any = None
    parts: Mapping[str, Any] = field(default_factory=dict)
    params: tuple[tuple[str, str], ...] = ()

    def policy(self, default: RetryPolicy) -> RetryPolicy:
        """Return the retry policy of the call."""
        return with_limits(self.retry or default, self.max_retries, self.deadline)


_NONE = Options()


_CONDITIONAL = ("list", "first", "count")
"""The verbs that take a condition."""


def read_options(product: str, verb: Verb, given: Mapping[str, Any]) -> Options:
    """Return the options among keyword arguments.

    Args:
        product: ``manage`` or ``automate``.
        verb: The kind of verb, which decides about its keywords.
        given: The keyword arguments.

    Raises:
        TypeError: The verb has no such keyword; the message names the right one.
        ValueError: The value of a keyword is impossible.
    """
    if not given:
        return _NONE
    known = KEYWORDS[product][verb]
    options: dict[str, Any] = {}
    parts: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise _unknown(product, verb, name, known)
        if name in QUERY_PARTS:
            parts[name] = value
        elif value is not None or name in ("timeout", "deadline"):
            options[name] = value
    return Options(**_checked(options), parts=parts)


def _unknown(product: str, verb: Verb, name: str, known: frozenset[str]) -> TypeError:
    """Return the error for a keyword that a verb does not have."""
    if verb == "defaults" and name in call_options.ClientOptions.__optional_keys__:
        if name in _LIMITS:
            shared = "the limits are shared, because a server counts the requests of all its clients together"
        else:
            shared = "it belongs to the connections, which are shared"
        return TypeError(f"unknown argument {name!r}: {shared}: make another client, Client.from_env({name}=...)")
    if name in ("id", "body", "changes"):
        return TypeError(f"unknown argument {name!r}: it is given by position, as in get(5) or patch(5, {{...}})")
    wanted = _SYNONYMS.get(name.lower().replace("_", ""), _SYNONYMS.get(name.lower()))
    if wanted == "where":
        if verb in _CONDITIONAL:
            return TypeError(f"unknown argument {name!r}: write where=, or give the condition as the first argument")
        wanted = None
    if wanted == "retry":
        return TypeError(f"unknown argument {name!r}: write retry=cwql.RetryPolicy(retry_non_idempotent=True)")
    if wanted == "limit" and "limit" in known and name.lower() in ("page", "pageid"):
        return TypeError(f"unknown argument {name!r}: pages are requested one after the other: use pages() or limit=")
    if wanted in known:
        return TypeError(f"unknown argument {name!r}: write {wanted}=")
    close = suggest(name, known)
    if close:
        return TypeError(f"unknown argument {name!r}; did you mean {' or '.join(close)}?")
    other = next((each for each in PRODUCTS if each != product and name in KEYWORDS[each][verb]), None)
    if other is not None:
        return TypeError(f"unknown argument {name!r}: only the lists of {other} have it")
    if any(name in names for names in KEYWORDS[product].values()):
        return TypeError(
            f"unknown argument {name!r}: it is an option of other verbs; this one has {', '.join(sorted(known))}"
        )
    if verb == "defaults":
        return TypeError(f"unknown argument {name!r}: expected {', '.join(sorted(known))}")
    if verb in ("upload", "call"):
        return TypeError(
            f"unknown argument {name!r}: members of a body go into one mapping, {{{name!r}: ...}}, and further query "
            f"parameters into params={{{name!r}: ...}}"
        )
    comparison = f"a comparison is part of the condition, where='{name} = ...'; " if verb in _CONDITIONAL else ""
    return TypeError(
        f"unknown argument {name!r}: {comparison}further query parameters go into params={{{name!r}: ...}}"
    )


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    """Check the values of options, and convert those that have another form inside."""
    if "on_invalid" in options:
        require_invalid(options["on_invalid"])
    if "on_mismatch" in options:
        require_mismatch(options["on_mismatch"])
    if "headers" in options:
        options["headers"] = read_headers(options["headers"])
    if "params" in options:
        options["params"] = _read_params(options["params"])
    for name in ("limit", "parallel"):
        if name in options and not _is_count(options[name], 1):
            raise ValueError(f"{name} is a number from 1: got {options[name]!r}")
    if "page_size" in options and not (_is_count(options["page_size"], 1) and options["page_size"] <= 1000):
        raise ValueError(f"page_size is a number from 1 to 1000: got {options['page_size']!r}")
    if "pagination" in options and options["pagination"] not in _PAGINATION:
        raise ValueError(f"pagination is {', '.join(_PAGINATION)}: got {options['pagination']!r}")
    if options.get("pagination") == "auto":
        del options["pagination"]
    if "on_progress" in options and not callable(options["on_progress"]):
        raise TypeError(f"on_progress is a function: got {options['on_progress']!r}")
    if "timeout" in options:
        require_timeout(options["timeout"])
    with_limits(options.get("retry") or RetryPolicy(), options.get("max_retries"), options.get("deadline", 0.0))
    return options


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def require_mismatch(value: object) -> Mismatch:
    """Return the effect of values of unexpected types. Raises ValueError for any other value."""
    for known in MISMATCHES:
        if value == known:
            return known
    raise ValueError(f"on_mismatch is one of {', '.join(MISMATCHES)}: got {value!r}")


def _read_params(params: object) -> tuple[tuple[str, str], ...]:
    """Return further query parameters. Raises TypeError for one that has its own keyword."""
    if not isinstance(params, Mapping):
        raise TypeError(f"params is a mapping of query parameters: got a value of type {type(params).__name__}")
    for name in params:
        keyword = _OWN_PARAMETERS.get(str(name).lower().rpartition(".")[2])
        if keyword is not None:
            raise TypeError(f"params cannot contain {name!r}, which cwql writes itself: use {keyword}=")
    return tuple([(str(name), _text(value)) for name, value in params.items()])


def read_plain_params(params: Mapping[str, object] | None) -> tuple[tuple[str, str], ...]:
    """Return the query parameters of a raw request, of any name."""
    return tuple([(str(name), _text(value)) for name, value in (params or {}).items()])


def without_query(options: Options) -> Options:
    """Return the options of a call without the parts of a query."""
    return replace(options, parts={}, ids=None)


def _text(value: Any) -> str:
    """Return a query parameter's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not isinstance(value, Enum):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"expected the text of a parameter, got {show_surrogate(error)}") from None
        return value
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        return ",".join([_text(item) for item in value])
    return str(plain(value))
