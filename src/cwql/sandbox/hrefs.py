"""The links inside records of Manage, as recorded servers send them: ``_info/notes_href`` of a ticket, ``board/_info/board_href``.

Stored documents contain the path after a mark, because the address of the server is that of the request: `with_origin` replaces the
mark in the JSON text of a response. The mark is a null character, which no request body may contain.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.sandbox.store.store import Row

MARK = "\0"
_MARK_TEXT = '"\\u0000/'
_ROOT = "/v4_6_release/apis/3.0"
PRODUCT = "manage"

OWN_LINKS: dict[str, dict[str, str]] = {
    "Ticket": {
        "activities_href": "/sales/activities?conditions=ticket/id={id}",
        "scheduleentries_href": "/schedule/entries?conditions=type/id=4 AND objectId={id}",
        "documents_href": "/system/documents?recordType=Ticket&recordId={id}",
        "configurations_href": "/service/tickets/{id}/configurations",
        "tasks_href": "/service/tickets/{id}/tasks",
        "notes_href": "/service/tickets/{id}/notes",
        "products_href": "/procurement/products?conditions=ticket/id={id}",
        "timeentries_href": "/time/entries?conditions=chargeToId={id}",
        "expenseEntries_href": "/expense/entries?conditions=chargeToId={id}",
    },
    "ProjectTicket": {
        "activities_href": "/sales/activities?conditions=ticket/id={id}",
        "scheduleentries_href": "/schedule/entries?conditions=type/id=4 AND objectId={id}",
        "documents_href": "/system/documents?recordType=Ticket&recordId={id}",
        "configurations_href": "/project/tickets/{id}/configurations",
        "tasks_href": "/project/tickets/{id}/tasks",
        "notes_href": "/project/tickets/{id}/notes",
        "products_href": "/procurement/products?conditions=ticket/id={id}",
        "timeentries_href": "/time/entries?conditions=chargeToId={id}",
        "expenseEntries_href": "/expense/entries?conditions=chargeToId={id}",
    },
    "Company": {
        "contacts_href": "/company/contacts?conditions=company/id={id}",
        "agreements_href": "/finance/agreements?conditions=company/id={id}",
        "tickets_href": "/service/tickets?conditions=company/id={id}",
        "opportunities_href": "/sales/opportunities?conditions=company/id={id}",
        "activities_href": "/sales/activities?conditions=company/id={id}",
        "projects_href": "/project/projects?conditions=company/id={id}",
        "configurations_href": "/company/configurations?conditions=company/id={id}",
        "orders_href": "/sales/orders?conditions=company/id={id}",
        "documents_href": "/system/documents?recordType=Company&recordId={id}",
        "sites_href": "/company/companies/{id}/sites",
        "teams_href": "/company/companies/{id}/teams",
        "reports_href": "/company/companies/{id}/managementSummaryReports",
        "notes_href": "/company/companies/{id}/notes",
    },
    "Contact": {
        "communications_href": "/company/contacts/{id}/communications",
        "notes_href": "/company/contacts/{id}/notes",
        "tracks_href": "/company/contacts/{id}/tracks",
        "portalSecurity_href": "/company/portalSecurityLevels",
        "activities_href": "/sales/activities?conditions=contact/id={id}",
        "documents_href": "/system/documents?recordType=Contact&recordId={id}",
        "configurations_href": "/company/configurations?conditions=contact/id={id}",
        "tickets_href": "/service/tickets?conditions=contact/id={id}",
        "opportunities_href": "/sales/opportunities?conditions=contact/id={id}",
        "projects_href": "/project/projects?conditions=contact/id={id}",
        "image_href": "/company/contacts/{id}/image",
    },
    "Project": {
        "documents_href": "/system/documents?recordType=Project&recordId={id}",
        "phases_href": "/project/projects/{id}/phases",
        "tickets_href": "/project/tickets?conditions=project/id={id}",
        "team_href": "/project/projects/{id}/teamMembers",
        "notes_href": "/project/projects/{id}/notes",
        "contacts_href": "/project/projects/{id}/contacts",
        "products_href": "/procurement/products?conditions=project/id={id}",
        "timeentries_href": "/time/entries?conditions=project/id={id}",
        "expenseEntries_href": "/expense/entries?conditions=project/id={id}",
    },
    "Agreement": {
        "additions_href": "/finance/agreements/{id}/additions",
        "adjustments_href": "/finance/agreements/{id}/adjustments",
        "sites_href": "/finance/agreements/{id}/sites",
        "workRoles_href": "/finance/agreements/{id}/workroles",
        "workTypes_href": "/finance/agreements/{id}/workTypes",
        "workRoleExclusions_href": "/finance/agreements/{id}/workRoleExclusions",
        "workTypeExclusions_href": "/finance/agreements/{id}/workTypeExclusions",
    },
    "Member": {"image_href": "/system/members/{id}/image"},
    "Opportunity": {
        "forecast_href": "/sales/opportunities/{id}/forecast",
        "notes_href": "/sales/opportunities/{id}/notes",
        "team_href": "/sales/opportunities/{id}/team",
        "contacts_href": "/sales/opportunities/{id}/contacts",
    },
}
"""The links of records to the lists that belong to them, by kind."""

_NAMES = {
    "ServiceStatusReference": "status_href",
    "ServiceTypeReference": "type_href",
    "ServiceSubTypeReference": "subType_href",
    "ServiceItemReference": "item_href",
    "ServiceTeamReference": "team_href",
    "ServiceSourceReference": "source_href",
    "ServiceLocationReference": "location_href",
    "SystemLocationReference": "location_href",
    "OwnerLevelReference": "location_href",
    "SystemDepartmentReference": "department_href",
    "BillingUnitReference": "department_href",
    "ProjectBoardReference": "board_href",
    "SLAReference": "sla_href",
    "CompanyStatusReference": "status_href",
    "CompanyTypeReference": "type_href",
    "ContactTypeReference": "type_href",
    "AgreementTypeReference": "type_href",
    "ConfigurationTypeReference": "type_href",
    "ConfigurationStatusReference": "status_href",
    "ProjectStatusReference": "status_href",
    "ProjectTypeReference": "type_href",
    "ProjectPhaseReference": "phase_href",
    "ActivityStatusReference": "status_href",
    "ActivityTypeReference": "type_href",
    "TimeEntryReference": "time_href",
    "CommunicationTypeReference": "type_href",
    "OpportunityStatusReference": "status_href",
    "ScheduleStatusReference": "status_href",
    "ScheduleTypeReference": "type_href",
    "IvItemReference": "catalog_href",
}
"""The links of references that are not called like the reference."""

_WITH_IMAGE = {"MemberReference": "/system/members/{id}/image", "PriorityReference": "/service/priorities/{id}/image"}
_WITH_GUID = ("CompanyReference", "ContactReference", "SiteReference")


def reference_info(target: str, kind: str, key: int, document: Mapping[str, Any]) -> dict[str, str]:
    """Return the ``_info`` of a reference to a record."""
    if catalog(PRODUCT).record(target).find("_info") is None:
        return {}
    info: dict[str, str] = {}
    if target in _WITH_IMAGE:
        info["image_href"] = MARK + _WITH_IMAGE[target].format(id=key)
    if target in _WITH_GUID and document.get("mobileGuid"):
        info["mobileGuid"] = document["mobileGuid"]
    template = _item_paths().get(kind)
    above = _parent_id(kind, document) if template is not None and "{parent}" in template else 0
    if template is not None and above is not None:
        info[_href_name(target)] = MARK + template.format(id=key, parent=above)
    return info


def linked_text(product: str, record: str, row: Row) -> str:
    """Return the JSON text of a record with its own links in ``_info``."""
    text, key = row.text, row.key
    links = _own_links(record) if product == PRODUCT else None
    if links is None:
        return text
    # The first members of `_info` are those about the last change, those of references are links only.
    return text.replace('"_info":{"lastUpdated"', f'"_info":{{{links.replace(MARK, str(key))},"lastUpdated"', 1)


def with_origin(body: bytes, origin: str) -> bytes:
    """Return a JSON body with the address of the server in its links."""
    return body.replace(_MARK_TEXT.encode(), f'"{origin}{_ROOT}/'.encode())


@lru_cache(maxsize=64)
def _own_links(record: str) -> str | None:
    links = OWN_LINKS.get(record)
    if links is None:
        return None
    return ",".join([f'"{name}":{_MARK_TEXT}{path[1:].replace("{id}", MARK)}"' for name, path in links.items()])


def _href_name(target: str) -> str:
    name = target.removesuffix("Reference")
    return _NAMES.get(target) or f"{name[:1].lower()}{name[1:]}_href"


@lru_cache(maxsize=1)
def _item_paths() -> dict[str, str]:
    """Map kinds of record to the shortest path of an operation that returns one, with ``{id}`` and ``{parent}``."""
    shortest: dict[str, str] = {}
    for endpoint in catalog(PRODUCT).endpoints():
        kind, path = endpoint.record, endpoint.path.rstrip("/")
        if kind is None or endpoint.listed or not path.endswith("}") or path.count("{") > 2:
            continue
        known = shortest.get(kind)
        if known is None or (path.count("{"), len(path)) < (known.count("{"), len(known)):
            shortest[kind] = path
    return {kind: _with_places(path) for kind, path in shortest.items()}


def _with_places(path: str) -> str:
    head = path.rpartition("/")[0]
    start, opening, rest = head.partition("{")
    return f"{start}{{parent}}{rest.partition('}')[2]}/{{id}}" if opening else f"{head}/{{id}}"


def _parent_id(kind: str, document: Mapping[str, Any]) -> int | None:
    for member in ("board", "company", "project", "agreement", "sla", "campaign"):
        value = document.get(member)
        if isinstance(value, dict) and isinstance(value.get("id"), int):
            return int(value["id"])
        found = document.get(f"{member}Id")
        if isinstance(found, int):
            return found
    return None
