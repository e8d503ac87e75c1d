"""Problems in a text: `Diagnostic` with its `Fix`es and `Edit`s, and `Rule`, which describes a kind of diagnostic."""

from __future__ import annotations

from cwql.value import Value, assign, field, unknown_attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from dataclasses import KW_ONLY
    from typing import Any, Literal, NoReturn, Self, TypeAlias

    from cwql.language.dialects.base import DialectName
    from cwql.source import Location, Source, Span

    Severity: TypeAlias = Literal["error", "warning", "info"]
    Safety: TypeAlias = Literal["safe", "unsafe", "none"]
    Applicability: TypeAlias = Literal["safe", "unsafe", "display"]
    Scope: TypeAlias = Literal["comparison", "condition", "endpoint"]
    ParameterKind: TypeAlias = Literal["condition", "child_condition", "custom_field", "order", "fields"]
    Need: TypeAlias = Literal["and", "or", "terms", "chain", "alone", "long", "forward-only"]
    Trait: TypeAlias = Literal[
        "content",
        "types",
        "absence",
        "terms",
        "connectives",
        "parentheses",
        "whole",
        "prose",
        "agents",
        "lint",
        "suppression",
        "unread",
    ]
    When: TypeAlias = "Callable[[Any], object]"

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Every severity, the most severe first."""

APPLICABILITIES: tuple[Applicability, ...] = ("safe", "unsafe", "display")
"""How fixes are applied: always, only with ``--unsafe-fixes``, or never."""

DOCS_URL = "https://cwql.readthedocs.io/rules/"


class Edit(Value):
    """Replace the characters of `span` by `text`; an empty span inserts."""

    __module__ = "cwql"

    span: Span
    text: str


class Fix(Value):
    """A way to correct a text: a `title`, the edits, and their `applicability`.

    ``safe`` edits keep the meaning that was parsed, ``unsafe`` ones may change it, and ``display`` ones are never applied.
    """

    __module__ = "cwql"

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = field(default="safe", kw_only=True)

    def __init__(self, title: str, edits: Iterable[Edit], *, applicability: Applicability = "safe") -> None:
        assign(self, "title", title)
        assign(self, "edits", tuple(edits))
        assign(self, "applicability", applicability)

    @property
    def is_safe(self) -> bool:
        """Return whether the edits keep the meaning that was parsed."""
        return self.applicability == "safe"

    def to_dict(self) -> dict[str, object]:
        """Return the fix as plain data, as ``--output-format json`` prints it."""
        edits = [
            {"start_offset": edit.span.start, "end_offset": edit.span.end, "text": edit.text} for edit in self.edits
        ]
        return {"title": self.title, "applicability": self.applicability, "edits": edits}


_FORMS = {
    "column": "location(text).column",
    "filename": "the name of the file that you passed",
    "fix": "fixes",
    "level": "severity",
    "line": "location(text).line",
    "row": "location(text).line",
    "rule": "code, or name",
}
"""The form of cwql for the attributes of diagnostics of other linters."""


class Diagnostic(Value):
    """One problem in one text.

    `code` (``CW203``) and `name` (``unknown-field``) identify the rule. `message` says what was found and what was expected,
    in lower case; `hint` says what to write instead; `notes` add facts. `dialect`, `endpoint` and `parameter` are those of the
    text, each None if it is unknown; two diagnostics are equal without them.
    """

    __module__ = "cwql"

    _: KW_ONLY
    code: str
    name: str
    severity: Severity
    message: str
    span: Span
    hint: str | None = None
    fixes: tuple[Fix, ...] = ()
    notes: tuple[str, ...] = ()
    dialect: str | None = field(default=None, compare=False)
    endpoint: str | None = field(default=None, compare=False)
    parameter: str | None = field(default=None, compare=False)

    # Written by hand, because binding names in the derived one takes three times as long.
    def __init__(  # noqa: PLR0913 - the fields, by name only
        self,
        *,
        code: str,
        name: str,
        severity: Severity,
        message: str,
        span: Span,
        hint: str | None = None,
        fixes: tuple[Fix, ...] = (),
        notes: tuple[str, ...] = (),
        dialect: str | None = None,
        endpoint: str | None = None,
        parameter: str | None = None,
    ) -> None:
        assign(self, "code", code)
        assign(self, "name", name)
        assign(self, "severity", severity)
        assign(self, "message", message)
        assign(self, "span", span)
        assign(self, "hint", hint)
        assign(self, "fixes", fixes)
        assign(self, "notes", notes)
        assign(self, "dialect", dialect)
        assign(self, "endpoint", endpoint)
        assign(self, "parameter", parameter)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _FORMS)

    @property
    def url(self) -> str:
        """Return the address of the rule's page."""
        return f"{DOCS_URL}{self.name}/"

    def __str__(self) -> str:
        return f"{self.code} {self.name}: {self.message}"

    def location(self, text: str | Source) -> Location:
        """Return the lines and columns of the diagnostic in the text that was checked."""
        from cwql.source import Source

        return (text if isinstance(text, Source) else Source(text)).locate(self.span)

    def to_dict(self, text: str | Source) -> dict[str, object]:
        """Return the diagnostic as plain data, with lines and columns in the text that was checked.

        It is the object that ``--output-format json`` prints, without the name of the file.
        """
        location = self.location(text)
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
            "line": location.line,
            "column": location.column,
            "end_line": location.end_line,
            "end_column": location.end_column,
            "start_offset": self.span.start,
            "end_offset": self.span.end,
            "dialect": self.dialect,
            "endpoint": self.endpoint,
            "parameter": self.parameter,
            "fixes": [fix.to_dict() for fix in self.fixes],
            "notes": list(self.notes),
            "url": self.url,
        }


class DiagnosticKind(Value):
    """The common part of diagnostics of one kind: `code`, `name` and the usual severity."""

    code: str
    name: str
    severity: Severity

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
        """Return a diagnostic of this kind."""
        return Diagnostic(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            message=message,
            span=span,
            hint=hint,
            fixes=tuple(fixes),
            notes=tuple(notes),
        )


class Rule(DiagnosticKind):
    """A documented kind of diagnostic: ``cwql explain``, the docs and SARIF are made from it.

    `summary` says what is reported, `why` why it matters, `evidence` where the fact comes from, `safety` what kind of fix is
    offered. `example` and `instead` are a bad and a good text of `dialect`, for `parameter` of `endpoint`; if `language` is
    set, they are source files in it. A `strict` rule reports only if it is selected (`cwql.analysis.rule_config`).

    The others decide which texts the rule inspects; ``python -m cwql_codegen`` makes an index of them, and an empty tuple means any.
    `scope` is the part that the rule looks at: each ``comparison`` (or path, in a list of paths), the ``condition`` as a whole, or the
    ``endpoint``. `parameters` are the kinds of query parameters, `endpoints` the keys of endpoints, with ``*`` for any beginning, or
    ``unknown`` and ``later``. A comparison is inspected if its path has one of the `fields` (kinds of the field, and facets as
    `cwql.analysis.dispatch` finds them) and ends in one of the `names` (in small letters), if it has one of the `operators` (names or
    families) and one of the kinds of `values`, and if the predicate `when` (`cwql.rules.applicability`) allows. `when` tests each of these
    values, or the whole value if there are no `values`. A rule about the condition `needs` a reason: see `cwql.rules.logic.groups`, a text
    of one comparison (``alone``), or one that may be too ``long`` for a URL; one about the endpoint may need a request for
    ``forward-only`` pages. If it `needs_whole_text`, it skips texts with errors.

    `traits` are facts about the rule for code that treats some rules differently: `cwql.rules.traits` describes them.
    """

    _: KW_ONLY
    summary: str
    why: str
    example: str
    instead: str
    evidence: str
    safety: Safety = "none"
    dialect: DialectName = "manage"
    endpoint: str | None = None
    parameter: str | None = None
    strict: bool = False
    language: str | None = None
    scope: Scope = "comparison"
    parameters: tuple[ParameterKind, ...] = ()
    endpoints: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    when: When | None = None
    needs: Need | None = None
    needs_whole_text: bool = False
    traits: tuple[Trait, ...] = ()

    @classmethod
    def describe(  # noqa: PLR0913  # one argument for each field
        cls,
        kind: DiagnosticKind,
        *,
        summary: str,
        why: str,
        example: str,
        instead: str,
        evidence: str,
        safety: Safety = "none",
        dialect: DialectName = "manage",
        traits: tuple[Trait, ...] = (),
    ) -> Self:
        """Return the rule that documents a kind of diagnostic."""
        return cls(
            kind.code,
            kind.name,
            kind.severity,
            summary=summary,
            why=why,
            example=example,
            instead=instead,
            evidence=evidence,
            safety=safety,
            dialect=dialect,
            traits=traits,
        )

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a rule is a registry entry; keep its code or name instead")


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with the edits made; raise ValueError for edits that overlap or leave the text."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if not at <= edit.span.start <= edit.span.end <= len(text):
            raise ValueError(f"{edit!r} overlaps another edit or leaves the text of {len(text)} characters")
        pieces += (text[at : edit.span.start], edit.text)
        at = edit.span.end
    return "".join([*pieces, text[at:]])


def with_target(
    diagnostics: list[Diagnostic], dialect: str | None, endpoint: str | None, parameter: str | None
) -> list[Diagnostic]:
    """Set the target of diagnostics that were just made, and return them."""
    for diagnostic in diagnostics:
        assign(diagnostic, "dialect", dialect)
        assign(diagnostic, "endpoint", endpoint)
        assign(diagnostic, "parameter", parameter)
    return diagnostics


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort diagnostics by position, severity and code, and drop duplicates."""
    found = [*diagnostics]
    # Most texts have one problem, whose hash would take a seventh of the time of the check.
    return found if len(found) < 2 else sorted(dict.fromkeys(found), key=_rank)


def _rank(diagnostic: Diagnostic) -> tuple[int, int, int, str, str]:
    return (
        diagnostic.span.start,
        diagnostic.span.end,
        SEVERITIES.index(diagnostic.severity),
        diagnostic.code,
        diagnostic.message,
    )
