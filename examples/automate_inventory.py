"""Print the inventory of an Automate client: its computers, their operating systems, and which of them are offline.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    python examples/automate_inventory.py "Acme Industries"
    python examples/automate_inventory.py "Acme Industries" --software

With your own server: set the same variables to your account.

This example shows the async client, `expand` to include referenced records, `fields` to get only the necessary fields, concurrent
counts, parallel pages, and one request for each computer with limited concurrency, where each outcome has its computer.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cwql import CwqlError
from cwql.automate import AsyncClient
from cwql.automate.fields import Computer
from cwql.automate.models import Computer as ComputerRecord

FIELDS = [
    Computer.Id,
    Computer.ComputerName,
    Computer.OperatingSystemName,
    Computer.TotalMemory,
    Computer.RemoteAgentLastContact,
    Computer.Location,
]


async def inventory(client: str, days: float, software: bool) -> int:
    """Print the inventory of a client."""
    of_client = Computer.Client.Name == client
    silent = of_client & (Computer.RemoteAgentLastContact < datetime.now(UTC) - timedelta(days=days))
    async with AsyncClient.from_env() as rmm:
        # Independent requests run concurrently; the client respects its rate limit.
        total, virtual, silent_count = await asyncio.gather(
            rmm.computers.count(of_client),
            rmm.computers.count(of_client & (Computer.IsVirtualMachine == True)),
            rmm.computers.count(silent),
        )
        print(f"{client}: {total} computers, {virtual} of them virtual, {silent_count} silent for {days:g} days")
        computers = [
            computer
            async for computer in rmm.computers.list(
                of_client, fields=FIELDS, expand=[Computer.Location], page_size=100, parallel=4
            )
        ]
        for computer in sorted(computers, key=lambda each: str(each.ComputerName).casefold()):
            place = computer.Location.Name if computer.Location else "?"
            memory = f"{(computer.TotalMemory or 0) / 1024:.0f} GB"
            print(f"  {computer.ComputerName:<35} {place:<14} {memory:>5}  {computer.OperatingSystemName}")
        systems = Counter(computer.OperatingSystemName for computer in computers)
        print("\nOperating systems:")
        for name, number in systems.most_common():
            print(f"  {number:3} {name}")
        if software:
            await count_software(rmm, computers)
    return 0 if computers else 1


async def count_software(rmm: AsyncClient, computers: list[ComputerRecord]) -> None:
    """Print the number of installed programs for each computer. If a request fails, the others continue."""

    async def count(computer: ComputerRecord) -> int:
        return await rmm.computers(computer.Id or "").software.count()

    print("\nSoftware:")
    for outcome in await rmm.run_concurrently(count, computers, max_concurrency=8):
        result = f"{outcome.value} titles" if outcome.ok else f"FAILED: {outcome.error}"
        print(f"  {outcome.item.ComputerName}: {result}")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the inventory of the client on the command line."""
    parser = argparse.ArgumentParser(description="Print the inventory of an Automate client.")
    parser.add_argument("client", help="name of the client")
    parser.add_argument(
        "--days",
        type=float,
        default=30,
        help="without contact, after which a computer is silent (default: %(default)s)",
    )
    parser.add_argument("--software", action="store_true", help="count the installed programs of each computer")
    arguments = parser.parse_args(argv)
    return asyncio.run(inventory(arguments.client, arguments.days, arguments.software))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
