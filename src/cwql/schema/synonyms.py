"""Fields by another name: `createdDate` for ``dateEntered``, `clientName` for ``company/name``.

People who know another system, or the screens of these, write names that resemble no field, so a search for similar names
does not find what they mean. `find_synonyms` compares words: in any order, without "is" and "flag", with the words of
`_WORDS` for each other. `MEANINGS` contains the names that share no word with the field. Loaded on the failure path only.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cwql.schema.record import Resolved
from cwql.schema.suggest import edit_distance, suggest
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.schema.catalog import Catalog
    from cwql.schema.record import RecordInfo

LIMIT = 3
_LONGEST = 80

_DROPPED = {"is", "has", "was", "flag", "field", "to", "the"}
_WORDS = {
    other: word
    for word, others in {
        "address": "addr",
        "closed": "close closing completed complete completion finished done",
        "company": "client customer account organization organisation org tenant",
        "created": "create creation opened entered added submitted reported",
        "date": "at on time timestamp datetime day utc",
        "deleted": "removed",
        "due": "deadline needed",
        "email": "mail",
        "end": "ended finish ending expiration expiry expires expire",
        "host": "hostname computer machine device server workstation pc endpoint asset",
        "id": "recid key",
        "member": "technician tech engineer assigned assignee assign resource employee staff worker",
        "name": "title label",
        "number": "no num nr",
        "phone": "telephone tel",
        "resolved": "resolve resolution solved",
        "start": "started starting begin began beginning",
        "updated": "update modified modification modify changed change edited edit touched",
        "zip": "zipcode postcode",
    }.items()
    for other in others.split()
}
"""Words that mean the same in names of fields, each with the word that replaces it for the comparison."""

MEANINGS = {
    "active": "activeFlag IsActive !inactiveFlag",
    "age": "dateEntered",
    "agent version": "RemoteAgentVersion",
    "body": "initialDescription notes Comments",
    "boot date": "LastStartup",
    "category": "type Category",
    "checkin": "RemoteAgentLastContact LastContact",
    "closed": "closedFlag closeFlag doneFlag closedDate Status",
    "closed date": "closedDate dateClosed closeDate dateResolved",
    "company": "company Client",
    "content": "initialDescription notes Comments",
    "created": "dateEntered dateCreated CreatedDate DateAdded CreateDate AlertDate StartDate",
    "created by": "enteredBy CreatedBy",
    "created date": "dateEntered dateCreated CreatedDate DateAdded CreateDate AlertDate StartDate",
    "description": "initialDescription notes summary Comment Comments Message",
    "details": "initialDescription notes Comments",
    "due": "requiredDate dueDate deadlineDate",
    "due date": "requiredDate dueDate deadlineDate expectedCloseDate",
    "email": "contactEmailAddress primaryEmail emailAddress Email",
    "enabled": "!inactiveFlag !disabledFlag activeFlag",
    "end date": "endDate dateEnd timeEnd ExpirationDate ExpireDate",
    "family name": "lastName",
    "forename": "firstName",
    "given name": "firstName",
    "host": "ComputerName Computer name deviceIdentifier",
    "host name": "ComputerName Computer name deviceIdentifier",
    "hours": "actualHours hours",
    "id": "id TicketId AlertId",
    "inactive": "inactiveFlag !activeFlag",
    "ip": "LocalIPAddress ipAddress",
    "ip address": "LocalIPAddress ipAddress",
    "last checkin": "RemoteAgentLastContact LastContact",
    "last boot": "LastStartup",
    "last login": "lastLoginName LastUserName",
    "last reboot": "LastStartup",
    "last seen": "RemoteAgentLastContact LastContact",
    "last updated": "lastUpdated UpdateDate DateUpdated LastUpdate",
    "logged in user": "LastUserName LoggedInUsers lastLoginName",
    "login": "identifier Username",
    "mac": "macAddress",
    "manager": "territoryManager manager/identifier reportsTo",
    "member": "owner/identifier member/identifier assignTo/identifier User resources",
    "member name": "owner/name member/name assignTo/name User/Name",
    "memory": "TotalMemory ram",
    "message": "initialDescription notes Message",
    "mobile": "mobilePhone MobileNumber",
    "model": "modelNumber ModelName",
    "name": "name summary Subject ComputerName identifier",
    "online": "Status IsOnline",
    "number": "invoiceNumber id TicketId AlertId",
    "offline": "Status IsOnline",
    "open date": "dateEntered dateCreated CreatedDate DateAdded StartDate",
    "open": "!closedFlag !closeFlag Status",
    "os": "osInfo OperatingSystemName",
    "os name": "osInfo OperatingSystemName",
    "owner": "owner/identifier member/identifier assignTo/identifier User primarySalesRep/identifier",
    "phone": "phoneNumber contactPhoneNumber officePhone",
    "postal code": "zip ZipCode",
    "quantity": "quantity",
    "queue": "board",
    "ram": "TotalMemory ram",
    "resolved": "closedFlag dateResolved",
    "sales rep": "primarySalesRep/identifier",
    "serial": "serialNumber",
    "site": "site Location",
    "state": "status Status stateIdentifier",
    "subject": "summary Subject",
    "summary": "summary Subject description",
    "surname": "lastName",
    "updated": "lastUpdated UpdateDate DateUpdated LastUpdate",
    "updated by": "updatedBy",
    "updated date": "lastUpdated UpdateDate DateUpdated LastUpdate",
    "user": "member/identifier User identifier LastUserName",
    "user name": "identifier Username LastUserName",
    "username": "identifier Username LastUserName",
    "worked hours": "actualHours hours",
    "zip": "zip ZipCode",
    "zip code": "zip ZipCode",
}
"""Names, as words, and the paths that they may mean, the likeliest first. A path is looked up on the record, so the paths of all
records of both products are in one list. An exclamation mark: the field says the opposite.

Evidence: the owner of a ticket is ``owner``, because public server logs refuse ``assignedTo/…`` and ``member/…``; who changed a
record, and when, are the four names of ``_info``; the other paths are those of the specifications.
"""


class Synonym(Value):
    """A field that a name means: the segments of its path; `opposite` if its value says the opposite of the name."""

    path: tuple[str, ...]
    opposite: bool = False


@lru_cache(512)
def find_synonyms(catalog: Catalog, record: RecordInfo, name: str, *, inside: bool = False) -> tuple[Synonym, ...]:
    """Return at most `LIMIT` fields of a record that a name of other words means, the likeliest first.

    There is none for a name that is a misspelt field. A reference is continued with the field that names its record, unless
    more segments follow the name (`inside`).
    """
    if _is_misspelt(record, name):
        return ()
    for words in _readings(record, name[:_LONGEST]):
        found = [*_listed(catalog, record, words), *_same_words(record, words)]
        found += [] if found else _members(catalog, record, words)
        if found:
            whole = [(_open_reference if inside else _close_reference)(catalog, record, each) for each in found]
            return tuple(dict.fromkeys([each for each in whole if each is not None]))[:LIMIT]
    return ()


def suggest_fields(catalog: Catalog, record: RecordInfo, name: str) -> list[str]:
    """Return the paths of fields that a name means, otherwise those of similar names."""
    synonyms = ["/".join(each.path) for each in find_synonyms(catalog, record, name)]
    return synonyms or suggest(name, [*record.names, *record.extra_names])


def _is_misspelt(record: RecordInfo, name: str) -> bool:
    """Return whether a name is one edit away from exactly one field, and that is no reference and no collection."""
    wanted = name[:_LONGEST].lower()
    close = [each for each in record.names if edit_distance(wanted, each.lower(), 1) is not None]
    field = record.find(close[0]) if len(close) == 1 else None
    return field is not None and field.kind not in ("reference", "collection")


def _readings(record: RecordInfo, name: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of a name, then those without the name of the record itself in front."""
    words = split_name(name)
    if words:
        yield words
    own = split_name(record.wire.rpartition(".")[2])
    if len(words) > 1 and own and words[0] == own[-1]:
        yield words[1:]


def split_name(name: str) -> tuple[str, ...]:
    """Return the words of a name, in small letters and replaced by those of `_WORDS`."""
    parts = [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)]
    if len(parts) == 1 and parts[0] not in _vocabulary():
        parts = _cut(parts[0])
    return tuple([_WORDS.get(part, part) for part in parts if part not in _DROPPED or len(parts) == 1])


def _cut(word: str) -> list[str]:
    """Divide a name in small letters, such as `createddate`, into two known words."""
    known = _vocabulary()
    for index in range(2, len(word) - 1):
        if word[:index] in known and word[index:] in known:
            return [word[:index], word[index:]]
    return [word]


@lru_cache(1)
def _vocabulary() -> frozenset[str]:
    listed = [word for names in MEANINGS for word in names.split()]
    return frozenset([*listed, *_WORDS, *_WORDS.values(), *_DROPPED, "ticket", "invoice", "identifier"])


def _same_words(record: RecordInfo, words: tuple[str, ...]) -> Iterator[Synonym]:
    """Yield the fields whose names consist of the same words: ``timeStart`` for `startTime`."""
    wanted = frozenset(words)
    for name in (*record.names, *record.extra_names):
        if "/" not in name and frozenset(split_name(name)) == wanted:
            yield Synonym((name,))


def _listed(catalog: Catalog, record: RecordInfo, words: tuple[str, ...]) -> Iterator[Synonym]:
    wanted = frozenset(words)
    for path in _meanings().get(wanted, "").split():
        found = catalog.resolve(record.name, tuple(path.removeprefix("!").split("/")))
        if isinstance(found, Resolved):
            yield Synonym(found.segments, path.startswith("!"))


@lru_cache(1)
def _meanings() -> dict[frozenset[str], str]:
    return {frozenset(split_name(names)): paths for names, paths in MEANINGS.items()}


def _members(catalog: Catalog, record: RecordInfo, words: tuple[str, ...]) -> Iterator[Synonym]:
    """Yield the members of references: ``company/id`` for `clientId`."""
    if len(words) < 2:
        return
    for found in (*_listed(catalog, record, words[:-1]), *_same_words(record, words[:-1])):
        outer = _open_reference(catalog, record, found)
        whole = None if outer is None else catalog.resolve(record.name, (*outer.path, words[-1]))
        if isinstance(whole, Resolved):
            yield Synonym(whole.segments)


def _open_reference(catalog: Catalog, record: RecordInfo, synonym: Synonym) -> Synonym | None:
    """Return the reference that a path ends at or in, because further segments follow; None if it is no reference."""
    for path in (synonym.path, synonym.path[:-1]):
        found = catalog.resolve(record.name, path)
        if isinstance(found, Resolved) and found.field.kind == "reference":
            return Synonym(path)
    return None


def _close_reference(catalog: Catalog, record: RecordInfo, synonym: Synonym) -> Synonym:
    """Add the field that names the record to the path of a reference."""
    found = catalog.resolve(record.name, synonym.path)
    if isinstance(found, Resolved) and found.field.kind == "reference":
        for name in ("name", "identifier"):
            whole = catalog.resolve(record.name, (*synonym.path, name))
            if isinstance(whole, Resolved):
                return Synonym(whole.segments)
    return synonym
