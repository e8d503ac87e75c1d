"""Rules about the endpoint that a condition is sent to."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.rules.registry import checks
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.rules.context import Context

UNKNOWN_ENDPOINT = Rule(
    "CW201",
    "unknown-endpoint",
    "error",
    summary="Reports an endpoint that the API's specification does not have.",
    why="The server answers 404, and without the endpoint no name of the condition can be checked.",
    example="closedFlag = false and id > 5",
    instead="the same condition on /service/tickets",
    evidence="the paths of the shipped specification",
    endpoint="/service/ticket",
    scope="endpoint",
    endpoints=("unknown",),
)


@checks(UNKNOWN_ENDPOINT)
def check_unknown_endpoint(context: Context) -> Iterator[Diagnostic]:
    """Report the endpoint at the start of the text, because the text does not contain it."""
    if context.asked is None or context.endpoint is not None or context.catalog is None:
        return
    near = context.catalog.near_endpoints(context.asked)
    yield UNKNOWN_ENDPOINT.at(
        Span(0, 0),
        f"{context.dialect.title} {context.catalog.version} has no endpoint {context.asked!r}: names are not checked",
        hint=f"did you mean {' or '.join(near)}?" if near else "cwql fields lists the fields of an endpoint",
    )


SINGLE_RECORD_ENDPOINT = Rule(
    "CW202",
    "single-record-endpoint",
    "warning",
    summary="Reports a condition for an endpoint that gives one record by its id.",
    why="Conditions filter lists. On a path that ends in an id there is nothing to filter, and the server ignores them.",
    example="closedFlag = false and id > 5",
    instead="the same condition on /service/tickets",
    evidence="the replies of the shipped specification",
    endpoint="/service/tickets/{id}",
    scope="endpoint",
    endpoints=("*/{}",),
)


@checks(SINGLE_RECORD_ENDPOINT)
def check_single_record_endpoint(context: Context) -> Iterator[Diagnostic]:
    """Report the endpoint at the start of the text, because the text does not contain it."""
    endpoint, catalog = context.endpoint, context.catalog
    if endpoint is None or catalog is None or context.parameter.shape == "field_list":
        return
    if endpoint.listed or not endpoint.key.endswith("/{}") or (context.record is not None and context.record.open):
        return
    parent = catalog.find_endpoint(endpoint.key.removesuffix("/{}"))
    listed = catalog.title(parent) if parent is not None and parent.listed else None
    yield SINGLE_RECORD_ENDPOINT.at(
        Span(0, 0),
        f"{catalog.title(endpoint)} gives one record: expected an endpoint that gives a list",
        hint=f"filter {listed}" if listed else None,
    )


NEEDED_PARAMETERS = {"system/audittrail": ("type", "id"), "system/audittrail/count": ("type", "id")}
"""The parameters by the key of the endpoint."""

MISSING_QUERY_PARAMETER = Rule(
    "CW223",
    "missing-query-parameter",
    "info",
    summary="Reports conditions on an endpoint whose records depend on other query parameters.",
    why="The audit trail is that of one record, which the parameters type and id name. A condition does not replace them.",
    example='auditType = "Status" and enteredBy = "jdoe"',
    instead='pass type and id too: psa.system.audittrail.list(type="Ticket", id=5)',
    evidence="a client that was corrected to require both (ConnectWiseManageAPI#19); no response without them was recorded",
    endpoint="/system/audittrail",
    scope="endpoint",
    endpoints=tuple(NEEDED_PARAMETERS),
)


@checks(MISSING_QUERY_PARAMETER)
def check_missing_query_parameter(context: Context) -> Iterator[Diagnostic]:
    """Report the endpoint at the start of the text."""
    names = NEEDED_PARAMETERS.get(context.endpoint.key) if context.endpoint is not None else None
    if names is not None and context.parameter.shape == "condition":
        yield MISSING_QUERY_PARAMETER.at(
            Span(0, 0),
            f"{context.asked} needs the parameters {' and '.join(names)} in addition to the condition",
            hint=f"pass {' and '.join([f'{name}=' for name in names])} with the request",
        )


IGNORED_CONDITION = Rule(
    "CW224",
    "ignored-condition",
    "info",
    summary="Reports a condition on extra fields of Automate.",
    why="A client notes that the server ignores conditions on them and returns every record. Nobody else has confirmed or denied it.",
    example="ExtraFieldDefinitionId = 5",
    instead="filter the records in the program",
    evidence="one comment in a public script that reads the extra fields of clients (gavsto/AutomateAPI)",
    dialect="automate",
    endpoint="/Clients/1/ExtraFields",
    scope="endpoint",
    endpoints=("*/extrafields",),
)

IGNORING = "/extrafields"


@checks(IGNORED_CONDITION)
def check_ignored_condition(context: Context) -> Iterator[Diagnostic]:
    """Report the endpoint at the start of the text."""
    if (
        context.endpoint is not None
        and context.endpoint.key.endswith(IGNORING)
        and context.parameter.shape == "condition"
    ):
        yield IGNORED_CONDITION.at(
            Span(0, 0),
            "conditions on extra fields are reported to be ignored: the server may return every record",
            hint="compare the count with and without the condition, or filter the records in the program",
        )
