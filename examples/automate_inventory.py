"""Take the inventory of a client from Automate: its computers, what they run, which of them are silent.

Against the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then

    python examples/automate_inventory.py "Acme Industries"
    python examples/automate_inventory.py "Acme Industries" --software

Against your own server: set the same variables to your account.

It shows: the asynchronous client; `expand` for records that are otherwise only named, `include_fields` so that the server sends
what is used and nothing else; counts beside each other; pages fetched in parallel; and a question for each computer,
so many at a time, with its outcome beside the computer.
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
        # Independent questions are asked at the same time; the client keeps to its limits by itself.
        total, virtual, quiet = await asyncio.gather(
            rmm.computers.count(of_client),
            rmm.computers.count(of_client & (Computer.IsVirtualMachine == True)),
            rmm.computers.count(silent),
        )
        print(f"{client}: {total} computers, {virtual} of them virtual, {quiet} silent for {days:g} days")
        computers = [
            computer
            async for computer in rmm.computers.list(
                of_client, include_fields=FIELDS, expand=[Computer.Location], page_size=100, parallel=4
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
    """Print how much is installed on each computer; one that cannot be asked does not stop the others."""

    async def count(computer: ComputerRecord) -> int:
        return await rmm.computers(computer.Id or "").software.count()

    print("\nSoftware:")
    for outcome in await rmm.in_parallel(computers, count, at_once=8):
        said = f"{outcome.value} titles" if outcome.ok else f"cannot be asked: {outcome.error}"
        print(f"  {outcome.item.ComputerName}: {said}")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the inventory of the client that the command line names."""
    parser = argparse.ArgumentParser(description="Take the inventory of a client from Automate.")
    parser.add_argument("client", help="its name")
    parser.add_argument(
        "--days", type=float, default=30, help="after which a computer is silent (default: %(default)s)"
    )
    parser.add_argument("--software", action="store_true", help="count what is installed on each computer")
    arguments = parser.parse_args(argv)
    return asyncio.run(inventory(arguments.client, arguments.days, arguments.software))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
