"""Python values as values of the tree: `to_scalar` for one, `to_list` for a list.

A value that neither language can express raises `LiteralError`, whose message names alternatives. Nothing is rounded, cut or
guessed. Modules such as `decimal` are imported when a value needs them, because most conditions contain only text and integers.
"""

from __future__ import annotations

from cwql.errors import LiteralError
from cwql.language.names import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo
    from decimal import Decimal
    from typing import Any

    from cwql.language.nodes import Scalar


def to_scalar(obj: object, *, timezone: tzinfo | str | None = None) -> Scalar:
    """Return the value of the tree for a Python value.

    Strings, integers, booleans, None, Decimal and date are used as they are (instances of subclasses by their value), a float
    becomes the decimal that Python prints for it, an enum member its value, a UUID its text, an aware datetime the same moment
    in UTC, a scalar of numpy the value of Python. A naive datetime is refused unless `timezone`, a tzinfo or an IANA name, is given. Raises `LiteralError` for
    everything else.
    """
    kind = type(obj)
    if obj is None or kind is str or kind is int or kind is bool:
        return obj  # type: ignore[return-value]
    from enum import Enum

    # Before str and int, because members of StrEnum and IntEnum are both, and their str() is up to the class.
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
    if hasattr(obj, "dtype") and not getattr(obj, "shape", None):
        return _from_numpy(obj, timezone)
    raise LiteralError(f"cannot compare with {shorten(obj)} of type {kind.__name__}: {_alternative(obj)}")


def to_list(values: Iterable[object], *, timezone: tzinfo | str | None = None) -> tuple[Scalar, ...]:
    """Return the values of a list for ``in``, without duplicates, in their order.

    Takes any iterable except a text or a mapping, also arrays of numpy and columns of data frames; a set is sorted, so that equal sets make equal trees. Raises `LiteralError`
    for anything else, and for None in the list, because it is not known what ``in`` makes of null in either language.
    """
    if isinstance(values, (str, bytes, bytearray)):
        raise LiteralError(
            f"cannot take {shorten(values)} as a list of values: put it into one, in_([{shorten(values)}])"
        )
    # A column of a data frame has keys as well, but it iterates over its values.
    if hasattr(values, "keys") and hasattr(values, "__getitem__") and not hasattr(values, "dtype"):
        raise LiteralError("cannot take a mapping as a list of values: pass its .keys() or its .values()")
    try:
        iterator = iter(values)
    except TypeError:
        raise LiteralError(
            f"cannot take {shorten(values)} as a list of values: expected an iterable, such as [1, 2]"
        ) from None
    unique: dict[tuple[type, object], Scalar] = {}
    for value in iterator:
        scalar = to_scalar(value, timezone=timezone)
        if scalar is None:
            raise LiteralError(
                "cannot put None into a list: leave it out and join with the null test, field.in_([...]) | field.is_null()"
            )
        unique.setdefault((type(scalar), scalar), scalar)
    if isinstance(values, (set, frozenset)):
        # Values of one type can be compared with one another, because to_scalar returns no naive times.
        return tuple([unique[key] for key in sorted(unique, key=_sort_key)])
    return tuple(unique.values())


def _sort_key(key: tuple[type, object]) -> tuple[str, object]:
    return key[0].__name__, key[1]


def _from_float(value: float) -> Decimal:
    from decimal import Decimal

    # Not Decimal(value): 0.1 would become 0.1000000000000000055511151231257827. Not repr(): numpy's floats print their type.
    return _finite(Decimal(float.__repr__(value)))


def _from_numpy(value: Any, timezone: tzinfo | str | None) -> Scalar:
    """Return the value of a scalar of numpy, or of an array without dimensions."""
    kind = value.dtype.kind
    if kind == "f":
        from decimal import Decimal

        # As numpy prints it: as a Python float, 0.1 of 32 bits would have the digits that it does not.
        return _finite(Decimal(str(value)))
    if kind == "M":
        # item() of nanoseconds is a number.
        value = value.astype("datetime64[us]")
    if kind in "biuMU":
        return to_scalar(value.item(), timezone=timezone)
    raise LiteralError(f"cannot compare with {shorten(value)} of type {value.dtype}: {_alternative(value.item())}")


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
                f"{value.isoformat()} has no time zone: give it one (value.replace(tzinfo=datetime.UTC), value.astimezone()), or "
                "pass its zone as timezone='Europe/Berlin' to F or Template"
            )
        else:
            offset = find_zone(timezone)
        # A plain copy, because subclasses (pandas, pendulum) have their own arithmetic.
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
        raise LiteralError(f"cannot compare with {shorten(value)}: it is not a moment in UTC ({error})") from None
    if skipped:
        raise LiteralError(f"{plain.isoformat()} does not exist in {offset}: clocks skipped it")
    return moment


def find_zone(timezone: tzinfo | str) -> tzinfo:
    """Return the time zone with that IANA name, or the tzinfo itself; raise `LiteralError` for anything else."""
    from datetime import UTC, tzinfo

    if isinstance(timezone, tzinfo):
        return timezone
    if timezone == "UTC":
        # Works without the time zone database, which Windows does not have.
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


def _alternative(obj: object) -> str:
    from datetime import time, timedelta

    reason: str | None = getattr(type(obj), "_not_a_value", None)
    if reason is not None:
        return reason
    if isinstance(obj, (bytes, bytearray, memoryview)):
        return "decode it to str first"
    if isinstance(obj, (time, timedelta)):
        return "compute the moment first and pass a datetime with a time zone"
    if isinstance(obj, complex):
        return "expected a real number"
    if isinstance(obj, (list, tuple, set, frozenset, range)):
        return "only in and not in take a list: use in_() or not_in()"
    return "expected str, int, float, Decimal, bool, None, date, datetime, an enum member or a UUID; convert it first"
