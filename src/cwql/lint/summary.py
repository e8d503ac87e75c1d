"""What a run says at its end: the findings in a format, how many there are of each rule, one line that sums up."""

from __future__ import annotations

from cwql.lint.examination import examine_bytes
from cwql.lint.files import read_regular
from cwql.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.discovery import Target
    from cwql.lint.examination import Outcome
    from cwql.lint.run import Results
    from cwql.render import Report

_WORDS = {"error": ("error", "errors"), "warning": ("warning", "warnings"), "info": ("remark", "remarks")}


def make_reports(results: Results) -> Iterator[Report]:
    """Yield every file that has findings, with its text."""
    for target, outcome in results.pairs():
        if outcome.findings:
            text = read_again(target, outcome)
            yield Source(text, target.shown), outcome.findings


def read_again(target: Target, outcome: Outcome) -> str:
    """Return the text that the findings of an outcome count in; a file that has changed is examined anew, into the outcome."""
    if outcome.text is not None:
        return outcome.text
    from cwql.lint.cache import digest_of
    from cwql.lint.file import decode
    from cwql.lint.run import Planner

    try:
        data = read_regular(target.path, target.settings.max_file_size * 1e6)
    except OSError:
        # It was there a moment ago: the findings have no text to be shown in.
        outcome.findings = []
        return ""
    if outcome.digest and digest_of(data) != outcome.digest:
        fresh = examine_bytes(data, Planner().order(target))
        outcome.findings, outcome.anchors, outcome.text = fresh.findings, fresh.anchors, fresh.text or ""
        return outcome.text
    outcome.text = decode(data)[0] or ""
    return outcome.text


def sum_up(results: Results, cure: str = "cwql lint --fix") -> str:
    """Return one line: files, conditions, findings by severity, and how many `cure` would cure."""
    outcomes = [outcome for _, outcome in results.pairs()]
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    conditions = sum([outcome.conditions for outcome in outcomes])
    head = f"{_count(len(outcomes), 'file', 'files')}, {_count(conditions, 'condition', 'conditions')}"
    if not findings:
        return f"{head}: nothing to say"
    safe = sum([any(fix.safe for fix in finding.fixes) for finding in findings])
    unsafe = sum([any(not fix.safe for fix in finding.fixes) for finding in findings])
    tail = ""
    if safe:
        tail = f"; {cure} cures {safe if safe < len(findings) else 'it' if safe == 1 else 'them'}"
    elif unsafe:
        tail = f"; {cure} --unsafe-fixes offers to cure {unsafe if unsafe < len(findings) else 'it' if unsafe == 1 else 'them'}"
    return f"{head}: {count_severities(findings)}{tail}"


def count_severities(findings: Sequence[Diagnostic]) -> str:
    """Return how many findings there are of each severity, in words."""
    counts = [
        (words, sum([finding.severity == severity for finding in findings])) for severity, words in _WORDS.items()
    ]
    return ", ".join([_count(count, *words) for words, count in counts if count])


def _count(count: int, one: str, many: str) -> str:
    return f"{count or 'no'} {one if count == 1 else many}"


def make_statistics(results: Results) -> str:
    """Return how many findings there are of each rule, the most first; ``[*]`` marks what ``--fix`` would cure."""
    counts: dict[tuple[str, str], list[int]] = {}
    for _, outcome in results.pairs():
        for finding in outcome.findings:
            entry = counts.setdefault((finding.code, finding.name), [0, 0])
            entry[0] += 1
            entry[1] += any(fix.safe for fix in finding.fixes)
    rows = sorted(counts.items(), key=lambda row: (-row[1][0], row[0]))
    width = max((len(str(count)) for _, (count, _) in rows), default=0)
    return "\n".join(
        [f"{count:>{width}}  {code}  {'[*]' if safe else '   '}  {name}" for (code, name), (count, safe) in rows]
    )
