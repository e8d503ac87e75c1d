"""Times in request bodies: the form that each product's servers take, and the faults of texts in other forms.

Manage's servers take whole seconds in UTC only (``2024-01-31T09:00:00Z``). Several integrations report that a fraction of a
second, an offset and a time without zone are answered with 400 UnsupportedFormat; the vendor's examples have no other form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["format_time", "time_fault"]

EXAMPLE = "2024-01-31T09:00:00Z"


@dataclass(frozen=True, slots=True)
class TimeForm:
    """The times that the servers of a product take in bodies: whole seconds only, and texts in UTC only."""

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
