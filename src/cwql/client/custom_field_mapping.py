"""Custom fields by their captions: ``custom_fields(ticket)["Warranty until"]``, to read and to write (Manage)."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from cwql.client.errors import RequestBodyError
from cwql.client.request_body import Fault
from cwql.errors import UnknownNameError
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql_api.runtime import Record

__all__ = ["CustomFields", "custom_fields"]

_NUMBERS = frozenset({"number", "currency", "percent"})


class UnknownCaptionError(UnknownNameError, KeyError):
    """A record has no custom field with that caption; `suggestions` contains the closest ones."""

    __module__ = "cwql"

    __str__ = UnknownNameError.__str__


class CustomFields(MutableMapping[str, Any]):
    """The custom fields of one record as a mapping from caption to value.

    Letter case is ignored. An assigned value is stored in the record, so that replacing the record, or patching its
    difference from an earlier version, sends it. Fields are neither added nor removed, because they are set up on the
    server. Raises UnknownCaptionError for an unknown caption, and RequestBodyError for a value that does not fit the
    field's type.
    """

    __module__ = "cwql"

    __slots__ = ("_entries", "_record")

    def __init__(self, record: Record | Mapping[str, Any]) -> None:
        self._record = record
        found = _member(record, "customFields")
        self._entries: list[Any] = found if isinstance(found, list) else []

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([str(_member(entry, "caption") or "") for entry in self._entries]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, caption: object) -> bool:
        return isinstance(caption, str) and any(_caption(entry) == caption.casefold() for entry in self._entries)

    def __getitem__(self, caption: str) -> Any:
        return _member(self.entry(caption), "value")

    def __setitem__(self, caption: str, value: Any) -> None:
        entry = self.entry(caption)
        fitting = _fit(caption, str(_member(entry, "type") or ""), value)
        if isinstance(entry, dict):
            entry[next((key for key in entry if key.lower() == "value"), "value")] = fitting
        else:
            entry.value = fitting

    def __delitem__(self, caption: str) -> None:
        """Take the value away; the field stays."""
        self[caption] = None

    def __repr__(self) -> str:
        return f"CustomFields({dict(self)!r})"

    def entry(self, caption: str) -> Any:
        """Return the whole entry: id, type, entry method and value."""
        found = [entry for entry in self._entries if _caption(entry) == caption.casefold()]
        if not found:
            captions = list(self)
            why = "" if captions else " (was the record read with customFields?)"
            raise UnknownCaptionError(f"no custom field {caption!r}{why}", suggest(caption, captions))
        if len(found) > 1:
            raise UnknownCaptionError(f"{len(found)} custom fields are called {caption!r}: use their ids")
        return found[0]


def custom_fields(record: Record | Mapping[str, Any]) -> CustomFields:
    """Return the custom fields of a record, by caption."""
    return CustomFields(record)


def _member(record: Any, name: str) -> Any:
    if isinstance(record, dict):
        return next((value for key, value in record.items() if str(key).lower() == name.lower()), None)
    return getattr(record, name, None)


def _caption(entry: Any) -> str:
    return str(_member(entry, "caption") or "").casefold()


def _fit(caption: str, kind: str, value: Any) -> Any:
    """Return a value in the form that a custom field of a type takes."""
    folded = kind.lower()
    if value is None:
        return None
    if folded == "checkbox":
        fits, expected = isinstance(value, bool), "True or False"
    elif folded in _NUMBERS:
        # Servers send numbers of such fields as numbers and as text; only texts that are numbers are converted.
        fits, expected = isinstance(value, (int, float)) and not isinstance(value, bool), "a number"
    elif folded == "date":
        if isinstance(value, datetime):
            fits, expected = value.tzinfo is not None, "a datetime with a time zone, or a date"
        elif isinstance(value, date):
            return f"{value.isoformat()}T00:00:00Z"
        else:
            fits, expected = isinstance(value, str) and _reads_as_date(value), "a date"
    elif folded:
        fits, expected = isinstance(value, str), "text"
    else:
        return value
    if not fits:
        shown = f"{type(value).__name__} {str(value)[:40]!r}"
        raise RequestBodyError(
            f"custom field {caption!r}", (Fault("value", shown, f"{expected} (a field of type {kind})"),)
        )
    return value


def _reads_as_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
