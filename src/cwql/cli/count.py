"""``cwql count``: count the records of an endpoint."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Take the endpoint and the question."""
    from cwql.cli.options import add_examples
    from cwql.cli.target import add_question, add_server

    add_question(parser)
    add_server(parser)
    add_examples(
        parser,
        """count --sandbox /service/tickets --where "closedFlag = false and priority/id = 1\"""",
        """count --sandbox /Computers --where "Client.Name = 'Globex Health'\"""",
    )


def run(arguments: Any) -> int:
    """Print the number; return 1 where the question has errors."""
    from cwql.cli.question import read_question
    from cwql.cli.target import Target, connect

    target = Target(arguments.endpoint, arguments.dialect)
    question = read_question(arguments, target)
    if question is None:
        return 1
    with connect(target.product, arguments) as client:
        print(target.place(client).count(**question))
    return 0
