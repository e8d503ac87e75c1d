"""References in bodies: `References` finds the record that one names, by id, identifier or name, and fills in the other members.

A reference to a record that does not exist is a problem, as recorded. Of kinds that no operation lists, or of which there are no
records, nothing is known, so such references are stored as they are sent.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cwql.sandbox.hrefs import reference_info
from cwql.sandbox.problems import label_of, reference_not_found
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.sandbox.messages import BodyProblem
    from cwql.sandbox.store.store import Row, Store
    from cwql.schema.field import FieldInfo

STORED = {
    "BillingTermsReference": "BillingTerm",
    "BillingUnitReference": "Department",
    "IvItemReference": "CatalogItem",
    "NoteTypeReference": "CompanyNoteType",
    "OpportunityProbabilityReference": "SalesProbability",
    "OwnerLevelReference": "Location",
    "ProductCategoryReference": "Category",
    "ProductSubCategoryReference": "SubCategory",
    "ProjectBoardReference": "Board",
    "ServiceItemReference": "BoardItem",
    "ServiceSourceReference": "Source",
    "ServiceStatusReference": "BoardStatus",
    "ServiceSubTypeReference": "BoardSubType",
    "ServiceTeamReference": "BoardTeam",
    "ServiceTypeReference": "BoardType",
    "SiteReference": "CompanySite",
    "SystemDepartmentReference": "Department",
    "SystemLocationReference": "Location",
}
"""The records of references whose names do not say it."""

BOARD_RECORDS = ("BoardStatus", "BoardType", "BoardSubType", "BoardItem", "BoardTeam")
"""Records that each board has its own ones of: a ticket can only refer to those of its board."""

_SCOPES = {"CompanySite": ("company", "Company"), "Contact": ("company", "Company"), "Agreement": ("company", "Company"),
           "ProjectPhase": ("project", "Project"), **dict.fromkeys(BOARD_RECORDS, ("board", "Board"))}  # fmt: skip
"""The member of a document whose record the records of a kind belong to, so that a name is looked up below it first."""

_NAMES = {"Member": ("firstName", "lastName"), "Contact": ("firstName", "lastName")}
"""Records whose name in a reference is made of two members."""

_ALIASES = {
    "name": ("name", "description", "summary", "title"),
    "identifier": ("identifier", "countryCode", "name"),
    "currencyCode": ("currencyIdentifier",),
    "sort": ("sortOrder",),
    "summary": ("summary", "description"),
    "type": ("type",),
}
"""The members of records that a member of a reference shows, in the order in which they are tried."""

_KEYS = ("id", "identifier", "name")
PRODUCT = "manage"


class References:
    """Resolve the references of documents of Manage. Automate's records contain each other instead."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def resolve(self, record: str, document: dict[str, Any], before: dict[str, Any] | None) -> list[BodyProblem]:
        """Complete every reference of a document, and return those that name no record.

        Parts that `before` has as well are not looked up again: they may refer to what was deleted meanwhile.
        """
        problems: list[BodyProblem] = []
        for field in _reference_fields(record):
            value = document.get(field.name)
            if isinstance(value, dict) and not any(value.get(name) not in (None, "") for name in _KEYS):
                # A reference that names nothing is no reference.
                kept = {name: part for name, part in value.items() if part not in (None, "") and name != "_info"}
                document[field.name] = value = kept or None
            for holder, key, path in _places(field, document, value):
                same = None if before is None else _find_same(holder[key], before.get(field.name))
                if same is not None:
                    holder[key] = same
                    continue
                problem = self._complete(field, holder, key, path, document)
                if problem is not None:
                    problems.append(problem)
        return problems

    def _complete(
        self, field: FieldInfo, holder: Any, key: Any, path: str, document: dict[str, Any]
    ) -> BodyProblem | None:
        value = holder[key]
        kind = stored_kind(field.target or "")
        name = next((each for each in _KEYS if value.get(each) not in (None, "")), None)
        if kind is None or name is None or not self._store.count(PRODUCT, kind):
            return None
        scope = self._scope(kind, document)
        row = self._find(kind, name, value[name], scope)
        if row is None:
            return reference_not_found(f"{path}/{name}", self._message(kind, value[name], scope))
        holder[key] = make_reference(field, kind, row)
        return None

    def _scope(self, kind: str, document: dict[str, Any]) -> tuple[str, int] | None:
        member, above = _SCOPES.get(kind, ("", ""))
        value = document.get(member)
        found = value.get("id") if isinstance(value, dict) else None
        return (above, found) if isinstance(found, int) and not isinstance(found, bool) else None

    def _find(self, kind: str, name: str, value: Any, scope: tuple[str, int] | None) -> Row | None:
        is_strict = kind in BOARD_RECORDS and scope is not None
        if name == "id":
            key = value if isinstance(value, int) and 0 <= value < 2**63 else -1
            return self._store.get(PRODUCT, kind, key, scope if is_strict else None)
        clause, values = _name_condition(kind, name, str(value))
        if scope is not None:
            if kind in ("Contact", "Agreement"):
                narrow = f"({clause}) AND json_extract(document, '$.company.id') = ?"
                rows = self._store.find(PRODUCT, kind, None, narrow, (*values, scope[1]), limit=1)
            else:
                rows = self._store.find(PRODUCT, kind, scope, clause, values, limit=1)
            if rows or is_strict:
                return rows[0] if rows else None
        rows = self._store.find(PRODUCT, kind, None, clause, values, limit=1)
        return rows[0] if rows else None

    def _message(self, kind: str, value: Any, scope: tuple[str, int] | None) -> str:
        text = f"{label_of(kind)} {str(value)[:100]} not found"
        return f"{text} for Service Board {scope[1]}" if kind in BOARD_RECORDS and scope is not None else text


@lru_cache(maxsize=1024)
def stored_kind(target: str) -> str | None:
    """Return the kind of record that a reference refers to, or None if no operation lists records of that kind."""
    kind = STORED.get(target) or target.removesuffix("Reference")
    if kind == target:
        return None
    found = catalog(PRODUCT).find_record(kind)
    return found.name if found is not None and found.name in listed_kinds() else None


@lru_cache(maxsize=1)
def listed_kinds() -> frozenset[str]:
    """Return the kinds of record that an operation of Manage lists."""
    return frozenset(
        [
            each.record
            for each in catalog(PRODUCT).endpoints()
            if each.listed and each.record and "GET" in each.operations
        ]
    )


def make_reference(field: FieldInfo, kind: str, row: Row) -> dict[str, Any]:
    """Return the reference to a record, with every member that references of that type have."""
    document = row.document
    reference: dict[str, Any] = {}
    for name in catalog(PRODUCT).record(field.target or "").names:
        value = row.key if name == "id" else name_of(kind, name, document)
        if value is not None and name != "_info" and not isinstance(value, (dict, list)):
            reference[name] = value
    info = reference_info(field.target or "", kind, row.key, document)
    if info:
        reference["_info"] = info
    return reference


def name_of(kind: str, member: str, document: dict[str, Any]) -> Any:
    """Return the value of a member of a reference to a record."""
    if member == "name" and kind in _NAMES:
        return " ".join([str(document[part]) for part in _NAMES[kind] if document.get(part)])
    for name in _ALIASES.get(member, (member,)):
        value = document.get(name)
        if value is not None:
            return value.get("name") if isinstance(value, dict) else value
    return None


def _name_condition(kind: str, name: str, value: str) -> tuple[str, tuple[str, ...]]:
    """Return SQL that compares the member of records that a reference shows with a text, without letter case."""
    if name == "name" and kind in _NAMES:
        first, last = _NAMES[kind]
        member = f"json_extract(document, '$.{first}') || ' ' || json_extract(document, '$.{last}')"
        return f"({member}) = ? COLLATE NOCASE", (value,)
    info = catalog(PRODUCT).record(kind)
    names = [each for each in _ALIASES.get(name, (name,)) if info.find(each) is not None]
    texts = [f"json_extract(document, '$.{each}') = ? COLLATE NOCASE" for each in names[:1]]
    return " OR ".join(texts) or "0", (value,) * len(texts)


@lru_cache(maxsize=1024)
def _reference_fields(record: str) -> tuple[FieldInfo, ...]:
    """Return the fields of a record that are references, or lists of them; those that others depend on come first."""
    first = {member for member, _ in _SCOPES.values()}
    fields = [
        field
        for field in catalog(PRODUCT).record(record).fields()
        if field.kind in ("reference", "collection") and (field.target or "").endswith("Reference")
    ]
    return tuple(sorted(fields, key=lambda field: field.name not in first))


def _places(field: FieldInfo, document: dict[str, Any], value: Any) -> Iterator[tuple[Any, Any, str]]:
    """Yield the container, the key and the path of each reference in a member."""
    if isinstance(value, dict):
        yield document, field.name, field.name
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield value, index, f"{field.name}/{index}"


def _find_same(value: dict[str, Any], before: Any) -> dict[str, Any] | None:
    """Return the stored reference with the same id, or with the same names if no id is sent."""
    for stored in before if isinstance(before, list) else [before]:
        if not isinstance(stored, dict):
            continue
        if "id" in value and value["id"] is not None:
            if stored.get("id") == value["id"]:
                return stored
        elif all(stored.get(name) == part for name, part in value.items()):
            return stored
    return None
