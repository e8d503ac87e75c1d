"""What the sandbox does as servers do, with the evidence, and what it does not: `BEHAVIORS`.

The page ``docs/reference/sandbox-behavior.md`` is made from this table, and tests send the requests of its examples.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

__all__ = ["BEHAVIORS", "Behavior", "Example"]

Evidence = Literal["recorded", "vendor", "reference", "clients", "none"]

EVIDENCE: dict[Evidence, str] = {
    "recorded": "responses of real servers, recorded by others or quoted in public reports",
    "vendor": "guides, specifications or tables of the vendor",
    "reference": "the reference documents of users",
    "clients": "the code of clients in use, which depends on it",
    "none": "no evidence; the sandbox is lenient",
}


class Example(NamedTuple):
    """A request that shows a behavior: its status, and a text that the response or one of its headers contains."""

    method: str
    path: str
    body: Any
    status: int
    text: str = ""
    product: Literal["manage", "automate"] = "manage"


class Behavior(NamedTuple):
    """One behavior: its topic, a sentence about it, its evidence and where that was found."""

    topic: str
    text: str
    evidence: Evidence
    source: str
    examples: tuple[Example, ...] = ()


_TICKETS = "/service/tickets"
_TICKET = {"summary": "x", "company": {"id": 1}}

BEHAVIORS: tuple[Behavior, ...] = (
    Behavior(
        "References",
        "A reference is found by `id`, otherwise by `identifier`, otherwise by `name`, without letter case; the response has all of its members.",
        "recorded",
        "request and response pairs of an incident response plugin",
        (Example("POST", _TICKETS, {**_TICKET, "status": {"name": "In Progress"}}, 201, '"status":{"id":13'),),
    ),
    Behavior(
        "References",
        "A reference to a record that does not exist is refused.",
        "recorded",
        "the same plugin; a support page of a vendor",
        (Example("POST", _TICKETS, {"summary": "x", "company": {"id": 19299}}, 400, "company 19299 not found"),),
    ),
    Behavior(
        "References",
        "The ticket of a time entry (`chargeToId`) or of a schedule entry of type 4 (`objectId`) has to exist.",
        "none",
        "by analogy with references",
        (Example("POST", "/time/entries", {"chargeToId": 99999, "timeStart": "2026-01-05T08:00:00Z"}, 400, "Service Ticket 99999 not found"),),
    ),
    Behavior(
        "References",
        "A status, type, subtype, item or team of another board is refused.",
        "recorded",
        "a support page of a vendor (status); the others by analogy",
        (Example("POST", _TICKETS, {**_TICKET, "status": {"id": 27}}, 400, "Service Status 27 not found for Service Board 1"),),
    ),
    Behavior(
        "References",
        "Patches of `status/name` or `owner/identifier` replace the whole reference.",
        "clients",
        "clients that change the status of a ticket by name",
        (
            Example(
                "PATCH", f"{_TICKETS}/1", [{"op": "replace", "path": "owner/identifier", "value": "jdoe"}], 200, '"name":"Jane Doe"'
            ),
        ),
    ),
    Behavior(
        "References",
        "References to kinds of record that no operation lists, or of which there are none, are stored as they are sent.",
        "none",
        "nothing is known of such records",
    ),
    Behavior(
        "References",
        "A ticket that moves to another board gets the default status of that board, unless the patch names one.",
        "none",
        "",
    ),
    Behavior(
        "References",
        "The contact and the site of a ticket may belong to another company.",
        "none",
        "",
        (Example("POST", _TICKETS, {**_TICKET, "contact": {"id": 30}}, 201),),
    ),
    Behavior(
        "Tickets",
        "A status with `closedStatus` closes the ticket: `closedFlag`, `closedDate` and `closedBy` are set; another status opens it again.",
        "recorded",
        "tickets of three public sources",
        (Example("POST", _TICKETS, {**_TICKET, "status": {"name": ">Closed"}}, 201, '"closedFlag":true'),),
    ),
    Behavior(
        "Tickets",
        "`recordType` cannot be changed, and a ticket always has a board and a status.",
        "none",
        "the tickets of projects have separate operations",
        (Example("POST", _TICKETS, {**_TICKET, "recordType": "ProjectTicket"}, 201, '"recordType":"ServiceTicket"'),),
    ),
    Behavior(
        "Refusals",
        "A body is refused with `InvalidObject`, and each error has `code`, `message`, `resource` and `field`.",
        "recorded",
        "six independent sources",
        (Example("POST", _TICKETS, {"company": {"id": 1}}, 400, '"code":"InvalidObject","message":"ticket object is invalid"'),),
    ),
    Behavior(
        "Refusals",
        "Members that a record lacks are refused.",
        "recorded",
        "two public reports about tickets and contacts",
        (Example("POST", _TICKETS, {**_TICKET, "enteredBy": "x"}, 400, "Could not find member 'enteredBy' on object of type 'Ticket'"),),
    ),
    Behavior(
        "Refusals",
        "Times are whole seconds of UTC; fractions, offsets and times without a zone are refused.",
        "recorded",
        "four public sources quote `UnsupportedFormat`",
        (Example("POST", _TICKETS, {**_TICKET, "requiredDate": "2026-01-01T10:00:00.5Z"}, 400, "UnsupportedFormat"),),
    ),
    Behavior(
        "Refusals",
        "Numbers and flags that are sent as text are converted.",
        "clients",
        "forms, PHP and PowerShell clients send them",
        (Example("POST", _TICKETS, {"summary": "x", "company": {"id": "1"}}, 201, '"company":{"id":1'),),
    ),
    Behavior(
        "Refusals",
        "A value of another type, or that is no member of an enum, is refused with `InvalidArgument`.",
        "none",
        "the code is that of the reference documents",
        (Example("POST", _TICKETS, {**_TICKET, "severity": "Nope"}, 400, "InvalidArgument"),),
    ),
    Behavior(
        "Refusals",
        "A body that is declared as something else than JSON is refused with 415; without a declaration it is read as JSON.",
        "vendor",
        "guide to the API, which says so of documents; other operations by analogy",
    ),
    Behavior(
        "Refusals",
        "A required reference without `id`, `identifier` and `name` is missing; an optional one is left out.",
        "clients",
        "the documentation of a PowerShell module, which was corrected (type associations); the others by analogy",
        (Example("POST", _TICKETS, {"summary": "x", "company": {}}, 400, "The company field is required."),),
    ),
    Behavior(
        "Refusals",
        "`contract=\"documented\"` responds with the codes and sentences of the reference documents.",
        "reference",
        "manage-psa-api-patterns, error response format",
    ),
    Behavior(
        "Refusals",
        "`contract=\"auto\"`, the default, accepts the names of the reference documents in conditions; `observed` refuses those that servers refuse.",
        "reference",
        "manage-psa-api-patterns",
        (Example("GET", f"{_TICKETS}?conditions=assignedResource != null", None, 200),),
    ),
    Behavior(
        "Refusals",
        "Requests without valid keys get 401, unknown records 404 with the name of their kind, unknown paths 404.",
        "recorded",
        "a plugin (404); three clients read the code `Unauthorized`",
        (
            Example("GET", f"{_TICKETS}/404", None, 404, '"code":"NotFound","message":"Service Ticket 404 not found"'),
            Example("GET", "/service/nothing", None, 404, "NotFound"),
        ),
    ),
    Behavior(
        "Refusals",
        "`HEAD`, `OPTIONS` and other methods that an operation does not have get 405 with the header `Allow`; unknown query parameters are ignored.",
        "none",
        "",
        (Example("OPTIONS", _TICKETS, None, 405, "GET, POST"), Example("GET", f"{_TICKETS}/count?columns=x", None, 200)),
    ),
    Behavior(
        "New records",
        "New records have the members that servers fill in: flags, GUIDs, references to the default of a setup table, custom fields with captions, links.",
        "recorded",
        "15 recorded responses to writes",
        (Example("POST", _TICKETS, _TICKET, 201, '"recordType":"ServiceTicket"'),),
    ),
    Behavior(
        "New records",
        "Which record of a setup table is the default is that with `defaultFlag`, otherwise the first.",
        "none",
        "",
    ),
    Behavior("New records", "PUT replaces: members that are not sent get their defaults.", "vendor", "guide to the API"),
    Behavior(
        "New records",
        "A patch of `customFields` changes the fields that it names by id or caption; the others keep their values.",
        "none",
        "one report sends the whole array; merging accepts that too",
    ),
    Behavior(
        "New records",
        "Custom fields that no record of the kind has are refused, because their values would be lost.",
        "none",
        "",
        (Example("POST", _TICKETS, {**_TICKET, "customFields": [{"id": 999, "value": "x"}]}, 400, "Custom field 999 not found"),),
    ),
    Behavior("New records", "Members without a value are left out.", "recorded", "recordings of 2019 to 2025; those of 2017 had nulls"),
    Behavior(
        "Requirements",
        "Identifiers of companies are unique; so are those of other records that require one.",
        "recorded",
        "live responses in two public repositories (companies only)",
        (
            Example(
                "POST", "/company/companies", {"identifier": "AcmeIndustries", "name": "x", "site": {"id": 1}}, 400,
                "Company ID already in use.",
            ),
        ),
    ),
    Behavior(
        "Requirements",
        "A note is shown in at least one place; a contact has a first name; an attached configuration is named.",
        "recorded",
        "three public sources",
        (
            Example("POST", f"{_TICKETS}/1/notes", {"text": "x"}, 400, "Please choose where to display the notes"),
            Example("POST", "/company/contacts", {"lastName": "x"}, 400, "firstName"),
            Example("POST", f"{_TICKETS}/1/configurations", {}, 400, "id or deviceIdentifier is required."),
        ),
    ),
    Behavior(
        "Requirements",
        "Callbacks are unique, and their level is one of their type.",
        "vendor",
        "the vendor's table of levels; tests of a connector",
        (
            Example(
                "POST", "/system/callbacks", {"url": "https://x.example/?id=", "objectId": 1, "type": "contact", "level": "board"}, 400,
                "Unrecognized level for type",
            ),
        ),
    ),
    Behavior(
        "Requirements", "Names of other records than those above need not be unique, and permissions are not checked.", "none", ""
    ),
    Behavior(
        "Lists below a record",
        "`allNotes`, `timeentries`, `documents`, `configurations`, `scheduleentries`, `tasks`, `teams` and the lists below a computer show the records that belong to it.",
        "recorded",
        "a report tool that reads a live server",
        (Example("GET", f"{_TICKETS}/3/allNotes", None, 200, '"noteType":"TicketNote"'),),
    ),
    Behavior(
        "Lists below a record",
        "A record that is below another one than the path says is not found.",
        "none",
        "by analogy with lists",
        (Example("GET", "/company/companies/2/sites/1", None, 404, "companySite 1 not found"),),
    ),
    Behavior(
        "Lists below a record",
        "An attached configuration keeps its id, and is not deleted with the link.",
        "recorded",
        "a test of a client that was confirmed on a live server in 2026",
        (
            Example("POST", f"{_TICKETS}/8/configurations", {"id": 5}, 201, '"id":5'),
            Example("DELETE", f"{_TICKETS}/8/configurations/5", None, 204),
            Example("GET", "/company/configurations/5", None, 200, '"id":5'),
        ),
    ),
    Behavior(
        "Lists below a record",
        "In `allNotes`, a note of a time entry has the id of the entry plus 1,000,000,000.",
        "none",
        "servers use the id of the entry, which may be that of a note as well",
    ),
    Behavior(
        "Lists below a record",
        "The audit trail is that of the record that `type` and `id` name; without them, or with another type than a client allows, it is refused.",
        "clients",
        "a PowerShell module that was corrected to require both; text and status of the refusal are our own",
        (
            Example("GET", "/system/audittrail?type=Ticket&id=1", None, 200, '"auditSubType":"Created"'),
            Example("GET", "/system/audittrail?type=Ticket", None, 400, "The id parameter is required."),
            Example("GET", "/system/audittrail?type=Tickets&id=1", None, 400, "is not valid for type."),
        ),
    ),
    Behavior(
        "Pages",
        "Forward-only pages link to the next one; on the last page the header `Link` is empty.",
        "clients",
        "the PowerShell module for all endpoints",
    ),
    Behavior(
        "Pages",
        "Pages have at most 1,000 records, and a larger `pageSize` is refused.",
        "none",
        "the vendor's guide has the limit, and says nothing of the response",
        (Example("GET", f"{_TICKETS}?pageSize=1001", None, 400, "pageSize must be between 1 and 1000"),),
    ),
    Behavior(
        "Pages",
        "Links have the scheme and the host of `X-Forwarded-Proto` and `X-Forwarded-Host` if `trust_proxy` is set.",
        "none",
        "servers behind a proxy that ends TLS link to HTTPS",
    ),
    Behavior("Pages", "Responses have `api-current-version` and `x-cw-request-id`.", "recorded", "a public walkthrough of 2024"),
    Behavior("Sign-in", "An unknown company gets `null` from `/login/companyinfo`.", "recorded", "a client that handles it"),
    Behavior(
        "Sign-in",
        "`POST /system/members/{id}/tokens` returns keys that act as the member.",
        "clients",
        "two clients that impersonate members",
        (Example("POST", "/system/members/jdoe/tokens", {"memberIdentifier": "jdoe"}, 200, "publicKey"),),
    ),
    Behavior(
        "Callbacks",
        "The number of the record and the action are appended to the URL as text.",
        "vendor",
        "guide to callbacks; a client's documentation",
    ),
    Behavior("Callbacks", "Only loopback addresses are called, over HTTP; a callback that fails is not repeated.", "none", ""),
    Behavior(
        "Documents",
        "A form has a file or a `url`, and names an existing record; JSON is refused with 415.",
        "vendor",
        "guide to the API; a PowerShell module",
        (Example("POST", "/system/documents", {"recordId": 1}, 415),),
    ),
    Behavior(
        "Automate",
        "Commands and scripts are queued, run for two seconds, and end with an output and an entry in the history; commands for offline computers stay queued.",
        "clients",
        "a PowerShell module waits for `Success` or `Failed`; times and outputs are our own",
    ),
    Behavior(
        "Automate",
        "Unknown computers, scripts, commands and parameters are refused.",
        "none",
        "texts are those of the reference document",
        (
            Example("POST", "/Computers/999/CommandExecute", {"Command": {"Id": 2}}, 404, "NotFound", "automate"),
            Example("POST", "/Computers/1/CommandExecute", {"Command": {"Id": 9999}}, 400, "", "automate"),
        ),
    ),
    Behavior(
        "Automate",
        "Numbers as text, and the number of an enum member, are accepted.",
        "clients",
        "a PowerShell module and two public scripts",
        (
            Example(
                "POST", "/Computers/1/CommandExecute", {"ComputerId": "1", "Command": {"Id": 2}}, 200, '"ComputerId":1', "automate"
            ),
        ),
    ),
    Behavior(
        "Automate",
        "A token from `/APIToken` gets the observed contract, one from `/APICredentials` the documented one.",
        "none",
        "real servers have one contract",
    ),
    Behavior(
        "Actions",
        "Actions that are not listed in the guide are validated and change nothing; workflows, mail, invoices and SLAs are not computed.",
        "none",
        "",
    ),
    Behavior(
        "Automate",
        "With a `two_factor_code`, a missing, a malformed and a wrong code have different errors.",
        "none",
        "",
    ),
    Behavior(
        "Data",
        "Every member of both specifications has a value in some record, and records of Manage link to others.",
        "recorded",
        "recordings have up to 26 links in a ticket",
        (Example("GET", f"{_TICKETS}/1", None, 200, "/service/tickets/1/notes"),),
    ),
    Behavior(
        "Data",
        "The same requests to two sandboxes with the same seed get the same bytes, except for times.",
        "none",
        "servers have no seed; tests of integrations need it",
    ),
    Behavior(
        "Data",
        "The OpenAPI documents describe the value of a patch as any JSON value.",
        "clients",
        "every client patches texts and numbers, and the vendor's document has an object",
    ),
    Behavior("Data", "With `odd_records`, a few records violate the specification.", "recorded", "members that are missing or newer"),
)  # fmt: skip
"""Every behavior, by topic."""
