"""What a command asks for, checked before anything is sent."""

from __future__ import annotations

import sys

from cwql.cli.streams import name_of, read_text, show
from cwql.errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cwql.cli.target import Target


def read_question(arguments: Any, target: Target) -> dict[str, Any] | None:
    """Return the texts of a question by the client's names for them; None where one has an error.

    Findings are shown on the standard error, with carets. Raises UnknownNameError for what the product cannot be asked.
    """
    from cwql.analysis.checker import check
    from cwql.client.listing import NAMES

    question: dict[str, Any] = {}
    sound = True
    for role in ("where", "child", "custom", "order_by", "fields"):
        operand = getattr(arguments, role, None)
        if operand is None:
            continue
        parameter = getattr(NAMES[target.product], role)
        if not parameter:
            raise UnknownNameError(f"{target.product} takes no --{role}")
        text = read_text(operand)
        findings = check(text, target.product, target.title, parameter)
        if findings:
            name = f"<--{role.replace('_', '-')}>" if name_of(operand) != "<stdin>" else "<stdin>"
            show(findings, text, name, sys.stderr)
            sound &= all(finding.severity != "error" for finding in findings)
        question[role] = text
    return question if sound else None
