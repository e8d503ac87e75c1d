"""Candidates for the value of a comparison: enum members, booleans, null, dates, and values that a server is known to have."""

from __future__ import annotations

from cwql.completion.completion import Completion
from cwql.language.literal_printer import Unwritable, write_scalar
from cwql.language.operators import EQ, NE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from cwql.completion.candidates import KnownValues
    from cwql.completion.cursor import Cursor
    from cwql.completion.scope import Scope
    from cwql.language.dialects import Dialect
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import Resolved

KNOWN_LIMIT = 500
"""How many values of a server are offered for a field at most."""


def value_candidates(
    scope: Scope, cursor: Cursor, known_values: KnownValues | None, now: datetime | None
) -> Iterator[Completion]:
    """Yield the candidates for a value, each as the dialect writes it."""
    found = scope.resolve(cursor.path)
    if found is None:
        return
    field = found.field
    kind = (field.items or "any") if field.kind in ("collection", "map") else field.kind
    taken = {literal.strip("\"'").lower() for literal in cursor.listed}
    dialect = scope.dialect
    for text, detail in _texts(scope, found, known_values):
        if str(text).lower() not in taken:
            written = _write(text, dialect, cursor.quote)
            if written is not None:
                yield Completion(written, "member" if field.enum else "value", written, cursor.span, detail)
    if cursor.quote:
        return
    if kind == "boolean":
        for word in dialect.booleans:
            yield Completion(word, "value", word, cursor.span, "boolean")
    if kind in ("datetime", "date") or field.dated:
        yield from _dates(scope, field, cursor, now)
    is_equality = cursor.operator in (EQ, NE, None) and not cursor.listed
    if is_equality and "null" in dialect.literals and kind != "boolean" and not field.required:
        yield Completion("null", "value", "null", cursor.span, "no value")


def _texts(scope: Scope, found: Resolved, known_values: KnownValues | None) -> Iterator[tuple[str | int, str]]:
    """Yield the values that a field is known to have, with the reason."""
    field = found.field
    for member in field.enum:
        yield member, f"member of {field.name}"
    if field.note is not None:
        for known in field.note.values:
            yield known, f"{field.note.origin} value"
    if known_values is None:
        return
    for count, value in enumerate(known_values(field.owner, found.segments)):
        if count == KNOWN_LIMIT:
            return
        yield value, "on the server"


def _write(value: str | int, dialect: Dialect, quote: str) -> str | None:
    """Return a value as a literal, in the quotes that are open; None if it cannot be written."""
    if quote and isinstance(value, str) and quote not in value and not value.endswith("\\"):
        return f"{quote}{value}{quote}"
    if quote and not isinstance(value, str):
        return None
    try:
        return write_scalar(value, dialect)
    except Unwritable:
        return None


def _dates(scope: Scope, field: FieldInfo, cursor: Cursor, now: datetime | None) -> Iterator[Completion]:
    """Yield dates before now: days, the beginning of the month and of the year, and the time itself."""
    from datetime import UTC, datetime, timedelta

    moment = (datetime.now(UTC) if now is None else now.astimezone(UTC)).replace(microsecond=0)
    today = moment.replace(hour=0, minute=0, second=0)
    points: Iterable[tuple[datetime, str]] = (
        (today, "today"),
        (today - timedelta(days=1), "yesterday"),
        (today - timedelta(days=7), "7 days ago"),
        (today - timedelta(days=30), "30 days ago"),
        (today.replace(day=1), "first day of this month"),
        (today.replace(month=1, day=1), "first day of this year"),
        (moment, "now"),
        (moment - timedelta(hours=1), "an hour ago"),
    )
    for point, title in points:
        if field.kind == "date" and point.hour:
            continue
        written = write_scalar(point.date() if field.kind == "date" else point, scope.dialect)
        yield Completion(written, "date", written, cursor.span, f"{title}, UTC")
