"""Chance that comes out the same for the same seed: dice per subject, and the moments of the sandbox's calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = int(datetime(2026, 1, 30, 17, 0, tzinfo=UTC).timestamp())
"""The last moment of the data, in seconds: data of the same seed must not depend on the day it is drawn."""

DAY = 86_400

Document = dict[str, Any]
Parent = tuple[str, int] | None


class Batch(NamedTuple):
    """Hold documents of one kind that lie under the same parent, as `Store.add` takes them."""

    product: str
    record: str
    documents: Iterable[Document]
    parent: Parent = None


class Size(NamedTuple):
    """Say how much there is of each: rows under a `threaded` ticket are its notes and time entries."""

    companies: int
    devices: int
    tickets: int
    threaded: int
    projects: int
    generated: int


SIZES: dict[str, Size] = {
    "small": Size(8, 48, 150, 30, 4, 1),
    "medium": Size(150, 2_000, 20_000, 1_500, 60, 4),
    "large": Size(1_000, 10_000, 1_000_000, 5_000, 300, 8),
}
"""Every size, smallest first."""


def dice(seed: int, *subject: object) -> Random:
    """Return the dice of a subject: what one subject draws does not move what another one gets."""
    return Random(f"{seed}/{'/'.join(map(str, subject))}")


def moment(seconds: float) -> str:
    """Write a moment as the APIs do: ``2026-01-30T17:00:00Z``."""
    day, second = divmod(int(seconds), DAY)
    return _date(day) + _clock(second)


@cache
def _clock(second: int) -> str:
    return f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


@cache
def _date(day: int) -> str:
    # A million tickets have three moments each, of a thousand days: datetime would take a quarter of their time.
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()


def past(chance: Random, days: int) -> str:
    """Draw a moment of the last `days` days."""
    return moment(NOW - chance.random() * days * DAY)


def future(chance: Random, days: int) -> str:
    """Draw a moment of the next `days` days."""
    return moment(NOW + chance.random() * days * DAY)


def guid(chance: Random) -> str:
    """Draw a GUID of version 4."""
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def info(chance: Random, members: list[str], days: int = 720) -> dict[str, str]:
    """Draw the ``_info`` of a Manage record: who entered it and who changed it last, and when."""
    entered = NOW - (30 + chance.random() * days) * DAY
    updated = entered + chance.random() * (NOW - entered)
    return {
        "lastUpdated": moment(updated),
        "updatedBy": chance.choice(members),
        "dateEntered": moment(entered),
        "enteredBy": chance.choice(members),
    }
