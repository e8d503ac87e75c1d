"""Logging: values of requests stay out of the logs of HTTP libraries, and ``CWQL_LOG`` prints those of cwql.

httpx logs the URL of every request with level INFO, and httpcore all headers of a response with level DEBUG. A condition in
the URL names customers, and a Link header repeats it. While a client of cwql sends, both are logged without them; requests of
others are logged as ever.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["keep_values_out", "log_by_environment", "sending"]

VARIABLE = "CWQL_LOG"

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}

_URLS = ("httpx", "httpx2")
_EVENTS = tuple(
    f"{library}.{part}"
    for library in ("httpcore", "httpcore2")
    for part in ("connection", "http11", "http2", "proxy", "socks")
)

_sending: ContextVar[bool] = ContextVar("sending", default=False)


@contextmanager
def sending() -> Iterator[None]:
    """Mark the block in which a request of cwql is sent."""
    _sending.set(True)
    try:
        yield
    finally:
        # Not reset by a token: a coroutine that is thrown away may be closed in another context.
        _sending.set(False)


def _cut_urls(record: logging.LogRecord) -> bool:
    if _sending.get() and isinstance(record.args, tuple):
        record.args = tuple([_without_query(arg) for arg in record.args])
    return True


def _without_query(arg: object) -> object:
    text = arg if isinstance(arg, (int, float)) else str(arg)
    return text.partition("?")[0] if isinstance(text, str) and "://" in text else arg


def _cut_events(record: logging.LogRecord) -> bool:
    # The first word is the event, such as receive_response_headers.complete; the rest has its headers.
    if _sending.get() and isinstance(record.msg, str) and "headers" in record.msg:
        record.msg, record.args = record.msg.partition(" ")[0], None
    return True


def keep_values_out() -> None:
    """Filter the loggers of the HTTP libraries. A second call changes nothing."""
    for name in _URLS:
        logging.getLogger(name).addFilter(_cut_urls)
    for name in _EVENTS:
        logging.getLogger(name).addFilter(_cut_events)


def log_by_environment() -> None:
    """Print the messages of cwql to the standard error, from the level that ``CWQL_LOG`` names."""
    wanted = os.environ.get(VARIABLE, "").strip().lower()
    logger = logging.getLogger("cwql")
    if not wanted or any(getattr(handler, "name", None) == VARIABLE for handler in logger.handlers):
        return
    level = LEVELS.get(wanted)
    if level is None:
        logger.warning("%s=%s: expected %s", VARIABLE, wanted[:20], ", ".join(LEVELS))
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name(VARIABLE)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)
