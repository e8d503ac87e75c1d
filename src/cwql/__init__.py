"""Condition queries for ConnectWise Manage and Automate, checked before they are sent.

::

    cwql.check("status/name = New", endpoint="/service/tickets")       the problems of a text, with their positions
    cwql.cond("company/name = {} and id in {}", name, [1, 2])          a condition from a template and values
    cwql.F("board/name") == "Help Desk"                                a condition from Python operators

    from cwql.manage.fields import Ticket       fields with types: Ticket.closedFlag == False
    from cwql.manage import Client              with Client.from_env() as psa: psa.service.tickets.list(...)
    from cwql.automate import Client            the same for Automate
    from cwql.sandbox import Sandbox            a server of both products, for tests and first steps

``cwql --help`` lists the commands. Every public name is imported on first use, so ``import cwql`` is fast.
"""

from __future__ import annotations

# With its type: jedi takes the names below for missing if the value is all that it sees.
TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from cwql import ast as ast
    from cwql import automate as automate
    from cwql import devices as devices
    from cwql import manage as manage
    from cwql import sandbox as sandbox
    from cwql import tables as tables
    from cwql import webhooks as webhooks
    from cwql.analysis.checker import check
    from cwql.analysis.fixes import FixResult, fix
    from cwql.analysis.rule_config import RuleConfig
    from cwql.client.async_client import AsyncRecordIterator
    from cwql.client.credentials import Secret
    from cwql.client.custom_field_mapping import CustomFields, UnknownCaptionError
    from cwql.client.errors import (
        APIConnectionError,
        APIError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
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
        RequestBodyError,
        ResponseTooLargeError,
        ScriptNotStartedError,
        ServerError,
        SignatureVerificationError,
        SigningKeyUnavailableError,
        TwoFactorRequiredError,
        UntrustedURLError,
        URLTooLongError,
        WrongRecordError,
    )
    from cwql.client.events import EventHooks, RequestEvent, ResponseEvent, RetryEvent, WaitEvent
    from cwql.client.http_types import Response
    from cwql.client.limit import RateLimiter
    from cwql.client.pagination import Page
    from cwql.client.parsing import SchemaMismatch
    from cwql.client.patch import diff
    from cwql.client.preview import RequestPreview
    from cwql.client.redis_limit import RedisRateLimiter
    from cwql.client.reference import UnknownReferenceError
    from cwql.client.retry import RetryPolicy
    from cwql.client.sync_client import RecordIterator
    from cwql.diagnostics import Diagnostic, Edit, Fix
    from cwql.errors import (
        ConditionError,
        ConfigError,
        CwqlError,
        ExpressionError,
        InvalidIdError,
        LiteralError,
        UnknownNameError,
    )
    from cwql.language.builder import Field as F  # noqa: N817 - the public name
    from cwql.language.nodes import Condition, Expr, all_of, any_of
    from cwql.language.printer import emit
    from cwql.language.simplify import simplify
    from cwql.language.template import Template, cond
    from cwql.language.translate import Translation, translate
    from cwql.lint.linter import EmbeddedCondition, LintResult, lint_text
    from cwql.query.compiled import Compiled
    from cwql.query.compiler import compile as compile
    from cwql.query.query import Query
    from cwql.query.text import format as format
    from cwql.query.text import parse
    from cwql.schema.accessor import UnknownPathError
    from cwql.schema.handles import UnknownFieldError
    from cwql.semantics.predicate import predicate
    from cwql.source import Location, Span

    __version__: str

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncRecordIterator",
    "AuthenticationError",
    "BadRequestError",
    "ClientStateError",
    "Compiled",
    "Condition",
    "ConditionError",
    "ConfigError",
    "ConflictError",
    "CustomFields",
    "CwqlError",
    "Diagnostic",
    "DuplicateCallbackError",
    "Edit",
    "EmbeddedCondition",
    "EventHooks",
    "Expr",
    "ExpressionError",
    "F",
    "Fix",
    "FixResult",
    "HeaderError",
    "InvalidIdError",
    "InvalidResponseError",
    "LintResult",
    "LiteralError",
    "LocalFileError",
    "Location",
    "LockedError",
    "NotFoundError",
    "Page",
    "PaginationError",
    "PermissionDeniedError",
    "Query",
    "RateLimitError",
    "RateLimiter",
    "RecordIterator",
    "RedisRateLimiter",
    "RequestBodyError",
    "RequestEvent",
    "RequestPreview",
    "Response",
    "ResponseEvent",
    "ResponseTooLargeError",
    "RetryEvent",
    "RetryPolicy",
    "RuleConfig",
    "SchemaMismatch",
    "ScriptNotStartedError",
    "Secret",
    "ServerError",
    "SignatureVerificationError",
    "SigningKeyUnavailableError",
    "Span",
    "Template",
    "Translation",
    "TwoFactorRequiredError",
    "URLTooLongError",
    "UnknownCaptionError",
    "UnknownFieldError",
    "UnknownNameError",
    "UnknownPathError",
    "UnknownReferenceError",
    "UntrustedURLError",
    "WaitEvent",
    "WrongRecordError",
    "__version__",
    "all_of",
    "any_of",
    "check",
    "cond",
    "diff",
    "emit",
    "fix",
    "lint_text",
    "parse",
    "predicate",
    "simplify",
    "translate",
]

_FORMS = {
    "AutomateClient": "cwql.automate.Client",
    "ConnectError": "APIConnectionError",
    "ConnectWiseAutomateAPIClient": "cwql.automate.Client",
    "ConnectWiseManageAPIClient": "cwql.manage.Client",
    "ManageClient": "cwql.manage.Client",
    "Webhook": "cwql.webhooks.CallbackReceiver",
    "Webhooks": "cwql.webhooks.CallbackReceiver",
    "error": "cwql.APIError and its subclasses, which are names of cwql itself",
    "exceptions": "cwql.APIError and its subclasses, which are names of cwql itself",
    "HTTPError": "APIError",
    "HTTPStatusError": "APIStatusError",
    "TimeoutException": "APITimeoutError",
    "UnprocessableEntityError": "BadRequestError",
    "and_": "all_of(...), or join conditions with &",
    "asc": "the field's method, Ticket.id.asc()",
    "desc": "the field's method, Ticket.id.desc()",
    "not_": "~condition",
    "or_": "any_of(...), or join conditions with |",
    "select": "Query(condition, fields=...)",
}
"""The form of cwql for names of httpx, openai, stripe, SQLAlchemy and pyconnectwise."""

_NOT_IMPORTED_BY_STAR = ("compile", "format")
"""Public names that are not in `__all__`, because they would replace built-in functions in ``from cwql import *``."""

_HOMES: dict[str, tuple[str, str]] = {
    "APIConnectionError": ("cwql.client.errors", "APIConnectionError"),
    "APIError": ("cwql.client.errors", "APIError"),
    "APIStatusError": ("cwql.client.errors", "APIStatusError"),
    "APITimeoutError": ("cwql.client.errors", "APITimeoutError"),
    "AsyncRecordIterator": ("cwql.client.async_client", "AsyncRecordIterator"),
    "AuthenticationError": ("cwql.client.errors", "AuthenticationError"),
    "BadRequestError": ("cwql.client.errors", "BadRequestError"),
    "ClientStateError": ("cwql.client.errors", "ClientStateError"),
    "Compiled": ("cwql.query.compiled", "Compiled"),
    "Condition": ("cwql.language.nodes", "Condition"),
    "ConditionError": ("cwql.errors", "ConditionError"),
    "ConfigError": ("cwql.errors", "ConfigError"),
    "ConflictError": ("cwql.client.errors", "ConflictError"),
    "CustomFields": ("cwql.client.custom_field_mapping", "CustomFields"),
    "CwqlError": ("cwql.errors", "CwqlError"),
    "Diagnostic": ("cwql.diagnostics", "Diagnostic"),
    "DuplicateCallbackError": ("cwql.client.errors", "DuplicateCallbackError"),
    "Edit": ("cwql.diagnostics", "Edit"),
    "EmbeddedCondition": ("cwql.lint.linter", "EmbeddedCondition"),
    "EventHooks": ("cwql.client.events", "EventHooks"),
    "Expr": ("cwql.language.nodes", "Expr"),
    "ExpressionError": ("cwql.errors", "ExpressionError"),
    "F": ("cwql.language.builder", "Field"),
    "Fix": ("cwql.diagnostics", "Fix"),
    "FixResult": ("cwql.analysis.fix_loop", "FixResult"),
    "HeaderError": ("cwql.client.errors", "HeaderError"),
    "InvalidIdError": ("cwql.errors", "InvalidIdError"),
    "InvalidResponseError": ("cwql.client.errors", "InvalidResponseError"),
    "LintResult": ("cwql.lint.linter", "LintResult"),
    "LiteralError": ("cwql.errors", "LiteralError"),
    "LocalFileError": ("cwql.client.errors", "LocalFileError"),
    "Location": ("cwql.source", "Location"),
    "LockedError": ("cwql.client.errors", "LockedError"),
    "NotFoundError": ("cwql.client.errors", "NotFoundError"),
    "Page": ("cwql.client.pagination", "Page"),
    "PaginationError": ("cwql.client.errors", "PaginationError"),
    "PermissionDeniedError": ("cwql.client.errors", "PermissionDeniedError"),
    "Query": ("cwql.query.query", "Query"),
    "RateLimitError": ("cwql.client.errors", "RateLimitError"),
    "RateLimiter": ("cwql.client.limit", "RateLimiter"),
    "RecordIterator": ("cwql.client.sync_client", "RecordIterator"),
    "RedisRateLimiter": ("cwql.client.redis_limit", "RedisRateLimiter"),
    "RequestBodyError": ("cwql.client.errors", "RequestBodyError"),
    "RequestEvent": ("cwql.client.events", "RequestEvent"),
    "RequestPreview": ("cwql.client.preview", "RequestPreview"),
    "Response": ("cwql.client.http_types", "Response"),
    "ResponseEvent": ("cwql.client.events", "ResponseEvent"),
    "ResponseTooLargeError": ("cwql.client.errors", "ResponseTooLargeError"),
    "RetryEvent": ("cwql.client.events", "RetryEvent"),
    "RetryPolicy": ("cwql.client.retry", "RetryPolicy"),
    "RuleConfig": ("cwql.analysis.rule_config", "RuleConfig"),
    "SchemaMismatch": ("cwql.client.parsing", "SchemaMismatch"),
    "ScriptNotStartedError": ("cwql.client.errors", "ScriptNotStartedError"),
    "Secret": ("cwql.client.credentials", "Secret"),
    "ServerError": ("cwql.client.errors", "ServerError"),
    "SignatureVerificationError": ("cwql.client.errors", "SignatureVerificationError"),
    "SigningKeyUnavailableError": ("cwql.client.errors", "SigningKeyUnavailableError"),
    "Span": ("cwql.source", "Span"),
    "Template": ("cwql.language.template", "Template"),
    "Translation": ("cwql.language.translate", "Translation"),
    "TwoFactorRequiredError": ("cwql.client.errors", "TwoFactorRequiredError"),
    "URLTooLongError": ("cwql.client.errors", "URLTooLongError"),
    "UnknownCaptionError": ("cwql.client.custom_field_mapping", "UnknownCaptionError"),
    "UnknownFieldError": ("cwql.schema.handles", "UnknownFieldError"),
    "UnknownNameError": ("cwql.errors", "UnknownNameError"),
    "UnknownPathError": ("cwql.schema.accessor", "UnknownPathError"),
    "UnknownReferenceError": ("cwql.client.reference", "UnknownReferenceError"),
    "UntrustedURLError": ("cwql.client.errors", "UntrustedURLError"),
    "WaitEvent": ("cwql.client.events", "WaitEvent"),
    "WrongRecordError": ("cwql.client.errors", "WrongRecordError"),
    "all_of": ("cwql.language.nodes", "all_of"),
    "any_of": ("cwql.language.nodes", "any_of"),
    "check": ("cwql.analysis.checker", "check"),
    "compile": ("cwql.query.compiler", "compile"),
    "cond": ("cwql.language.template", "cond"),
    "diff": ("cwql.client.patch", "diff"),
    "emit": ("cwql.language.printer", "emit"),
    "fix": ("cwql.analysis.fixes", "fix"),
    "format": ("cwql.query.text", "format"),
    "lint_text": ("cwql.lint.linter", "lint_text"),
    "parse": ("cwql.query.text", "parse"),
    "predicate": ("cwql.semantics.predicate", "predicate"),
    "simplify": ("cwql.language.simplify", "simplify"),
    "translate": ("cwql.language.translate", "translate"),
}
"""The module of every public name, and its name there."""

_MODULES = ("ast", "automate", "devices", "manage", "sandbox", "tables", "webhooks")
"""The public modules, which are attributes as well."""


if not TYPE_CHECKING:
    # Hidden from type checkers, which would take any name for a good one.
    def __getattr__(name: str) -> object:
        if name == "__version__":
            value: object = _read_version()
        elif name in _HOMES:
            home, there = _HOMES[name]
            value = getattr(__import__(home, fromlist=[there]), there)
        elif name in _MODULES:
            value = __import__(f"cwql.{name}", fromlist=[name])
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_advice(name)}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES, *_NOT_IMPORTED_BY_STAR})


def _advice(name: str) -> str:
    """Return advice about an unknown name."""
    if name[:2] == "__":
        return ""
    if name in ("Client", "AsyncClient"):
        return f"; write `from cwql.manage import {name}` or `from cwql.automate import {name}`"
    if name in _FORMS:
        return f"; write {_FORMS[name]}"
    from cwql.schema.suggest import suggest

    close = suggest(name, (*_HOMES, *_MODULES))
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def _read_version() -> str:
    """Return the version of the installed package; a source tree that was never installed has none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cwql")
    except PackageNotFoundError:
        return "0+unknown"
