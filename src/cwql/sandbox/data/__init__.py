"""The records that the sandbox starts with, made from a seed: the same for the same seed and size.

A service provider with its customers, their people, sites, devices and tickets, consistent across references and across both
systems. Records of all other kinds that an operation lists are made from the catalog's description of their fields. A few
records are as inconsistent as real ones: see `inventory.devices`, `tickets.IRREGULAR` and `RandomRecords.make`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.sandbox.data.dataset import batches
from cwql.sandbox.data.rng import SIZES

if TYPE_CHECKING:
    from cwql.sandbox.store.store import Store

__all__ = ["SIZES", "batches", "populate"]


def populate(store: Store, seed: int = 1, size: str = "small") -> int:
    """Fill an empty store and return how many records it has now. Raises KeyError for a size that is not in `SIZES`."""
    return store.fill(batches(seed, size))
