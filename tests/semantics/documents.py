"""Conditions and documents that have much to do with each other, and a plain layout to search them by."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cwql.language.nodes import Comparison, Expr, Path, conjunction, disjunction
from cwql.language.operators import MEMBERSHIP, OPERATORS
from cwql.sandbox.store.table import dump
from cwql.semantics.sql import order_by, where
from cwql.semantics.sql_functions import COLUMN_KINDS, column_value, register

if TYPE_CHECKING:
    from cwql.language.dialects import Dialect
    from cwql.language.nodes import OrderBy

TEXTS = (
    "", " ", "x", "X", "y", "xy", "XY ", "axb", "New", "NEW", "new york", "Straße", "STRASSE", "İx", "ı", "ﬁ", "é", "e\u0301", "日本",
    "😀", "\U0010ffff", "\ud7ff", "a%b", "a_b", "a*b", "a?b", "[x]", "[", "]", "a\\b", "100%", "1", "01", "-1.5", "1.50", "1e3", "true",
    "False", "2024-01-02", "2024-01-02T12:00:00Z", "2024-01-02T13:00:00+01:00", "2024-01-02 12:00", "2024-01-02T12:00:00.500Z",
    "2024-13-01", "0001-01-01", "9999-12-31T23:59:59Z", "O'Brien", 'say "x"', "line\nend", "A-1", "a-z",
)  # fmt: skip
NUMBERS = (
    0,
    1,
    2,
    -1,
    3,
    10,
    2**53,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    2**70,
    0.1,
    0.5,
    1.5,
    -1.5,
    1.0,
    1e15,
    1e300,
    123456.789,
)
LITERALS = (
    *TEXTS, 0, 1, 2, -1, 3, 10, 2**53, 2**53 + 1, 2**63, -(2**63), 2**70, Decimal("0.1"), Decimal("0.10000000000000001"), Decimal("1.5"),
    Decimal("-1.50"), Decimal("1.0"), Decimal("9007199254740993.5"), Decimal("1E+400"), True, False, None, date(2024, 1, 2), date(2024, 1, 3),
    datetime(2024, 1, 2, 12, tzinfo=UTC), datetime(2024, 1, 2, 12, 0, 0, 500_000, tzinfo=UTC), datetime(2024, 1, 2), date(1, 1, 1),
    datetime(2024, 1, 2, 14, tzinfo=timezone(timedelta(hours=2))),
)  # fmt: skip
PATTERNS = (
    "%", "x%", "%x", "%x%", "X_", "_", "*", "x*y", "*x*", "%a%b%", "a%%b", "[a-f]%", "[^x]%", "%[[]%", "[x]", "[", "[]", "a[-]b", "%\\%",
    "a\\%b", "a\\_b", "\\", "new%", "%STRASSE", "%ß%", "??", "[z-a]", "[a-z]-[a-z]", "%]", "n*k", "%\U0010ffff", "\ud7ff%", "_\n%", "%e_d",
)  # fmt: skip
SCALAR_PATHS = (("a",), ("A",), ("b",), ("ref", "x"), ("Ref", "name"), ("list",), ("gone",), ("gone", "far"))
CHILD_PATHS = (("t", "x"), ("t", "y"), ("T", "X"), ("t", "u", "z"), ("s", "x"), ("t",), ("t", "ref", "x"))


class DocumentTable:
    """Documents in SQLite, with the layout that `make_document` gives them: `t`, `s` and `t/u` are collections of records."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.connection = sqlite3.connect(":memory:")
        register(self.connection)
        columns = ", ".join(f"a_{kind}" for kind in COLUMN_KINDS)
        self.connection.execute(f"CREATE TABLE documents (key INTEGER PRIMARY KEY, document TEXT, {columns})")
        rows = [
            (n, dump(d), *[column_value(d.get("a"), kind) for kind in COLUMN_KINDS]) for n, d in enumerate(documents)
        ]
        self.connection.executemany(f"INSERT INTO documents VALUES (?, ?{', ?' * len(COLUMN_KINDS)})", rows)

    def source(self, segments: tuple[str, ...]) -> str:
        return "document"

    def spell(self, segments: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(["customFields" if segment.lower() == "customfields" else segment.lower() for segment in segments])

    def is_collection(self, prefix: tuple[str, ...]) -> bool:
        return prefix in (("t",), ("s",), ("t", "u"), ("customfields",))

    def may_be_list(self, segments: tuple[str, ...]) -> bool:
        return True

    def columns(self, segments: tuple[str, ...]) -> dict[str, str]:
        # `a` has indexed columns, `b` with the same values has none.
        return {kind: f"a_{kind}" for kind in COLUMN_KINDS} if self.spell(segments) == ("a",) else {}

    def related(self, prefix: tuple[str, ...]) -> str | None:
        return None

    def find(self, expr: Expr, dialect: Dialect, *, custom: bool = False) -> set[int]:
        """Return the indexes of the documents that match a condition."""
        found = where(expr, self, dialect, custom=custom)
        sql = f"SELECT key FROM documents WHERE {found.text}"
        return {key for (key,) in self.connection.execute(sql, found.parameters)}

    def sort(self, terms: OrderBy) -> list[int]:
        """Return the indexes of the documents in an order."""
        return [
            key
            for (key,) in self.connection.execute(f"SELECT key FROM documents ORDER BY {order_by(terms, self)}, key")
        ]


def make_value(rng: random.Random) -> object:
    """Make a value of a member."""
    choice = rng.random()
    if choice < 0.5:
        return rng.choice(TEXTS)
    if choice < 0.75:
        return rng.choice(NUMBERS)
    return rng.choice((True, False, None))


def make_document(rng: random.Random) -> dict[str, Any]:
    """Make a document; members and collections are often missing, null or empty."""
    document: dict[str, Any] = {}
    for name in ("a", "b"):
        if rng.random() < 0.9:
            document[name] = make_value(rng)
    if rng.random() < 0.8:
        document["ref"] = rng.choice((None, {"x": make_value(rng), "name": rng.choice(TEXTS)}, {"x": make_value(rng)}))
    if rng.random() < 0.7:
        document["list"] = [make_value(rng) for _ in range(rng.randint(0, 3))]
    for name in ("t", "s"):
        if rng.random() < 0.8:
            document[name] = rng.choice((None, [make_child(rng) for _ in range(rng.randint(0, 3))]))
    return document


def make_child(rng: random.Random) -> dict[str, Any]:
    child = {name: make_value(rng) for name in ("x", "y") if rng.random() < 0.9}
    if rng.random() < 0.5:
        child["u"] = [{"z": make_value(rng)} for _ in range(rng.randint(0, 2))]
    if rng.random() < 0.3:
        child["ref"] = {"x": make_value(rng)}
    return child


def make_condition(rng: random.Random, dialect: Dialect, depth: int = 2) -> Expr:
    """Make a condition whose values are often those of documents."""
    if depth == 0 or rng.random() < 0.4:
        path = Path(rng.choice(SCALAR_PATHS if rng.random() < 0.5 else CHILD_PATHS))
        operator = rng.choice(list(OPERATORS.values()))
        if operator in MEMBERSHIP:
            return Comparison(path, operator, tuple(rng.choices(LITERALS, k=rng.randint(1, 4))))
        if operator.family == "text" and rng.random() < 0.8:
            return Comparison(path, operator, rng.choice(PATTERNS if "like" in operator.name else TEXTS))
        return Comparison(path, operator, rng.choice(LITERALS))
    join = rng.choice((conjunction, disjunction))
    return join([make_condition(rng, dialect, depth - 1) for _ in range(rng.randint(2, 3))])
