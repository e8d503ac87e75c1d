"""``cwql sandbox``: serve the embedded server."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Take where to listen, what records to hold, and which faults to show."""
    from cwql.cli.options import add_examples
    from cwql.sandbox.data import SIZES
    from cwql.sandbox.faults import KINDS
    from cwql.sandbox.products import CONTRACTS

    kinds = "\n".join(f"  {kind:10} {line}" for kind, line in KINDS.items())
    parser.epilog = f"faults, each as KIND[:SHARE[:TIMES]]:\n  {'400 … 599':10} the reply has that status\n{kinds}"
    parser.add_argument("--port", type=int, default=8480, help="default: 8480; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    parser.add_argument("--anywhere", action="store_true", help="allow a host that other machines can reach")
    parser.add_argument("--seed", type=int, default=1, help="which records are drawn (default: 1)")
    parser.add_argument("--size", choices=list(SIZES), default="small", help="how many (default: small)")
    parser.add_argument(
        "--db", metavar="FILE", help="keep the records in a file; those that are there already are used"
    )
    parser.add_argument("--contract", choices=CONTRACTS, default="documented", help="default: documented")
    parser.add_argument("--rate", type=int, metavar="N", help="requests a minute for each caller (default: unlimited)")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="wait before each reply")
    parser.add_argument("--token-life", type=float, default=14_400.0, metavar="SECONDS", help="default: 14400")
    parser.add_argument("--two-factor", metavar="CODE", help="Automate asks for this code")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="KIND:SHARE", help="show faults; may be repeated"
    )
    add_examples(
        parser, "sandbox", "sandbox --port 0 --size medium", "sandbox --fault 429:0.1 --fault reset:0.05 --rate 60"
    )


def show_variable(name: str, value: str, windows: bool) -> str:
    """Return the line that sets an environment variable: for PowerShell on Windows, for a POSIX shell elsewhere."""
    return f'$env:{name} = "{value}"' if windows else f"export {name}={value}"


def run(arguments: Any) -> int:
    """Serve until interrupted."""
    from cwql.errors import CwqlError
    from cwql.sandbox import Credentials, Fault, Sandbox

    try:
        faults = [Fault.read(text) for text in arguments.fault]
    except ValueError as error:
        raise CwqlError(f"--fault: {error}") from None
    if arguments.size != "small":
        print("getting the records ready …", file=sys.stderr, flush=True)
    box = Sandbox(
        seed=arguments.seed,
        size=arguments.size,
        db=arguments.db,
        contract=arguments.contract,
        credentials=Credentials(two_factor_code=arguments.two_factor),
        rate=arguments.rate,
        latency=arguments.latency,
        faults=faults,
        token_life=arguments.token_life,
        host=arguments.host,
        port=arguments.port,
        anywhere=arguments.anywhere,
    )
    with box:
        print(f"Manage    {box.manage_url}\nAutomate  {box.automate_url}\n")
        for name, value in box.environment.items():
            print(show_variable(name, value, sys.platform == "win32"))
        print("\nctrl-c ends it", flush=True)
        _wait()
    return 0


def _wait() -> None:
    from threading import Event

    try:
        Event().wait()
    except KeyboardInterrupt:
        print(file=sys.stderr)
