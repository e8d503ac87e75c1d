"""Find each device in both systems: the configurations of Manage, the computers of Automate.

Against the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then

    python examples/match_devices.py
    python examples/match_devices.py --client "Acme Industries"

Against your own servers: set the same variables to your keys.

It shows: both clients side by side, the few fields that identify a device, and `cwql.devices`: which key paired two
records (BIOS GUID, serial number, MAC address, or name and client), what does not add up, and what is in one system only.
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
from cwql.devices import KEYS, Matching, match
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


def print_matching(matching: Matching[ConfigurationRecord, ComputerRecord]) -> None:
    """Print pairs with their key, conflicts, and the devices that are in one system only."""
    for pair in matching.pairs:
        left, right = pair.configuration, pair.computer
        print(f"{pair.key:6} {left.name} = {right.ComputerName}  (configuration {left.id}, computer {right.Id})")
    print("\nWhat does not add up:")
    for conflict in matching.conflicts:
        print(f"  {conflict}")
    print("\nIn Manage only:")
    for configuration in matching.unmatched_configurations:
        print(f"  {configuration.id} {configuration.name}")
    print("\nIn Automate only:")
    for computer in matching.unmatched_computers:
        print(f"  {computer.Id} {computer.ComputerName}")
    counts = Counter(pair.key for pair in matching.pairs)
    shown = ", ".join(f"{counts[key]} by {key}" for key in KEYS)
    print(f"\n{len(matching.pairs)} pairs ({shown}), {len(matching.conflicts)} that do not add up")


def main(argv: Sequence[str] | None = None) -> int:
    """Match the devices of one client, or of all."""
    parser = argparse.ArgumentParser(description="Find each device in both systems.")
    parser.add_argument("--client", metavar="NAME", help="as both systems call it (default: all clients)")
    arguments = parser.parse_args(argv)
    in_manage = Configuration.company.name == arguments.client if arguments.client else None
    in_automate = Computer.Client.Name == arguments.client if arguments.client else None
    with Manage.from_env() as psa, Automate.from_env() as rmm:
        configurations = psa.company.configurations.all(in_manage, fields=IN_MANAGE)
        computers = rmm.computers.all(in_automate, include_fields=IN_AUTOMATE)
        # Automate keeps the BIOS GUID in a record of its own.
        chassis = rmm.computers.chassis.all()
    print_matching(match(configurations, computers, chassis))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
