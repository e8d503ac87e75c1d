"""Match devices of both systems: configurations of Manage and computers of Automate.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    python examples/match_devices.py
    python examples/match_devices.py --client "Acme Industries"

With your own servers: set the same variables to your keys.

This example shows both clients, the few fields that identify a device, and `cwql.devices`: the key that matched two records (BIOS GUID,
serial number, MAC address, or name and client), conflicts, and devices that are in one system only.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from cwql import CwqlError
from cwql.automate import Client as Automate
from cwql.automate.fields import Computer
from cwql.automate.models import Computer as ComputerRecord
from cwql.devices import MatchResult, match
from cwql.manage import Client as Manage
from cwql.manage.fields import Configuration
from cwql.manage.models import Configuration as ConfigurationRecord

IN_MANAGE = [
    Configuration.id,
    Configuration.name,
    Configuration.mobileGuid,
    Configuration.serialNumber,
    Configuration.macAddress,
    Configuration.company.name,
]
IN_AUTOMATE = [Computer.Id, Computer.ComputerName, Computer.SerialNumber, Computer.MACAddress, Computer.Client]


def print_matching(matching: MatchResult[ConfigurationRecord, ComputerRecord]) -> None:
    """Print the pairs with their keys, the conflicts, and the devices that are in one system only."""
    for pair in matching.pairs:
        left, right = pair.configuration, pair.computer
        print(f"{pair.key:6} {left.name} = {right.ComputerName}  (configuration {left.id}, computer {right.Id})")
    print("\nConflicts:")
    for conflict in matching.conflicts:
        print(f"  {conflict}")
    print("\nIn Manage only:")
    for configuration in matching.unmatched_configurations:
        print(f"  {configuration.id} {configuration.name}")
    print("\nIn Automate only:")
    for computer in matching.unmatched_computers:
        print(f"  {computer.Id} {computer.ComputerName}")
    counts = Counter(pair.key for pair in matching.pairs)
    shown = ", ".join(f"{counts[key]} by {key}" for key in ("guid", "serial", "mac", "name"))
    print(f"\n{len(matching.pairs)} pairs ({shown}), conflicts: {len(matching.conflicts)}")


def main(argv: Sequence[str] | None = None) -> int:
    """Match the devices of one client, or of all."""
    parser = argparse.ArgumentParser(description="Match devices of both systems.")
    parser.add_argument("--client", metavar="NAME", help="its name in both systems (default: all clients)")
    arguments = parser.parse_args(argv)
    in_manage = Configuration.company.name == arguments.client if arguments.client else None
    in_automate = Computer.Client.Name == arguments.client if arguments.client else None
    with Manage.from_env() as psa, Automate.from_env() as rmm:
        configurations = psa.company.configurations.all(in_manage, fields=IN_MANAGE)
        computers = rmm.computers.all(in_automate, fields=IN_AUTOMATE)
        # In Automate, the BIOS GUID is in a separate record.
        chassis = rmm.computers.chassis.all()
    print_matching(match(configurations, computers, chassis=chassis))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
