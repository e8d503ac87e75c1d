"""The server of a command: its arguments, the client of that server, and the resource of an endpoint."""

from __future__ import annotations

from contextlib import contextmanager

from cwql.errors import ConfigError, CwqlError, UnknownNameError
from cwql.schema.catalog import catalog, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator
    from typing import Any

    from cwql.language.dialects.base import DialectName


SANDBOX_HINT = "--sandbox uses a local server with example records instead"


def add_server(parser: ArgumentParser, default: str = "the one that has the endpoint") -> None:
    """Add the product, and the choice between the sandbox and a real server."""
    from cwql.cli.options import add_product

    add_product(parser, default)
    add_access(parser)
    parser.epilog = (
        "Environment variables (CONNECTWISE_COMPANY_ID and others) or a profile say how to reach a real\n"
        f"server; {SANDBOX_HINT}."
    )


def add_choice(parser: ArgumentParser) -> None:
    """Add the choice between the sandbox and the server of a profile."""
    parser.add_argument("--sandbox", action="store_true", help="start a local server and send requests to it")
    parser.add_argument("--profile", metavar="NAME", help="a profile in the file of profiles")
    parser.add_argument(
        "--profiles-file", metavar="FILE", help="the file of profiles; default: the one that CWQL_PROFILES_FILE names"
    )


def add_access(parser: ArgumentParser) -> None:
    """Add the choice of the server, the limits of calls, and the display of requests."""
    from cwql.cli.options import positive, whole

    add_choice(parser)
    parser.add_argument("--timeout", metavar="SECONDS", type=positive, help="the time for a response; default: 60")
    parser.add_argument("--max-retries", metavar="N", type=whole(0), help="how often a request is repeated; default: 4")
    parser.add_argument(
        "--requests-per-minute",
        metavar="N",
        type=whole(1),
        help="the rate of requests; default: learned from the server",
    )
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="print each request as a command of curl, without keys, to standard error",
    )


class EndpointArgument:
    """An endpoint on the command line: its product, its title, the ids in its path, and the query of a pasted URL.

    `host` is the host of a URL, otherwise empty. `query` contains the texts of the query parameters by the names of the
    client's parameters, each with the name of the parameter in the URL. `page_size` is that of the URL.

    Raises:
        UnknownNameError: No product has such an endpoint.
        CwqlError: The URL has a query parameter that a list cannot follow.
    """

    def __init__(self, text: str, dialect: str | None) -> None:
        path, mark, query = text.partition("?")
        self.product: DialectName
        self.product, self.endpoint = locate(path, dialect)
        self.title = catalog(self.product).title(self.endpoint)
        self.host = path.partition("://")[2].partition("/")[0].rpartition("@")[2].lower() if "://" in path else ""
        self.query: dict[str, list[tuple[str, str]]] = {}
        self.page_size: int | None = None
        if mark:
            self._read_query(query.partition("#")[0])
        keys = self.endpoint.key.split("/")
        segments = [segment for segment in path.split("/") if segment][-len(keys) :]
        self._segments = list(zip(keys, segments, strict=False))

    def _read_query(self, text: str) -> None:
        from urllib.parse import parse_qsl

        from cwql.client.list_query import NAMES

        names = NAMES[self.product]
        roles = {
            getattr(names, role).lower(): role
            for role in ("where", "child_conditions", "custom_field_conditions", "order_by", "fields")
        }
        for name, value in parse_qsl(text, keep_blank_values=True):
            role = roles.get(name.lower()) if name else None
            if role is not None:
                if value.strip():
                    self.query.setdefault(role, []).append((name, value))
            elif name.lower() == "pagesize" and value.isdecimal() and 1 <= int(value) <= 1000:
                self.page_size = int(value)
            elif name.lower() != "page" or value != "1":
                known = ", ".join([name for name in (*map(str, self._known(names)), "pageSize") if name])
                raise CwqlError(f"the query parameter {name}={value} cannot be used here: expected {known}")

    @staticmethod
    def _known(names: Any) -> list[str]:
        return [
            getattr(names, role)
            for role in ("where", "child_conditions", "custom_field_conditions", "order_by", "fields")
        ]

    def resource(self, client: Any) -> Any:
        """Return the client's resource of the endpoint.

        Raises:
            UnknownNameError: The path has a placeholder in place of an id.
        """
        from cwql.schema.naming import accessor

        resource = client
        for key, segment in self._segments:
            if key != "{}":
                resource = getattr(resource, accessor(key))
            elif segment[:1] == "{":
                raise UnknownNameError(f"{self.title}: expected an id, got {segment}")
            else:
                resource = resource(segment)
        return resource


@contextmanager
def connect(product: str, arguments: Any, host: str = "") -> Iterator[Any]:
    """Yield a client of the product: for the sandbox with ``--sandbox``, otherwise for the server in the environment.

    `host` is that of a URL on the command line, which must be the host of the server.

    Raises:
        ConfigError: There is no setting for a server.
        CwqlError: The sandbox is not installed, or the URL is one of another server.
    """
    if arguments.sandbox:
        from cwql.cli.local_server import clients

        # The option names the server, whatever the host of a pasted URL is.
        with clients() as by_product:
            yield _verbose(by_product[product].with_options(**_limits(arguments, "timeout", "max_retries")), arguments)
        return
    from importlib import import_module

    module = import_module(f"cwql.{product}")
    try:
        client = module.Client.from_env(
            profile=arguments.profile,
            profiles_file=arguments.profiles_file,
            **_limits(arguments, "timeout", "max_retries", "requests_per_minute"),
        )
    except ConfigError as error:
        raise ConfigError(f"{error}; {SANDBOX_HINT}") from None
    with client:
        own = client.base_url.partition("://")[2].partition("/")[0].lower()
        if host and host.removeprefix("api-") != own.removeprefix("api-"):
            raise CwqlError(
                f"the URL names the server {host}, but the client is configured for {own}: give the path only, or choose a --profile"
            )
        yield _verbose(client, arguments)


def _limits(arguments: Any, *names: str) -> dict[str, Any]:
    """Return the limits that were given. The sandbox in this process has no rate of requests."""
    return {name: value for name in names if (value := getattr(arguments, name)) is not None}


def _verbose(client: Any, arguments: Any) -> Any:
    """Return a client on the same connections that prints its requests, if that is asked for."""
    if not getattr(arguments, "verbose", False):
        return client
    import sys

    def show(event: Any) -> None:
        print(event.to_curl(), file=sys.stderr)

    return client.with_options(event_hooks={"request": [show]})
