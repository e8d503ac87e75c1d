"""Python values as values of the tree: `to_scalar` for one, `to_list` for many.

What neither language can carry raises `LiteralError`, whose message names the ways out; nothing is rounded, cut or guessed.
Modules such as `decimal` are imported when a value needs them: most conditions hold only text and integers.
"""

from __future__ import annotations

from cwql.errors import LiteralError
from cwql.language.names import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo
    from decimal import Decimal

    from cwql.language.nodes import Scalar


def to_scalar(obj: object, *, timezone: tzinfo | str | None = None) -> Scalar:
    """Return the value of the tree that a Python value stands for.

    Strings, integers, booleans, None, Decimal and date stand for themselves (subclasses for the value they hold), a float
    for the decimal that Python prints for it, an enum member for its value, a UUID for its text, an aware datetime for the
    same moment in UTC. A naive datetime is refused unless `timezone` (a tzinfo or an IANA name) says where it was read off
    the clock. Raises `LiteralError` for everything else.
    """
    kind = type(obj)
    if obj is None or kind is str or kind is int or kind is bool:
        return obj  # type: ignore[return-value]
    from enum import Enum

    # Before str and int: members of StrEnum and IntEnum are both, and what they print as is the class's own affair.
    if isinstance(obj, Enum):
        return to_scalar(obj.value, timezone=timezone)
    if isinstance(obj, str):
        return str.__str__(obj)
    if isinstance(obj, int):
        return int.__index__(obj)
    if isinstance(obj, float):
        return _from_float(obj)
    from datetime import date, datetime

    if isinstance(obj, datetime):
        return _from_datetime(obj, timezone)
    if isinstance(obj, date):
        return date(obj.year, obj.month, obj.day)
    from decimal import Decimal

    if isinstance(obj, Decimal):
        return _finite(Decimal(obj))
    from uuid import UUID

    if isinstance(obj, UUID):
        return str(obj)
    raise LiteralError(f"cannot compare with {shorten(obj)} of type {kind.__name__}: {_way_out(obj)}")


def to_list(values: Iterable[object], *, timezone: tzinfo | str | None = None) -> tuple[Scalar, ...]:
    """Return the values of a list for ``in``, each once, in the order in which they came.

    Takes any iterable but a text or a mapping; a set is sorted, so that equal sets give equal trees. Raises `LiteralError` for
    anything else, and for None in the list: what ``in`` makes of null is not known of either language.
    """
    if isinstance(values, (str, bytes, bytearray)):
        raise LiteralError(
            f"cannot take {shorten(values)} as a list of values: put it into one, in_([{shorten(values)}])"
        )
    if hasattr(values, "keys") and hasattr(values, "__getitem__"):
        raise LiteralError("cannot take a mapping as a list of values: pass its .keys() or its .values()")
    try:
        iterator = iter(values)
    except TypeError:
        raise LiteralError(
            f"cannot take {shorten(values)} as a list of values: expected an iterable, such as [1, 2]"
        ) from None
    found: dict[tuple[type, object], Scalar] = {}
    for value in iterator:
        scalar = to_scalar(value, timezone=timezone)
        if scalar is None:
            raise LiteralError(
                "cannot put None into a list: leave it out and join with the null test, field.in_([...]) | field.is_null()"
            )
        found.setdefault((type(scalar), scalar), scalar)
    if isinstance(values, (set, frozenset)):
        # Values of one type can be compared with one another: to_scalar leaves no naive times.
        return tuple([found[key] for key in sorted(found, key=_sort_key)])
    return tuple(found.values())


def _sort_key(key: tuple[type, object]) -> tuple[str, object]:
    return key[0].__name__, key[1]


def _from_float(value: float) -> Decimal:
    from decimal import Decimal

    # Not Decimal(value): 0.1 would become 0.1000000000000000055511151231257827. Not repr(): numpy's floats print their type.
    return _finite(Decimal(float.__repr__(value)))


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise LiteralError(f"cannot compare with {value}: expected a finite number; use is_null() for a missing one")
    return value


def _from_datetime(value: datetime, timezone: tzinfo | str | None) -> datetime:
    from datetime import UTC, datetime

    try:
        if value.utcoffset() is not None:
            offset = value.tzinfo
        elif timezone is None:
            raise LiteralError(
                f"{value.isoformat()} has no time zone: give it one (value.replace(tzinfo=datetime.UTC), value.astimezone()), or say "
                "which one is meant with timezone='Europe/Berlin'"
            )
        else:
            offset = find_zone(timezone)
        # A plain copy: subclasses (pandas, pendulum) have arithmetic of their own.
        plain = datetime(
            value.year,
            value.month,
            value.day,
            value.hour,
            value.minute,
            value.second,
            value.microsecond,
            tzinfo=offset,
            fold=value.fold,
        )
        moment = plain.astimezone(UTC)
        skipped = moment.astimezone(offset).replace(tzinfo=None) != plain.replace(tzinfo=None)
    except (ValueError, TypeError, OverflowError) as error:
        if isinstance(error, LiteralError):
            raise
        raise LiteralError(f"cannot compare with {shorten(value)}: it is no moment in UTC ({error})") from None
    if skipped:
        raise LiteralError(f"{plain.isoformat()} does not exist in {offset}: clocks were put forward over it")
    return moment


def find_zone(timezone: tzinfo | str) -> tzinfo:
    """Return the time zone of that IANA name, or the tzinfo itself; raise `LiteralError` for anything else."""
    from datetime import UTC, tzinfo

    if isinstance(timezone, tzinfo):
        return timezone
    if timezone == "UTC":
        # Known without the data base, which Windows lacks.
        return UTC
    if isinstance(timezone, str):
        from zoneinfo import ZoneInfo

        try:
            return ZoneInfo(timezone)
        except (ValueError, LookupError, OSError):
            pass
    raise LiteralError(
        f"unknown time zone {shorten(timezone)}: expected a tzinfo or an IANA name such as 'Europe/Berlin' (on Windows, install "
        "tzdata)"
    )


def _way_out(obj: object) -> str:
    from datetime import time, timedelta

    from cwql.language.builder import Field
    from cwql.language.nodes import Node

    if isinstance(obj, Field):
        return "both languages compare a field with a value, never with another field"
    if isinstance(obj, Node):
        return "a condition is no value; join conditions with & and |"
    if isinstance(obj, (bytes, bytearray, memoryview)):
        return "decode it to str first"
    if isinstance(obj, (time, timedelta)):
        return "compute the moment first and pass a datetime with a time zone"
    if isinstance(obj, complex):
        return "expected a real number"
    if isinstance(obj, (list, tuple, set, frozenset, range)):
        return "a list stands only after in and not in: use in_() or not_in()"
    return "expected str, int, float, Decimal, bool, None, date, datetime, an enum member or a UUID; convert it first"
