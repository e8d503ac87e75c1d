"""Change files: apply fixes, show them as a diff, add suppression comments."""

from __future__ import annotations

import sys

from cwql.analysis.fix_loop import choose
from cwql.lint.examination import Outcome, examine
from cwql.lint.files import Boundary
from cwql.lint.rewrite import Document, RewriteError, diff, find_cure, read_document, write
from cwql.lint.run import Planner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.lint.discovery import Target
    from cwql.lint.examination import Order
    from cwql.lint.rewrite import Cure
    from cwql.lint.run import Results
    from cwql.lint.session import Session

CLEAN, FINDINGS = 0, 1


def _cures(session: Session, results: Results) -> Iterator[tuple[int, Target, Order, Cure]]:
    planner = Planner()
    boundary = Boundary(session.folders)
    for number, (target, outcome) in enumerate(zip(results.targets, results.outcomes, strict=True)):
        if outcome is None or not choose(outcome.findings, session.unsafe):
            continue
        order = planner.order(target)
        try:
            cure = find_cure(_read(boundary, target, order), order, session.unsafe)
        except RewriteError as error:
            session.tell(f"{target.shown}: not fixed: {error}")
            continue
        if cure is not None:
            yield number, target, order, cure


def _read(boundary: Boundary, target: Target, order: Order) -> Document:
    if boundary.is_left_by(target.path):
        raise RewriteError("a link leads to it, and it is outside the linted folders")
    return read_document(target.path, order.limit)


def fix_files(session: Session, results: Results) -> None:
    """Write all fixes to their files, and put the remaining diagnostics into the results."""
    options = session.options
    count = files = 0
    for number, target, order, cure in _cures(session, results):
        try:
            write(cure.document, cure.text)
        except RewriteError as error:
            session.tell(f"{target.shown}: not fixed: {error}")
            continue
        count += len(cure.done)
        files += 1
        results.outcomes[number] = examine(order) or Outcome([], [], 0)
        if options.show_fixes or session.settings.show_fixes:
            session.tell(f"{target.shown}: fixed {len(cure.done)}:")
            for name, title in cure.done:
                session.tell(f"  {name}: {title}")
    if count:
        session.tell(f"fixed {count} in {files} {'file' if files == 1 else 'files'}")


def show_changes(session: Session, results: Results) -> int:
    """Print all fixes as a diff without writing them; return 1 if there are any."""
    texts = [diff(cure.document.text, cure.text, target.shown) for _, target, _, cure in _cures(session, results)]
    session.publish("".join(texts).removesuffix("\n"))
    return FINDINGS if texts and not session.options.exit_zero else CLEAN


def fix_text(session: Session, target: Target, order: Order, data: bytes) -> tuple[bytes, str]:
    """Return the bytes of the standard input with all fixes applied, and the change as a diff."""
    try:
        document = Document("", data)
        cure = find_cure(document, order, session.unsafe)
        if cure is None:
            return data, ""
        return document.encode(cure.text), diff(document.text, cure.text, target.shown)
    except RewriteError as error:
        session.tell(f"{target.shown}: not fixed: {error}")
        return data, ""


def add_comments(session: Session, results: Results) -> int:
    """Add a comment for every diagnostic that a comment can suppress; return 1 if some remain."""
    from cwql.lint.annotation import OWN, annotate, comment_of

    planner = Planner()
    boundary = Boundary(session.folders)
    count = files = left = 0
    for target, outcome in results.pairs():
        todo = [finding for finding in outcome.findings if finding.code not in OWN]
        if not todo:
            continue
        order = planner.order(target)
        if comment_of(order) is None:
            session.tell(
                f"{target.shown}: {len(todo)} left: {order.language} has no comments; use per-file-ignores or a baseline"
            )
            left += len(todo)
            continue
        try:
            document = _read(boundary, target, order)
            annotation = annotate(document.text, order)
            if annotation.count:
                write(document, annotation.text)
        except RewriteError as error:
            session.tell(f"{target.shown}: not changed: {error}")
            left += len(todo)
            continue
        count += annotation.count
        files += bool(annotation.count)
        for finding in annotation.left:
            session.tell(f"{target.shown}: {finding.code} left: there is no place for a comment")
        left += len(annotation.left)
    session.tell(
        f"keeps {count} findings back in {files} {'file' if files == 1 else 'files'}"
        if count
        else "no comment was added"
    )
    sys.stderr.flush()
    return FINDINGS if left and not session.options.exit_zero else CLEAN
