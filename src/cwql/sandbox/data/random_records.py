"""Random records of any kind, made from the catalog's description of their fields: types, enums, lengths, references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cwql.sandbox.data.rng import DAY, NOW, Document, format_time, guid, make_info, make_rng
from cwql.sandbox.data.vocab import ADJECTIVES, FIRST_NAMES, LAST_NAMES, SENTENCES
from cwql.sandbox.references import STORED
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

UNDOCUMENTED = "legacyRecordId"
"""A member that no specification lists: real servers send such members, and clients must retain them."""

_NAMING = ("name", "description", "identifier", "caption", "summary", "title", "subject", "fullname", "displayname")
_USUALLY_FALSE = re.compile(r"inactive|disabled|deleted|closed|cancel|hidden|void|locked|missing", re.IGNORECASE)
_DATED = ("start", "end", "lastlogin", "anniversary", "birthday")
"""Endings of the names of texts that are dates."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PLAIN = ("text", "integer", "number", "boolean", "enum", "datetime", "uuid")


def split_name(name: str) -> str:
    """Return a name of the API in words: ``ProjectTypeInfo`` becomes ``Project Type``."""
    return " ".join([word[:1].upper() + word[1:] for word in _WORDS.findall(name) if word not in ("Info", "Reference")])


def label(record: str, number: int) -> str:
    """Return the name of the record with a number."""
    round, index = divmod(number - 1, len(ADJECTIVES))
    return f"{ADJECTIVES[index]} {split_name(record)}" + (f" {round + 1}" if round else "")


class RandomRecords:
    """Make records of one API.

    `pools` contains the possible values of references, by the class name of the reference. Every other kind that is listed there
    has at least `minimum` records. A reference to a kind that is not listed gets an id and a name.
    """

    def __init__(
        self,
        product: str,
        seed: int,
        members: list[str],
        pools: Mapping[str, Sequence[Document]],
        minimum: int,
        *,
        odd_records: bool = False,
    ) -> None:
        self._odd_records = odd_records
        self._catalog = catalog(product)
        self._seed = seed
        self._members = members
        self._pools = pools
        self._minimum = minimum
        self._fields: dict[str, tuple[FieldInfo, ...]] = {}

    def make(self, record: str, number: int) -> Document:
        """Return the record with a number. The first one has every member.

        With `odd_records`, every ninth record violates its specification: it lacks the values of required members, and has a
        member that is not listed.
        """
        rng = make_rng(self._seed, record, number)
        document = {field.name: self._make_member(field, record, number, rng) for field in self._fields_of(record)}
        if self._odd_records and number % 9 == 8:
            for field in self._fields_of(record):
                if field.required and field.kind in ("text", "enum", "reference"):
                    document[field.name] = None
            document[UNDOCUMENTED] = rng.randrange(1000)
        return document

    def complete(self, record: str, number: int, document: Document) -> Document:
        """Add every member that a document lacks; return it."""
        rng = make_rng(self._seed, record, number)
        for field in self._fields_of(record):
            if document.get(field.name) in (None, []):
                document[field.name] = self._make_value(field, rng, 0, least=1)
        return document

    def place(self, record: str, document: Document, kind: str, key: int) -> Document:
        """Set the members of a record below another one that say which one that is; return it."""
        short = "Ticket" if kind == "ProjectTicket" else kind
        for field in self._fields_of(record):
            folded = field.name.lower()
            if folded in (f"{kind}id".lower(), f"{short}id".lower()) and field.kind in ("integer", "text"):
                document[field.name] = key if field.kind == "integer" else str(key)
            elif folded == short.lower() and field.kind == "reference" and document.get(field.name):
                pool = self._pools.get(field.target or "", ())
                own = next((each for each in pool if str(each.get("id", each.get("Id"))) == str(key)), None)
                if own is not None:
                    document[field.name] = own
        return document

    def _fields_of(self, record: str) -> tuple[FieldInfo, ...]:
        found = self._fields.get(record)
        if found is None:
            found = self._fields[record] = tuple(self._catalog.record(record).fields())
        return found

    def _make_member(self, field: FieldInfo, record: str, number: int, rng: Random) -> Any:
        folded = field.name.lower()
        if folded == "id":
            return str(number) if field.kind == "text" else number
        if field.kind == "text" and folded in _NAMING:
            return shorten(label(record, number), field)
        if field.kind == "integer" and folded == f"{record.lower()}id":
            # Some records of Automate call their id like that.
            return number
        if (
            number > 1
            and not field.required
            and field.kind in ("text", "datetime", "reference")
            and rng.random() < 0.15
        ):
            return None
        return self._make_value(field, rng, 0, least=int(number == 1))

    def _make_value(self, field: FieldInfo, rng: Random, depth: int, least: int = 0) -> Any:
        """Return a random value of a field; a list has at least so many items, unless it is inside another record."""
        if field.kind == "enum":
            return rng.choice(field.enum)
        if field.kind == "reference":
            return self._make_reference(field.target or "", rng, depth)
        if field.kind in ("collection", "map"):
            return self._make_collection(field, rng, depth, least)
        return self._make_plain(field, field.kind, rng)

    def _make_reference(self, target: str, rng: Random, depth: int) -> Any:
        pool = self._pools.get(target)
        if pool is not None:
            return rng.choice(pool) if pool else None
        info = self._catalog.find_record(target)
        if info is None or depth >= 2:
            return None
        base = STORED.get(target) or target.removesuffix("Reference")
        if base != target:
            number = rng.randint(1, self._minimum)
            return self._refer(info, base, number)
        return self._make_nested(info, rng, depth)

    def _refer(self, info: RecordInfo, base: str, number: int) -> Document:
        """Return the reference to the record of a kind with a number."""
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
        """Return the value of a member of a record, or of the member that contains its name."""
        found = self._catalog.find_record(base)
        for name in (member, *_NAMING):
            field = found.find(name) if found is not None else None
            if field is not None and field.origin == "spec" and field.kind == "text":
                return shorten(label(base, number), field)
        return label(base, number)

    def _make_nested(self, info: RecordInfo, rng: Random, depth: int) -> Document:
        """Make a record inside another one.

        It has plain members only if it has any, because records of Automate contain each other in circles.
        """
        number = rng.randint(1, 3)
        fields = self._fields_of(info.name)[:12]
        plain = [field for field in fields if field.kind in _PLAIN]
        if plain:
            return {field.name: self._make_member(field, info.name, number, rng) for field in plain}
        return {field.name: self._make_value(field, rng, depth + 1) for field in fields}

    def _make_collection(self, field: FieldInfo, rng: Random, depth: int, least: int) -> Any:
        if field.name == "_info":
            return make_info(rng, self._members)
        if field.kind == "map":
            return {}
        if field.target == "CustomFieldValue" or depth:
            return []
        if field.items == "reference":
            items = [self._make_reference(field.target or "", rng, depth + 1) for _ in range(rng.randint(least, 2))]
            return [item for item in items if item is not None]
        if field.items == "enum":
            return rng.sample(field.enum, 1)
        if field.items == "integer":
            return sorted(rng.sample(range(1, 9), rng.randint(least, 3)))
        if field.items == "text":
            return [f"{split_name(field.name)} {rng.randint(1, 9)}"]
        return [] if field.items in ("collection", "map") else [self._make_plain(field, field.items or "any", rng)]

    def _make_plain(self, field: FieldInfo, kind: str, rng: Random) -> Any:
        if kind == "text":
            return shorten(self._make_text(field, rng), field)
        return _PLAIN_VALUES[kind](field, rng)

    def _make_text(self, field: FieldInfo, rng: Random) -> str:
        folded = field.name.lower()
        if field.dated or folded.endswith(_DATED):
            return format_time(NOW - rng.random() * 700 * DAY)
        for parts, endings, make in _TEXTS:
            if any(part in folded for part in parts) or folded.endswith(endings):
                return make(rng)
        if folded.endswith("by"):
            return rng.choice(self._members)
        if any(part in folded for part in ("notes", "comment", "message", "text", "description")):
            return rng.choice(SENTENCES)
        if folded.endswith("name"):
            return label(field.name[:-4] or field.owner, rng.randint(1, 3))
        return f"{split_name(field.name)} {rng.randint(1, 9)}"


def _make_boolean(field: FieldInfo, rng: Random) -> bool:
    return rng.random() < (0.04 if _USUALLY_FALSE.search(field.name) else 0.5)


def _make_integer(field: FieldInfo, rng: Random) -> int:
    if field.name.endswith(("Id", "ID", "RecId", "Recid")):
        return rng.randint(1, 3)
    if "year" in field.name.lower():
        return rng.randint(2018, 2026)
    return rng.randint(0, 120)


_PLAIN_VALUES: dict[str, Callable[[FieldInfo, Random], Any]] = {
    "boolean": _make_boolean,
    "integer": _make_integer,
    "number": lambda field, rng: round(rng.random() * 200, 2),
    "datetime": lambda field, rng: format_time(NOW - rng.random() * 700 * DAY),
    "date": lambda field, rng: format_time(NOW - rng.random() * 700 * DAY)[:10],
    "uuid": lambda field, rng: guid(rng),
    "bytes": lambda field, rng: "U2FuZGJveA==",
    "any": lambda field, rng: "Yes",
}


def _make_email(rng: Random) -> str:
    return f"{rng.choice(FIRST_NAMES).lower()}@example.com".encode("ascii", "ignore").decode()


def _make_phone(rng: Random) -> str:
    return f"{rng.randint(200, 989)}555{rng.randint(100, 199):04}"


# Parts and endings of names in small letters, and how such a text is made; the first that matches counts.
_TEXTS: tuple[tuple[tuple[str, ...], tuple[str, ...], Callable[[Random], str]], ...] = (
    (("email",), (), _make_email),
    (("phone", "fax"), ("extension",), _make_phone),
    (("url", "website"), ("href", "link"), lambda rng: "https://www.example.com/"),
    (("guid", "uuid"), (), guid),
    ((), ("firstname",), lambda rng: rng.choice(FIRST_NAMES)),
    ((), ("lastname",), lambda rng: rng.choice(LAST_NAMES)),
)


def shorten(text: str, field: FieldInfo) -> str:
    """Return a text that is not longer than its field allows."""
    length = field.max_length
    if length is None or len(text) <= length:
        return text
    # Words are cut before numbers are, so that short names stay different.
    words = text.split()
    return "".join([word if word.isdigit() else word[:3] for word in words])[:length]
