"""Real conditions: the sound ones give no error, the suspect ones get a diagnostic that names their mistake."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import pytest

from cwql import check
from cwql.diagnostics import Diagnostic
from cwql.language.dialects import find_dialect

if TYPE_CHECKING:
    from cwql.language.dialects.base import DialectName

SHARED = Path(__file__).parents[3] / "shared"
CORPUS = SHARED / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not at hand")


class Row(NamedTuple):
    """One condition of the corpus."""

    dialect: DialectName
    text: str
    endpoint: str | None
    parameter: str | None
    suspect: str


def rows() -> list[Row]:
    """Return every row of both products."""
    found: list[Row] = []
    for path in sorted(CORPUS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.append(
                Row(
                    find_dialect(path.stem).name,
                    row["condition"],
                    row.get("endpoint"),
                    row.get("parameter"),
                    row.get("suspect", ""),
                )
            )
    return found


def findings(row: Row) -> list[Diagnostic]:
    return check(row.text, dialect=row.dialect, endpoint=row.endpoint, parameter=row.parameter)


def test_sound_rows_give_no_error() -> None:
    reported = [
        (row.text, row.endpoint, finding.message)
        for row in rows()
        if not row.suspect
        for finding in findings(row)
        if finding.severity == "error"
    ]
    assert reported == []


FAULTS = {
    "name": r"not a field|no field|no such field|no reference|legacy|misspelt field|plain comma|not a filter field|vendor reference|"
    r"is not a recognized name|no member reference",
    "reference": r"reference .* compared|compared with a string",
    "type": r"enum|string field compared|placeholder letter|project's note: returns nothing",
    "date": r"date|DateTime|T23:59:59Z",
    "quote": r"unquoted|escaped by doubling",
    "placement": r"child collection|inside the conditions|lands inside|ampersand|/search",
    "spelling": r"IS NULL|mixed AND/OR|always \[\] on",
}
"""The corpus's note on a row, by the kind of mistake that cwql promises to find."""

ACCEPTED = r"= null on a reference is used by clients|sometimes 400"
"""Rows that clients use according to the corpus: a bare reference compared with null is allowed on purpose."""


def fault(row: Row) -> str | None:
    """Return the kind of mistake of a suspect row; None if the text itself shows none."""
    if not row.suspect or re.search(ACCEPTED, row.suspect):
        return None
    if row.endpoint is None and re.search(FAULTS["name"], row.suspect):
        # Without an endpoint there is no record to look names up in.
        return None
    return next((kind for kind, pattern in FAULTS.items() if re.search(pattern, row.suspect)), None)


def test_suspect_rows_get_a_finding() -> None:
    suspects = [(row, kind) for row in rows() if (kind := fault(row)) is not None]
    missed = [(kind, row.text, row.suspect) for row, kind in suspects if not findings(row)]
    assert len(suspects) >= 40
    assert len(missed) / len(suspects) <= 0.1, missed


DOCUMENTED = {
    "manage-psa-api-patterns.md": ("manage", None),
    "manage-api-integration.md": ("manage", "/company/configurations"),
    "automate-api-patterns.md": ("automate", "/Computers"),
}
"""Every reference document: its dialect, and the endpoint that examples without one are about."""

PARAMETER = r"(conditions?|childconditions|customfieldconditions|orderby|fields)=(\S[^\n`&│]*)"


@pytest.mark.parametrize("name", DOCUMENTED)
def test_examples_of_the_reference_documents_give_no_error(name: str) -> None:
    text = (SHARED / "seeds" / name).read_text(encoding="utf-8")
    dialect, usual = DOCUMENTED[name]
    found = 0
    for place, parameter, condition in examples(text):
        if condition == "field operator value" or "${" in condition or "..." in condition:
            continue
        found += 1
        errors = [
            f.message
            for f in check(condition, dialect=find_dialect(dialect), endpoint=place or usual, parameter=parameter)
            if f.severity == "error"
        ]
        assert errors == [], (place, parameter, condition)
    assert found >= 3


def examples(text: str) -> list[tuple[str | None, str, str]]:
    """Return endpoint, parameter and text of the conditions in a document, in URLs and alone on a line."""
    found: list[tuple[str | None, str, str]] = []
    for line in text.splitlines():
        url = re.match(r"(?:GET|POST) +(?:/cwa/api/v1)?(/[\w/{}.-]*)\?(.*)", line)
        found += [
            (url.group(1) if url else None, piece.group(1), unquote(piece.group(2)).strip())
            for piece in re.finditer(PARAMETER, url.group(2) if url else line, re.IGNORECASE)
            if url or piece.start() == 0
        ]
    return found
