"""The endpoints of the cmdlets of the public PowerShell modules: the noun of a cmdlet has the words of its path.

The exceptions are facts from the modules ConnectWiseManageAPI and AutomateAPI.
"""

from __future__ import annotations

from functools import lru_cache

from cwql.lint import lazy_patterns as re
from cwql.lint.request_targets import RequestTarget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NOUNS = {
    "manage": {
        "boardteam": "/service/boards/{parentId}/teams",
        "boardtype": "/service/boards/{parentId}/types",
        "callbackentry": "/system/callbacks",
        "companycustomnote": "/company/companies/{parentId}/customStatusNotes",
        "companytypeassociation": "/company/companies/{parentId}/typeAssociations",
        "departmentlocation": "/system/departments/{parentId}/locations",
        "inventory": "/procurement/warehouseBins/{parentId}/inventoryOnHand",
        "opportunitystage": "/sales/stages",
        "productadjustment": "/procurement/adjustments",
        "productadjustmentdetail": "/procurement/adjustments/{parentId}/details",
        "productcatalog": "/procurement/catalog",
        "productsubcategory": "/procurement/subcategories",
        "producttype": "/procurement/types",
        "salesactivity": "/sales/activities",
        "scheduleholiday": "/schedule/holidayLists/{parentId}/holidays",
        "serviceboardinfo": "/service/info/boards",
        "ticket": "/service/tickets",
        "ticketallnote": "/service/tickets/{parentId}/allNotes",
        "ticketconfiguration": "/service/tickets/{parentId}/configurations",
        "ticketnote": "/service/tickets/{parentId}/notes",
        "tickettask": "/service/tickets/{parentId}/tasks",
        "warehouse": "/procurement/warehouses",
    },
    "automate": {"patchinggroup": "/GroupPatchingPolicies"},
}
"""Nouns in small letters whose paths have other words, or are one of several paths with the same words."""

_PATTERNS = {
    "manage": re.compile(r"\b\w++-(?i:CWManage|CWPSA|CWM)(\w+)"),
    "automate": re.compile(r"\b\w++-(?i:CWAutomate|CWA|Automate|LabTech|LT)(\w+)"),
}

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
    for dialect, pattern in _PATTERNS.items():
        match = pattern.fullmatch(name)
        if match is None:
            continue
        path = path_of_noun(match[1], dialect) if name[:4].lower() == "get-" else None
        # `Get-CWMail` and `Get-Automated` are other words.
        if path is not None or match[1][0].isupper():
            return RequestTarget(dialect, path, sure=True)
    return None


def path_of_noun(noun: str, dialect: str) -> str | None:
    """Return the path whose words a noun consists of: ``TicketNotes``."""
    noun = _singular(noun.lower())
    return NOUNS[dialect].get(noun) or _paths(dialect).get(noun)


@lru_cache(2)
def _paths(product: str) -> dict[str, str]:
    """Return the shortest path for each noun that the words of paths make, with and without the first: ``boardstatus``."""
    from cwql.schema.catalog import catalog

    known = catalog(product)
    found: dict[str, list[str]] = {}
    for key in known.listed_keys():
        words = [_singular(word.replace("_", "")) for word in key.split("/") if word != "{}"]
        for noun in {"".join(words), "".join(words[1:])}:
            found.setdefault(noun, []).append(key)
    nouns: dict[str, str] = {}
    for noun, keys in found.items():
        least = min([key.count("/") for key in keys])
        shortest = [endpoint for key in keys if key.count("/") == least and (endpoint := known.find_endpoint(key))]
        if len(shortest) == 1:
            nouns[noun] = known.title(shortest[0])
    return nouns


def _singular(noun: str) -> str:
    """Return a noun without its plural: cmdlets have none, unless people wrote them themselves (``Get-CWMTickets``)."""
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-2] if noun.endswith("uses") else noun if noun.endswith("us") else noun.removesuffix("s")
