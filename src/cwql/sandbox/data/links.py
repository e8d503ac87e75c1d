"""The ``_info`` of references inside the generated records, as servers send it: links to the records, and the GUIDs of customers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cwql.sandbox.data.rng import guid, make_rng
from cwql.sandbox.hrefs import reference_info
from cwql.sandbox.references import BOARD_RECORDS, stored_kind
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.sandbox.data.customers import Customer
    from cwql.sandbox.data.rng import Document
    from cwql.schema.field import FieldInfo

PRODUCT = "manage"
_WITH_GUID = ("Company", "Contact", "CompanySite")
_PHASES_OF_A_PROJECT = 4


def mobile_guid(seed: int, kind: str, number: int) -> str:
    """Return the GUID of a company, a contact or a site, which references to it show too."""
    return guid(make_rng(seed, "mobile guid", kind, number))


class ReferenceLinks:
    """Add ``_info`` to the references of documents."""

    def __init__(self, seed: int, customers: Sequence[Customer]) -> None:
        self._seed = seed
        self._companies = {site.id: customer.id for customer in customers for site in customer.sites}
        self._infos: dict[tuple[str, int], dict[str, str]] = {}

    def add(self, record: str, document: Document) -> Document:
        """Add the links of a document, and of the records inside it; return it."""
        for field in _linking_fields(record):
            value = document.get(field.name)
            if isinstance(value, dict):
                document[field.name] = self._link(field.target or "", value)
            elif isinstance(value, list):
                document[field.name] = [
                    self._link(field.target or "", each) if isinstance(each, dict) else each for each in value
                ]
        return document

    def _link(self, target: str, value: Document) -> Document:
        kind = stored_kind(target)
        key = value.get("id")
        if kind is None:
            return value if target.endswith("Reference") else self.add(target, dict(value))
        if not isinstance(key, int) or value.get("_info"):
            return value
        info = self._infos.get((target, key))
        if info is None:
            info = self._infos[target, key] = reference_info(target, kind, key, self._describe(kind, key))
        return {**value, "_info": info} if info else value

    def _describe(self, kind: str, key: int) -> dict[str, Any]:
        """Return the members of a record on which the links to it depend."""
        found: dict[str, Any] = {}
        if kind in _WITH_GUID:
            found["mobileGuid"] = mobile_guid(self._seed, kind, key)
        if kind in BOARD_RECORDS:
            found["boardId"] = key // 10
        elif kind == "CompanySite":
            found["companyId"] = self._companies.get(key, 1)
        elif kind == "ProjectPhase":
            found["projectId"] = (key - 1) // _PHASES_OF_A_PROJECT + 1
        return found


@lru_cache(maxsize=1024)
def _linking_fields(record: str) -> tuple[FieldInfo, ...]:
    """Return the fields of a record that contain references, alone, in a list, or in the records of a list."""
    known = catalog(PRODUCT)
    return tuple(
        [
            field
            for field in known.record(record).fields()
            if field.kind in ("reference", "collection")
            and field.target is not None
            and (field.target.endswith("Reference") or field.kind == "collection")
            and known.find_record(field.target) is not None
        ]
    )
