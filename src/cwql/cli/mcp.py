"""``cwql mcp``: run the server for agents."""

from __future__ import annotations

from contextlib import ExitStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

NEEDED = 'the command needs more packages: pip install "cwql[mcp]"'


def configure(parser: ArgumentParser) -> None:
    """Add the transport, the limits of a session, and the server that is asked."""
    from cwql.cli.client_args import add_choice
    from cwql.cli.options import add_examples, whole
    from cwql.mcp.policy import RECORDS, REQUESTS, SMALL_COUNT

    parser.add_argument(
        "--http",
        metavar="HOST:PORT",
        nargs="?",
        const="127.0.0.1:8765",
        help="serve over HTTP on this machine, at /mcp; default: standard input and output",
    )
    parser.add_argument(
        "--endpoints",
        metavar="PATTERN",
        nargs="+",
        action="extend",
        default=[],
        help="the only endpoints that can be used: /service/*",
    )
    parser.add_argument(
        "--fields",
        metavar="FIELD",
        nargs="+",
        action="extend",
        default=[],
        help="the only fields that are shown and compared",
    )
    parser.add_argument(
        "--hide",
        metavar="FIELD",
        nargs="+",
        action="extend",
        default=[],
        help="fields that are never shown or compared, at any depth",
    )
    parser.add_argument("--allow-write", action="store_true", help="offer the tools plan and apply; default: read only")
    parser.add_argument("--max-requests", metavar="N", type=whole(1), default=REQUESTS, help="default: %(default)s")
    parser.add_argument("--max-records", metavar="N", type=whole(1), default=RECORDS, help="default: %(default)s")
    parser.add_argument(
        "--small",
        metavar="N",
        type=whole(0),
        default=SMALL_COUNT,
        help="the size of a list that may be read without a condition after a count; default: %(default)s",
    )
    add_choice(parser)
    parser.epilog = (
        "Environment variables (CONNECTWISE_COMPANY_ID and others) or a profile say how to reach the servers;\n"
        "CWQL_MCP_TOKEN is the token that clients must send over HTTP. Keys are never arguments of a tool."
    )
    add_examples(parser, "mcp --sandbox", "mcp --endpoints '/service/*' '/company/*' --hide socialSecurityNumber")


def run(arguments: Any) -> int:
    """Serve until the client leaves, or the process is interrupted.

    Raises:
        CwqlError: The extra ``mcp`` is not installed, or the host is not this machine.
    """
    from cwql.errors import CwqlError
    from cwql.mcp.policy import Policy, read_paths, read_patterns
    from cwql.mcp.session import Session

    try:
        import anyio

        from cwql.mcp.server import build_server
        from cwql.mcp.serving import serve_http, serve_stdio
    except ModuleNotFoundError as error:
        raise CwqlError(f"{error.name} is not installed; {NEEDED}") from None
    policy = Policy(
        endpoints=read_patterns(arguments.endpoints),
        hidden=read_paths(arguments.hide),
        fields=read_paths(arguments.fields),
        allow_write=arguments.allow_write,
        requests=arguments.max_requests,
        records=arguments.max_records,
        small_count=arguments.small,
    )
    with ExitStack() as stack:
        session = Session(policy, profile=arguments.profile, profiles_file=arguments.profiles_file)
        if arguments.sandbox:
            from cwql.sandbox import Sandbox

            sandbox = stack.enter_context(Sandbox())
            session = Session(
                policy, environ=sandbox.environment, settings={"requests_per_minute": 6_000.0, "burst": 600}
            )
        server = build_server(session)
        if arguments.http is None:
            anyio.run(serve_stdio, server)
        else:
            anyio.run(serve_http, server, *_read_address(arguments.http))
    return 0


def _read_address(text: str) -> tuple[str, int]:
    """Return host and port of ``HOST:PORT``, ``[::1]:PORT`` or a port alone. Raises CwqlError."""
    from cwql.errors import CwqlError

    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise CwqlError(f"expected HOST:PORT such as 127.0.0.1:8765, got {text!r}")
    return host.strip("[]") or "127.0.0.1", int(port)
