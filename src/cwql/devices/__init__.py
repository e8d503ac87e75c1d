"""Match devices of both systems: Manage configurations and Automate computers, paired by hardware identifiers.

`match` takes records as dicts or models. Keys are tried from the strongest to the weakest: BIOS GUID, serial
number, MAC address, then name and client. A key pairs two devices only if its value occurs on one device of each side;
default values of manufacturers, and addresses that adapters share, count as empty. Contradictions are reported, never
resolved by guessing: see `Conflict`.
"""

from __future__ import annotations

from cwql.devices.identity import normalize_guid, normalize_macs, normalize_serial
from cwql.devices.matching import Conflict, MatchResult, Pair, match

__all__ = [
    "Conflict",
    "MatchResult",
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
