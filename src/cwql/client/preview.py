"""The request of a call, for display: `RequestPreview`. It contains no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cwql.client.pagination import PROMISES

if TYPE_CHECKING:
    from cwql.client.http_types import Headers, Request
    from cwql.diagnostics import Diagnostic

__all__ = ["RequestPreview", "preview_request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPreview:
    """One request. `str()` shows it.

    Attributes:
        method: The HTTP method.
        url: The URL, without the query.
        params: The query parameters, before they are encoded.
        headers: The headers, without secrets.
        body: The body as text, or None.
        url_length: The length of the longest URL that a single GET request would need.
        url_limit: The largest length that servers accept; 0 for a request without a limit.
        pagination: How pages are requested: ``keyset``, ``forward-only``, ``page-number``, ``single``; None for one record.
        strategy: ``GET``, ``search`` (the conditions are sent in the body) or ``split`` (this is the first of several
            requests, whose records are merged); None for one record.
        request_count: The number of these requests; 0 if the condition matches no record, so that nothing is sent.
        diagnostics: The diagnostics of the conditions.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...]
    headers: Headers
    body: str | None
    url_length: int
    url_limit: int
    pagination: str | None
    strategy: Literal["GET", "search", "split"] | None
    request_count: int
    diagnostics: tuple[Diagnostic, ...]

    __module__ = "cwql"

    def to_dict(self) -> dict[str, object]:
        """Return the request as plain data. A parameter that occurs several times has a list of values."""
        texts = {name.lower(): value for name, value in self.params}
        params: dict[str, str | list[str]] = {}
        for name, _ in self.params:
            values = [value for other, value in self.params if other == name]
            params[name] = values if len(values) > 1 else values[0]
        found = [each.to_dict(texts.get((each.parameter or "").lower(), "")) for each in self.diagnostics]
        return {
            "method": self.method,
            "url": self.url,
            "params": params,
            "headers": dict(self.headers.items()),
            "body": self.body,
            "url_length": self.url_length,
            "url_limit": self.url_limit,
            "pagination": self.pagination,
            "strategy": self.strategy,
            "request_count": self.request_count,
            "diagnostics": found,
        }

    def __str__(self) -> str:
        from cwql.render.width import make_visible

        lines = [f"{self.method} {self.url}"]
        lines += [f"  {name} = {make_visible(value)}" for name, value in self.params]
        lines += [f"  {name}: {make_visible(value)}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"  body: {make_visible(self.body)}")
        if self.url_limit:
            lines.append(f"  length: {self.url_length} of {self.url_limit} characters")
        if self.pagination:
            lines.append(f"  pagination: {self.pagination}: {PROMISES[self.pagination]}")
        if self.request_count > 1:
            lines.append(f"  requests: {self.request_count}, merged")
        elif not self.request_count:
            lines.append("  nothing is sent: no record can match")
        for finding in self.diagnostics:
            hint = f" ({finding.hint})" if finding.hint else ""
            lines.append(f"  {finding.severity} {finding.code}: {make_visible(finding.message)}{hint}")
        return "\n".join(lines)


def preview_request(  # noqa: PLR0913 - fields of the preview, by keyword
    request: Request,
    headers: Headers,
    *,
    url_limit: int = 0,
    url_length: int | None = None,
    pagination: str | None = None,
    strategy: Literal["GET", "search", "split"] | None = None,
    request_count: int = 1,
    diagnostics: tuple[Diagnostic, ...] = (),
) -> RequestPreview:
    """Return the preview of a request; `headers` are those that are sent with it, with or without credentials."""
    body = request.body.decode("utf-8", "replace") if isinstance(request.body, bytes) else None
    if request.body is not None and not isinstance(request.body, bytes):
        size = request.body.length()
        body = f"<{size} bytes>" if size is not None else "<streamed>"
    return RequestPreview(
        method=request.method,
        url=request.url,
        params=request.parameters,
        headers=headers.hidden(),
        body=body,
        url_length=len(request.target) if url_length is None else url_length,
        url_limit=url_limit,
        pagination=pagination,
        strategy=strategy,
        request_count=request_count,
        diagnostics=diagnostics,
    )
