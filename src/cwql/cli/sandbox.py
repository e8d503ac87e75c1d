"""``cwql sandbox``: run a local server of both APIs."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the address, the records, and the faults to simulate."""
    from cwql.cli.options import add_examples, whole
    from cwql.sandbox.data import SIZES
    from cwql.sandbox.faults import KINDS
    from cwql.sandbox.products import CONTRACTS

    kinds = "\n".join(f"  {kind:10} {line}" for kind, line in KINDS.items())
    parser.epilog = f"faults, each as KIND[:PROBABILITY[:TIMES]]:\n  {'400 … 599':10} respond with that status\n{kinds}"
    parser.add_argument(
        "--port", type=whole(0, 65535), default=8480, help="the port, 0 for any free one; default: 8480"
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; default: 127.0.0.1")
    parser.add_argument("--allow-remote", action="store_true", help="allow an address that other machines can reach")
    parser.add_argument(
        "--trust-proxy",
        action="store_true",
        help="use X-Forwarded-Proto and X-Forwarded-Host in links, behind a TLS proxy",
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the example records; default: 1")
    parser.add_argument(
        "--size", choices=[*SIZES, "empty"], default="small", help="number of example records; default: small"
    )
    parser.add_argument(
        "--odd-records", action="store_true", help="include records that violate the specification, as old servers send"
    )
    parser.add_argument("--path", metavar="FILE", help="store the records in a file, and use those that it already has")
    parser.add_argument(
        "--contract", choices=CONTRACTS, default="auto", help="which behavior to simulate; default: auto"
    )
    parser.add_argument(
        "--requests-per-minute",
        type=whole(1),
        metavar="N",
        help="limit of requests a minute for each client; default: unlimited",
    )
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="delay of each response")
    parser.add_argument(
        "--token-lifetime", type=float, default=14_400.0, metavar="SECONDS", help="lifetime of tokens; default: 14400"
    )
    parser.add_argument("--two-factor-code", metavar="CODE", help="two-factor code that Automate requires")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="KIND:PROBABILITY", help="simulate faults; can be repeated"
    )
    add_examples(
        parser,
        "sandbox",
        "sandbox --port 0 --size medium",
        "sandbox --fault 429:0.1 --fault reset:0.05 --requests-per-minute 60",
    )


def show_variable(name: str, value: str, windows: bool) -> str:
    """Return the command that sets an environment variable: in PowerShell on Windows, otherwise in a POSIX shell."""
    return f'$env:{name} = "{value}"' if windows else f"export {name}={value}"


def run(arguments: Any) -> int:
    """Serve until interrupted."""
    from errno import EADDRINUSE

    from cwql.errors import CwqlError
    from cwql.sandbox import Fault, Sandbox

    try:
        faults = [Fault.parse(text) for text in arguments.fault]
    except ValueError as error:
        raise CwqlError(f"--fault: {error}") from None
    if arguments.size != "small":
        print("Creating example records …", file=sys.stderr, flush=True)
    sandbox = Sandbox(
        seed=arguments.seed,
        size=arguments.size,
        path=arguments.path,
        contract=arguments.contract,
        two_factor_code=arguments.two_factor_code,
        requests_per_minute=arguments.requests_per_minute,
        latency=arguments.latency,
        faults=faults,
        token_lifetime=arguments.token_lifetime,
        host=arguments.host,
        port=arguments.port,
        allow_remote=arguments.allow_remote,
        odd_records=arguments.odd_records,
        trust_proxy=arguments.trust_proxy,
    )
    try:
        sandbox.start()
    except OSError as error:
        sandbox.close()
        if error.errno != EADDRINUSE:
            raise
        raise CwqlError(
            f"another program listens at port {arguments.port} of {arguments.host}: stop it, or give --port 0 for a free port"
        ) from None
    with sandbox:
        print(f"Manage    {sandbox.manage_url}\nAutomate  {sandbox.automate_url}\n")
        for name, value in sandbox.environment.items():
            print(show_variable(name, value, sys.platform == "win32"))
        print("\nPress Ctrl-C to stop.", flush=True)
        _wait()
    return 0


def _wait() -> None:
    from threading import Event

    try:
        Event().wait()
    except KeyboardInterrupt:
        print(file=sys.stderr)
