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
    from cwql.client.preview import RequestPreview

CONDITIONS = ("where", "child_conditions", "custom_field_conditions")
"""Options whose texts are joined by ``and``; those of the others are lists, which are appended."""


def add_query(parser: ArgumentParser) -> None:
    """Add the endpoint and the conditions."""
    parser.add_argument(
        "endpoint",
        metavar="ENDPOINT",
        help="a path or URL, such as /service/tickets or '/Computers?condition=Id = 5'",
    )
    for option, what in (
        ("--where", "the condition"),
        ("--child-conditions", "the condition on child records"),
        ("--custom-field-conditions", "the condition on custom fields"),
    ):
        parser.add_argument(
            option,
            action="append",
            default=[],
            metavar="CONDITION",
            help=f"{what}, or - for standard input; several are joined by and",
        )
    parser.add_argument(
        "--since",
        metavar="WHEN",
        help="only records that were updated since a date (2026-01-31) or within an age (7d, 12h, 30m)",
    )


def add_preview(parser: ArgumentParser) -> None:
    """Add ``--preview``."""
    parser.add_argument("--preview", action="store_true", help="check and show the request, and send nothing")


def print_preview(preview: RequestPreview, as_json: bool) -> None:
    """Print a request that is not sent."""
    if not as_json:
        print(preview)
        return
    from cwql.cli.options import print_json

    print_json(preview.to_dict())


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
    for role in (*CONDITIONS, "order_by", "fields"):
        texts: list[tuple[str, str]] = [(f"<{name}>", text) for name, text in endpoint.query.get(role, ())]
        for operand in getattr(arguments, role, None) or ():
            name = f"<--{role.replace('_', '-')}>" if source_name(operand) != "<stdin>" else "<stdin>"
            texts.append((name, read_text(operand)))
        if role == "where" and arguments.since is not None:
            texts.append(("<--since>", _since(arguments.since, endpoint)))
        if not texts:
            continue
        parameter = getattr(NAMES[endpoint.product], role)
        if not parameter:
            raise UnknownNameError(f"{endpoint.product} has no parameter for --{role.replace('_', '-')}")
        for name, text in texts:
            diagnostics = check(text, dialect=endpoint.product, endpoint=endpoint.title, parameter=parameter)
            if len(texts) > 1:
                # Advice about the whole query does not apply to a part of it.
                diagnostics = [diagnostic for diagnostic in diagnostics if diagnostic.severity != "info"]
            if diagnostics:
                print_diagnostics(diagnostics, text, name, sys.stderr)
                is_valid &= all(diagnostic.severity != "error" for diagnostic in diagnostics)
        query[role] = _join(role, [text for _, text in texts])
    return query if is_valid else None


def _join(role: str, texts: list[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return " and ".join([f"({text})" for text in texts]) if role in CONDITIONS else ",".join(texts)


_UPDATED = {
    "manage": ("lastUpdated", "_info/lastUpdated"),
    "automate": ("LastUpdated", "LastUpdateDate", "LastUpdate", "UpdateDate"),
}
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


def _since(text: str, endpoint: EndpointArgument) -> str:
    """Return the condition of ``--since``: the field of the last update compared with a moment.

    Raises:
        CwqlError: The text is neither a date nor an age, or the records have no time of their last update.
    """
    from datetime import UTC, datetime, timedelta

    from cwql.errors import CwqlError
    from cwql.schema.catalog import catalog
    from cwql.schema.record import Resolved

    try:
        if text[-1:] in _UNITS and text[:-1].isdecimal() and len(text) < 8:
            moment = datetime.now(UTC) - timedelta(seconds=int(text[:-1]) * _UNITS[text[-1]])
        else:
            # A time without an offset is local, as a person at the command line means it.
            moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CwqlError(
            f"--since: expected a date such as 2026-01-31, a time with an offset, or an age such as 7d, 12h or 30m: got {text!r}"
        ) from None
    known = catalog(endpoint.product)
    record = endpoint.endpoint.record
    for name in _UPDATED[endpoint.product]:
        found = known.resolve(record, tuple(name.split("/"))) if record is not None else None
        if isinstance(found, Resolved) and found.field.kind == "datetime":
            return f"{name} >= [{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z]"
    raise CwqlError(f"--since: {endpoint.title} has no time of the last update; use --where with another field")
