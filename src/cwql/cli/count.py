"""``cwql count``: count the records of an endpoint."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the endpoint, the conditions and the server."""
    from cwql.cli.client_args import add_server
    from cwql.cli.options import add_examples, add_output
    from cwql.cli.query_args import add_preview, add_query

    add_query(parser)
    add_preview(parser)
    add_server(parser)
    add_output(parser)
    add_examples(
        parser,
        """count --sandbox /service/tickets --where "closedFlag = false and priority/id = 1\"""",
        """count --sandbox /Computers --where "Client.Name = 'Globex Health'\"""",
    )


def run(arguments: Any) -> int:
    """Print the number; return 1 if a condition has an error."""
    from cwql.cli.client_args import EndpointArgument, connect
    from cwql.cli.options import print_json
    from cwql.cli.query_args import print_preview, read_query
    from cwql.errors import CwqlError

    endpoint = EndpointArgument(arguments.endpoint, arguments.dialect)
    if not endpoint.endpoint.listed:
        raise CwqlError(f"{endpoint.title} is not a list, so there is nothing to count")
    query = read_query(arguments, endpoint)
    if query is None:
        return 1
    query.pop("fields", None)
    query.pop("order_by", None)
    with connect(endpoint.product, arguments, endpoint.host) as client:
        if arguments.preview:
            dry = client.dry_run()
            endpoint.resource(dry).count(**query)
            print_preview(dry.plan[-1], arguments.output_format == "json")
            return 0
        count = endpoint.resource(client).count(**query)
    if arguments.output_format == "json":
        print_json({"count": count})
    else:
        print(count)
    return 0
