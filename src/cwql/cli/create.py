"""``cwql create``: create a record."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the endpoint, the body and the server."""
    from cwql.cli.body_args import add_body, add_dry_run
    from cwql.cli.client_args import add_server
    from cwql.cli.options import add_examples

    parser.add_argument(
        "endpoint", metavar="ENDPOINT", help="the list to which the record is added, such as /service/tickets"
    )
    add_body(parser, "the record")
    parser.add_argument(
        "--unless", metavar="CONDITION", help="create nothing if a record matches, and print the one that does"
    )
    parser.add_argument(
        "--by", metavar="FIELDS", help="change the record that has the same values in these fields, if there is one"
    )
    add_dry_run(parser)
    add_server(parser)
    add_examples(
        parser,
        "create --sandbox /service/tickets --set summary='Printer on fire' --set company/id=1 --set board/id=1",
        """create --sandbox --dry-run /company/contacts '{"firstName": "Anna", "company": {"id": 1}}'""",
    )


def run(arguments: Any) -> int:
    """Create the record and print it; return 1 if the body or the condition has an error."""
    from cwql.cli.body_args import nest, print_record, read_members, read_values, report, writing
    from cwql.cli.client_args import EndpointArgument
    from cwql.client.errors import RequestBodyError
    from cwql.errors import ConditionError, CwqlError

    if arguments.unless is not None and arguments.by is not None:
        raise CwqlError("--unless and --by are two answers to the same question: give one")
    endpoint = EndpointArgument(arguments.endpoint, arguments.dialect)
    body = nest(read_values(arguments, endpoint), read_members(arguments, endpoint))
    try:
        with writing(arguments, endpoint) as resource:
            if arguments.by is not None:
                record = resource.upsert(body, by=arguments.by)
            else:
                record = resource.create(body, unless=arguments.unless)
    except (RequestBodyError, ConditionError) as error:
        return report("create", error)
    print_record(record, arguments)
    return 0
