"""Writes to the store with everything that servers add to a record: keys, timestamps, defaults, names of references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.sandbox import tickets
from cwql.sandbox.auth import format_moment
from cwql.sandbox.contacts import number_items
from cwql.sandbox.defaults import Fill, fill_custom_fields, fill_defaults, set_parent
from cwql.sandbox.nulls import drop_nulls
from cwql.sandbox.problems import invalid_object, missing, not_found
from cwql.sandbox.references import References, make_reference
from cwql.sandbox.requirements import check_requirements
from cwql.sandbox.side_effects import CREATED, DELETED, UPDATED, Change
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.lookup import RecordLookup
    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Parent, Row, Store

_MANAGE = "manage"
_KEPT = ("mobileGuid", "_info")
_CLOSING = ("closedFlag", "closedDate", "closedBy", "dateResolved")


class RecordWriter:
    """Create and replace records. `clock` returns the time in seconds since 1970."""

    def __init__(self, store: Store, lookup: RecordLookup, clock: Callable[[], float]) -> None:
        self._store = store
        self._lookup = lookup
        self._clock = clock
        self._references = References(store)

    def now(self) -> str:
        """Return the time as the APIs write it."""
        return format_moment(self._clock())

    def create(
        self, route: Route, record: str, document: dict[str, Any], *, is_copy: bool = False, key: int | None = None
    ) -> Row:
        """Store a new record below the placeholders of the path, without the last one for an `is_copy`; with `key` if it is free.

        Raises HTTPProblem (400) if a reference names no record, or another record has the same identifier.
        """
        product = route.product.name
        info = route.catalog.record(record)
        parent = self._lookup.find_parent(product, route.params[:-1] if is_copy else route.params)
        if key is None or self._store.get(product, info.name, key) is not None:
            key = self._store.next_key(product, info.name)
        key_field = info.find("id")
        if key_field is not None:
            # The key comes first, as servers send it.
            document = {key_field.name: key, **{k: v for k, v in document.items() if k != key_field.name}}
        if route.product.completes_records:
            document.pop("_info", None)
            self._complete_new(route, info.name, document, key, parent, is_copy=is_copy)
            document = drop_nulls(document)
        self._set_info(route, info.name, document, is_new=True)
        (key,) = self._store.add(product, info.name, [document], parent, keys=[key])
        row = self._store.get(product, info.name, key)
        assert row is not None
        return row

    def _complete_new(  # a new record and its place
        self, route: Route, record: str, document: dict[str, Any], key: int, parent: Parent, *, is_copy: bool
    ) -> None:
        fill = Fill(self._store, record, document, key, parent, self.now(), route.caller.member)
        if parent is not None and "/" not in parent[0]:
            set_parent(self._store, record, document, parent)
        if record in tickets.RECORDS:
            fill.refer("board", "Board", fill.find_default("Board"))
        # What a copy refers to may have been deleted meanwhile.
        site = document.pop("site", None) if record == "Company" else None
        self._resolve(record, document, document if is_copy else None)
        if not is_copy:
            check_requirements(self._store, record, document, None)
        if site is not None:
            document["site"] = site if is_copy else self._create_site(site, document, key, fill)
        if not is_copy:
            if record == "Contact":
                number_items(self._store, document, key)
            fill_defaults(fill)
        if record in tickets.RECORDS:
            tickets.apply_status(self._store, document, None, fill.now, route.caller.member)

    def _create_site(self, site: Any, company: dict[str, Any], key: int, fill: Fill) -> Any:
        """Create the site of a new company, which has the company's address, and return the reference to it."""
        if not isinstance(site, dict) or not site.get("name"):
            return site
        address = ("addressLine1", "addressLine2", "city", "zip", "country", "phoneNumber", "faxNumber")
        flags = ("primaryAddressFlag", "defaultShippingFlag", "defaultBillingFlag", "defaultMailingFlag")
        document: dict[str, Any] = {
            "name": site["name"],
            **{name: company[name] for name in address if company.get(name)},
            **dict.fromkeys(flags, True),
            "company": {name: company[name] for name in ("id", "identifier", "name") if company.get(name)},
        }
        number = self._store.next_key(_MANAGE, "CompanySite")
        fill_defaults(Fill(self._store, "CompanySite", document, number, None, fill.now, fill.member))
        info = {"lastUpdated": fill.now, "updatedBy": fill.member}
        self._store.add(_MANAGE, "CompanySite", [{"id": number, **document, "_info": info}], ("Company", key))
        row = self._store.get(_MANAGE, "CompanySite", number)
        field = catalog(_MANAGE).record("Company").find("site")
        assert row is not None
        assert field is not None
        return make_reference(field, "CompanySite", row)

    def replace(self, route: Route, record: str, old: Row, document: dict[str, Any], *, is_whole: bool = False) -> Row:
        """Replace a record; with `is_whole`, members that the document lacks get their defaults.

        Raises HTTPProblem: 404 if it was deleted meanwhile, 400 if a reference names no record.
        """
        before = old.document
        product = route.product.name
        for name in _KEPT if is_whole else ("_info",):
            if name in before and (name == "_info" or document.get(name) is None):
                document[name] = before[name]
        if route.product.completes_records:
            self._complete_old(route, record, old, document, is_whole=is_whole)
            document = drop_nulls(document)
        self._set_info(route, record, document, is_new=False)
        self._store.replace(product, record, old.key, document)
        row = self._store.get(product, record, old.key)
        if row is None:
            raise not_found(record, str(old.key))
        return row

    def _complete_old(self, route: Route, record: str, old: Row, document: dict[str, Any], *, is_whole: bool) -> None:
        before = old.document
        fill = Fill(self._store, record, document, old.key, None, self.now(), route.caller.member)
        is_ticket = record in tickets.RECORDS
        if is_ticket:
            tickets.leave_board(document, before)
            tickets.keep_kind(document, before)
        self._resolve(record, document, before)
        if is_ticket and not is_whole and document.get("board") is None and before.get("board") is not None:
            raise invalid_object(record, [missing("board")])
        check_requirements(self._store, record, document, old.key)
        if record == "Contact":
            number_items(self._store, document, old.key)
        if is_ticket and document.get("board") is not None and document.get("status") is None:
            fill.refer("status", "BoardStatus", fill.find_default("BoardStatus", ("Board", document["board"]["id"])))
        if is_ticket and is_whole and document.get("status") == before.get("status"):
            for name in _CLOSING:
                fill.set(name, before.get(name))
        if is_whole:
            fill_defaults(fill)
        elif document.get("customFields") is not None:
            fill_custom_fields(fill)
        if is_ticket:
            tickets.apply_status(self._store, document, before, fill.now, route.caller.member)

    def _resolve(self, record: str, document: dict[str, Any], before: dict[str, Any] | None) -> None:
        problems = self._references.resolve(record, document, before)
        if problems:
            raise invalid_object(record, problems)

    def _set_info(self, route: Route, record: str, document: dict[str, Any], *, is_new: bool) -> None:
        """Set who changed a record and when, if records of that kind show it."""
        if route.catalog.record(record).find("_info") is None:
            return
        previous = document.pop("_info", None)
        info = dict(previous) if isinstance(previous, dict) else {}
        now, member = self.now(), route.caller.member
        if is_new:
            info |= {"dateEntered": now, "enteredBy": member}
        # The date of the last change comes first, where links are inserted: see `cwql.sandbox.hrefs`.
        document["_info"] = {"lastUpdated": now, "updatedBy": member, **{
            name: value for name, value in info.items() if name not in ("lastUpdated", "updatedBy")
        }}  # fmt: skip


class SideEffectEditor:
    """Read and write records for side effects: see `cwql.sandbox.side_effects.RecordEditor`."""

    def __init__(self, store: Store, lookup: RecordLookup, writer: RecordWriter) -> None:
        self._store = store
        self._lookup = lookup
        self._writer = writer

    def read(self, route: Route, record: str, value: str) -> Row:
        """Return a record. Raises HTTPProblem (404)."""
        return self._lookup.find_item(route.product.name, record, value)

    def update(self, route: Route, record: str, row: Row, members: dict[str, Any]) -> Change:
        """Replace some members of a record."""
        return Change(record, self._writer.replace(route, record, row, row.document | members), UPDATED)

    def create(self, route: Route, record: str, document: dict[str, Any], key: int | None = None) -> Change:
        """Create a record with the parent of the one of the path, with that key if it is free."""
        return Change(record, self._writer.create(route, record, document, is_copy=True, key=key), CREATED)

    def delete(self, route: Route, record: str, row: Row) -> Change:
        """Delete a record."""
        self._store.delete(route.product.name, record, row.key)
        return Change(record, row, DELETED)
