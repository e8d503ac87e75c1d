"""OpenTelemetry: a span for each call of a client, with its attempts, waits and retries as events.

Spans follow the semantic conventions for HTTP clients. They contain templates of paths and no query, because conditions name
customers. Nothing is imported until a program has imported the API of OpenTelemetry itself.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from cwql.client.events import RequestEvent, ResponseEvent, RetryEvent, WaitEvent
    from cwql.client.http_types import Request
    from cwql.client.observe import Observer
    from cwql.client.send import ServerConnection

__all__ = ["start_span"]


def start_span(line: ServerConnection, request: Request) -> Observer | None:
    """Return an observer that makes the span of a call, or None if the program does not use OpenTelemetry."""
    # A program that exports spans has imported it: looking for the package costs every other program its import.
    trace = sys.modules.get("opentelemetry.trace")
    return None if trace is None else _SpanObserver(trace, line, request)


class _SpanObserver:
    """Make one span."""

    def __init__(self, trace: Any, line: ServerConnection, request: Request) -> None:
        import cwql

        self._trace = trace
        self._attempts = 0
        self._waited = 0.0
        template = path_template(line, request)
        attributes: dict[str, str | int] = {
            "http.request.method": request.method,
            "server.address": line.origin.host,
            "server.port": line.origin.port,
            "cwql.product": line.product,
        }
        if template:
            attributes["url.template"] = template
        if request.label and request.label != "request":
            attributes["cwql.operation"] = request.label
        self._span = trace.get_tracer("cwql", cwql.__version__).start_span(
            f"{request.method} {template}".rstrip(), kind=trace.SpanKind.CLIENT, attributes=attributes
        )

    def request(self, event: RequestEvent) -> None:
        """Add an event for an attempt."""
        self._attempts = max(self._attempts, event.attempt)
        self._span.add_event("cwql.request", {"http.request.method": event.method, "cwql.attempt": event.attempt})

    def response(self, event: ResponseEvent) -> None:
        """Add an event for a response."""
        found: dict[str, str | int | float] = {
            "http.response.status_code": event.status_code,
            "cwql.attempt": event.attempt,
            "cwql.elapsed": event.elapsed,
        }
        if event.request_id:
            found["cwql.request_id"] = event.request_id
        self._span.add_event("cwql.response", found)
        self._span.set_attribute("http.response.status_code", event.status_code)

    def retry(self, event: RetryEvent) -> None:
        """Add an event for a retry."""
        self._span.add_event("cwql.retry", {"cwql.delay": event.delay, "cwql.attempt": event.attempt})

    def wait(self, event: WaitEvent) -> None:
        """Add an event for a wait."""
        self._waited += event.seconds
        self._span.add_event("cwql.rate_limit.wait", {"cwql.seconds": event.seconds})

    def end(self, error: BaseException | None) -> None:
        """End the span. The message of an error is left out, because it contains the condition."""
        if self._attempts > 1:
            self._span.set_attribute("http.request.resend_count", self._attempts - 1)
        if self._waited:
            self._span.set_attribute("cwql.rate_limit.wait", self._waited)
        if error is not None:
            name = type(error).__name__
            self._span.set_attribute("error.type", name)
            self._span.set_status(self._trace.StatusCode.ERROR, name)
        self._span.end()


def path_template(line: ServerConnection, request: Request) -> str:
    """Return the path of a request with the names of its ids, empty for a path that the catalog does not have."""
    if not request.url.startswith(line.base_url):
        return ""
    known = catalog(line.product)
    path = request.url[len(line.base_url) :].partition("?")[0]
    for suffix in ("", "/count", "/search"):
        endpoint = known.find_endpoint(path.removesuffix(suffix)) if path.endswith(suffix) else None
        if endpoint is not None:
            return known.title(endpoint) + suffix
    return ""
