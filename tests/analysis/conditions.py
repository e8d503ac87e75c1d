"""Seeded conditions over the fields of real records: right ones, and ones with a wrong name, value, operator or joint."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from cwql.language.dialects import Dialect, find_dialect
from cwql.schema.catalog import catalog
from cwql.schema.filtered_record import find_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

ENDPOINTS = {
    "manage": (
        "/service/tickets",
        "/company/contacts",
        "/company/companies",
        "/time/entries",
        "/finance/agreements",
        "/procurement/products",
        "/system/members",
        "/project/tickets",
        "/service/tickets/search",
        "/service/tickets/5",
    ),
    "automate": ("/Computers", "/Clients", "/Alerts", "/Locations", "/Scripts"),
}
WORDS = ("New", "Help Desk", ">Closed", "a@b.c", "x", "", " New", "5", "true", "2024-01-01", "%mail%", "mail%", "*x", "a_b%", "[x]",
         "100%25", "New ", "null", "O'Neil", "x" * 300, "ProjectTicket")  # fmt: skip
NUMBERS = ("1", "5", "0", "-1", "007", "2.5", "2147483648", "99999999999999999999", "1.0")
TIMES = ("2024-01-01T00:00:00Z", "2024-01-01", "2024-01-01T10:00:00", "1999-12-31T23:59:59Z", "2024-01-01T00:00:00.5Z")
FURTHER = (
    "_info/lastUpdated",
    "_info/lastUpdate",
    "lastUpdated",
    "resources/identifier",
    "customFields/value",
    "compnay/id",
    "nope",
)


class Conditions:
    """Make conditions for one endpoint; the same seed makes the same ones."""

    def __init__(self, name: str, endpoint: str, seed: int) -> None:
        self.dialect: Dialect = find_dialect(name)
        self.endpoint = endpoint
        self._random = random.Random(f"{name} {endpoint} {seed}")
        self._catalog = catalog(name)
        record = find_record(self._catalog, self._catalog.endpoint(endpoint), self.dialect.parameters[0])
        assert record is not None
        self._fields = [*self._walk(record, 2)]

    def _walk(self, record: RecordInfo, depth: int) -> Iterator[tuple[str, FieldInfo | None]]:
        for field in record.fields():
            yield field.name, field
            inner = None if field.target is None or depth == 1 else self._catalog.find_record(field.target)
            if inner is not None:
                for name, below in self._walk(inner, depth - 1):
                    yield f"{field.name}{self.dialect.separator}{name}", below
        for name in record.extra_names if depth == 2 else ():
            yield name.replace("/", self.dialect.separator), record.find(name)

    def _literal(self, field: FieldInfo | None) -> str:
        pick = self._random.choice
        kind = (
            field.kind
            if field is not None and self._random.random() < 0.85
            else pick(("text", "integer", "datetime", "null"))
        )
        if kind == "enum" and field is not None and field.enum:
            word = pick(field.enum)
            return self._quote(word if self._random.random() < 0.9 else word.lower())
        if kind in ("integer", "number"):
            return pick(NUMBERS)
        if kind == "boolean":
            return pick((*self.dialect.booleans, "1"))
        if kind in ("datetime", "date"):
            return pick(TIMES) if self.dialect.bare_dates else f"[{pick(TIMES)}]"
        if kind == "null":
            return "null"
        return self._quote(pick(WORDS))

    def _quote(self, word: str) -> str:
        quote = self._random.choice(self.dialect.quotes)
        return f"{quote}{word}{quote}" if quote not in word else f'"{word}"'

    def comparison(self) -> str:
        """Return one comparison."""
        pick, chance = self._random.choice, self._random.random
        name, field = pick(self._fields)
        if chance() < 0.05:
            name, field = pick(FURTHER), None
        if chance() < 0.05:
            name = name.upper()
        operator = pick(list(self.dialect.operators))
        if field is not None and chance() < 0.6:
            family = {"text": ("text", "equality"), "boolean": ("equality",), "enum": ("equality", "membership")}
            wanted = family.get(field.kind, ("equality", "order", "membership"))
            operator = pick([op for op in self.dialect.operators if op.family in wanted])
        if operator.family == "membership":
            values = ", ".join(self._literal(field) for _ in range(self._random.randint(1, 4)))
            return f"{name} {operator.name} ({values})"
        if operator.name.endswith("like") and chance() < 0.5:
            return f"{name} {operator.name} {self._quote(pick(('mail%', '%mail%', 'a%b%', 'mail')))}"
        return f"{name} {operator.name} {self._literal(field)}"

    def condition(self) -> str:
        """Return one to four comparisons, joined; now and then two of the same."""
        parts = [self.comparison() for _ in range(self._random.choice((1, 1, 2, 2, 3, 4)))]
        if self._random.random() < 0.1:
            parts.append(self._random.choice(parts))
        joint = self._random.choice((" and ", " and ", " or "))
        text = joint.join(parts)
        if len(parts) > 2 and self._random.random() < 0.5:
            other = " or " if joint == " and " else " and "
            text = f"{parts[0]}{joint}({other.join(parts[1:])})"
        return text

    def stream(self, count: int) -> Iterator[str]:
        """Yield `count` conditions."""
        for _ in range(count):
            yield self.condition()
