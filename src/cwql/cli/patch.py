"""``cwql patch``: change members of a record."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the record, its changes and the server."""
    from cwql.cli.body_args import add_body, add_dry_run
    from cwql.cli.client_args import add_server
    from cwql.cli.options import add_examples

    parser.add_argument("endpoint", metavar="RECORD", help="the path of the record, such as /service/tickets/5")
    add_body(parser, "the members to change")
    parser.add_argument("--unset", action="append", default=[], metavar="FIELD", help="remove a value; repeatable")
    add_dry_run(parser)
    add_server(parser)
    add_examples(
        parser,
        "patch --sandbox /service/tickets/5 --set status/name='In Progress' --unset owner",
        "patch --sandbox --dry-run /Clients/3 --set Name=Globex",
    )


def run(arguments: Any) -> int:
    """Change the record and print it; return 1 if a change has an error."""
    from cwql.cli.body_args import print_record, read_members, read_values, report, writing
    from cwql.cli.client_args import EndpointArgument
    from cwql.client.errors import RequestBodyError
    from cwql.schema.field_update import Change

    endpoint = EndpointArgument(arguments.endpoint, arguments.dialect)
    changes: list[Any] = [
        *([members] if (members := read_members(arguments, endpoint)) else []),
        *[Change(path, "replace", value) for path, value in read_values(arguments, endpoint)],
        *[Change(tuple(name.replace(".", "/").split("/")), "remove", None) for name in arguments.unset],
    ]
    try:
        with writing(arguments, endpoint) as resource:
            record = resource.patch(changes)
    except RequestBodyError as error:
        return report("patch", error)
    print_record(record, arguments)
    return 0
