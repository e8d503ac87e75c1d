"""CW223: an endpoint that needs other query parameters than conditions."""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.analysis.context import Context
    from cwql.diagnostics import Diagnostic

RULE = Rule(
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
    screened=True,
)

NEEDED = {"system/audittrail": ("type", "id"), "system/audittrail/count": ("type", "id")}
"""The parameters by the key of the endpoint."""


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the endpoint at the start of the text."""
    names = NEEDED.get(context.endpoint.key) if context.endpoint is not None else None
    if names is not None and context.parameter.shape == "condition":
        yield RULE.at(
            Span(0, 0),
            f"{context.asked} needs the parameters {' and '.join(names)} in addition to the condition",
            hint=f"pass {' and '.join([f'{name}=' for name in names])} with the request",
        )
