"""The output at the end of a run: the diagnostics in a format, statistics by rule, and a summary line."""

from __future__ import annotations

from cwql.lint.examine import examine_bytes
from cwql.lint.files import digest_of, read_regular
from cwql.lint.frontends import find_language
from cwql.lint.words import count
from cwql.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.lint.discovery import Target
    from cwql.lint.job import FileResult
    from cwql.lint.run import Results
    from cwql.render import Report


def open_source(text: str, name: str, language: str) -> Source:
    """Return the source of a text, for the positions that people see."""
    if find_language(language).cells:
        from cwql.lint.frontends.notebook import NotebookSource

        return NotebookSource(text, name)
    return Source(text, name)


def make_reports(results: Results) -> Iterator[Report]:
    """Yield every file that has diagnostics, with its text."""
    for target, outcome in results.pairs():
        if outcome.findings:
            text = read_again(target, outcome)
            yield open_source(text, target.shown, target.language), outcome.findings


def read_again(target: Target, outcome: FileResult) -> str:
    """Return the text that the diagnostics of a result refer to.

    A file that has changed is linted again, into the result.
    """
    if outcome.text is not None:
        return outcome.text
    from cwql.lint.linter import decode

    try:
        data = read_regular(target.path, target.settings.max_file_size * 1e6)
    except OSError:
        # The file has disappeared in the meantime, so the diagnostics are shown without source lines.
        outcome.findings = []
        return ""
    if outcome.digest and digest_of(data) != outcome.digest:
        fresh = examine_bytes(data, target.job())
        outcome.findings, outcome.anchors, outcome.text = fresh.findings, fresh.anchors, fresh.text or ""
        return outcome.text
    outcome.text = decode(data)[0] or ""
    return outcome.text


def sum_up(results: Results) -> str:
    """Return the last line of a run: the problems by severity, the files and conditions, and how many problems can be fixed."""
    pairs = [*results.pairs()]
    findings = [finding for _, outcome in pairs for finding in outcome.findings]
    linked = sum([outcome.conditions for target, outcome in pairs if _is_data(target)])
    conditions = sum([outcome.conditions for _, outcome in pairs]) - linked
    counted = count(conditions, "condition") + (f", {linked:,} in data" if linked else "")
    checked = f"{count(len(pairs), 'file')} ({counted})"
    if not findings:
        return f"No problems found in {checked}."
    from cwql.render.summary import count_fixable, count_severities

    return f"Found {count_severities(findings)} in {checked}.{count_fixable(findings, '--fix', '--unsafe-fixes')}"


def _is_data(target: Target) -> bool:
    return find_language(target.language).data


def make_statistics(results: Results, as_json: bool = False) -> str:
    """Return the number of diagnostics of each rule, the most frequent first, as text or JSON.

    ``[*]`` marks rules that ``--fix`` can fix. Those of data are counted apart, below the others.
    """
    counts: dict[tuple[bool, str, str], list[int]] = {}
    for target, outcome in results.pairs():
        for finding in outcome.findings:
            entry = counts.setdefault((_is_data(target), finding.code, finding.name), [0, 0])
            entry[0] += 1
            entry[1] += any(fix.is_safe for fix in finding.fixes)
    rows = sorted(counts.items(), key=lambda row: (row[0][0], -row[1][0], row[0]))
    if as_json:
        import json

        entries = [
            {"code": code, "name": name, "count": count, "fixable": safe, "in_data": data}
            for (data, code, name), (count, safe) in rows
        ]
        return json.dumps(entries, indent=2)
    width = max((len(str(count)) for _, (count, _) in rows), default=0)
    return "\n".join(
        [
            f"{count:>{width}}  {code}  {'[*]' if safe else '   '}  {name}{' (in data)' if data else ''}"
            for (data, code, name), (count, safe) in rows
        ]
    )
