"""Records of any kind, drawn from what the catalog says of their fields: types, enums, lengths, references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cwql.sandbox.data.rng import DAY, NOW, Document, dice, guid, info, moment
from cwql.sandbox.data.vocab import ADJECTIVES, FIRST_NAMES, LAST_NAMES, SENTENCES
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

UNLISTED = "legacyRecordId"
"""A member that no specification lists: real servers send such members, and readers must keep them."""

_NAMES = ("name", "description", "identifier", "caption", "summary", "title", "subject", "fullname", "displayname")
_OFF = re.compile(r"inactive|disabled|deleted|closed|cancel|hidden|void|locked|missing", re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def title(name: str) -> str:
    """Return a name of the API in words: ``ProjectTypeInfo`` gives ``Project Type``."""
    return " ".join([word[:1].upper() + word[1:] for word in _WORDS.findall(name) if word not in ("Info", "Reference")])


def label(record: str, number: int) -> str:
    """Return what the record of that number is called."""
    round, place = divmod(number - 1, len(ADJECTIVES))
    return f"{ADJECTIVES[place]} {title(record)}" + (f" {round + 1}" if round else "")


class Filler:
    """Draw documents of one API.

    `pools` holds what references may point at, by the class name of the reference; of every other kind that is listed there
    are `many` records at least. A reference to a kind that is not listed gets an id and a name of its own.
    """

    def __init__(
        self,
        product: str,
        seed: int,
        members: list[str],
        pools: Mapping[str, Sequence[Document]],
        many: int,
    ) -> None:
        self._catalog = catalog(product)
        self._seed = seed
        self._members = members
        self._pools = pools
        self._many = many
        self._fields: dict[str, tuple[FieldInfo, ...]] = {}

    def document(self, record: str, number: int) -> Document:
        """Draw the document of that number; every ninth has what its specification does not allow for.

        That is a member without a value though it is required, and a member that is not listed.
        """
        chance = dice(self._seed, record, number)
        document = {field.name: self._member(field, record, number, chance) for field in self._fields_of(record)}
        if number % 9 == 8:
            for field in self._fields_of(record):
                if field.required and field.kind in ("text", "enum", "reference"):
                    document[field.name] = None
            document[UNLISTED] = chance.randrange(1000)
        return document

    def complete(self, record: str, number: int, given: Document) -> Document:
        """Return a document with the required members that it lacks, and ``_info``."""
        chance = dice(self._seed, record, number)
        for field in self._fields_of(record):
            if field.name not in given and (field.required or field.name == "_info"):
                given[field.name] = self._value(field, chance, 0)
        return given

    def _fields_of(self, record: str) -> tuple[FieldInfo, ...]:
        found = self._fields.get(record)
        if found is None:
            found = self._fields[record] = tuple(self._catalog.record(record).fields())
        return found

    def _member(self, field: FieldInfo, record: str, number: int, chance: Random) -> Any:
        low = field.name.lower()
        if low == "id":
            return str(number) if field.kind == "text" else number
        if field.kind == "text" and low in _NAMES:
            return self._cut(label(record, number), field)
        if field.kind == "integer" and low == f"{record.lower()}id":
            # As records of Automate call their id.
            return number
        if not field.required and field.kind in ("text", "datetime", "reference") and chance.random() < 0.15:
            return None
        return self._value(field, chance, 0)

    def _value(self, field: FieldInfo, chance: Random, depth: int) -> Any:
        kind = field.kind
        if kind == "text":
            return self._cut(self._text(field, chance), field)
        if kind == "boolean":
            return chance.random() < (0.04 if _OFF.search(field.name) else 0.5)
        if kind == "integer":
            return self._integer(field.name, chance)
        if kind == "enum":
            return chance.choice(field.enum)
        if kind == "reference":
            return self._reference(field.target or "", chance, depth)
        if kind in ("collection", "map"):
            return self._collection(field, chance, depth)
        return self._scalar(kind, chance)

    def _scalar(self, kind: str, chance: Random) -> Any:
        if kind == "number":
            return round(chance.random() * 200, 2)
        if kind == "datetime":
            return moment(NOW - chance.random() * 700 * DAY)
        if kind == "date":
            return moment(NOW - chance.random() * 700 * DAY)[:10]
        if kind == "uuid":
            return guid(chance)
        if kind == "bytes":
            return "U2FuZGJveA=="
        return "Yes" if kind == "any" else None

    def _integer(self, name: str, chance: Random) -> int:
        if name.endswith(("Id", "ID", "RecId", "Recid")):
            return chance.randint(1, 3)
        if "year" in name.lower():
            return chance.randint(2018, 2026)
        return chance.randint(0, 120)

    def _text(self, field: FieldInfo, chance: Random) -> str:
        low = field.name.lower()
        if field.dated:
            return moment(NOW - chance.random() * 700 * DAY)
        if "email" in low:
            return f"{chance.choice(FIRST_NAMES).lower()}@example.com".encode("ascii", "ignore").decode()
        if "phone" in low or "fax" in low or low.endswith("extension"):
            return f"{chance.randint(200, 989)}555{chance.randint(100, 199):04}"
        if "url" in low or "website" in low or low.endswith(("href", "link")):
            return "https://www.example.com/"
        if "guid" in low or "uuid" in low:
            return guid(chance)
        if low.endswith("firstname"):
            return chance.choice(FIRST_NAMES)
        if low.endswith("lastname"):
            return chance.choice(LAST_NAMES)
        if low.endswith("by"):
            return chance.choice(self._members)
        if any(part in low for part in ("notes", "comment", "message", "text", "description")):
            return chance.choice(SENTENCES)
        if low.endswith("name"):
            return label(field.name[:-4] or field.owner, chance.randint(1, 3))
        return f"{title(field.name)} {chance.randint(1, 9)}"

    def _cut(self, text: str, field: FieldInfo) -> str:
        length = field.max_length
        if length is None or len(text) <= length:
            return text
        # Words lose their ends before numbers do, so that short names stay different.
        words = text.split()
        return "".join([word if word.isdigit() else word[:3] for word in words])[:length]

    def _reference(self, target: str, chance: Random, depth: int) -> Any:
        pool = self._pools.get(target)
        if pool is not None:
            return chance.choice(pool) if pool else None
        info = self._catalog.find_record(target)
        if info is None or depth >= 2:
            return None
        base = target.removesuffix("Reference")
        if base != target:
            number = chance.randint(1, self._many)
            return self.reference(info, base, number)
        return self._nested(info, chance, depth)

    def reference(self, info: RecordInfo, base: str, number: int) -> Document:
        """Return the reference to the record of that kind and number."""
        document: Document = {}
        for name in ("id", "identifier", "name", "summary", "description"):
            field = info.find(name)
            if field is None or field.origin != "spec":
                continue
            if field.kind == "enum":
                document[field.name] = field.enum[number % len(field.enum)]
            elif field.kind in ("integer", "text"):
                document[field.name] = number if field.kind == "integer" else self._name_of(base, number, name)
        return document

    def _name_of(self, base: str, number: int, member: str) -> str:
        """Return what the record shows under that name, or under the one that stands for its name."""
        found = self._catalog.find_record(base)
        for name in (member, *_NAMES):
            field = found.find(name) if found is not None else None
            if field is not None and field.origin == "spec" and field.kind == "text":
                return self._cut(label(base, number), field)
        return label(base, number)

    def _nested(self, info: RecordInfo, chance: Random, depth: int) -> Document:
        """Draw a record inside another one: its plain members only, since records of Automate hold each other in circles."""
        plain = ("text", "integer", "number", "boolean", "enum", "datetime", "uuid")
        number = chance.randint(1, 3)
        return {
            field.name: self._member(field, info.name, number, chance)
            for field in self._fields_of(info.name)[:12]
            if field.kind in plain
        }

    def _collection(self, field: FieldInfo, chance: Random, depth: int) -> Any:
        if field.name == "_info":
            return info(chance, self._members)
        if field.kind == "map":
            return {}
        if field.target == "CustomFieldValue" or depth:
            return []
        if field.items == "reference":
            items = [self._reference(field.target or "", chance, depth + 1) for _ in range(chance.randint(0, 2))]
            return [item for item in items if item is not None]
        if field.items == "enum":
            return chance.sample(field.enum, 1)
        if field.items == "integer":
            return sorted(chance.sample(range(1, 9), chance.randint(0, 3)))
        if field.items == "text":
            return [f"{title(field.name)} {chance.randint(1, 9)}"]
        return [] if field.items in ("collection", "map") else [self._scalar(field.items or "any", chance)]
