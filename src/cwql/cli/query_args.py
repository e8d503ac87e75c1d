"""The query of a command: its arguments, and their texts after they were checked."""

from __future__ import annotations

import sys

from cwql.cli.streams import print_diagnostics, read_text, source_name
from cwql.errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from cwql.cli.client_args import EndpointArgument


def add_query(parser: ArgumentParser) -> None:
    """Add the endpoint and the conditions."""
    parser.add_argument("endpoint", metavar="ENDPOINT", help="a path, such as /service/tickets or /Computers")
    parser.add_argument("--where", metavar="CONDITION", help="the condition, or - for standard input")
    parser.add_argument("--child", metavar="CONDITION", help="the condition on child records (childConditions)")
    parser.add_argument("--custom", metavar="CONDITION", help="the condition on custom fields (customFieldConditions)")


def read_query(arguments: Any, endpoint: EndpointArgument) -> dict[str, Any] | None:
    """Return the texts of a query by the names of the client's parameters, or None if one has an error.

    Diagnostics are printed to standard error.

    Raises:
        UnknownNameError: The product has no such parameter.
    """
    from cwql.analysis.checker import check
    from cwql.client.list_query import NAMES

    query: dict[str, Any] = {}
    is_valid = True
    for role in ("where", "child", "custom", "order_by", "fields"):
        operand = getattr(arguments, role, None)
        if operand is None:
            continue
        parameter = getattr(NAMES[endpoint.product], role)
        if not parameter:
            raise UnknownNameError(f"{endpoint.product} has no parameter for --{role}")
        text = read_text(operand)
        diagnostics = check(text, endpoint.product, endpoint.title, parameter)
        if diagnostics:
            name = f"<--{role.replace('_', '-')}>" if source_name(operand) != "<stdin>" else "<stdin>"
            print_diagnostics(diagnostics, text, name, sys.stderr)
            is_valid &= all(diagnostic.severity != "error" for diagnostic in diagnostics)
        query[role] = text
    return query if is_valid else None
