"""The request of a call, for display: `RequestPreview`. It contains no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwql.client.http_types import Headers, Request

if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic

__all__ = ["RequestPreview", "explain_request"]


@dataclass(frozen=True, slots=True)
class RequestPreview:
    """One request: method, URL, parameters before encoding, length, pagination, diagnostics.

    `way` is ``GET``, ``search`` (the conditions are sent in the body) or ``split`` (the first of `parts` requests is
    shown); `parts` is 0 if the condition matches no record and nothing is sent. `length` is the length of the longest
    URL that a single GET request would need, `limit` the maximum.
    """

    method: str
    url: str
    parameters: tuple[tuple[str, str], ...]
    headers: Headers
    body: str
    length: int
    limit: int
    paging: str
    way: str
    parts: int
    findings: tuple[Diagnostic, ...]

    def __str__(self) -> str:
        from cwql.render.width import make_visible

        lines = [f"{self.method} {self.url}"]
        lines += [f"  {name} = {make_visible(value)}" for name, value in self.parameters]
        lines += [f"  {name}: {make_visible(value)}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"  body: {make_visible(self.body)}")
        if self.limit:
            lines.append(f"  length: {self.length} of {self.limit} characters")
        if self.paging:
            lines.append(f"  paging: {self.paging}")
        if self.parts != 1:
            lines.append(
                f"  requests: {self.parts} questions, merged" if self.parts else "  nothing is sent: no record fits"
            )
        for finding in self.findings:
            hint = f" ({finding.hint})" if finding.hint else ""
            lines.append(f"  {finding.severity} {finding.code}: {make_visible(finding.message)}{hint}")
        return "\n".join(lines)


def explain_request(
    request: Request,
    headers: Headers,
    *,
    limit: int = 0,
    length: int | None = None,
    paging: str = "",
    way: str = "",
    parts: int = 1,
    findings: tuple[Diagnostic, ...] = (),
) -> RequestPreview:
    """Return the preview of a request; `headers` are those that are sent with it, with or without credentials."""
    body = request.body.decode("utf-8", "replace") if isinstance(request.body, bytes) else ""
    if request.body is not None and not isinstance(request.body, bytes):
        size = request.body.length()
        body = f"<{size} bytes>" if size is not None else "<streamed>"
    return RequestPreview(
        request.method,
        request.url,
        request.parameters,
        headers.hidden(),
        body,
        len(request.target) if length is None else length,
        limit,
        paging,
        way or request.method,
        parts,
        findings,
    )
