"""The diagnostics of one file: `lint_text`, and `read_bytes` for content that is not decoded yet."""

from __future__ import annotations

from cwql.diagnostics import Diagnostic, in_order
from cwql.language.dialects import DIALECTS, find_dialect
from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import TEXT, Language, UnreadableSource, find_language, language_or_text, load
from cwql.lint.request_targets import Context
from cwql.source import Source, Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from dataclasses import KW_ONLY

    from cwql.analysis.rule_config import Rules
    from cwql.language.dialects.base import DialectName
    from cwql.lint.checker import ConditionChecker
    from cwql.lint.job import LintJob
    from cwql.lint.templates.model import ConditionTemplate

WORD = "cwql:"
"""Every comment for the linter contains this."""

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_FIRST = frozenset(mark[:1] for mark, _ in _MARKS)
_DIALECTS = frozenset((None, *[record.name for record in DIALECTS]))
"""Conditions to check: those for another product are skipped."""


class EmbeddedCondition(Value):
    """A condition in a source text: the `span` of its literals, the `text` that is sent, and where it is sent.

    Placeholders are ``{expression}`` in `text`. `dialect` and `endpoint` are None if nothing in the source names them;
    `parameter` is the query parameter (``conditions``).
    """

    __module__ = "cwql"

    _: KW_ONLY
    span: Span
    text: str
    dialect: str | None
    endpoint: str | None
    parameter: str


class LintResult(Value):
    """The result of `cwql.lint_text`: the `diagnostics`, and the `conditions` that were found and checked."""

    __module__ = "cwql"

    _: KW_ONLY
    diagnostics: tuple[Diagnostic, ...]
    conditions: tuple[EmbeddedCondition, ...]


def lint_text(  # noqa: PLR0913  # public, most by name only
    text: str,
    *,
    filename: str = "<text>",
    language: str | None = None,
    dialect: DialectName | None = None,
    endpoint: str | None = None,
    release: str | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    rules: Rules | None = None,
) -> LintResult:
    """Check the conditions in a source text; positions refer to that text.

    `language` is that of the text (``python``, ``powershell``, …), by default that of the suffix of `filename`; a text in no
    known language is searched for URLs only. `dialect` and `endpoint` apply to conditions whose request is unknown.
    `release` is that of the servers, as in `cwql.check`.
    `select` and `ignore` limit the rules that are reported, by code, beginning of a code, name or ``ALL``; `rules` sets
    severities as in `cwql.check`. Comments in the text (``cwql: ignore``) suppress diagnostics. Raises `UnknownNameError`
    for an unknown language, dialect, endpoint or rule, and no exception because of a text.

        >>> result = cwql.lint_text('psa.service.tickets.list("id == 5")', filename="report.py")
        >>> [diagnostic.code for diagnostic in result.diagnostics]
        ['CW112']
    """
    from cwql.analysis.rule_config import read_rules
    from cwql.lint.job import LintJob
    from cwql.lint.settings import Settings, check_selector
    from cwql.lint.templates.model import show_text

    chosen, ignored = tuple(select or ()), tuple(ignore or ())
    for word in (*chosen, *ignored):
        check_selector(word)
    if dialect is not None:
        find_dialect(dialect)
    if endpoint is not None:
        from cwql.lint.configuration import check_endpoint

        check_endpoint(endpoint, dialect)
    if release is not None:
        from cwql.schema.releases import read_release

        release = read_release(release)
    settings = Settings(select=chosen, ignore=ignored, dialect=dialect, endpoint=endpoint)
    seen: list[ConditionTemplate] = []
    job = LintJob(
        path=filename,
        name=filename,
        language=find_language(language).name if language is not None else language_or_text(filename).name,
        place=settings.default_place(),
        rules=read_rules(rules) or settings.read_rules(),
        codes=settings.codes(),
        release=release,
    )
    diagnostics = ExtractedFile(text, job).judge(seen)
    conditions = [
        EmbeddedCondition(
            span=found.span,
            text=show_text(found),
            dialect=found.place.dialect,
            endpoint=found.place.endpoint,
            parameter=found.parameter,
        )
        for found in seen
    ]
    return LintResult(diagnostics=tuple(diagnostics), conditions=tuple(conditions))


class ExtractedFile:
    """The conditions of a text, not checked yet.

    Extracting several files before checking any keeps the code and tables of both phases in the processor's cache. A bug in
    cwql that a text reveals becomes a diagnostic here and nowhere else, so it cannot stop a run or an editor.
    """

    __slots__ = ("_context", "_found", "_job", "_remark", "digest", "source")

    def __init__(self, text: str, job: LintJob, remark: Diagnostic | None = None) -> None:
        """`remark` is a diagnostic about the file itself, which comments cannot suppress."""
        self.source = Source(text, job.name)
        self.digest = ""
        self._job = job
        self._remark = remark
        self._context = Context(self.source, job.place)
        self._found: list[ConditionTemplate | Diagnostic]
        try:
            self._found = _extract(self.source, self._context, find_language(job.language))
        except Exception as error:
            self._found = [report_failure(error)]

    def conditions(self) -> list[ConditionTemplate]:
        """Return the conditions that certainly go to ConnectWise, without checking them.

        A single word in the place of a condition is one of them, because it may be a condition that is being typed.
        """
        found = [item for item in self._found if not isinstance(item, Diagnostic)]
        return [item for item in found if item.place.sure and item.place.dialect in _DIALECTS]

    def moved(
        self, text: str, move: Callable[[Sequence[ConditionTemplate]], list[ConditionTemplate] | None]
    ) -> ExtractedFile | None:
        """Return the draft of a changed text, in which the conditions are those that `move` returns.

        None if `move` returns None, or if the extractor has reported something: the changed text must be read then.
        """
        found = [item for item in self._found if not isinstance(item, Diagnostic)]
        moved = move(found) if len(found) == len(self._found) else None
        if moved is None:
            return None
        draft = object.__new__(ExtractedFile)
        draft.source = Source(text, self.source.name)
        draft._job, draft._remark, draft.digest = self._job, self._remark, ""
        draft._context = Context(draft.source, self._context.default)
        draft._found = [*moved]
        return draft

    def judge(self, seen: list[ConditionTemplate] | None = None) -> list[Diagnostic]:
        """Return the diagnostics, and add every condition that was checked to `seen`."""
        try:
            reported = self._judge(seen)
        except Exception as error:
            reported = [report_failure(error)]
        if self._remark is not None:
            reported.append(self._remark)
        return in_order(_counted(reported, self._job)) if reported else reported

    def _judge(self, seen: list[ConditionTemplate] | None) -> list[Diagnostic]:
        # Each diagnostic with the span that a comment must touch to suppress it.
        found: list[tuple[Diagnostic, Span]] = []
        whole = True
        judge: ConditionChecker | None = None
        for item in self._found:
            if isinstance(item, Diagnostic):
                found.append((item, item.span))
                whole = whole and item.name not in ("broken-source", "lint-failure")
                continue
            text = item.text
            # A single word is not a condition (``{"conditions": "filter"}``); in other places it may be a field.
            if text.isidentifier() and item.parameter.lower().endswith(("conditions", "condition")):
                continue
            if item.place.dialect not in _DIALECTS:
                continue
            if seen is not None and item.place.sure:
                seen.append(item)
            if judge is None:
                # Imported here because many files have no conditions.
                from cwql.lint.checker import ConditionChecker

                judge = ConditionChecker(self._job.rules, self._job.release, self.source.text)
            found += [(finding, item.span) for finding in judge.judge(item, text)]
        if self._context.names_us and WORD in self.source.text:
            return _apply_comments(self.source, self._job, found, whole)
        return [finding for finding, _ in found]


def _apply_comments(
    source: Source, job: LintJob, found: list[tuple[Diagnostic, Span]], whole: bool
) -> list[Diagnostic]:
    """Return the diagnostics that no comment suppresses.

    Those about the comments themselves are added if the file was read completely.
    """
    from cwql.lint.suppressions import Verdict, find_suppressions

    suppressions = find_suppressions(source, job.language)
    if not suppressions:
        return [finding for finding, _ in found]
    verdict = Verdict(source, suppressions)
    kept = [finding for finding, stretch in found if verdict.keep(finding, stretch)]
    if whole:
        reported = list(verdict.unused(job.rules, job.codes))
        kept += [finding for finding in reported if verdict.keep(finding, finding.span)]
    return kept


def _extract(source: Source, context: Context, language: Language) -> list[ConditionTemplate | Diagnostic]:
    """Return the conditions that the language's extractor finds.

    If it cannot parse the text, those of a search for URLs.
    """
    try:
        # A text that turns out to be unparsable half way yields no conditions.
        return [*load(language).extract(source, context)]
    except UnreadableSource as error:
        from cwql.rules.source import BROKEN_SOURCE

        at = min(max(error.offset, 0), len(source.text))
        broken = BROKEN_SOURCE.at(
            Span(at, min(at + 1, len(source.text))),
            f"this is not {language.name} from here on ({error}): searched for URLs only",
        )
        return [broken, *load(TEXT).extract(source, context)]


def report_failure(error: Exception | str) -> Diagnostic:
    """Return the diagnostic for a bug in cwql, or for a file that killed the process that read it."""
    from cwql.rules.source import LINT_FAILURE

    message = str(error)
    if isinstance(error, Exception):
        at = error.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        module = "" if at is None else f" in {at.tb_frame.f_globals.get('__name__', '?')}, line {at.tb_lineno}"
        message = f"{type(error).__name__}: {error}{module}"
    return LINT_FAILURE.at(
        Span(0, 0), message, hint="this is a fault of cwql: please report it with the file, if you can share it"
    )


def read_bytes(data: bytes, job: LintJob) -> ExtractedFile:
    """Return the conditions of a file.

    The encoding is that of a byte order mark, of the coding cookie of a Python file, or UTF-8; any other content is
    decoded as Windows-1252, with a remark. A binary file has no text and one remark.
    """
    text, remark = decode(data)
    return ExtractedFile(text or "", job, remark)


def _counted(findings: list[Diagnostic], job: LintJob) -> list[Diagnostic]:
    """Return the diagnostics that are enabled, with their configured severities.

    Those of an expression with several texts occur once.
    """
    if job.rules is not None:
        from cwql.analysis.rule_config import apply_severities

        findings = apply_severities(findings, job.rules)
    counted: dict[tuple[str, Span, str], Diagnostic] = {}
    for finding in findings:
        if job.codes is None or finding.code in job.codes:
            counted.setdefault((finding.code, finding.span, finding.message), finding)
    return [*counted.values()]


def decode(data: bytes) -> tuple[str | None, Diagnostic | None]:
    """Return the text of a file, and a remark if it is uncertain; no text for a binary file."""
    encoding, length = encoding_of(data)
    if not length and b"\x00" in data[:8192]:
        from cwql.rules.source import SKIPPED_FILE

        return None, SKIPPED_FILE.at(Span(0, 0), "a binary file: passed over")
    try:
        return data[length:].decode(encoding), None
    except (UnicodeError, LookupError) as error:
        from cwql.rules.source import SKIPPED_FILE

        remark = SKIPPED_FILE.at(
            Span(0, 0), f"not {encoding} ({error}): read as Windows-1252", hint="save the file as UTF-8"
        )
        return data[length:].decode("cp1252", "replace"), remark


def encoding_of(data: bytes) -> tuple[str, int]:
    """Return the encoding that the bytes of a file speak for, and the length of their byte order mark."""
    if data[:1] in _FIRST:
        for mark, encoding in _MARKS:
            if data.startswith(mark):
                return encoding, len(mark)
    second = data.find(b"\n", data.find(b"\n") + 1)
    head = data if second < 0 else data[:second]
    if b"coding" not in head:
        return "utf-8", 0
    cookie = next(filter(None, map(_COOKIE.match, head.split(b"\n"))), None)
    return ("utf-8" if cookie is None else cookie[1].decode("ascii")), 0


# Users know it as a name of `cwql`.
lint_text.__module__ = "cwql"
