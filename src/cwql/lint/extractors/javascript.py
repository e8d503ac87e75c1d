"""Conditions in JavaScript and TypeScript: object keys, template literals, URLSearchParams, the calls of connectwise-rest."""

from __future__ import annotations

import re

from cwql.lint.extractors import find_language, language_of
from cwql.lint.extractors.escapes import BACKSLASH
from cwql.lint.extractors.habits import Habits
from cwql.lint.extractors.passages import Tongue, find_passages
from cwql.lint.extractors.syntax import Form, Syntax
from cwql.lint.found import Quoting
from cwql.lint.places import Place, place_of_attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.extractors.scanner import Scanner
    from cwql.lint.extractors.script import Script
    from cwql.lint.extractors.tokens import Token
    from cwql.lint.found import Found
    from cwql.lint.places import Context
    from cwql.source import Source

_BREAKS = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_FORMS = {
    '"': Form('"', BACKSLASH, Quoting({**_BREAKS, '"': '\\"'})),
    "'": Form("'", BACKSLASH, Quoting({**_BREAKS, "'": "\\'"})),
    "`": Form("`", BACKSLASH, Quoting({"\\": "\\\\", "`": "\\`", "$": "\\$"}), ("${",), lines=True),
}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    return scanner.read(_FORMS[match[0]], match.start(), match.end(), limit)


_SYNTAX = Syntax(
    r"(?P<string>[\"'`])|(?P<name>#?[A-Za-z_$][\w$]*)",
    "//",
    {"/*": "*/"},
    _open,
    regexes=True,
)

_HABITS = Habits(
    lines=True,
    typed="colon",
    shorthand="braces",
    asserts=True,
    formatter="util",
    separator="method",
    number_types=["number", "bigint", "boolean"],
    number_calls=[
        *("number", "bigint", "boolean", "parseint", "parsefloat", "tofixed"),
        *("toisostring", "todate", "gettime", "getfullyear", "now", "utc"),
    ],
    encoders=["encodeuricomponent", "encodeuri", "escape", "string"],
)

MODULES = {
    "servicedeskapi.tickets": "/service/tickets",
    "servicedeskapi.boards": "/service/boards",
    "servicedeskapi.priorities": "/service/priorities",
    "companyapi.companies": "/company/companies",
    "companyapi.configurations": "/company/configurations",
    "companyapi.contacts": "/company/contacts",
    "companyapi.companytypes": "/company/companies/types",
    "financeapi.agreements": "/finance/agreements",
    "projectapi.projects": "/project/projects",
    "projectapi.projecttickets": "/project/tickets",
    "scheduleapi.scheduleentries": "/schedule/entries",
    "systemapi.members": "/system/members",
    "timeapi.timeentries": "/time/entries",
}
"""Modules of the older connectwise-rest (``cw.ServiceDeskAPI.Tickets.getTickets``), in small letters, with their paths."""

_GETTER = re.compile(r"get[A-Z]\w{3,80}")
_LISTERS = frozenset(("list", "listAll", "getAll", "find", "search", "iterate", "paginate", "count"))
_AUTOMATE = re.compile(r"connect[-_ ]?wise[-_ ]?automate|cw[-_]?automate|cwa/api/", re.IGNORECASE)


def _place_of(script: Script, at: int) -> Place | None:
    """Return the place that a method of connectwise-rest names: its methods are called like the operations of the API."""
    word = script.sign(at)
    if script.sign(at - 1) not in (".", "?."):
        return None
    if script.sign(at + 2) in _LISTERS and script.sign(at + 3) == "(" and _AUTOMATE.search(script.text) is not None:
        # `client.computers.list(…)` of the clients that there are for Automate.
        place = place_of_attributes([word], "automate")
        return place if place_of_attributes([script.sign(at - 2), word]) is None else None
    if _GETTER.fullmatch(word) is None:
        return None
    owner = script.sign(at - 2)
    module = MODULES.get(f"{script.sign(at - 4)}.{owner}".lower())
    if module is not None:
        return Place("manage", module, sure=True) if not word.endswith("ById") else None
    from cwql.schema.catalog import catalog

    if owner.endswith("API"):
        automate = catalog("automate")
        operation = automate.find_operation(f"{owner[:-3]}_G{word[1:]}")
        endpoint = automate.find_endpoint(operation.path) if operation is not None else None
        if endpoint is not None:
            return Place("automate", automate.title(endpoint), sure=True)
    manage = catalog("manage")
    operation = manage.find_operation(word)
    endpoint = manage.find_endpoint(operation.path.removesuffix("/count")) if operation is not None else None
    return Place("manage", manage.title(endpoint), sure=True) if endpoint is not None else None


TONGUE = Tongue(_SYNTAX, _HABITS, _place_of)


def extract(source: Source, context: Context) -> Iterator[Found | Diagnostic]:
    """Yield the conditions of a script."""
    language = language_of(source.name)
    # The code in a Markdown file has the name of that file.
    spoken = language if language is not None and language.module == "javascript" else find_language("javascript")
    return find_passages(source, context, TONGUE, spoken.name)
