"""The records that the sandbox starts with: drawn from a seed, the same for the same seed and size.

A service provider with its customers, their people, sites, devices and troubles, consistent across references and across
both systems; every other kind of record that an operation lists is drawn from what the catalog says of it. Here and there the
records are as untidy as real ones: see `inventory.devices`, `tickets.ODD` and `Filler.document`.
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
