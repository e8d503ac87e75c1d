"""Match devices of both systems: Manage configurations and Automate computers, paired by hardware identifiers.

`match` takes records as dicts or models. Keys are tried from the strongest to the weakest (`KEYS`): BIOS GUID, serial
number, MAC address, then name and client. A key pairs two devices only if its value occurs on one device of each side;
default values of manufacturers, and addresses that adapters share, count as empty. Contradictions are reported, never
resolved by guessing: see `CONFLICTS`.
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

# Tracebacks, pickles and help() name the public module.
for _name in __all__:
    if callable(globals()[_name]):
        globals()[_name].__module__ = __name__
