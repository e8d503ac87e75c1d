"""Predicates become conditions that every matching record fulfils: a line for each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import cwql
from cwql.semantics.column_predicate import UNKNOWN, AllOf, AnyChild, AnyOf, ColumnTest, Predicate, rejects_nulls
from cwql.semantics.weaken import weaken

NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)


def t(path: str, relation: str, value: object = None) -> ColumnTest:
    return ColumnTest(tuple(path.split("/")), relation, value)  # type: ignore[arg-type]


EXACT: list[tuple[Predicate, str]] = [
    (t("id", "=", 5), "id = 5"),
    (t("id", "!=", 5), "id != 5"),
    (t("id", "in", (3, 1, 3)), "id in (3, 1)"),
    (t("id", ">", Decimal("5.5")), "id >= 6"),
    (t("id", "<=", 5.5), "id <= 5"),
    (t("budgetHours", "<", 2.5), "budgetHours < 2.5"),
    (t("closedFlag", "=", False), "closedFlag = false"),
    (t("closedFlag", "!=", True), "closedFlag = false"),
    (t("closedFlag", "not true"), "closedFlag = false or closedFlag = null"),
    (t("requiredDate", ">=", NOON), "requiredDate >= [2026-01-30T12:00:00Z]"),
    (t("requiredDate", "<", date(2026, 1, 30)), "requiredDate < [2026-01-30T00:00:00Z]"),
    (t("closedDate", ">=", NOON), "closedDate >= [2026-01-30T12:00:00Z]"),
    (t("_info/lastUpdated", ">=", NOON), "lastUpdated >= [2026-01-30T12:00:00Z]"),
    (t("severity", "=", "High"), 'severity = "High"'),
    (t("severity", "not in", ("High", "Low")), 'severity not in ("High", "Low")'),
    (t("owner", "null"), "owner = null"),
    (t("owner/identifier", "not null"), "owner/identifier != null"),
    (AllOf((t("id", ">", 1), t("board/id", "=", 2))), "id > 1 and board/id = 2"),
    (
        AnyOf((t("id", "=", 1), AllOf((t("id", ">", 5), t("closedFlag", "=", True))))),
        "id = 1 or (id > 5 and closedFlag = true)",
    ),
    (AllOf((t("id", "=", 1), t("id", "=", 1))), "id = 1"),
]

SUPERSETS: list[tuple[Predicate, str]] = [
    (t("summary", "=", "New"), 'summary = "New"'),
    (t("summary", "!=", "New"), "summary != null"),
    (t("summary", "<", "New"), "summary != null"),
    (t("summary", "in", ("a1", "b2")), 'summary in ("a1", "b2")'),
    (t("summary", "=", "O'Neil 24\" Displays"), 'summary contains " Displays"'),
    (t("summary", "=", "back\\slash"), 'summary contains "slash"'),
    (t("summary", "like", "%email%"), 'summary contains "email"'),
    (t("summary", "like", "[EXT]%"), 'summary contains "EXT]"'),
    (t("summary", "like", "%*%"), 'summary contains "*"'),
    (t("summary", "like", "Backup %-SRV1_5"), 'summary like "Backup %-SRV1%5"'),
    (t("summary", "like", "a%b"), 'summary like "a%b"'),
    (t("summary", "like", "%"), "summary != null"),
    (t("summary", "has text", "22D55A7"), 'summary contains "22D55A7"'),
    (t("requiredDate", "=", NOON), "requiredDate >= [2026-01-30T12:00:00Z] and requiredDate < [2026-01-30T12:00:01Z]"),
    (t("requiredDate", ">", NOON.replace(microsecond=5)), "requiredDate >= [2026-01-30T12:00:00Z]"),
    (t("requiredDate", "<=", NOON.replace(microsecond=5)), "requiredDate < [2026-01-30T12:00:01Z]"),
    (t("severity", "=", "Catastrophic"), 'severity not in ("Low", "Medium", "High")'),
    (t("severity", "=", "high"), 'severity = "High"'),
    (t("severity", "!=", "high"), "severity != null"),
    (t("budgetHours", "!=", 2), "budgetHours != 2"),
    (AllOf((t("id", "=", 1), UNKNOWN)), "id = 1"),
]

NOTHING: list[Predicate] = [
    UNKNOWN,
    t("summary", "=", ""),
    t("budgetHours", "null"),
    t("integratorTags", "has item", "a"),
    t("company/territory/name", "=", "x"),
    t("priority/level", "=", "High"),
    AnyOf((t("id", "=", 1), UNKNOWN)),
    AnyOf((t("id", "=", 1), t("integratorTags", "null"))),
    AnyOf((t("severity", "null"), t("severity", "not null"), UNKNOWN)),
    t("customFields/Seats", "null"),
]


@pytest.mark.parametrize(
    ("predicate", "expected", "exact"),
    [(*each, True) for each in EXACT] + [(*each, False) for each in SUPERSETS],
    ids=[each[1] for each in [*EXACT, *SUPERSETS]],
)
def test_conditions_of_tickets(predicate: Predicate, expected: str, exact: bool) -> None:
    (found,) = weaken("manage", "Ticket", predicate)
    assert found.where is not None
    assert cwql.emit(found.where) == expected
    assert found.child is found.custom is None
    assert found.exact is exact
    assert all(each.severity != "error" for each in cwql.check(expected, dialect="manage", endpoint="/service/tickets"))


@pytest.mark.parametrize("predicate", NOTHING, ids=repr)
def test_nothing_can_be_sent(predicate: Predicate) -> None:
    (found,) = weaken("manage", "Ticket", predicate)
    assert found.where is found.child is found.custom is None
    assert not found.exact


@pytest.mark.parametrize(
    "predicate",
    [t("id", "=", Decimal("1.5")), AnyOf(()), AllOf((t("id", "=", 1), AnyOf(()))), t("id", "in", (0.5,))],
)
def test_no_record_can_match(predicate: Predicate) -> None:
    (found,) = weaken("manage", "Ticket", predicate)
    assert found.never


def test_custom_fields() -> None:
    seats = t("customFields/Account Tier", "=", "Gold")
    (found,) = weaken("manage", "Company", AllOf((seats, t("id", ">", 1))))
    assert found.custom is not None
    assert found.where is not None
    assert cwql.emit(found.custom) == 'caption = "Account Tier" and value = "Gold"'
    assert cwql.emit(found.where) == "id > 1"
    # One condition is about one field, and it is not known how numbers in it are compared.
    (found,) = weaken("manage", "Company", AllOf((t("customFields/Seats", ">=", "200"), seats)))
    assert found.custom is not None
    assert cwql.emit(found.custom) == 'caption = "Seats" and value != null'


def test_children() -> None:
    inner = AllOf(
        (t("communicationItems/communicationType", "=", "Email"), t("communicationItems/value", "like", "%@x.example"))
    )
    (found,) = weaken("manage", "Contact", AnyChild(("communicationItems",), inner))
    assert found.child is not None
    assert cwql.emit(found.child) == (
        'communicationItems/communicationType = "Email" and communicationItems/value like "%@x.example"'
    )


def test_or_between_parameters_is_divided() -> None:
    gold = t("customFields/Account Tier", "=", "Gold")
    first, second = weaken("manage", "Company", AllOf((t("id", ">", 1), AnyOf((t("leadFlag", "=", True), gold)))))
    assert first.where is not None
    assert second.where is not None
    assert cwql.emit(first.where) == "id > 1 and leadFlag = true"
    assert cwql.emit(second.where) == "id > 1"
    assert second.custom is not None
    assert not first.exact


def test_automate_knows_no_null_but_lists() -> None:
    (found,) = weaken(
        "automate", "Computer", AllOf((t("WarrantyEndDate", "null"), t("OpenPortsTCP", "has item", 3389)))
    )
    assert found.where is not None
    assert cwql.emit(found.where, dialect="automate") == "OpenPortsTCP contains 3389"


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (t("id", "=", 1), True),
        (t("id", "null"), False),
        (t("closedFlag", "not true"), False),
        (UNKNOWN, False),
        (AllOf((UNKNOWN, t("id", "=", 1))), True),
        (AnyOf((UNKNOWN, t("id", "=", 1))), False),
    ],
)
def test_null_rejection(predicate: Predicate, expected: bool) -> None:
    assert rejects_nulls(predicate) is expected
