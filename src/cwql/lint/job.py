"""The data that processes exchange: how to lint a file (`LintJob`), and its result (`FileResult`), which the cache stores too."""

from __future__ import annotations

from cwql.diagnostics import APPLICABILITIES, SEVERITIES, Diagnostic, Edit, Fix
from cwql.lint.record import Record
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any, TypeAlias

    from cwql.analysis.rule_config import RuleConfig
    from cwql.lint.request_targets import RequestTarget

    Packed: TypeAlias = list[Any]


LARGEST = 5_000_000
"""Maximum size of a source in bytes, unless the settings say otherwise."""


class LintJob(Value):
    """How to lint a file: path, name, language, settings. Sent from process to process.

    `place` is the target of conditions whose request is unknown, `release` that of the servers; `rules` sets severities,
    and `codes` are those of the rules that are reported, None for all.
    """

    path: str
    name: str
    language: str
    place: RequestTarget
    rules: RuleConfig | None = None
    codes: Container[str] | None = None
    limit: float = LARGEST
    release: str | None = None


class FileResult(Record):
    """The result for one file: diagnostics, the number of conditions, and the data that detects changes of the file.

    `anchors` has the text of the condition for each diagnostic, which a baseline uses as its key. `text` is set only if
    this process read the file.
    """

    findings: list[Diagnostic]
    anchors: list[str]
    conditions: int
    digest: str = ""
    text: str | None = None

    def pack(self) -> Packed:
        """Return the result as plain lists, for the cache and between processes."""
        return [self.digest, self.conditions, list(map(_pack, self.findings)), self.anchors]

    @classmethod
    def unpack(cls, packed: Packed) -> FileResult:
        """Return the result of those lists. Raises TypeError or ValueError for other lists."""
        digest, conditions, findings, anchors = packed
        if len(findings) != len(anchors):
            raise ValueError("a finding without its condition")
        is_typed = isinstance(digest, str) and isinstance(conditions, int) and isinstance(findings, list)
        if not is_typed or not all(map(_is_sound, findings, anchors)):
            raise TypeError("a result with parts of other types")
        return cls(list(map(_unpack, findings)), list(anchors), conditions, digest)


_FIELDS = ("code", "name", "severity", "message", "span", "hint", "fixes", "notes", "dialect", "endpoint", "parameter")
"""The fields of a diagnostic, in the order of the packed ones."""


def _pack(finding: Diagnostic) -> Packed:
    fixes = [[fix.title, fix.applicability, [[*edit.span, edit.text] for edit in fix.edits]] for fix in finding.fixes]
    plain = {"span": [*finding.span], "fixes": fixes, "notes": list(finding.notes)}
    return [plain[name] if name in plain else getattr(finding, name) for name in _FIELDS]


def _unpack(packed: Packed) -> Diagnostic:
    fields = dict(zip(_FIELDS, packed, strict=True))
    fixes = [
        Fix(title, [Edit(Span(at, end), text) for at, end, text in edits], applicability=applicability)
        for title, applicability, edits in fields["fixes"]
    ]
    return Diagnostic(
        **fields | {"span": Span(*fields["span"]), "fixes": tuple(fixes), "notes": tuple(fields["notes"])}
    )


def _is_sound(finding: list[Any], anchor: object) -> bool:
    """Return whether the parts of a packed diagnostic have the expected types; a cache may contain anything."""
    code, name, severity, message, span, hint, fixes, notes, *target = finding
    texts = [anchor, code, name, message, *notes, *[each for each in (hint, *target) if each is not None]]
    numbers = [*span]
    for title, applicability, edits in fixes:
        if applicability not in APPLICABILITIES:
            return False
        texts.append(title)
        for start, end, text in edits:
            texts.append(text)
            numbers += [start, end]
    return (
        severity in SEVERITIES
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(number, int) and number >= 0 for number in numbers)
    )
