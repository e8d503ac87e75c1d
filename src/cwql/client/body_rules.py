"""Rules of servers about request bodies that the specification of Manage does not contain.

Each function returns problems as (member, value, expected). Every rule names the answer of a server that it prevents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql.schema.record import RecordInfo

__all__ = [
    "EXAMPLE",
    "WHOLE_LISTS",
    "check_members",
    "format_time",
    "reference_keys",
    "time_fault",
    "unknown_members",
    "whole_lists",
]

_NOTE_FLAGS = ("detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag")

ONE_TRUE = {
    # 400 "Please choose where to display the notes".
    "ServiceNote": _NOTE_FLAGS,
    "TicketNote": _NOTE_FLAGS,
}
"""Flags of which at least one has to be true in a new record."""

ONE_OF = {
    # 400 MissingRequiredField for a configuration that is attached to a ticket without either.
    "ConfigurationReference": ("id", "deviceIdentifier"),
    # 400 for a contact without a first name; the other members are optional.
    "Contact": ("firstName",),
}
"""Members of which a new record needs at least one."""

WHOLE_LISTS = {"CustomFieldValue": ("id", "caption", "type"), "ConfigurationQuestion": ("questionId", "question")}
"""Records whose lists servers replace as a whole, and the members that an entry has when it is read."""

_REFERENCE_KEYS = ("id", "identifier", "name", "deviceIdentifier")


def check_members(record: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Return the missing members of a new record."""
    given = {name.lower(): value for name, value in body.items()}
    flags = ONE_TRUE.get(record, ())
    if flags and not any(given.get(name.lower()) is True for name in flags):
        yield "", "none of them", f"at least one of {', '.join(flags)} to be true (where the note is shown)"
    names = ONE_OF.get(record, ())
    if names and not any(given.get(name.lower()) not in (None, "") for name in names):
        yield " or ".join(names), "nothing", f"a value (servers refuse a {record} without one)"


def reference_keys(record: RecordInfo) -> tuple[str, ...]:
    """Return the members by which a server finds the record that a reference names; empty for any other record.

    ``{"type": {"type": {"id": 2}}}`` and ``{}`` are references to nothing, which servers refuse or ignore.
    """
    if not record.name.endswith("Reference"):
        return ()
    return tuple(
        [name for name in _REFERENCE_KEYS if (field := record.find(name)) is not None and field.origin == "spec"]
    )


def unknown_members(product: str, record: str, body: Mapping[str, Any]) -> list[str]:
    """Return the members of a body that the specification does not have.

    Servers answer 400 "Could not find member …" to those that they do not have either; a newer server may have them.
    """
    info = catalog(product).find_record(record)
    if info is None:
        return []
    return [name for name in body if (field := info.find(name)) is None or field.origin != "spec"]


def whole_lists(record: str, value: Any) -> str:
    """Return the expectation for a list of `record` of which only a part is given; empty if the list is whole.

    Entries as they were read have more members than an id and a value, so that others are taken for a part.
    """
    wanted = WHOLE_LISTS.get(record, ())
    if not wanted or not isinstance(value, list) or not value:
        return ""
    for entry in value:
        names = {str(name).lower() for name in entry} if isinstance(entry, dict) else set()
        if not all(name.lower() in names for name in wanted):
            return (
                f"all entries, as they were read ({', '.join(wanted)}, …), because a server replaces the whole list: "
                "read the record, change the entries, and send the list"
            )
    return ""


EXAMPLE = "2024-01-31T09:00:00Z"


@dataclass(frozen=True, slots=True)
class TimeForm:
    """The times that the servers of a product take in bodies: whole seconds only, and texts in UTC only.

    Several integrations report that Manage answers a fraction of a second, an offset and a time without zone with 400
    UnsupportedFormat; the vendor's examples have no other form than ``2024-01-31T09:00:00Z``.
    """

    whole_seconds: bool
    utc_only: bool


FORMS = {"manage": TimeForm(True, True), "automate": TimeForm(False, False)}

_UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def format_time(product: str, moment: datetime) -> str:
    """Return a datetime that has a time zone as text in UTC. A fraction of a second is cut if servers refuse it."""
    moment = moment.astimezone(UTC)
    whole = FORMS[product].whole_seconds or not moment.microsecond
    return moment.isoformat(timespec="seconds" if whole else "milliseconds").replace("+00:00", "Z")


def time_fault(product: str, text: str) -> str:
    """Return the text that is expected instead of a time in a body, with the way to write it; empty if the time is right."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return f"a time, like {EXAMPLE}"
    if not FORMS[product].utc_only or _UTC_TEXT.fullmatch(text):
        return ""
    if moment.tzinfo is None:
        right = format_time(product, moment.replace(tzinfo=UTC))
        return f"a time with a zone: {right} if it is in UTC, otherwise a datetime with tzinfo"
    return f"a time in UTC with whole seconds: {format_time(product, moment)}"
