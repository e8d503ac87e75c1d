"""What is wrong with a condition that was found in a file: `judge`."""

from __future__ import annotations

from cwql.analysis.checker import check
from cwql.errors import UnknownNameError
from cwql.language.dialects import DIALECTS, parameter
from cwql.language.dialects import dialect as find_dialect
from cwql.lint.found import HOLE
from cwql.lint.mapping import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.analysis.levels import Levels
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.lint.found import Found


def judge(found: Found, levels: Levels | None = None) -> list[Diagnostic]:
    """Return the findings of a condition, with their places in the file.

    Nothing is said where the place is not sure. Where the dialect is not known, what every dialect reports is told, where the
    endpoint is not known, what needs none.
    """
    if not found.place.sure:
        return []
    place = found.place
    records = DIALECTS if place.dialect is None else (find_dialect(place.dialect),)
    records = tuple([record for record in records if _takes(record, found.parameter)])
    if not records:
        return []
    text = found.text
    if HOLE in text:
        from cwql.lint.filling import judge_filled

        return judge_filled(found, text, records, levels)
    told: list[Diagnostic] | None = None
    for record in records:
        findings = check(text, record, place.endpoint, found.parameter, levels=levels)
        told = findings if told is None else agree(told, findings)
        if not told:
            return []
    layout = Layout(found.pieces)
    return [layout.finding(finding) for finding in told or ()]


def agree(first: list[Diagnostic], second: list[Diagnostic]) -> list[Diagnostic]:
    """Return the findings of the first list that the second one holds too: the same rule at the same place."""
    known = {(finding.code, finding.span) for finding in second}
    return [finding for finding in first if (finding.code, finding.span) in known]


def _takes(record: Dialect, name: str) -> bool:
    try:
        parameter(record, name)
    except UnknownNameError:
        return False
    return True
