"""The endpoints of the cmdlets of the public PowerShell modules.

Facts from the modules ConnectWiseManageAPI and AutomateAPI: the path that each ``Get-…`` reads. The dialect of a cmdlet
that is not listed follows from its noun.
"""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.request_targets import RequestTarget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MANAGE = {
    "agreement": "/finance/agreements",
    "agreementaddition": "/finance/agreements/{parentId}/additions",
    "agreementsite": "/finance/agreements/{parentId}/sites",
    "agreementtypes": "/finance/agreements/types",
    "audittrail": "/system/audittrail",
    "boarditem": "/service/boards/{parentId}/items",
    "boarditemassociation": "/service/boards/{grandparentId}/items/{parentId}/associations",
    "boardstatus": "/service/boards/{parentId}/statuses",
    "boardstatusnotification": "/service/boards/{grandparentId}/statuses/{parentId}/notifications",
    "boardsubtype": "/service/boards/{parentId}/subtypes",
    "boardteam": "/service/boards/{parentId}/teams",
    "boardtype": "/service/boards/{parentId}/types",
    "boardtypesubtypeitemassociation": "/service/boards/{parentId}/typeSubTypeItemAssociations",
    "callbackentry": "/system/callbacks",
    "communicationtype": "/company/communicationTypes",
    "company": "/company/companies",
    "companyconfiguration": "/company/configurations",
    "companyconfigurationtype": "/company/configurations/types",
    "companycontact": "/company/contacts",
    "companycontactnote": "/company/contacts/{parentId}/notes",
    "companycountry": "/company/countries",
    "companycustomnote": "/company/companies/{parentId}/customStatusNotes",
    "companynote": "/company/companies/{parentId}/notes",
    "companynotetype": "/company/noteTypes",
    "companysite": "/company/companies/{parentId}/sites",
    "companystate": "/company/states",
    "companystatus": "/company/companies/statuses",
    "companyteam": "/company/companies/{parentId}/teams",
    "companyteamrole": "/company/teamRoles",
    "companytype": "/company/companies/types",
    "companytypeassociation": "/company/companies/{parentId}/typeAssociations",
    "contact": "/company/contacts",
    "contacttype": "/company/contacts/types",
    "department": "/system/departments",
    "departmentlocation": "/system/departments/{parentId}/locations",
    "document": "/system/documents",
    "expenseentry": "/expense/entries",
    "inventory": "/procurement/warehouseBins/{parentId}/inventoryOnHand",
    "invoice": "/finance/invoices",
    "knowledgebasearticle": "/service/knowledgeBaseArticles",
    "knowledgebasecategory": "/service/knowledgeBaseCategories",
    "knowledgebasesubcategory": "/service/knowledgeBaseSubCategories",
    "manufacturer": "/procurement/manufacturers",
    "marketinggroup": "/marketing/groups",
    "marketinggroupcompany": "/marketing/groups/{parentId}/companies",
    "marketinggroupcontact": "/marketing/groups/{parentId}/contacts",
    "member": "/system/members",
    "opportunity": "/sales/opportunities",
    "opportunitynote": "/sales/opportunities/{parentId}/notes",
    "opportunitystages": "/sales/stages",
    "opportunitystatuses": "/sales/opportunities/statuses",
    "priority": "/service/priorities",
    "product": "/procurement/products",
    "productadjustment": "/procurement/adjustments",
    "productadjustmentdetail": "/procurement/adjustments/{parentId}/details",
    "productcatalog": "/procurement/catalog",
    "productcomponent": "/procurement/products/{parentId}/components",
    "productpickingshippingdetails": "/procurement/products/{parentId}/pickingShippingDetails",
    "productsubcategory": "/procurement/subcategories",
    "producttype": "/procurement/types",
    "project": "/project/projects",
    "projectphase": "/project/projects/{parentId}/phases",
    "projectsecurityrole": "/project/securityRoles",
    "projectteammember": "/project/projects/{parentId}/teamMembers",
    "projectticket": "/project/tickets",
    "projectticketallnote": "/project/tickets/{parentId}/allNotes",
    "projectticketconfiguration": "/project/tickets/{parentId}/configurations",
    "projectticketnote": "/project/tickets/{parentId}/notes",
    "purchaseorder": "/procurement/purchaseorders",
    "purchaseorderlineitem": "/procurement/purchaseorders/{parentId}/lineitems",
    "salesactivity": "/sales/activities",
    "scheduleentry": "/schedule/entries",
    "scheduleholiday": "/schedule/holidayLists/{parentId}/holidays",
    "scheduleholidaylist": "/schedule/holidayLists",
    "serviceboard": "/service/boards",
    "serviceboardinfo": "/service/info/boards",
    "servicetemplates": "/service/templates",
    "sla": "/service/SLAs",
    "source": "/service/sources",
    "ssoconfiguration": "/system/ssoConfigurations",
    "ticket": "/service/tickets",
    "ticketallnote": "/service/tickets/{parentId}/allNotes",
    "ticketconfiguration": "/service/tickets/{parentId}/configurations",
    "ticketnote": "/service/tickets/{parentId}/notes",
    "tickettask": "/service/tickets/{parentId}/tasks",
    "timeentry": "/time/entries",
    "timesheet": "/time/sheets",
    "warehouse": "/procurement/warehouses",
    "warehousebin": "/procurement/warehouseBins",
}
"""Nouns of ``Get-CWM…``, in small letters, with the paths of the Manage API."""

AUTOMATE = {
    "client": "/Clients",
    "computer": "/Computers",
    "group": "/Groups",
    "networkdevice": "/NetworkDevices",
    "patchinggroup": "/GroupPatchingPolicies",
    "ticket": "/Tickets",
}
"""Nouns of ``Get-Automate…``, in small letters, with the paths of the Automate API."""

_MANAGE = re.compile(r"\b\w++-(?i:CWManage|CWPSA|CWM)(\w+)")
_AUTOMATE = re.compile(r"\b\w++-(?i:CWAutomate|CWA|Automate|LabTech|LT)(\w+)")

WORD = re.compile(r"-(?:cw(?:manage|psa|m|automate|a)|automate|labtech|lt)\w")
"""A part of the name of every such cmdlet, in small letters."""


def place_of_command(names: Sequence[str], text: str) -> RequestTarget | None:
    """Return the place of a chain that is the name of a cmdlet, whose spelling is looked up in the text of the call."""
    if len(names) != 1:
        return None
    name = names[0]
    # The noun begins with a capital, but the names of a chain are in small letters.
    at = text.lower().find(name) if "-" in name else -1
    return place_of_cmdlet(text[at : at + len(name)] if at >= 0 else name)


def place_of_cmdlet(name: str) -> RequestTarget | None:
    """Return the place that a cmdlet names: ``Get-CWMTicket``; None for one of another product."""
    if "-" not in name or len(name) > 100:
        return None
    for pattern, nouns, dialect in ((_MANAGE, MANAGE, "manage"), (_AUTOMATE, AUTOMATE, "automate")):
        match = pattern.fullmatch(name)
        if match is None:
            continue
        noun = match[1].lower() if name[:4].lower() == "get-" else ""
        path = nouns.get(noun) or nouns.get(_singular(noun))
        # `Get-CWMail` and `Get-Automated` are other words.
        if path is not None or match[1][0].isupper():
            return RequestTarget(dialect, path, sure=True)
    return None


def _singular(noun: str) -> str:
    """Return a noun without its plural, as in functions that people write themselves (``Get-CWMTickets``)."""
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-2] if noun.endswith("uses") else noun[:-1] if noun.endswith("s") else ""
