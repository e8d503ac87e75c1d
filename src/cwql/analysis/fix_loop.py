"""Choose and apply fixes, until none is left that does no harm."""

from __future__ import annotations

from bisect import bisect, insort
from collections import Counter

from cwql.diagnostics import apply_edits
from cwql.value import Value, unknown_attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from dataclasses import KW_ONLY
    from typing import NoReturn, TypeAlias

    from cwql.diagnostics import Diagnostic, Edit, Fix

    Weight: TypeAlias = tuple[int, int]
    Verdict: TypeAlias = Callable[[Weight, Weight], bool]

ROUNDS = 20
"""How often a text is fixed and checked again: a fix can reveal the next mistake, or move the position of another fix.
"""

SINGLES = 50
"""How many fixes are tried one by one if all at once would make the text worse."""


class FixResult(Value):
    """The result of `cwql.fix`: the `text`, the fixes that were `applied`, and the `diagnostics` that are left.

    The edits of a fix refer to the text to which it was applied: the result of the fixes before it.
    """

    __module__ = "cwql"

    _: KW_ONLY
    text: str
    applied: tuple[Fix, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _FORMS)


_FORMS = {
    "changed": "applied",
    "fixed": "text",
    "fixed_text": "text",
    "fixes": "applied",
    "output": "text",
    "remaining": "diagnostics",
}
"""The form of cwql for the attributes of results of other linters."""


def fix_with(judge: Callable[[str], list[Diagnostic]], text: str, unsafe: bool = False) -> FixResult:
    """Apply fixes to a text; `judge` returns the diagnostics of a candidate."""

    def is_no_worse(candidate: str) -> bool:
        if unsafe:
            return visited[candidate][0] <= visited[original][0]
        return errors[candidate] <= errors[original]

    original = text
    findings = judge(text)
    visited, errors = {text: _weight(findings)}, {text: _count_errors(findings)}
    left = {text: findings}
    steps: dict[str, tuple[str, Sequence[Fix]]] = {}

    def result(fixed: str) -> FixResult:
        applied: list[Fix] = []
        at = fixed
        while at != original:
            at, fixes = steps[at]
            applied[:0] = fixes
        return FixResult(text=fixed, applied=tuple(applied), diagnostics=tuple(left[fixed]))

    for _ in range(ROUNDS):
        for fixes, accepts in _attempts(findings, unsafe):
            better = apply_edits(text, [edit for fix in fixes for edit in fix.edits])
            if better in visited:
                continue
            after = judge(better)
            if accepts(_weight(findings), _weight(after)):
                steps[better] = (text, fixes)
                text, findings = better, after
                left[text] = findings
                visited[text], errors[text] = _weight(findings), _count_errors(findings)
                break
        else:
            # The furthest text that is no worse; the others were steps on the way to one.
            return result(next(seen for seen in reversed(visited) if is_no_worse(seen)))
    # Fixes that undo each other in turn: use the first of the best texts.
    return result(min(filter(is_no_worse, visited), key=lambda seen: visited[seen]))


def choose(findings: Iterable[Diagnostic], unsafe: bool = False) -> list[Fix]:
    """Pick one fix for each diagnostic that has a suitable one, so that no two of them overlap.

    A fix that must wait for another one is found again when the text is checked again.
    """
    chosen: list[Fix] = []
    taken: list[tuple[int, int]] = []
    allowed = ("safe", "unsafe") if unsafe else ("safe",)
    for finding in findings:
        for fix in finding.fixes:
            if fix.edits and fix.applicability in allowed and all(_is_free(edit, taken) for edit in fix.edits):
                chosen.append(fix)
                for edit in fix.edits:
                    insort(taken, (edit.span.start, edit.span.end))
                break
    return chosen


def _attempts(findings: Sequence[Diagnostic], unsafe: bool) -> Iterator[tuple[Sequence[Fix], Verdict]]:
    """Yield the candidates, the best first, with the verdict that each must pass."""
    fixes = choose(findings)
    yield from ((batch, _does_no_harm) for batch in _batches(fixes))
    if fixes:
        yield fixes, _was_broken
    if unsafe:
        yield from ((batch, _does_good) for batch in _batches(choose(findings, unsafe=True)))


def _batches(fixes: Sequence[Fix]) -> Iterator[Sequence[Fix]]:
    if fixes:
        yield fixes
    if len(fixes) > 1:
        yield from ([fix] for fix in fixes[:SINGLES])


def _weight(findings: Sequence[Diagnostic]) -> Weight:
    return sum([finding.severity == "error" for finding in findings]), len(findings)


def _count_errors(findings: Sequence[Diagnostic]) -> Counter[str]:
    return Counter([finding.code for finding in findings if finding.severity == "error"])


def _does_no_harm(before: Weight, after: Weight) -> bool:
    return after[0] <= before[0]


def _was_broken(before: Weight, after: Weight) -> bool:
    # In a broken text a safe fix may reveal problems that the mistake hid, for example of text that was
    # percent-encoded.
    return before[0] > 0


def _does_good(before: Weight, after: Weight) -> bool:
    return after < before


def _is_free(edit: Edit, taken: list[tuple[int, int]]) -> bool:
    """Return whether an edit overlaps none of the earlier ones and inserts at another position."""
    place = (edit.span.start, edit.span.end)
    index = bisect(taken, place)
    if index and (taken[index - 1][1] > place[0] or taken[index - 1] == place):
        return False
    return index == len(taken) or taken[index][0] >= place[1]
