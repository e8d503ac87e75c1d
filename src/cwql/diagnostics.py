"""What is wrong with a text, where, and what to write instead: `Diagnostic`, `Fix`, `Edit`, and the `Rule` behind it."""

from __future__ import annotations

from cwql.frozen import Frozen, assign
from cwql.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal, TypeAlias

    Severity: TypeAlias = Literal["error", "warning", "info"]
    Safety: TypeAlias = Literal["safe", "unsafe", "none"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Every severity, the gravest first."""

DOCS_URL = "https://cwql.readthedocs.io/rules/"


class Edit(Frozen):
    """Replace the characters of `span` by `text`; an empty span inserts."""

    __slots__ = ("span", "text")
    __match_args__ = ("span", "text")
    span: Span
    text: str

    def __init__(self, span: Span, text: str) -> None:
        assign(self, "span", span)
        assign(self, "text", text)


class Fix(Frozen):
    """Offer a cure: a `title` that names it, its edits, and whether it is `safe` (keeps the meaning that was read)."""

    __slots__ = ("edits", "safe", "title")
    __match_args__ = ("title", "edits", "safe")
    title: str
    edits: tuple[Edit, ...]
    safe: bool

    def __init__(self, title: str, edits: Iterable[Edit], safe: bool = True) -> None:
        assign(self, "title", title)
        assign(self, "edits", tuple(edits))
        assign(self, "safe", safe)


class Diagnostic(Frozen):
    """Report one finding in one text.

    `code` (``CW203``) and `name` (``unknown-field``) say which rule found it; `message` says what was got and what was
    expected, in lower case; `hint` says what to write instead; `fixes` holds edits, `notes` further facts.
    """

    __slots__ = ("code", "fixes", "hint", "message", "name", "notes", "severity", "span")
    __match_args__ = ("code", "name", "severity", "message", "span", "hint", "fixes", "notes")
    code: str
    name: str
    severity: Severity
    message: str
    span: Span
    hint: str | None
    fixes: tuple[Fix, ...]
    notes: tuple[str, ...]

    def __init__(
        self,
        code: str,
        name: str,
        severity: Severity,
        message: str,
        span: Span,
        hint: str | None = None,
        fixes: Iterable[Fix] = (),
        notes: Iterable[str] = (),
    ) -> None:
        assign(self, "code", code)
        assign(self, "name", name)
        assign(self, "severity", severity)
        assign(self, "message", message)
        assign(self, "span", span)
        assign(self, "hint", hint)
        assign(self, "fixes", tuple(fixes))
        assign(self, "notes", tuple(notes))

    @property
    def url(self) -> str:
        """Return the address of the rule's page."""
        return f"{DOCS_URL}{self.name}/"

    def as_dict(self, source: Source) -> dict[str, object]:
        """Return the finding as plain data: the object that ``--format json`` prints (see `cwql.render`)."""
        line, column = source.position(self.span.start)
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
            "start": self.span.start,
            "end": self.span.end,
            "line": line,
            "column": column,
            "fixes": [
                {
                    "title": fix.title,
                    "safe": fix.safe,
                    "edits": [{"start": e.span.start, "end": e.span.end, "text": e.text} for e in fix.edits],
                }
                for fix in self.fixes
            ],
            "notes": list(self.notes),
            "url": self.url,
        }


class Rule(Frozen):
    """Describe one kind of finding; the single record from which findings, ``explain``, docs and SARIF are fed.

    `summary` says what it does, `why` why it matters, `example` and `instead` show a bad and a good text (on `dialect`, for
    `parameter` of `endpoint`), `evidence` says where the fact comes from, `safety` what kind of fix it offers. `strict` rules
    are silent unless they are asked for (`cwql.analysis.levels`). Where `language` is given, the examples are source files.
    """

    __slots__ = (
        "code",
        "dialect",
        "endpoint",
        "evidence",
        "example",
        "instead",
        "language",
        "name",
        "parameter",
        "safety",
        "severity",
        "strict",
        "summary",
        "why",
    )
    __match_args__ = (
        "code",
        "name",
        "severity",
        "summary",
        "why",
        "example",
        "instead",
        "evidence",
        "safety",
        "dialect",
        "endpoint",
        "parameter",
        "strict",
        "language",
    )
    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    example: str
    instead: str
    evidence: str
    safety: Safety
    dialect: str
    endpoint: str | None
    parameter: str | None
    strict: bool
    language: str | None

    def __init__(
        self,
        code: str,
        name: str,
        severity: Severity,
        *,
        summary: str,
        why: str,
        example: str,
        instead: str,
        evidence: str,
        safety: Safety = "none",
        dialect: str = "manage",
        endpoint: str | None = None,
        parameter: str | None = None,
        strict: bool = False,
        language: str | None = None,
    ) -> None:
        assign(self, "code", code)
        assign(self, "name", name)
        assign(self, "severity", severity)
        assign(self, "summary", summary)
        assign(self, "why", why)
        assign(self, "example", example)
        assign(self, "instead", instead)
        assign(self, "evidence", evidence)
        assign(self, "safety", safety)
        assign(self, "dialect", dialect)
        assign(self, "endpoint", endpoint)
        assign(self, "parameter", parameter)
        assign(self, "strict", strict)
        assign(self, "language", language)

    def at(
        self,
        span: Span,
        message: str,
        *,
        hint: str | None = None,
        fixes: Iterable[Fix] = (),
        notes: Iterable[str] = (),
        severity: Severity | None = None,
    ) -> Diagnostic:
        """Report the rule at a place."""
        return Diagnostic(self.code, self.name, severity or self.severity, message, span, hint, fixes, notes)

    def __reduce__(self) -> tuple[object, ...]:  # type: ignore[override]
        raise TypeError("a rule is a registry entry; keep its code or name instead")


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort findings by place, then gravity, then code, and drop exact repeats."""
    return sorted(dict.fromkeys(diagnostics), key=_rank)


def _rank(finding: Diagnostic) -> tuple[int, int, int, str, str]:
    return (
        finding.span.start,
        finding.span.end,
        SEVERITIES.index(finding.severity),
        finding.code,
        finding.message,
    )
