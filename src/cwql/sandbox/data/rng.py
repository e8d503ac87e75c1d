"""Seeded random numbers: one generator for each subject, and the dates of the data set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = int(datetime(2026, 1, 30, 17, 0, tzinfo=UTC).timestamp())
"""The last time in the data, in seconds since 1970: the data of a seed must not depend on the day on which it is made."""

DAY = 86_400

Document = dict[str, Any]
Parent = tuple[str, int] | None


class Batch(NamedTuple):
    """Documents of one kind with the same parent, as `Store.add` takes them."""

    product: str
    record: str
    documents: Iterable[Document]
    parent: Parent = None


@dataclass(frozen=True, slots=True)
class Size:
    """How many records there are of each kind.

    `detailed` tickets have notes and time entries; `generated` is the number of records of a kind that has no generator.
    """

    companies: int
    devices: int
    tickets: int
    detailed: int
    projects: int
    generated: int


SIZES: dict[str, Size] = {
    "small": Size(8, 48, 150, 30, 4, 1),
    "medium": Size(150, 2_000, 20_000, 1_500, 60, 4),
    "large": Size(1_000, 10_000, 1_000_000, 5_000, 300, 8),
}
"""Every size, smallest first."""


def make_rng(seed: int, *subject: object) -> Random:
    """Return the random generator of a subject, which does not depend on how often those of others were used."""
    return Random(f"{seed}/{'/'.join(map(str, subject))}")


def format_time(seconds: float) -> str:
    """Return a time as the APIs write it: ``2026-01-30T17:00:00Z``."""
    day, second = divmod(int(seconds), DAY)
    return _date(day) + _clock(second)


@cache
def _clock(second: int) -> str:
    return f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


@cache
def _date(day: int) -> str:
    # A million tickets have three times each, on a thousand days: without the cache, a quarter of the time would go to datetime.
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()


def past(rng: Random, days: int) -> str:
    """Return a time within the last `days` days."""
    return format_time(NOW - rng.random() * days * DAY)


def future(rng: Random, days: int) -> str:
    """Return a time within the next `days` days."""
    return format_time(NOW + rng.random() * days * DAY)


def guid(rng: Random) -> str:
    """Return a GUID of version 4."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def make_info(rng: Random, members: list[str], days: int = 720) -> dict[str, str]:
    """Return the ``_info`` of a Manage record: who created it and who changed it last, and when."""
    entered = NOW - (30 + rng.random() * days) * DAY
    updated = entered + rng.random() * (NOW - entered)
    return {
        "lastUpdated": format_time(updated),
        "updatedBy": rng.choice(members),
        "dateEntered": format_time(entered),
        "enteredBy": rng.choice(members),
    }
