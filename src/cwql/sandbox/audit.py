"""The audit trail of Manage: the entries about one record, which the parameters ``type`` and ``id`` name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.sandbox.problems import invalid_parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.sandbox.messages import Request
    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Parent, Row, Store

PRODUCT, RECORD = "manage", "AuditTrailEntry"
AUDIT_KEY = "system/audittrail"
TYPES: dict[str, tuple[str, ...]] = {
    "Ticket": ("Ticket", "ProjectTicket"),
    "ProductCatalog": ("CatalogItem",),
    "Configuration": ("Configuration",),
    "PurchaseOrder": ("PurchaseOrder",),
    "Expense": ("ExpenseEntry",),
}
"""The kinds of record by the values of ``type``, which a client in use allows."""


def refresh_audit_trail(store: Store, route: Route, request: Request) -> Parent:
    """Make the entries about the record that a request names, and return the parent under which they are stored.

    Returns None for any other list. Raises HTTPProblem (400) if the request names no record, or an unknown type.
    """
    if route.product.name != PRODUCT or route.endpoint.key.removesuffix("/count") != AUDIT_KEY:
        return None
    name, key = request.parameter("type") or "", request.parameter("id") or ""
    device = request.parameter("deviceIdentifier") or ""
    for field, value in (("type", name), ("id", key or device)):
        if not value.strip():
            raise invalid_parameter(field, f"The {field} parameter is required.")
    kinds = next((kinds for known, kinds in TYPES.items() if known.lower() == name.strip().lower()), None)
    if kinds is None:
        raise invalid_parameter("type", f"The value '{name[:60]}' is not valid for type.")
    row = _find(store, kinds, key.strip(), device.strip())
    if row is None:
        return f"audit trail of {kinds[0]}", 0
    parent = f"audit trail of {kinds[0]}", row.key
    store.replace_all(PRODUCT, RECORD, _entries(row), parent)
    return parent


def _find(store: Store, kinds: tuple[str, ...], key: str, device: str) -> Row | None:
    if not key:
        clause = "json_extract(document, '$.deviceIdentifier') = ?"
        rows = store.find(PRODUCT, "Configuration", None, clause, (device,), limit=1)
        return rows[0] if rows and kinds == TYPES["Configuration"] else None
    if not (key.isascii() and key.isdigit()) or len(key) > 18:
        raise invalid_parameter("id", f"The value '{key[:60]}' is not valid for id.")
    return next((row for kind in kinds if (row := store.get(PRODUCT, kind, int(key))) is not None), None)


def _entries(row: Row) -> Iterator[dict[str, str]]:
    """Yield an entry for the creation of a record, and one for its last change."""
    info = row.document.get("_info") or {}
    entered, updated = info.get("dateEntered"), info.get("lastUpdated")
    for kind, time, member in (
        ("Created", entered, info.get("enteredBy")),
        ("Updated", updated, info.get("updatedBy")),
    ):
        if time and not (kind == "Updated" and time == entered):
            yield {
                "text": f"{kind} by {member}",
                "enteredDate": time,
                "enteredBy": str(member),
                "auditType": "Record",
                "auditSubType": kind,
                "auditSource": "API",
            }
