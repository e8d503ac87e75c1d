"""Translation between the languages: the text, and the diagnostics."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from cwql.errors import LiteralError, UnknownNameError
from cwql.language.builder import F
from cwql.language.nodes import Constant, FieldList, OrderBy, Path
from cwql.language.parsing import parse
from cwql.language.printer import emit
from cwql.language.translate import translate

if TYPE_CHECKING:
    from cwql.language.dialects.base import DialectName

to_manage = partial(translate, source="automate", target="manage")

TO_MANAGE: list[tuple[str, str | None, list[str]]] = [
    ("Client.Name = 'ACME' and Id in (1, 2)", 'Client/Name = "ACME" and Id in (1, 2)', []),
    ("Name startswith 'x' or Name endswith \"y\"", 'Name like "x%" or Name like "%y"', []),
    ("Name like '%x%'", 'Name like "%x%"', []),
    ("Name not like 'x%'", 'Name not like "x%"', []),
    ("IsRebootNeeded = True and Tag != null", "IsRebootNeeded = true and Tag != null", []),
    ("X > 2019-12-18T00:50:19.575Z", "X > [2019-12-18T00:50:19.575000Z]", []),
    ("X > 2026-06-01", "X > [2026-06-01]", []),
    ("X >= '2024-02-14'", "X >= [2024-02-14]", ["CW166"]),
    ("X >= '2024-02-14T10:00:00+02:00'", "X >= [2024-02-14T08:00:00Z]", ["CW166"]),
    ("X = '2024-02-14'", 'X = "2024-02-14"', ["CW166"]),
    ("X not in ('2024-02-14', 'x')", 'X not in ("2024-02-14", "x")', ["CW166"]),
    ("X contains '2024-02-14' and Y startswith '2024-02-14'", 'X contains "2024-02-14" and Y like "2024-02-14%"', []),
    ("X >= '2024-13-14'", 'X >= "2024-13-14"', []),
    ("X >= '2024'", 'X >= "2024"', []),
    ("X > 2024-02-12T08:30:00", None, ["CW165"]),
    ("X >= '2024-02-14T10:00:00'", None, ["CW165", "CW166"]),
    ("Name like 'a*b%'", 'Name like "a*b%"', ["CW162"]),
    ("Name like '[a]%'", 'Name like "[a]%"', ["CW162"]),
    ("Name like 'a_b'", None, ["CW163"]),
    ("Name like 'a\\%'", None, ["CW163"]),
    ("Name startswith '10%'", None, ["CW158"]),
    ("Name contains 'a_b%'", 'Name contains "a_b%"', []),
    ("A = 1 and (B = 2 or C = 3)", "A = 1 and (B = 2 or C = 3)", []),
]

TO_AUTOMATE: list[tuple[str, str | None, list[str]]] = [
    ('company/name = "ACME" and id in (1, 2)', "company.name = 'ACME' and id in (1, 2)", []),
    ('name like "x%"', "name like 'x%'", []),
    ('name like "*x*"', "name like '%x%'", []),
    ('name not like "*x%"', "name not like '%x%'", []),
    ("closedFlag = false", "closedFlag = False", []),
    ("closedDate = null", "closedDate = null", ["CW164"]),
    ("closedDate in (null, 1)", "closedDate in (null, 1)", ["CW164"]),
    ("d > [2024-01-01] or d < [2016-08-20T18:04:26Z]", "d > 2024-01-01 or d < 2016-08-20T18:04:26Z", []),
    ('name like "SRV_%"', "name like 'SRV_%'", ["CW162"]),
    ('name like "C:\\x%"', "name like 'C:\\x%'", ["CW162"]),
    ('name like "[a-f]%"', None, ["CW163"]),
    ('a = "2024-02-14"', "a = '2024-02-14'", ["CW166"]),
    ('a > "2024-02-14T10:00:00Z"', "a > '2024-02-14T10:00:00Z'", ["CW166"]),
    ('a in ("x", "2024-02-14")', "a in ('x', '2024-02-14')", ["CW166"]),
    ('a contains "2024-02-14"', "a contains '2024-02-14'", []),
    ('a = "2024-02-31" and b = "2024"', "a = '2024-02-31' and b = '2024'", []),
]


@pytest.mark.parametrize(
    ("source", "target", "text", "expected", "codes"),
    [("automate", "manage", *row) for row in TO_MANAGE] + [("manage", "automate", *row) for row in TO_AUTOMATE],
)
def test_table(source: DialectName, target: DialectName, text: str, expected: str | None, codes: list[str]) -> None:
    result = translate(text, source=source, target=target)
    assert result.text == expected
    assert [diagnostic.code for diagnostic in result.diagnostics if diagnostic.code != "CW167"] == codes
    assert any(diagnostic.severity == "error" for diagnostic in result.diagnostics) == (expected is None)
    for diagnostic in result.diagnostics:
        assert text[slice(*diagnostic.span)].strip()
    if expected is not None:
        # The tree has the same translation, with all diagnostics at the start.
        tree: Any = parse(text, dialect=source)
        assert translate(tree, source=source, target=target).text == expected
        assert emit(parse(expected, dialect=target), dialect=target) == expected


def test_diagnostics_have_the_span_of_their_comparison() -> None:
    text = "A = 1 and (Name like 'a_b' or B startswith '%') and C > 2024-02-12T08:30:00"
    result = to_manage(text)
    assert result.text is None
    assert [(diagnostic.code, text[slice(*diagnostic.span)]) for diagnostic in result.diagnostics[1:]] == [
        ("CW163", "Name like 'a_b'"),
        ("CW158", "B startswith '%'"),
        ("CW165", "C > 2024-02-12T08:30:00"),
    ]


@pytest.mark.parametrize(
    ("text", "source", "message"),
    [
        ("X > '2024-02-14'", "automate", "'2024-02-14' is compared by order and was translated to a date"),
        ("X = '2024-02-14'", "automate", "'2024-02-14' may be a date, but was kept as text"),
        ("x = '2024-02-14'", "manage", "'2024-02-14' is text in ConnectWise Manage, but ConnectWise Automate may read"),
    ],
)
def test_quoted_date_is_reported_as_a_warning(text: str, source: DialectName, message: str) -> None:
    target: DialectName = "manage" if source == "automate" else "automate"
    (diagnostic,) = translate(text, source=source, target=target, endpoint="/x").diagnostics
    assert (diagnostic.severity, diagnostic.name) == ("warning", "quoted-date-translated")
    assert message in diagnostic.message


def test_times_without_a_zone_take_the_zone_of_the_argument() -> None:
    assert to_manage("X > 2024-07-01T12:00:00", timezone="Europe/Berlin").text == "X > [2024-07-01T10:00:00Z]"
    assert to_manage("X > '2024-07-01T12:00:00'", timezone="UTC").text == "X > [2024-07-01T12:00:00Z]"
    skipped = to_manage("X > 2024-03-31T02:30:00", endpoint="/x", timezone="Europe/Berlin")
    assert [diagnostic.code for diagnostic in skipped.diagnostics] == ["CW165"]
    with pytest.raises(LiteralError):
        to_manage("X > 2024-07-01T12:00:00", timezone="Mars")


def test_untranslated_names_are_reported_unless_an_endpoint_is_given() -> None:
    assert [diagnostic.code for diagnostic in to_manage("A = 1").diagnostics] == ["CW167"]
    assert not to_manage("A = 1", endpoint="/company/configurations").diagnostics
    assert not translate("A = 1", source="automate", target="automate").diagnostics


def test_a_text_that_cannot_be_parsed_is_reported_and_not_raised() -> None:
    result = to_manage("A = ")
    assert result.text is None
    assert result.diagnostics
    # A lenient spelling is translated, and reported; Automate refuses it.
    result = translate("a == 1", source="manage", target="automate", endpoint="/x")
    assert result.text == "a = 1"
    assert [diagnostic.name for diagnostic in result.diagnostics] == ["double-equals"]
    assert to_manage("A == 1", endpoint="/x").text is None
    with pytest.raises(UnknownNameError):
        translate("A = 1", source="odata", target="manage")  # type: ignore[arg-type]


def test_trees_of_every_shape() -> None:
    assert to_manage(F("a").startswith("x") & (F("b/c") == "y")).text == 'a like "x%" and b/c = "y"'
    assert to_manage(OrderBy((F("a.b").desc(),))).text == "a/b desc"
    assert translate(FieldList((Path(("a", "b")),)), source="manage", target="automate").text == "a.b"
    assert to_manage(OrderBy(())).text is None
    never = to_manage(Constant(False))
    assert never.text is None
    assert [diagnostic.code for diagnostic in never.diagnostics] == ["CW153"]
    mixed = to_manage(F("a") == "\"'")
    assert [diagnostic.code for diagnostic in mixed.diagnostics] == ["CW150", "CW167"]
