"""Lint one file: `examine`, from its path to a `FileResult`.

Most files of a tree have no conditions: `may_hold` detects that by a search through the bytes, without decoding them.
"""

from __future__ import annotations

from cwql.lint.files import digest_of, read_regular
from cwql.lint.job import FileResult
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from cwql.diagnostics import Diagnostic
    from cwql.lint.job import LintJob
    from cwql.lint.linter import ExtractedFile
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_WIDE = (b"\xff\xfe", b"\xfe\xff")


def may_hold(data: bytes) -> bool:
    """Return whether the bytes of a file can contain a condition.

    They do if they have the names of parameters, ``cwql`` or ``connectwise``, in any letter case: functions of the file may
    take a condition without the name of its parameter.
    """
    folded = data.lower()
    if b"condition" in folded or b"cwql" in folded or b"fields" in folded or b"connectwise" in folded:
        return True
    if b"order" in folded and (b"orderby" in folded or b"order_by" in folded or b"order-by" in folded):
        return True
    # Two or four bytes a character: looked at as text.
    return data[:2] in _WIDE or data[:4] == b"\x00\x00\xfe\xff"


def examine(job: LintJob, known: str | None = None) -> FileResult | None:
    """Lint a file and return its result. Never raises an exception because of a file.

    `known` is the digest of a content with a cached result (or an empty text). If it is given, the result has a digest
    too, and None is returned if the content has not changed.
    """
    return finish(begin(job, read(job, known)))


def read(job: LintJob, known: str | None = None) -> tuple[bytes, str] | FileResult | None:
    """Do the first part of `examine`: return the bytes of a file and, if `known` is given, their digest.

    The result is a `FileResult` if nothing is left to do, and None if the content has not changed.
    """
    try:
        data = read_regular(job.path, job.limit)
    except OSError as error:
        return skipped(job.codes, f"cannot be read: {error.strerror or error}")
    digest = ""
    if known is not None:
        digest = digest_of(data)
        if digest == known:
            return None
    return (data, digest) if may_hold(data) else FileResult([], [], 0, digest)


def begin(job: LintJob, content: tuple[bytes, str] | FileResult | None) -> ExtractedFile | FileResult | None:
    """Do the second part of `examine`: extract the conditions, if there may be any."""
    if content is None or isinstance(content, FileResult):
        return content
    from cwql.lint.linter import read_bytes

    draft = read_bytes(content[0], job)
    draft.digest = content[1]
    return draft


def finish(begun: ExtractedFile | FileResult | None) -> FileResult | None:
    """Do the last part of `examine`: check the conditions, if there is anything left to do."""
    if begun is None or isinstance(begun, FileResult):
        return begun
    seen: list[ConditionTemplate] = []
    findings = begun.judge(seen)
    anchors = _anchors(findings, seen, begun.source) if findings else []
    return FileResult(findings, anchors, len(seen), begun.digest, begun.source.text)


def examine_bytes(data: bytes, job: LintJob) -> FileResult:
    """Return the result for the bytes of a file."""
    result = finish(begin(job, (data, "")) if may_hold(data) else FileResult([], [], 0))
    assert result is not None
    return result


def _anchors(findings: list[Diagnostic], seen: list[ConditionTemplate], source: Source) -> list[str]:
    """Return the text of the condition around each diagnostic, or of its line if there is no condition."""
    from cwql.lint.templates.model import SpanIndex

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
    """Return the result of a file that was not read."""
    from cwql.rules.source import SKIPPED_FILE

    return _with_one(SKIPPED_FILE.at(Span(0, 0), message), codes)


def killed(codes: Container[str] | None) -> FileResult:
    """Return the result of a file that killed the process that read it."""
    from cwql.lint.linter import report_failure

    return _with_one(report_failure("the process that read this file was killed, or ran out of memory"), codes)


def _with_one(finding: Diagnostic, codes: Container[str] | None) -> FileResult:
    reported = codes is None or finding.code in codes
    return FileResult([finding], [""], 0, text="") if reported else FileResult([], [], 0, text="")
