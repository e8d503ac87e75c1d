"""Literals: the values of their texts, and the forms in which they are written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cwql.language.dialects import AUTOMATE, DIALECTS, MANAGE, Dialect
from cwql.language.literals import LITERAL_FORMS, TERMINALS, BadLiteral, form_of, is_standard, read_date, read_literal

DATES: list[tuple[str, date | datetime]] = [
    ("2024-01-31", date(2024, 1, 31)),
    ("[2024-01-31]", date(2024, 1, 31)),
    ("[ 2024-1-5 ]", date(2024, 1, 5)),
    ("[01/15/2024]", date(2024, 1, 15)),
    ("[2016-08-20T18:04:26Z]", datetime(2016, 8, 20, 18, 4, 26, tzinfo=UTC)),
    ("2016-08-20t18:04:26z", datetime(2016, 8, 20, 18, 4, 26, tzinfo=UTC)),
    ("[2016-08-20T18:04:26+02:00]", datetime(2016, 8, 20, 16, 4, 26, tzinfo=UTC)),
    ("[2016-08-20T18:04:26-0530]", datetime(2016, 8, 20, 23, 34, 26, tzinfo=UTC)),
    ("[2016-08-20 18:04]", datetime(2016, 8, 20, 18, 4, tzinfo=UTC)),
    ("[2016-08-20T18:04:26.5Z]", datetime(2016, 8, 20, 18, 4, 26, 500_000, tzinfo=UTC)),
    ("[2016-08-20T18:04:26.123456000Z]", datetime(2016, 8, 20, 18, 4, 26, 123_456, tzinfo=UTC)),
    ("[01/15/2024 5:00 PM]", datetime(2024, 1, 15, 17, tzinfo=UTC)),
    ("[01/15/2024 5:00 AM]", datetime(2024, 1, 15, 5, tzinfo=UTC)),
    ("[01/15/2024 12:00 PM]", datetime(2024, 1, 15, 12, tzinfo=UTC)),
    ("[01/15/2024 12:30 AM]", datetime(2024, 1, 15, 0, 30, tzinfo=UTC)),
    ("[01/15/2024 11:59:59pm]", datetime(2024, 1, 15, 23, 59, 59, tzinfo=UTC)),
    ("[01/15/2024 01:00 aM]", datetime(2024, 1, 15, 1, tzinfo=UTC)),
    ("[01/15/2024 01:00 Pm]", datetime(2024, 1, 15, 13, tzinfo=UTC)),
]


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_dates(text: str, expected: date | datetime) -> None:
    value = read_date(text)
    assert value == expected
    assert type(value) is type(expected)


def test_a_time_without_a_zone_is_utc_or_without_a_zone() -> None:
    assert read_date("2024-01-31T08:30:00") == datetime(2024, 1, 31, 8, 30, tzinfo=UTC)
    assert read_date("2024-01-31T08:30:00", naive_is_utc=False) == datetime(2024, 1, 31, 8, 30)
    assert read_date("2024-01-31T08:30:00Z", naive_is_utc=False) == datetime(2024, 1, 31, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "malformed-date"),
        ("[yesterday]", "malformed-date"),
        ("[2024-01-01Z]", "malformed-date"),
        ("[2024-01-01T10:00:00.1234567Z]", "malformed-date"),
        ("[20240101]", "malformed-date"),
        ("[2023-02-29]", "impossible-date"),
        ("[2024-13-01]", "impossible-date"),
        ("[2024-01-01T24:00:00Z]", "impossible-date"),
        ("[2024-01-01T10:60:00Z]", "impossible-date"),
        ("[01/15/2024 0:30 AM]", "impossible-date"),
        ("[01/15/2024 13:00 PM]", "impossible-date"),
        ("[9999-12-31T23:59:59-12:00]", "impossible-date"),
    ],
)
def test_texts_that_are_not_a_date(text: str, mistake: str) -> None:
    with pytest.raises(BadLiteral) as caught:
        read_date(text)
    assert caught.value.mistake == mistake


@pytest.mark.parametrize(
    ("terminal", "text", "expected"),
    [
        ("STRING", '"x"', "x"),
        ("STRING", "'it''s'", "it's"),
        ("STRING", '"it\'s"', "it's"),
        ("STRING", "''", ""),
        ("STRING", "''''", "'"),
        ("NUMBER", "-007", -7),
        ("NUMBER", "2.50", Decimal("2.50")),
        ("BOOLEAN", "True", True),
        ("BOOLEAN", "FALSE", False),
        ("NULL", "Null", None),
        ("DATE", "[2024-01-31]", date(2024, 1, 31)),
        ("BARE_DATE", "2024-01-31", date(2024, 1, 31)),
    ],
)
def test_values(terminal: str, text: str, expected: Any) -> None:
    value = read_literal(terminal, text)
    assert (value, type(value)) == (expected, type(expected))
    assert terminal in TERMINALS


@pytest.mark.parametrize(
    ("dialect", "terminal", "text", "expected"),
    [
        (MANAGE, "STRING", '"x"', True),
        (MANAGE, "STRING", "'it''s'", False),
        (MANAGE, "STRING", '"C:\\"', False),
        (MANAGE, "STRING", '""', True),
        (MANAGE, "DATE", "[2024-01-31]", True),
        (MANAGE, "DATE", "[2024-1-31]", False),
        (MANAGE, "DATE", "[2024-01-31T10:00:00]", False),
        (MANAGE, "BARE_DATE", "2024-01-31", False),
        (AUTOMATE, "BARE_DATE", "2024-01-31", True),
        (AUTOMATE, "BARE_DATE", "2024-01-31T10:00:00Z", True),
        (MANAGE, "NUMBER", "5", True),
    ],
)
def test_standard_spelling(dialect: Dialect, terminal: str, text: str, expected: bool) -> None:
    assert is_standard(terminal, text, dialect) is expected


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_forms_of_examples(dialect: Dialect) -> None:
    assert set(dialect.literals) <= set(LITERAL_FORMS)
    for name in ("string", "other-quotes", "number", "boolean", "null", "datetime", "date"):
        text = dialect.literals[name].example.rpartition("=")[2].rpartition(">")[2].strip()
        assert form_of(text, dialect) == name
