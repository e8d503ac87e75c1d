"""`check`: all diagnostics in order, no exception for any text."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from cwql import ConditionError, ExpressionError, F, UnknownNameError, check, parse
from cwql.diagnostics import in_order
from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.nodes import FieldList, Order, OrderBy, Path

if TYPE_CHECKING:
    from cwql.language.dialects.base import DialectName


def codes(
    text: object, dialect: DialectName | None = None, endpoint: str | None = None, parameter: str | None = None
) -> list[str]:
    found = check(text, dialect=dialect, endpoint=endpoint, parameter=parameter)  # type: ignore[arg-type]
    return [finding.code for finding in found]


def test_clean_texts_have_no_findings() -> None:
    assert codes("id = 1 and (board/id = 2 or status/name = 'New')") == []
    assert codes("Client.Id = 1 and Name like 'x%'", "automate") == []
    assert codes("communicationItems/value like 'a@b.c'", "manage", None, "childConditions") == []
    assert codes("id desc, board/name asc", "manage", None, "orderBy") == []
    assert codes("id,board/name", "manage", "/service/tickets", "fields") == []


def test_slips_and_errors_are_found_in_one_pass_and_in_order() -> None:
    findings = check("id == 1 && board.id <> 2")
    assert [finding.name for finding in findings] == [
        "double-equals",
        "symbol-connective",
        "foreign-separator",
        "angle-not-equal",
    ]
    assert findings == in_order(findings)


def test_slips_alone_are_found_though_the_text_parses() -> None:
    parse("id == 1")
    assert codes("id == 1") == ["CW112"]


def test_the_parameter_says_how_to_read() -> None:
    assert codes("id desc", "manage", None, "orderBy") == []
    assert codes("id desc", "manage", None, "conditions") != []


def test_trees_are_checked_by_what_they_print_to() -> None:
    assert codes(F("id") == 1) == []
    assert codes(parse("id == 1 and board/id<>2")) == []
    assert codes(OrderBy((Order(Path(("id",))),)), "manage", None, "orderBy") == []
    assert codes(FieldList((Path(("id",)),)), "manage", None, "fields") == []
    assert codes(F("id").in_([])) == ["CW153"]
    assert codes(F("summary") == "'\"") == ["CW150"]


def test_what_is_neither_text_nor_tree_is_refused() -> None:
    for value in (5, None, b"id=1"):
        with pytest.raises(ExpressionError):
            check(value)  # type: ignore[arg-type]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown dialect 'sql'"):
        check("id=1", dialect="sql")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="unknown parameter 'where'"):
        check("id=1", dialect="manage", endpoint=None, parameter="where")


PIECES = [
    *"()[]{}'\"=<>!,./\\%*&|;#+-_ \t\n",
    *(
        [
            "and",
            "or",
            "not",
            "in",
            "is",
            "null",
            "like",
            "contains",
            "between",
            "id",
            "board/id",
            "1",
            "2.5",
            "-3",
            "true",
            "[2024-01-01]",
            "2024-01-01",
        ]
    ),
    *(
        [
            "'x'",
            '"y"',
            "==",
            "<>",
            "&&",
            "||",
            "--",
            "/*",
            "%20",
            "\u200b",
            "\u202e",
            "\x00",
            "\ud800",
            "é",
            "会",
            "😀",
            "“",
            "”",
        ]
    ),
    "\u00a0",
    "conditions=",
    "https://x.example/v4_6_release/apis/3.0/service/tickets?conditions=id%3D1",
]


@pytest.mark.parametrize("record", DIALECTS, ids=lambda record: record.name)
def test_no_text_makes_check_raise(record: Dialect) -> None:
    randomness = random.Random(20)
    for _ in range(1500):
        text = "".join(
            randomness.choice(PIECES) + randomness.choice(["", " "]) for _ in range(randomness.randint(0, 12))
        )
        for parameter in record.parameters:
            findings = check(text, dialect=record, endpoint=None, parameter=parameter.name)
            for finding in findings:
                assert 0 <= finding.span.start <= finding.span.end <= len(text)
            if parameter is record.parameters[0]:
                refused = any(finding.severity == "error" for finding in findings)
                try:
                    parse(text, dialect=record)
                except ConditionError:
                    assert refused
                else:
                    assert not refused
