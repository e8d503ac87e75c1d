"""CW224: a condition on an endpoint that is reported to ignore it."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
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
    screened=True,
)

ENDING = "/extrafields"


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the endpoint at the start of the text."""
    if (
        context.endpoint is not None
        and context.endpoint.key.endswith(ENDING)
        and context.parameter.shape == "condition"
    ):
        yield RULE.at(
            Span(0, 0),
            "conditions on extra fields are reported to be ignored: the server may return every record",
            hint="compare the count with and without the condition, or filter the records in the program",
        )
