"""The server of a command: its arguments, the client of that server, and the resource of an endpoint."""

from __future__ import annotations

from contextlib import contextmanager

from cwql.errors import UnknownNameError
from cwql.schema.catalog import catalog, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator
    from typing import Any


SANDBOX_HINT = "--sandbox uses a local server with example records instead"


def add_server(parser: ArgumentParser, default: str = "the one that has the endpoint") -> None:
    """Add the product, and the choice between the sandbox and a real server."""
    from cwql.cli.options import DIALECT_NAMES

    parser.add_argument("-d", "--dialect", choices=DIALECT_NAMES, help=f"the product; default: {default}")
    parser.add_argument("--sandbox", action="store_true", help="start a local server and send requests to it")
    parser.add_argument("--profile", metavar="NAME", help="a profile in the file that CWQL_CONFIG names")
    parser.epilog = (
        "Environment variables (CONNECTWISE_COMPANY_ID and others) or a profile say how to reach a real\n"
        f"server; {SANDBOX_HINT}."
    )


class EndpointArgument:
    """An endpoint on the command line: its product, its title, and the ids in its path.

    Raises:
        UnknownNameError: No product has such an endpoint.
    """

    def __init__(self, text: str, dialect: str | None) -> None:
        self.product, self.endpoint = locate(text, dialect)
        self.title = catalog(self.product).title(self.endpoint)
        keys = self.endpoint.key.split("/")
        segments = [segment for segment in text.partition("?")[0].split("/") if segment][-len(keys) :]
        self._segments = list(zip(keys, segments, strict=False))

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
def connect(product: str, arguments: Any) -> Iterator[Any]:
    """Yield a client of the product: for the sandbox with ``--sandbox``, otherwise for the server in the environment.

    Raises:
        SettingsError: There is no setting for a server.
        APIError: The sandbox is not installed.
    """
    if arguments.sandbox:
        from cwql.cli.local_server import clients

        with clients() as by_product:
            yield by_product[product]
        return
    from importlib import import_module

    from cwql.client.settings import SettingsError

    module = import_module(f"cwql.{product}.client")
    try:
        client = module.Client.from_env(profile=arguments.profile)
    except SettingsError as error:
        raise SettingsError(f"{error}; {SANDBOX_HINT}") from None
    with client:
        yield client
