"""What a command asks, and whom: the place in the API that is named, and the client of the server that is meant."""

from __future__ import annotations

from contextlib import contextmanager

from cwql.errors import UnknownNameError
from cwql.schema.catalog import catalog, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator
    from typing import Any


SANDBOX_HINT = "--sandbox asks the embedded server instead"


def add_server(parser: ArgumentParser, default: str = "the one that has the endpoint") -> None:
    """Take the product, and whether the sandbox or a real server is asked."""
    from cwql.cli.options import DIALECT_NAMES

    parser.add_argument("-d", "--dialect", choices=DIALECT_NAMES, help=f"default: {default}")
    parser.add_argument("--sandbox", action="store_true", help="start the embedded server and ask that one")
    parser.add_argument("--profile", metavar="NAME", help="a profile of the file that CWQL_CONFIG names")
    parser.epilog = (
        "A real server is found by the environment (CONNECTWISE_COMPANY_ID and others) or a profile;\n"
        + SANDBOX_HINT
        + "."
    )


def add_question(parser: ArgumentParser) -> None:
    """Take the endpoint and the conditions."""
    parser.add_argument("endpoint", metavar="ENDPOINT", help="a path, such as /service/tickets or /Computers")
    parser.add_argument("--where", metavar="CONDITION", help="the condition, or - for standard input")
    parser.add_argument("--child", metavar="CONDITION", help="the condition on child records (childConditions)")
    parser.add_argument("--custom", metavar="CONDITION", help="the condition on custom fields (customFieldConditions)")


class Target:
    """Hold the product, the endpoint that a text names in it, and the ids in the text. Raises UnknownNameError."""

    def __init__(self, text: str, dialect: str | None) -> None:
        self.product, self.endpoint = locate(text, dialect)
        self.title = catalog(self.product).title(self.endpoint)
        keys = self.endpoint.key.split("/")
        steps = [step for step in text.partition("?")[0].split("/") if step][-len(keys) :]
        self._steps = list(zip(keys, steps, strict=False))

    def place(self, client: Any) -> Any:
        """Return the client's resource at the endpoint. Raises UnknownNameError where the text has a placeholder for an id."""
        from cwql.schema.naming import accessor

        here = client
        for key, step in self._steps:
            if key != "{}":
                here = getattr(here, accessor(key))
            elif step[:1] == "{":
                raise UnknownNameError(f"{self.title}: write an id in the place of {step}")
            else:
                here = here(step)
        return here


@contextmanager
def connect(product: str, arguments: Any) -> Iterator[Any]:
    """Yield a client of the product: of the sandbox where that is asked for, else of the server in the environment.

    Raises SettingsError where nothing says which server, and ClientError where the sandbox is not installed.
    """
    if arguments.sandbox:
        from cwql.cli.embedded import clients

        with clients() as of:
            yield of[product]
        return
    from importlib import import_module

    from cwql.client.settings import SettingsError

    door = import_module(f"cwql.{product}.client")
    try:
        client = door.Client.from_env(profile=arguments.profile)
    except SettingsError as error:
        raise SettingsError(f"{error}; {SANDBOX_HINT}") from None
    with client:
        yield client
