"""The communication items of contacts, which are also records below them: an item has the same id in both places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cwql.sandbox.store.store import Row, Store

PRODUCT, ITEM = "manage", "ContactCommunication"


def number_items(store: Store, contact: dict[str, Any], key: int) -> None:
    """Store the communication items of a contact as records below it, and give new ones an id."""
    items = [item for item in contact.get("communicationItems") or () if isinstance(item, dict)]
    parent = ("Contact", key)
    kept = {item["id"] for item in items if isinstance(item.get("id"), int)}
    for stored in store.find(PRODUCT, ITEM, parent):
        if stored.key not in kept:
            store.delete(PRODUCT, ITEM, stored.key)
    for item in items:
        row = store.get(PRODUCT, ITEM, item["id"], parent) if isinstance(item.get("id"), int) else None
        document = {**item, "contactId": key}
        if row is not None:
            store.replace(PRODUCT, ITEM, row.key, document)
        else:
            document.pop("id", None)
            (item["id"],) = store.add(PRODUCT, ITEM, [document], parent)


def show_items(store: Store, contact: Row) -> None:
    """Show the records below a contact as its communication items."""
    document = contact.document
    items = [row.document for row in store.find(PRODUCT, ITEM, ("Contact", contact.key))]
    for item in items:
        item.pop("contactId", None)
        item.pop("_info", None)
    document["communicationItems"] = items
    store.replace(PRODUCT, "Contact", contact.key, document)
