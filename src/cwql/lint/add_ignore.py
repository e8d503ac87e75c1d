"""Add ``cwql: ignore[...]`` comments for diagnostics: `annotate` to a text, `add_comments` to the files of a run.

The position of a comment is not guessed. Several positions are tried (the end of the condition's last line, a
line above it), and one is used only if the text, linted again, has the same conditions and fewer
diagnostics; Python must also parse to the same tree. All diagnostics are tried at once first, then halves of those that
failed, and the rest one by one, as often as `trials_of` allows. Diagnostics without a position for a comment are
returned, as are all diagnostics of a language without comments (JSON).
"""

from __future__ import annotations

import sys

from cwql.diagnostics import Edit, apply_edits
from cwql.lint import lazy_patterns as re
from cwql.lint.files import Boundary
from cwql.lint.fix import CLEAN, FINDINGS, RewriteError, State, read_target, trials_of, write
from cwql.lint.frontends import find_language, load
from cwql.lint.record import Record
from cwql.lint.templates.model import SpanIndex
from cwql.lint.words import count
from cwql.rules.traits import find_codes
from cwql.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends import Fence
    from cwql.lint.job import LintJob
    from cwql.lint.run import Results
    from cwql.lint.session import Session

    Signs: TypeAlias = tuple[str, str]

SUFFIXES: dict[str, Signs] = {
    **dict.fromkeys((".env", ".cfg"), ("# ", "")),
    ".xml": ("<!-- ", " -->"),
    ".jsonc": ("// ", ""),
    ".ini": ("; ", ""),
    ".rst": (".. ", ""),
}
"""How files with that ending write a comment, whatever their language counts as."""

OWN = find_codes("lint")
"""Rules about comments and files: no comment keeps them back here."""

_LISTED = re.compile(r"cwql:\s*ignore\[(?P<rules>[^\[\]\n]*)\]")


class Annotation(Record):
    """The text with comments, the number of diagnostics that they suppress, and the diagnostics without a position."""

    text: str
    count: int
    left: list[Diagnostic]


def comment_of(job: LintJob) -> Signs | None:
    """Return how comments begin and end in a file; None if it has no comments."""
    suffix = f".{job.name.rpartition('.')[2].lower()}"
    return SUFFIXES.get(suffix) or find_language(job.language).comment


class _Positions:
    """Where a text can have comments, and how they are written there: in Markdown, each fenced block has its own language."""

    def __init__(self, text: str, job: LintJob, signs: Signs) -> None:
        self.text = text
        self._signs = signs
        self._fences: list[Fence] = []
        language = find_language(job.language)
        if language.embeds:
            self._fences = [*load(language).find_fences(Source(text, job.name))]

    def _fence_at(self, at: int) -> Fence | None:
        return next((fence for fence in self._fences if fence.start <= at < fence.after), None)

    def _signs_at(self, at: int) -> Signs | None:
        fence = self._fence_at(at)
        if fence is None:
            return self._signs
        return None if fence.language is None or fence.language.prose else fence.language.comment

    def edits_at(self, at: int, names: list[str]) -> list[Edit]:
        """Return the ways to name rules at the end of a line, the best first: in the comment that is there, or in a new one."""
        signs = self._signs_at(at)
        if signs is None:
            return []
        text = self.text
        first = text.rfind("\n", 0, at) + 1
        edits = []
        listed = _LISTED.search(text, first, at)
        if listed is not None:
            known = [word.strip() for word in listed["rules"].split(",") if word.strip()]
            edits.append(Edit(Span(*listed.span("rules")), ", ".join(dict.fromkeys((*known, *names)))))
        # After a sign that continues the line, a comment would end the statement.
        if not text[max(first, at - 200) : at].rstrip().endswith(("\\", "`")):
            edits.append(Edit(Span(at, at), f"  {_comment(names, signs)}"))
        return edits

    def candidates(self, span: Span, names: list[str]) -> Iterator[str]:
        """Yield the text with a comment that names rules for a condition, the best position first."""
        text = self.text
        start, end = span
        for edit in self.edits_at(_end_of_line(text, max(start, end - 1)), names):
            yield apply_edits(text, [edit])
        signs = self._signs_at(start)
        fence = self._fence_at(start)
        line_end = "\r\n" if "\r\n" in text else "\n"
        if signs is not None:
            first = text.rfind("\n", 0, start) + 1
            indent = text[first : len(text) - len(text[first:].lstrip(" \t"))]
            yield f"{text[:first]}{indent}{_comment(names, signs)}{line_end}{text[first:]}"
        elif fence is not None:
            # The code has no comments, so a block of comments of the text around it contains it.
            opened = f"{self._signs[0]}cwql: off[{', '.join(names)}]{self._signs[1]}"
            closed = f"{self._signs[0]}cwql: on{self._signs[1]}"
            block = text[fence.start : fence.after]
            block += "" if block.endswith("\n") else line_end
            yield f"{text[: fence.start]}{opened}{line_end}{block}{closed}{line_end}{text[fence.after :]}"


def annotate(text: str, job: LintJob) -> Annotation:
    """Return the text with a comment for every diagnostic that a comment can suppress."""
    state = State(text, job)
    before = len(state.findings)
    signs = comment_of(job)
    if signs is None:
        return Annotation(text, 0, [finding for finding in state.findings if finding.code not in OWN])
    attempts = _Attempts(state, job, signs)
    attempts.try_together()
    left = attempts.try_one_by_one()
    return Annotation(attempts.state.text, before - len(attempts.state.findings), left)


def suppress(text: str, job: LintJob, finding: Diagnostic) -> str | None:
    """Return the text with a comment that suppresses one diagnostic; None if there is no position for a comment."""
    signs = comment_of(job)
    if signs is None or finding.code in OWN:
        return None
    state = State(text, job)
    span = SpanIndex(state.seen).around(finding.span)
    for candidate in _Positions(text, job, signs).candidates(span, [finding.name]):
        if _is_sound(state, State(candidate, job), job.language):
            return candidate
    return None


class _Attempts:
    """Put comments into a text, as long as each leaves it as sound as it was; `state` is the best text so far."""

    def __init__(self, state: State, job: LintJob, signs: Signs) -> None:
        self.state = state
        self._job = job
        self._signs = signs
        self._trials = trials_of(state.text)

    def _try(self, text: str) -> bool:
        if self._trials <= 0:
            return False
        self._trials -= 1
        after = State(text, self._job)
        if not _is_sound(self.state, after, self._job.language):
            return False
        self.state = after
        return True

    def try_together(self) -> None:
        """Try comments at the ends of all lines at once, and halves of them if that fails."""
        batches = [self._edits()]
        reserve = self._trials // 2
        while batches and self._trials > reserve:
            batch = batches.pop(0)
            if not batch:
                continue
            if self._try(apply_edits(self.state.text, batch)):
                # The places of the other edits have moved.
                batches = [self._edits()] if batches else []
            elif len(batch) > 1:
                middle = len(batch) // 2
                batches += [batch[:middle], batch[middle:]]

    def _edits(self) -> list[Edit]:
        """Return an edit for each line at which a condition with diagnostics ends."""
        names: dict[int, list[str]] = {}
        index = SpanIndex(self.state.seen)
        for finding in self.state.findings:
            if finding.code not in OWN:
                start, end = index.around(finding.span)
                names.setdefault(_end_of_line(self.state.text, max(start, end - 1)), []).append(finding.name)
        positions = _Positions(self.state.text, self._job, self._signs)
        return [edit for at, found in names.items() for edit in positions.edits_at(at, found)[:1]]

    def try_one_by_one(self) -> list[Diagnostic]:
        """Try all positions for each remaining diagnostic; return the diagnostics without one."""
        given_up: set[tuple[str, str]] = set()
        hopeless: list[Diagnostic] = []
        while True:
            state = self.state
            todo = next((f for f in state.findings if f.code not in OWN and _key(f, state) not in given_up), None)
            if todo is None:
                return hopeless
            span = SpanIndex(state.seen).around(todo.span)
            # All rules that speak of the same condition.
            inside = [f for f in state.findings if span.start <= f.span.start <= span.end and f.code not in OWN]
            names = list(dict.fromkeys(f.name for f in (todo, *inside)))
            candidates = _Positions(state.text, self._job, self._signs).candidates(span, names)
            if not any(map(self._try, candidates)):
                given_up.add(_key(todo, state))
                hopeless.append(todo)


def _key(finding: Diagnostic, state: State) -> tuple[str, str]:
    at = state.text.rfind("\n", 0, finding.span.start) + 1
    end = state.text.find("\n", finding.span.start)
    return finding.code, state.text[at : end if end >= 0 else len(state.text)]


def _comment(names: list[str], signs: Signs) -> str:
    return f"{signs[0]}cwql: ignore[{', '.join(dict.fromkeys(names))}]{signs[1]}"


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" and end > at else end


def _is_sound(before: State, after: State, language: str) -> bool:
    """Return whether the comment suppresses a diagnostic and changes nothing else."""
    if len(after.findings) >= len(before.findings) or [f.text for f in after.seen] != [f.text for f in before.seen]:
        return False
    if {f.code for f in after.findings} - {f.code for f in before.findings}:
        return False
    return not find_language(language).native or _tree(before.text) == _tree(after.text)


def _tree(text: str) -> str | None:
    import ast

    from cwql.lint.frontends.python.tree import parse_quietly

    try:
        return ast.dump(parse_quietly(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def add_comments(session: Session, results: Results) -> int:
    """Add a comment for every diagnostic that a comment can suppress; return 1 if some remain."""
    boundary = Boundary(session.folders)
    done = files = left = 0
    for target, outcome in results.pairs():
        todo = [finding for finding in outcome.findings if finding.code not in OWN]
        if not todo:
            continue
        job = target.job()
        if comment_of(job) is None:
            session.report(
                f"{target.shown}: {len(todo)} left: {job.language} has no comments; use per-file-ignores or a baseline"
            )
            left += len(todo)
            continue
        try:
            document = read_target(boundary, target, job)
            annotation = annotate(document.text, job)
            if annotation.count:
                write(document, annotation.text)
        except RewriteError as error:
            session.report(f"{target.shown}: not changed: {error}")
            left += len(todo)
            continue
        done += annotation.count
        files += bool(annotation.count)
        for finding in annotation.left:
            session.report(f"{target.shown}: {finding.code} left: there is no place for a comment")
        left += len(annotation.left)
    session.report(f"suppressed {count(done, 'problem')} in {count(files, 'file')}" if done else "no comment was added")
    sys.stderr.flush()
    return FINDINGS if left and not session.options.exit_zero else CLEAN
