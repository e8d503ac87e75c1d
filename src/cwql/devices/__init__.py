"""The same device in both systems: Manage configurations and Automate computers, paired by what identifies hardware.

`match` takes records as dicts or models. Keys are tried from the strongest to the weakest (`KEYS`): BIOS GUID, serial number,
MAC address, then name and client. A key pairs two devices only where its value stands on one device of each side; values that
makers leave as they are, and addresses that adapters share, count as empty. What does not add up is named, never guessed
away: see `CONFLICTS`.
"""

from __future__ import annotations

from cwql.devices.identity import KEYS, normalize_guid, normalize_macs, normalize_serial
from cwql.devices.matching import CONFLICTS, Conflict, Matching, Pair, match

__all__ = [
    "CONFLICTS",
    "KEYS",
    "Conflict",
    "Matching",
    "Pair",
    "match",
    "normalize_guid",
    "normalize_macs",
    "normalize_serial",
]
