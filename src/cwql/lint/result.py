"""The result of linting one file, and its form in the cache and between processes: `FileResult`."""

from __future__ import annotations

from cwql.diagnostics import APPLICABILITIES, SEVERITIES, Diagnostic, Edit, Fix
from cwql.lint.record import Record
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Packed: TypeAlias = list[Any]


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
        """Return the outcome as plain lists, for the cache and between processes."""
        findings = [
            [
                finding.code,
                finding.name,
                finding.severity,
                finding.message,
                [*finding.span],
                finding.hint,
                [
                    [fix.title, fix.applicability, [[*edit.span, edit.text] for edit in fix.edits]]
                    for fix in finding.fixes
                ],
                list(finding.notes),
                [finding.dialect, finding.endpoint, finding.parameter],
            ]
            for finding in self.findings
        ]
        return [self.digest, self.conditions, findings, self.anchors]

    @classmethod
    def unpack(cls, packed: Packed) -> FileResult:
        """Return the outcome of those lists. Raises TypeError or ValueError for other lists."""
        digest, conditions, findings, anchors = packed
        if len(findings) != len(anchors):
            raise ValueError("a finding without its condition")
        is_typed = isinstance(digest, str) and isinstance(conditions, int) and isinstance(findings, list)
        if not is_typed or not all(map(_is_sound, findings, anchors)):
            raise TypeError("an outcome with parts of other types")
        read = [
            Diagnostic(
                code=code,
                name=name,
                severity=severity,
                message=message,
                span=Span(*span),
                hint=hint,
                fixes=tuple(
                    [
                        Fix(title, [Edit(Span(at, end), text) for at, end, text in edits], applicability=applicability)
                        for title, applicability, edits in fixes
                    ]
                ),
                notes=tuple(notes),
                dialect=dialect,
                endpoint=endpoint,
                parameter=parameter,
            )
            for code, name, severity, message, span, hint, fixes, notes, (dialect, endpoint, parameter) in findings
        ]
        return cls(read, list(anchors), conditions, digest)


def _is_sound(finding: list[Any], anchor: object) -> bool:
    """Return whether the parts of a packed diagnostic have the expected types; a cache may contain anything."""
    code, name, severity, message, span, hint, fixes, notes, target = finding
    dialect, endpoint, parameter = target
    texts = [anchor, code, name, message, *notes]
    texts += [each for each in (hint, dialect, endpoint, parameter) if each is not None]
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
