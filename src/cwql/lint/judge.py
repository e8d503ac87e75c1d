"""What is wrong with the conditions that were found in a file: `Judge`."""

from __future__ import annotations

import re
from functools import lru_cache

from cwql.analysis.checker import check, find_test
from cwql.errors import UnknownNameError
from cwql.language.dialects import DIALECTS, parameter
from cwql.language.dialects import dialect as find_dialect
from cwql.lint.foreign import PATH, is_foreign
from cwql.lint.found import HOLE
from cwql.lint.mapping import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.analysis.checker import Test
    from cwql.analysis.levels import Levels
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.lint.found import Found

_CODE = re.compile(r"&&|\|\||==")
"""What the rules of other programs have, and conditions by mistake."""

_NAME = re.compile(r"\b[A-Za-z]+[a-z][A-Z]\w*(?=\s*(?:[=!<>]|(?i:not\s+)?(?i:like|contains|in)\b))")
"""A name in the manner of the API, of several words, where it is compared."""

_WELL_KNOWN = {
    "manage": ("Ticket", "Company", "Contact", "Project", "TimeEntry", "Agreement", "Member", "Invoice", "CatalogItem"),
    "automate": ("Computer", "Client", "Location", "Contact"),
}
"""Records whose fields tell the API's conditions from those of others."""

_COMPARED = re.compile(r"[=<>]|\b(?:like|contains|in)\b", re.IGNORECASE)
_OF_PROSE = frozenset(("CW100", "CW106", "CW107", "CW108", "CW109", "CW115", "CW121"))
"""Rules that any sentence breaks."""

_OF_WHOLES = frozenset(("CW412",))
"""Rules about all of a condition: what stands beside an item of a list is not known."""


class Judge:
    """Judge the conditions of one file; what follows from where they go is worked out once. `levels` says how much each rule counts."""

    def __init__(self, levels: Levels | None = None) -> None:
        self._levels = levels
        self._tests: dict[tuple[str | None, str | None, str], Test] = {}

    def judge(self, found: Found, text: str | None = None) -> list[Diagnostic]:
        """Return the findings of a condition, with their places in the file; `text` is that of the condition, where it is at hand.

        Nothing is said where the place is not sure. Where the dialect is not known, what every dialect reports is told, where
        the endpoint is not known, what needs none.
        """
        place = found.place
        if not place.sure:
            return []
        parameter = found.parameter
        if text is None:
            text = found.text
        key = place.dialect, place.endpoint, parameter
        test = self._tests.get(key)
        if test is None:
            test = self._tests[key] = self._find_test(*key)
        if test(text):
            return []
        records = _records(place.dialect, parameter)
        if not records:
            return []
        levels = self._levels
        if HOLE in text:
            return _judge_holes(found, text, records, levels)
        told = _common([check(text, record, place.endpoint, parameter, levels=levels) for record in records])
        if found.partial:
            told = [finding for finding in told if finding.code not in _OF_WHOLES]
        if not told:
            return []
        layout = Layout(found.pieces)
        return [layout.finding(finding) for finding in _certain(found, text, told)]

    def _find_test(self, dialect: str | None, endpoint: str | None, name: str) -> Test:
        records = _records(dialect, name)
        return find_test(records[0], endpoint, name, levels=self._levels) if len(records) == 1 else _never


def _judge_holes(found: Found, text: str, records: Sequence[Dialect], levels: Levels | None) -> list[Diagnostic]:
    from cwql.lint.filling import Filler
    from cwql.lint.holes import judge_filled, judge_list
    from cwql.lint.interpolation import weigh_holes

    if text.count(HOLE) != sum(piece.kind == "hole" for piece in found.pieces):
        # The text itself holds the sign that stands for a hole.
        return []
    layout = Layout(found.pieces)
    parameters = [parameter(record, found.parameter) for record in records]
    if parameters[0].shape != "condition":
        told = _common([judge_list(found, text, record, levels) for record in records])
        return [layout.finding(finding) for finding in told]
    fillers = [
        Filler(text, record, found.place.endpoint, name) for record, name in zip(records, parameters, strict=True)
    ]
    told = _certain(found, text, _common([judge_filled(found, filler, levels) for filler in fillers]))
    weighed = [] if found.place.loose and is_foreign(text) else weigh_holes(found, fillers)
    return [layout.finding(finding) for finding in (*told, *weighed)]


def _common(told: Sequence[list[Diagnostic]]) -> list[Diagnostic]:
    """Return the findings of the first list that all others hold too: the same rule at the same place."""
    first = told[0]
    if not first:
        return first
    for other in told[1:]:
        known = {(finding.code, finding.span) for finding in other}
        first = [finding for finding in first if (finding.code, finding.span) in known]
    return first


def _certain(found: Found, text: str, told: list[Diagnostic]) -> list[Diagnostic]:
    """Return the findings of a text that is a condition of ours.

    Prose, SQL and the rules of other programs stand under keys of the same name: where no more than a word in the file speaks of
    ConnectWise they must stay alone, and what counts as an error takes a path or a field of the API to be certain.
    """
    if not found.place.loose or not told or PATH.search(text):
        return told
    if not _COMPARED.search(text) or any(finding.code in _OF_PROSE for finding in told) or is_foreign(text):
        return []
    code = _CODE.search(text) is not None
    if not (code or any(finding.severity == "error" for finding in told)) or _names_field(found.place.dialect, text):
        return told
    return [] if code else [finding for finding in told if finding.severity != "error"]


def _names_field(dialect: str | None, text: str) -> bool:
    """Tell whether a text compares a well-known field of the API."""
    from cwql.schema.catalog import catalog
    from cwql.schema.record import Resolved

    names = _NAME.findall(text)
    return any(
        isinstance(catalog(product).resolve(record, (name,)), Resolved)
        for name in names
        for product, records in _WELL_KNOWN.items()
        if dialect in (None, product)
        for record in records
    )


def _never(text: str) -> bool:
    return False


@lru_cache(64)
def _records(dialect: str | None, name: str) -> tuple[Dialect, ...]:
    """Return the dialects that a condition may be in, as far as they have the parameter."""
    records = DIALECTS if dialect is None else (find_dialect(dialect),)
    return tuple([record for record in records if _takes(record, name)])


def _takes(record: Dialect, name: str) -> bool:
    try:
        parameter(record, name)
    except UnknownNameError:
        return False
    return True
