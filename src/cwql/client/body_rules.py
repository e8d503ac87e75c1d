"""Rules of servers about request bodies that the specification of Manage does not contain.

Each function returns problems as (member, value, expected). Every rule names the answer of a server that it prevents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql.schema.record import RecordInfo

__all__ = ["check_members", "reference_keys", "unknown_members", "whole_lists"]

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
