"""Twenty filters of 8 to 2,013 characters, each in the syntax of every measured parser.

A filter is a tuple: ``(path, operator, value)``, or ``("and", filter, ...)``, or ``("or", filter, ...)``; values are strings,
numbers, booleans, None, `Moment` and lists of these.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Moment(NamedTuple):
    """A time in UTC as text, without the Z."""

    text: str


Filter = tuple[Any, ...]

OPEN = ("status/name", "not in", ["Closed", "Resolved", ">Closed", "Cancelled", "Merged"])
RECENT = ("lastUpdated", ">", Moment("2024-03-01T08:30:00"))

FILTERS: tuple[Filter, ...] = (
    ("id", "=", 47110),
    ("closedFlag", "=", False),
    ("summary", "contains", "printer"),
    ("company/identifier", "=", "NORTHWIND"),
    ("contact", "=", None),
    ("company/name", "like", "North%"),
    ("board/id", "in", [1, 5, 12, 33]),
    ("and", ("status/id", "=", 17), ("board/id", "=", 3)),
    ("and", ("company/id", "=", 250), ("status/id", "!=", 5), ("priority/id", "<=", 2)),
    ("or", ("status/id", "=", 1), ("status/id", "=", 2), ("status/id", "=", 9)),
    ("and", ("or", ("status/id", "=", 1), ("status/id", "=", 2)), ("company/identifier", "=", "FABRIKAM")),
    ("and", ("dateEntered", ">=", Moment("2024-01-01T00:00:00")), ("dateEntered", "<", Moment("2024-02-01T00:00:00"))),
    ("and", ("budgetHours", ">", 2.5), ("actualHours", "<=", 100.25), ("billTime", "!=", None)),
    ("and", ("closedFlag", "=", False), ("board/name", "=", "Help Desk"), ("owner/identifier", "=", "jdoe"), RECENT),
    ("and", OPEN, ("or", ("summary", "contains", "email"), ("summary", "contains", "outlook")), RECENT),
    ("or", *[("company/identifier", "=", f"CUSTOMER{n:03}") for n in range(12)]),
    (
        "and",
        ("or", ("and", ("type/name", "=", "Server"), ("activeFlag", "=", True)), ("tagNumber", "like", "SRV%")),
        ("or", ("and", ("site/id", "=", 4), ("or", ("vendor/id", "=", 88), ("vendor/id", "=", 91))), ("site/id", "=", 7)),
        ("or", ("warrantyExpirationDate", "<", Moment("2025-06-30T23:59:59")), ("warrantyExpirationDate", "=", None)),
    ),
    (
        "and",
        OPEN,
        ("board/name", "in", ["Help Desk", "Network", "Projects", "Dispatch", "Escalations", "Alerts"]),
        ("or", *[("and", ("priority/id", "=", n), ("_info/lastUpdated", "<", Moment(f"2024-03-{n + 9}T12:00:00"))) for n in range(1, 5)]),
        ("or", ("type/name", "=", "Incident"), ("and", ("type/name", "=", "Request"), ("severity", "!=", "Low"))),
    ),
    ("or", *[("and", ("company/id", "=", 1000 + n), ("agreement/name", "contains", f"Managed {n}")) for n in range(20)]),
    ("and", ("id", "in", [600100 + 13 * n for n in range(244)]), ("closedFlag", "=", False), ("summary", "not like", "%internal%")),
)  # fmt: skip


def write_manage(item: Filter, inside: bool = False) -> str:
    """Return a filter as a condition of ConnectWise Manage."""
    if item[0] in ("and", "or"):
        return _join(item, [write_manage(part, True) for part in item[1:]], inside)
    path, operator, value = item
    blank = " " if operator[0].isalpha() else ""
    return f"{path}{blank}{operator}{blank}{_manage_value(value)}"


def _manage_value(value: Any) -> str:
    if isinstance(value, Moment):
        return f"[{value.text}Z]"
    if isinstance(value, list):
        return f"({', '.join(map(_manage_value, value))})"
    return _plain(value, '"')


def write_odata(item: Filter, inside: bool = False) -> str:
    """Return a filter as OData."""
    if item[0] in ("and", "or"):
        return _join(item, [write_odata(part, True) for part in item[1:]], inside)
    path, operator, value = item
    if operator in ("contains", "like", "not like"):
        function = "startswith" if operator == "like" else "contains"
        return f"{'not ' * operator.startswith('not')}{function}({path}, '{value.strip('%')}')"
    if operator == "not in":
        return f"not {path} in {_odata_value(value)}"
    words = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "in": "in"}
    return f"{path} {words[operator]} {_odata_value(value)}"


def _odata_value(value: Any) -> str:
    if isinstance(value, Moment):
        return f"{value.text}Z"
    if isinstance(value, list):
        return f"({', '.join(map(_odata_value, value))})"
    return _plain(value, "'")


def write_lucene(item: Filter, inside: bool = False) -> str:
    """Return a filter as a Lucene query."""
    if item[0] in ("and", "or"):
        return _join((item[0].upper(), *item[1:]), [write_lucene(part, True) for part in item[1:]], inside)
    path, operator, value = item
    field = path.replace("/", ".")
    if isinstance(value, list):
        text = f"{field}:({' OR '.join(map(_lucene_value, value))})"
    elif operator in ("<", "<=", ">", ">="):
        text = f"{field}:{operator}{_lucene_value(value)}"
    elif operator.endswith("like"):
        text = f"{field}:{value.replace('%', '*')}"
    else:
        text = f"{field}:{_lucene_value(value)}"
    return f"NOT {text}" if operator == "!=" or operator.startswith("not") else text


def _lucene_value(value: Any) -> str:
    return f'"{value.text}Z"' if isinstance(value, Moment) else _plain(value, '"')


def write_sql(item: Filter, inside: bool = False) -> str:
    """Return a filter as a SQL condition."""
    if item[0] in ("and", "or"):
        return _join(item, [write_sql(part, True) for part in item[1:]], inside)
    path, operator, value = item
    column = path.replace("/", ".")
    if value is None:
        return f"{column} is {'not ' * (operator == '!=')}null"
    if operator == "contains":
        operator, value = "like", f"%{value}%"
    return f"{column} {operator} {_sql_value(value)}"


def _sql_value(value: Any) -> str:
    if isinstance(value, Moment):
        return f"timestamp '{value.text}'"
    if isinstance(value, list):
        return f"({', '.join(map(_sql_value, value))})"
    return _plain(value, "'")


def _join(item: Filter, parts: list[str], inside: bool) -> str:
    text = f" {item[0]} ".join(parts)
    return f"({text})" if inside else text


def _plain(value: Any, quote: str) -> str:
    if isinstance(value, str):
        return f"{quote}{value}{quote}"
    return "null" if value is None else str(value).lower()


MANAGE = tuple(map(write_manage, FILTERS))
ODATA = tuple(map(write_odata, FILTERS))
LUCENE = tuple(map(write_lucene, FILTERS))
SQL = tuple(map(write_sql, FILTERS))
