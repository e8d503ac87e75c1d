"""Lint one file: `examine`, from its path to a `FileResult`.

Most files of a tree have no conditions: `may_hold` detects that by a search through the bytes, without decoding them.
"""

from __future__ import annotations

from cwql.diagnostics import APPLICABILITIES, SEVERITIES, Diagnostic, Edit, Fix
from cwql.lint.files import digest_of, read_regular
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any, TypeAlias

    from cwql.analysis.rule_config import RuleConfig
    from cwql.lint.file import ExtractedFile
    from cwql.lint.places import Place
    from cwql.lint.templates.model import Found
    from cwql.source import Source

    Packed: TypeAlias = list[Any]

LARGEST = 5_000_000
"""Maximum size of a source in bytes, unless the settings say otherwise."""

_WIDE = (b"\xff\xfe", b"\xfe\xff")


def may_hold(data: bytes) -> bool:
    """Return whether the bytes of a file can contain a condition.

    They do if they have the names of parameters, or ``cwql``, in any letter case.
    """
    folded = data.lower()
    if b"condition" in folded or b"cwql" in folded or b"fields" in folded:
        return True
    if b"order" in folded and (b"orderby" in folded or b"order_by" in folded or b"order-by" in folded):
        return True
    # Two or four bytes a character: looked at as text.
    return data[:2] in _WIDE or data[:4] == b"\x00\x00\xfe\xff"


class FileResult:
    """The result for one file: diagnostics, the number of conditions, and the data that detects changes of the file.

    `anchors` has the text of the condition for each diagnostic, which a baseline uses as its key. `text` is set only if
    this process read the file.
    """

    __slots__ = ("anchors", "conditions", "digest", "findings", "text")

    def __init__(
        self,
        findings: list[Diagnostic],
        anchors: list[str],
        conditions: int,
        digest: str = "",
        text: str | None = None,
    ) -> None:
        self.findings = findings
        self.anchors = anchors
        self.conditions = conditions
        self.digest = digest
        self.text = text

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
                code,
                name,
                severity,
                message,
                Span(*span),
                hint,
                tuple(
                    [
                        Fix(title, [Edit(Span(at, end), text) for at, end, text in edits], applicability)
                        for title, applicability, edits in fixes
                    ]
                ),
                tuple(notes),
            )
            for code, name, severity, message, span, hint, fixes, notes in findings
        ]
        return cls(read, list(anchors), conditions, digest)


def _is_sound(finding: list[Any], anchor: object) -> bool:
    """Return whether the parts of a packed diagnostic have the expected types; a cache may contain anything."""
    code, name, severity, message, span, hint, fixes, notes = finding
    texts = [anchor, code, name, message, "" if hint is None else hint, *notes]
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


class LintJob(Value):
    """How to lint a file: path, name, language, settings. Sent from process to process."""

    path: str
    name: str
    language: str
    place: Place
    rules: RuleConfig | None
    codes: Container[str] | None
    limit: float = LARGEST


class ReadFile:
    """A file that was read, whose conditions have not been checked yet: see `finish`."""

    __slots__ = ("digest", "draft", "order")

    def __init__(self, order: LintJob, draft: ExtractedFile, digest: str) -> None:
        self.order = order
        self.draft = draft
        self.digest = digest


def examine(order: LintJob, known: str | None = None) -> FileResult | None:
    """Lint a file and return its result. Never raises an exception because of a file.

    `known` is the digest of a content with a cached result (or an empty text). If it is given, the result has a digest
    too, and None is returned if the content has not changed.
    """
    begun = begin(order, known)
    return finish(begun) if isinstance(begun, ReadFile) else begun


def begin(order: LintJob, known: str | None = None) -> ReadFile | FileResult | None:
    """Do the first half of `examine`: read a file and extract its conditions.

    The result is set if nothing is left to do.
    """
    try:
        data = read_regular(order.path, order.limit)
    except OSError as error:
        return skipped(order.codes, f"cannot be read: {error.strerror or error}")
    digest = ""
    if known is not None:
        digest = digest_of(data)
        if digest == known:
            return None
    return _begin(data, order, digest)


def _begin(data: bytes, order: LintJob, digest: str) -> ReadFile | FileResult:
    if not may_hold(data):
        return FileResult([], [], 0, digest)
    from cwql.lint.file import read_bytes

    return ReadFile(order, read_bytes(data, order.name, order.language, default=order.place), digest)


def finish(begun: ReadFile) -> FileResult:
    """Do the second half of `examine`: check the conditions."""
    order = begun.order
    text = begun.draft.source.text
    seen: list[Found] = []
    findings = begun.draft.judge(order.rules, order.codes, seen)
    anchors = _anchors(findings, seen, begun.draft.source) if findings else []
    return FileResult(findings, anchors, len(seen), begun.digest, text)


def examine_bytes(data: bytes, order: LintJob) -> FileResult:
    """Return the result for the bytes of a file."""
    begun = _begin(data, order, "")
    return finish(begun) if isinstance(begun, ReadFile) else begun


def _anchors(findings: list[Diagnostic], seen: list[Found], source: Source) -> list[str]:
    """Return the text of the condition around each diagnostic, or of its line if there is no condition."""
    from cwql.lint.span_index import SpanIndex

    index = SpanIndex(seen)
    # A line may be as long as the file, and have thousands of diagnostics.
    lines: dict[int, str] = {}
    anchors = []
    for finding in findings:
        found = index.innermost(finding.span)
        if found is not None:
            anchors.append(found.text)
            continue
        line = source.position(finding.span.start)[0]
        if line not in lines:
            lines[line] = source.line(line).strip()[:200]
        anchors.append(lines[line])
    return anchors


def skipped(codes: Container[str] | None, message: str) -> FileResult:
    """Return the outcome of a file that was not read."""
    from cwql.analysis.rules.source import SKIPPED_FILE

    return _with_one(SKIPPED_FILE.at(Span(0, 0), message), codes)


def killed(codes: Container[str] | None) -> FileResult:
    """Return the outcome of a file that killed the process that read it."""
    from cwql.lint.file import report_failure

    return _with_one(report_failure("the process that read this file was killed, or ran out of memory"), codes)


def _with_one(finding: Diagnostic, codes: Container[str] | None) -> FileResult:
    reported = codes is None or finding.code in codes
    return FileResult([finding], [""], 0, text="") if reported else FileResult([], [], 0, text="")
