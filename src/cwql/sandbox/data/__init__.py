"""The records that the sandbox starts with, made from a seed: the same for the same seed and size.

A service provider with its customers, their people, sites, devices and tickets, consistent across references and across both
systems. Records of all other kinds that an operation lists are made from the catalog's description of their fields. Every member of
the specification occurs in some record. The devices are as inconsistent as real ones (`inventory.devices`); with `odd_records`, a few
records violate the specification, as real ones do (`tickets.IRREGULAR`, `RandomRecords.make`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.sandbox.data.dataset import attachments, batches
from cwql.sandbox.data.rng import SIZES

if TYPE_CHECKING:
    from cwql.sandbox.store.store import Store

__all__ = ["SIZES", "batches", "populate"]


def populate(store: Store, seed: int = 1, size: str = "small", *, odd_records: bool = False) -> int:
    """Fill an empty store and return how many records it has now. Raises KeyError for a size that is not in `SIZES`."""
    for kind, above, below in attachments(seed, size):
        store.link(kind, above, below)
    return store.fill(batches(seed, size, odd_records=odd_records))
