"""Apply fixes to files: `fix_source` on the text, `write` on the disk.

Nothing is lost: a file is written to a temporary file and moved into place, only if it still has the content that was
read, in its own encoding, with its line ends, byte order mark and permissions. A fix is kept only if it leaves no more
errors and diagnostics than before, and if the source can still be parsed and all of its conditions are still found.
"""

from __future__ import annotations

import os
import stat

from cwql.analysis.fix_loop import choose
from cwql.diagnostics import apply_edits
from cwql.errors import CwqlError
from cwql.lint.examine import examine
from cwql.lint.files import Boundary, create_beside, read_regular
from cwql.lint.job import LARGEST, FileResult
from cwql.lint.linter import ExtractedFile, decode, encoding_of
from cwql.lint.record import Record
from cwql.lint.words import count
from cwql.rules.traits import find_codes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.diagnostics import Diagnostic, Fix
    from cwql.lint.discovery import Target
    from cwql.lint.job import LintJob
    from cwql.lint.run import Results
    from cwql.lint.session import Session
    from cwql.lint.templates.model import ConditionTemplate

CLEAN, FINDINGS = 0, 1

ROUNDS = 20
"""How often a file is fixed and linted again: a fix can reveal the next problem."""

TRIALS = 200
"""How often a file is linted at most."""

TRIED = 10_000_000
"""Characters that are linted at most, each time that a file is linted: a large file is not linted as often."""

UNREAD = find_codes("unread")


class RewriteError(CwqlError, ValueError):
    """A file that is not written, with the reason."""


class Document:
    """A file: its bytes, its text, and the conversion between the two.

    Raises `RewriteError` for bytes that cannot be reproduced exactly.
    """

    __slots__ = ("data", "encoding", "mark", "path", "text")

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        text, remark = decode(data)
        if text is None or remark is not None:
            raise RewriteError("its encoding is not certain")
        self.text = text
        self.encoding, length = encoding_of(data)
        self.mark = data[:length]
        if self.encode(text) != data:
            raise RewriteError(f"its bytes are not what {self.encoding} makes of its text")

    def encode(self, text: str) -> bytes:
        """Return the bytes of a text. Raises `RewriteError` for one that the encoding of the file cannot carry."""
        try:
            return self.mark + text.encode(self.encoding)
        except (UnicodeError, LookupError) as error:
            raise RewriteError(f"the new text cannot be written in its encoding: {error}") from None


def read_document(path: str, limit: float = LARGEST) -> Document:
    """Read a file. Raises `RewriteError` if it cannot be read, or not be written back exactly."""
    # A link is resolved once, so that the file that is written is the file that was read.
    path = os.path.realpath(path)
    try:
        return Document(path, read_regular(path, limit, follow=False))
    except OSError as error:
        raise RewriteError(str(error.strerror or error)) from None


class State:
    """A text with its diagnostics and its conditions."""

    __slots__ = ("findings", "seen", "text")

    def __init__(self, text: str, job: LintJob) -> None:
        self.text = text
        self.seen: list[ConditionTemplate] = []
        self.findings = ExtractedFile(text, job).judge(self.seen)

    def is_no_worse_than(self, other: State) -> bool:
        """Return whether this has no additional diagnostics and no lost conditions compared with the other one."""
        return (
            self.weight() <= other.weight()
            and len(self.seen) >= len(other.seen)
            and not self._unread() - other._unread()
        )

    def weight(self) -> tuple[int, int]:
        """Return the numbers of errors and of diagnostics."""
        return sum([finding.severity == "error" for finding in self.findings]), len(self.findings)

    def _unread(self) -> set[str]:
        return {finding.code for finding in self.findings if finding.code in UNREAD}


class FixedSource(Record):
    """Fixed source, applied fixes, and remaining diagnostics."""

    document: Document
    text: str
    done: list[tuple[str, str]]
    left: list[Diagnostic]


def trials_of(text: str) -> int:
    """Return how often a text of that length is linted at most."""
    return max(10, min(TRIALS, TRIED // max(len(text), 1)))


def fix_source(document: Document, job: LintJob, unsafe: bool = False) -> FixedSource | None:
    """Return the text with every useful fix, or None if there is none.

    `unsafe` allows fixes that may change the meaning.
    """
    state = State(document.text, job)
    visited = {state.text}
    done: list[tuple[str, str]] = []
    trials, limit = 0, trials_of(state.text)
    for _ in range(ROUNDS):
        progress = False
        batches = [choose(state.findings, unsafe)]
        names = {id(fix): finding.name for finding in state.findings for fix in finding.fixes}
        while batches and trials < limit:
            batch = batches.pop(0)
            better = _attempt(state, batch, job, visited)
            trials += bool(batch)
            if better is not None:
                done += [(names[id(fix)], fix.title) for fix in batch]
                state, progress = better, True
                # The positions of the other fixes have moved, so they are searched for again.
                break
            if len(batch) > 1:
                middle = len(batch) // 2
                batches += [batch[:middle], batch[middle:]]
        if not progress:
            break
    return FixedSource(document, state.text, done, state.findings) if done else None


def _attempt(state: State, fixes: Sequence[Fix], job: LintJob, visited: set[str]) -> State | None:
    if not fixes:
        return None
    text = apply_edits(state.text, [edit for fix in fixes for edit in fix.edits])
    if text in visited:
        return None
    visited.add(text)
    after = State(text, job)
    return after if after.is_no_worse_than(state) else None


def write(document: Document, text: str) -> None:
    """Replace the content of a file. Raises `RewriteError`, and leaves the file as it is, if that cannot be done safely."""
    data = document.encode(text)
    path = document.path
    try:
        status = os.stat(path, follow_symlinks=False)
        if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise RewriteError("it may not be written")
        descriptor, aside = create_beside(path, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _take_over(aside, status)
            size = len(document.data)
            if status.st_size != size or read_regular(path, size, follow=False) != document.data:
                raise RewriteError("it was changed while it was looked at")
            # A new file in the place of one that has several names would leave the old text under the others.
            if status.st_nlink > 1:
                _overwrite(path, data)
                os.unlink(aside)
            else:
                os.replace(aside, path)
        except BaseException:
            os.unlink(aside)
            raise
    except OSError as error:
        raise RewriteError(str(error.strerror or error)) from None


def _overwrite(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "wb") as file:
        file.write(data)
        file.truncate()


def _take_over(path: str, status: os.stat_result) -> None:
    if hasattr(os, "chown"):
        try:
            os.chown(path, status.st_uid, status.st_gid)
        except OSError:
            # Only the superuser gives files away.
            pass
    os.chmod(path, stat.S_IMODE(status.st_mode))


def diff(before: str, after: str, name: str) -> str:
    """Return the change as a unified diff, as ``patch`` and ``git apply`` take it."""
    from difflib import unified_diff
    from io import StringIO

    # Unlike `splitlines`, it splits at line feeds only.
    old, new = list(StringIO(before)), list(StringIO(after))
    lines = list(unified_diff(old, new, _quote(f"a/{name}"), _quote(f"b/{name}")))
    return "".join([line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines])


def _quote(name: str) -> str:
    """Return a name as the head of a diff has it: like git, between quotes and escaped if it could be taken for anything else."""
    if name.isprintable() and not any(character in name for character in '"\\'):
        return name
    shown = ""
    for character in name:
        octal = "".join([f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape")])
        shown += f"\\{character}" if character in '"\\' else character if character.isprintable() else octal
    return f'"{shown}"'


# --- the files of a run ---------------------------------------------------------------------------------------------


def _fixed_sources(session: Session, results: Results) -> Iterator[tuple[int, Target, LintJob, FixedSource]]:
    boundary = Boundary(session.folders)
    for number, (target, outcome) in enumerate(zip(results.targets, results.outcomes, strict=True)):
        if outcome is None or not choose(outcome.findings, session.unsafe):
            continue
        job = target.job()
        try:
            fixed = fix_source(read_target(boundary, target, job), job, session.unsafe)
        except RewriteError as error:
            session.report(f"{target.shown}: not fixed: {error}")
            continue
        if fixed is not None:
            yield number, target, job, fixed


def read_target(boundary: Boundary, target: Target, job: LintJob) -> Document:
    """Read a file that may be changed. Raises `RewriteError` for one outside the folders of the run."""
    if boundary.is_left_by(target.path):
        raise RewriteError("a link leads to it, and it is outside the linted folders")
    return read_document(target.path, job.limit)


def fix_files(session: Session, results: Results) -> None:
    """Write all fixes to their files, and put the remaining diagnostics into the results."""
    options = session.options
    done = files = 0
    for number, target, job, fixed in _fixed_sources(session, results):
        try:
            write(fixed.document, fixed.text)
        except RewriteError as error:
            session.report(f"{target.shown}: not fixed: {error}")
            continue
        done += len(fixed.done)
        files += 1
        results.outcomes[number] = examine(job) or FileResult([], [], 0)
        if options.show_fixes or session.settings.show_fixes:
            session.report(f"{target.shown}: fixed {len(fixed.done)}:")
            for name, title in fixed.done:
                session.report(f"  {name}: {title}")
    if done:
        session.report(f"fixed {done} in {count(files, 'file')}")


def show_changes(session: Session, results: Results) -> int:
    """Print all fixes as a diff without writing them; return 1 if there are any."""
    texts = [
        diff(fixed.document.text, fixed.text, target.shown) for _, target, _, fixed in _fixed_sources(session, results)
    ]
    session.publish("".join(texts).removesuffix("\n"))
    return FINDINGS if texts and not session.options.exit_zero else CLEAN


def fix_text(session: Session, target: Target, job: LintJob, data: bytes) -> tuple[bytes, str]:
    """Return the bytes of the standard input with all fixes applied, and the change as a diff."""
    try:
        document = Document("", data)
        fixed = fix_source(document, job, session.unsafe)
        if fixed is None:
            return data, ""
        return document.encode(fixed.text), diff(document.text, fixed.text, target.shown)
    except RewriteError as error:
        session.report(f"{target.shown}: not fixed: {error}")
        return data, ""
